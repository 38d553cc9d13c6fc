"""Frozen surveys as JSON: list, one, its canonical bytes, its check, and freezing in one step."""

from uuid import UUID

from pydantic import BaseModel
from starlette.responses import Response

from catalog.searches.reading import from_address
from catalog.surveys import actions, store
from catalog.surveys.content import read
from catalog.surveys.evidence import check_evidence
from catalog.surveys.model import Choice, Frozen
from catalog.surveys.schemas import (
    FrozenDetail,
    FrozenList,
    FrozenListQuery,
    FrozenOut,
    SurveyBody,
)
from catalog.watching.pages import read_cursor
from kdnx.errors import FieldError, Invalid
from kdnx.text import _
from kdnx.viewer import Permission
from kdnx.web.api import Api
from kdnx.web.paging import encode_cursor
from kdnx.web.routing import Call

api = Api("frozen-searches")


class FindingOut(BaseModel):
    """One point of a check."""

    text: str
    holds: bool


class CheckOut(BaseModel):
    """The result of a check."""

    holds: bool
    sha256: str
    findings: list[FindingOut]


def _out(f: Frozen) -> FrozenOut:
    return FrozenOut(
        id=f.id, owner_id=f.owner_id, number=f.number, title=f.title, frozen_at=f.frozen_at, hits=f.hits, kept=f.kept,
        sha256=f.sha256.hex(),
    )  # fmt: skip


def _detail(f: Frozen) -> FrozenDetail:
    return FrozenDetail(**_out(f).model_dump(), content=read(f))


@api.get("/api/v1/frozen-searches", permission=Permission.CATALOG_READ)
async def list_frozen_searches_json(call: Call, *, query: FrozenListQuery) -> FrozenList:
    """The evidence of the caller's house (audit: of every house), the latest first."""
    secret = call.house.settings.secret()
    after = read_cursor(secret, query.after)
    found = await store.list_frozen(call.conn, query.q.strip(), after=after, limit=query.limit + 1)
    more, items = len(found) > query.limit, found[: query.limit]
    last = items[-1] if items else None
    cursor = encode_cursor(secret, (last.frozen_at.isoformat(), last.id)) if more and last else None
    return FrozenList(items=[_out(f) for f in items], next=cursor)


@api.get("/api/v1/frozen-searches/{id}", permission=Permission.CATALOG_READ)
async def get_frozen_search_json(call: Call, *, id: UUID) -> FrozenDetail:
    """One piece of evidence with its content."""
    return _detail(await store.get_frozen(call.conn, id))


@api.get("/api/v1/frozen-searches/{id}/content", permission=Permission.CATALOG_READ)
async def get_frozen_content_json(call: Call, *, id: UUID) -> Response:
    """The canonical bytes; their SHA-256 is the evidence's hash."""
    frozen = await store.get_frozen(call.conn, id)
    headers = {"Cache-Control": "no-store", "ETag": f'"{frozen.sha256.hex()[:32]}"'}
    return Response(frozen.content.encode(), 200, headers, "application/json")


@api.get("/api/v1/frozen-searches/{id}/check", permission=Permission.CATALOG_READ)
async def check_frozen_search_json(call: Call, *, id: UUID) -> CheckOut:
    """Recompute hash, head and counts, and compare the named versions with those that are there."""
    frozen = await store.get_frozen(call.conn, id)
    findings = await check_evidence(call.conn, call.viewer, frozen)
    return CheckOut(
        holds=all(f.holds for f in findings), sha256=frozen.sha256.hex(),
        findings=[FindingOut(text=f.text, holds=f.holds) for f in findings],
    )  # fmt: skip


@api.post("/api/v1/frozen-searches", permission=Permission.CATALOG_READ, status=201)
async def freeze_search_json(call: Call, *, body: SurveyBody) -> FrozenDetail:
    """Search, decide about every hit and freeze, in one step; refused while a hit is undecided."""
    for n, c in enumerate(body.choices):
        if (c.decision == "excluded") != (c.reason is not None):
            message = _("Ein Grund gehört genau zu „ausgeschlossen“.")
            errors = [FieldError(f"choices.{n}.reason", message, "missing")]
            raise Invalid(_("Bitte die markierten Felder prüfen."), errors=errors)
    started = await actions.start_survey(
        call.conn, call.viewer, from_address(body.address), body.title
    )
    choices = [Choice(c.offering_id, c.decision, c.reason, c.note) for c in body.choices]
    decided = await actions.decide_hits(
        call.conn, call.viewer, started.id, started.row_version, choices, title=body.title, remark=body.remark
    )  # fmt: skip
    return _detail(
        await actions.freeze_survey(call.conn, call.viewer, decided.id, decided.row_version)
    )
