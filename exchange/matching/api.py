"""Comparisons with a house's own books for its finance system."""

from uuid import UUID

from exchange.matching.actions import match_items, newest_report
from exchange.matching.model import GAP_STEPS, Item, from_stored
from exchange.matching.schemas import GapOut, MatchBody, MatchOut
from exchange.matching.store import Report
from kdnx.viewer import Permission
from kdnx.web.api import Api
from kdnx.web.routing import Call

api = Api("matching")
P = Permission


def _out(report: Report) -> MatchOut:
    gaps = [from_stored(g) for g in report.gaps]
    return MatchOut(
        id=report.id, file_name=report.file_name, own_rows=report.own_rows, matched=report.matched,
        created_at=report.created_at,
        gaps=[GapOut(**{**vars(g), "kind": g.kind.value}, step=GAP_STEPS[g.kind]) for g in gaps],
    )  # fmt: skip


@api.get("/api/v1/settlements/{id}/members/{member_id}/match", permission=P.LEDGER_READ)
async def get_match_json(call: Call, *, id: UUID, member_id: UUID) -> MatchOut:
    """The newest comparison of the own house."""
    _run, report = await newest_report(call.conn, call.viewer, id, member_id)
    return _out(report)


@api.post(
    "/api/v1/settlements/{id}/members/{member_id}/match", permission=P.LEDGER_READ, status=201
)
async def match_json(call: Call, *, id: UUID, member_id: UUID, body: MatchBody) -> MatchOut:
    """Compare rows of the own ledger with the statement; nothing in the ledger changes."""
    own = [Item(x.reference, x.cents, x.day) for x in body.items]
    raw = body.model_dump_json().encode()
    return _out(await match_items(call.conn, call.viewer, id, member_id, own, "JSON", raw))
