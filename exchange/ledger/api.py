"""Transfers as JSON."""

from exchange.ledger.reading import cursor_after, read_piece, sees_chain
from exchange.ledger.schemas import TransferList, TransferOut, TransferQuery
from exchange.ledger.store import TransferFilter, TransferLine
from kdnx.viewer import Permission, Viewer
from kdnx.web.api import Api
from kdnx.web.routing import Call

api = Api("transfers")


def _out(viewer: Viewer, line: TransferLine) -> TransferOut:
    shown = sees_chain(viewer, line)
    return TransferOut.model_validate(
        {
            **vars(line),
            "seq": line.seq if shown else None,
            "hash": line.hash.hex() if shown else None,
        }
    )


@api.get("/api/v1/transfers", permission=Permission.LEDGER_READ)
async def list_transfers_json(call: Call, *, query: TransferQuery) -> TransferList:
    """Ledger rows the caller may see, newest first."""
    secret = call.house.settings.secret()
    wanted = TransferFilter(
        query.provider,
        query.recipient,
        query.year,
        query.kind,
        query.booking,
        await cursor_after(call.conn, secret, query.cursor),
    )
    piece = await read_piece(call.conn, call.viewer, wanted, limit=query.limit, secret=secret)
    return TransferList(items=[_out(call.viewer, line) for line in piece.items], next=piece.next)
