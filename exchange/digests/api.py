"""Fingerprints of the ledger as JSON."""

from exchange.digests import store
from exchange.digests.schemas import DigestList, DigestOut, DigestQuery
from kdnx.viewer import Permission
from kdnx.web.api import Api
from kdnx.web.routing import Call

api = Api("transfers")


@api.get("/api/v1/ledger/digests", permission=Permission.LEDGER_READ)
async def list_digests_json(call: Call, *, query: DigestQuery) -> DigestList:
    """Daily fingerprints, newest first."""
    cuts = await store.list_cuts(call.conn, query.before, query.limit + 1)
    shown = cuts[: query.limit]
    items = [
        DigestOut(day=c["day"], n=c["n"], root=c["root"].hex(), taken_at=c["taken_at"])
        for c in shown
    ]
    return DigestList(items=items, next=shown[-1]["day"] if len(cuts) > query.limit else None)
