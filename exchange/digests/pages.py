"""Fingerprints to keep: of each day, of each closed year, and how to prove them without trusting anybody."""

from datetime import date

from pydantic import BaseModel
from starlette.responses import Response

from exchange.closing.store import list_closes
from exchange.digests import store
from kdnx.members.store import list_members
from kdnx.viewer import Permission
from kdnx.web.routing import Call, get

PIECE = 31


class DigestQuery(BaseModel):
    """`before` is the last day of the piece before."""

    before: date | None = None


async def list_digests(call: Call) -> Response:
    """Newest first, with the own chains; older ones by the day."""
    before = call.query(DigestQuery).before
    cuts = await store.list_cuts(call.conn, before, PIECE + 1)
    shown, more = cuts[:PIECE], len(cuts) > PIECE
    own = await store.own_cut_heads(call.conn, [c["day"] for c in shown], call.viewer.members)
    closes = await list_closes(call.conn)
    years: dict[int, list[object]] = {}
    for head in await store.list_close_heads(call.conn, call.viewer.members):
        years.setdefault(head["year"], []).append(head)
    return await call.page(
        "digests/list.html", cuts=shown, own=own, closes=sorted(closes.items(), reverse=True), years=years,
        names={m.id: m.short_name for m in await list_members(call.conn)},
        next_href=f"/ledger/digests?before={shown[-1]['day']}" if more else "",
        first_href="/ledger/digests" if before else "",
    )  # fmt: skip


DOORS = (get("/ledger/digests", list_digests, permission=Permission.LEDGER_READ),)
