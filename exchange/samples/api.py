"""Audit samples as JSON: draw, read; findings and the close are entered by people on the pages."""

from uuid import UUID

from exchange.samples import actions, store
from exchange.samples.model import Method, Sample
from exchange.samples.schemas import (
    ItemOut,
    SampleBody,
    SampleList,
    SampleOut,
    SampleQuery,
    SheetOut,
)
from kdnx.viewer import Permission
from kdnx.web.api import Api
from kdnx.web.routing import Call

api = Api("samples")


def _out(s: Sample) -> SampleOut:
    hashes = {
        "population_hash": s.population_hash.hex(), "evidence": s.evidence.hex(),
        "sheet_hash": s.sheet_hash.hex() if s.sheet_hash else None,
    }  # fmt: skip
    return SampleOut.model_validate({**vars(s), **hashes})


@api.get("/api/v1/audit/samples", permission=Permission.SAMPLE_DRAW)
async def list_samples_json(call: Call, *, query: SampleQuery) -> SampleList:
    """Samples, newest first; the cursor is the last number."""
    actions.require_auditor(call.viewer)
    found = await store.list_samples(call.conn, query.state, query.cursor, query.limit + 1)
    items = found[: query.limit]
    more = len(found) > query.limit
    return SampleList(items=[_out(s) for s in items], next=items[-1].number if more else None)


@api.post("/api/v1/audit/samples", permission=Permission.SAMPLE_DRAW, status=201)
async def draw_sample_json(call: Call, *, body: SampleBody) -> SampleOut:
    """Draw a sample; the same seed and population give the same rows for ever."""
    ids = [UUID(x) if x else None for x in (body.provider, body.recipient, body.category)]
    wanted = actions.Wanted(
        body.title, body.year, Method(body.method), body.wanted, body.seed, body.purpose, *ids
    )
    return _out(await actions.draw_sample(call.conn, call.viewer, wanted))


@api.get("/api/v1/audit/samples/{id}", permission=Permission.SAMPLE_DRAW)
async def get_sheet_json(call: Call, *, id: UUID) -> SheetOut:  # the name in the address
    """A sample with its items and findings."""
    sheet = await actions.read_sheet(call.conn, call.viewer, id)
    items = [ItemOut.model_validate(vars(i)) for i in sheet.items]
    o = sheet.outcome
    return SheetOut(
        sample=_out(sheet.sample), items=items, counts=o.counts, found_cents=o.found_cents,
        projected_cents=o.projected_cents,
    )  # fmt: skip
