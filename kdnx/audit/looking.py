"""What a read leaves behind: an auditor's look at amounts is recorded before the answer leaves (D3, domain.md 7)."""

from collections.abc import Sequence

from starlette.requests import Request

from kdnx.audit.actions import finish, record
from kdnx.db.conn import Conn, Note
from kdnx.db.pool import transaction
from kdnx.ids import named_id
from kdnx.viewer import Permission, Scope, Viewer
from kdnx.web.house import House
from kdnx.web.routing import request_id_of

P = Permission
# behind these permissions stand what members keep to themselves: orders, bookings, demands, bids
AMOUNTS = frozenset(
    {P.ORDER_READ, P.BOOKING_READ, P.LEDGER_READ, P.REPORT_READ, P.DEMAND_READ, P.TENDER_READ}
)
# open to everybody signed in, but with contracts or amounts in what an auditor finds there
ADDRESSES = ("/documents/", "/api/v1/documents", "/search", "/tasks")
LONGEST = 300


async def leave_behind(
    house: House, request: Request, viewer: Viewer, permission: Permission, notes: Sequence[Note]
) -> None:
    """Write what a reading request noted, in its own short transaction.

    An auditor who opened anything with amounts and noted nothing leaves the address itself, in the
    audit chain of the member the auditor works for; nobody else's reading is recorded.
    """
    shows = permission in AMOUNTS or request.url.path.startswith(ADDRESSES)
    is_look = viewer.scope == Scope.AUDIT and shows
    if not notes and not is_look:
        return
    async with transaction(
        house.pool, viewer, finish=finish, request_id=request_id_of(request), now=house.clock()
    ) as conn:
        conn.notes.extend(notes)
        if not notes:
            _note_page(conn, viewer, request)


def _note_page(conn: Conn, viewer: Viewer, request: Request) -> None:
    path = request.url.path
    address = f"{path}?{request.url.query}" if request.url.query else path
    record(
        conn, viewer, "audit.look", object_kind="page", object_id=named_id("page", path),
        owner_id=viewer.owner_id, reason=address[:LONGEST],
    )  # fmt: skip
