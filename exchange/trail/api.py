"""The trail as JSON: a cell with its rows, one row with its proof and origin."""

from uuid import UUID

from exchange.trail.actions import walk_cell, walk_transfer
from exchange.trail.pages import cell_of, cursor_of, place_of, sees_chain
from exchange.trail.schemas import CellOut, CellQuery, CellRowOut, HopOut
from kdnx.viewer import Permission
from kdnx.web.api import Api
from kdnx.web.routing import Call

api = Api("trail")


@api.get("/api/v1/trail/cells", permission=Permission.REPORT_READ)
async def get_cell_json(call: Call, *, query: CellQuery) -> CellOut:
    """A figure of the report and the ledger rows it is made of, in a fixed order."""
    secret = call.house.settings.secret()
    found = await walk_cell(
        call.conn, call.viewer, cell_of(query, query.year), as_successor=query.as_ == "successor",
        after=place_of(secret, query.cursor), limit=query.limit,
    )  # fmt: skip
    items = [
        CellRowOut.model_validate(
            {**vars(r), "seq": r.seq if sees_chain(call.viewer, r.owner_id) else None}
        )
        for r in found.rows
    ]
    s = found.sums
    return CellOut(
        year=query.year, basis=query.basis, figure_cents=s.figure_cents, rows_cents=s.rows_cents, rows=s.rows,
        frozen_cents=s.frozen_cents, agrees=s.agrees, items=items, next=cursor_of(secret, found),
    )  # fmt: skip


@api.get("/api/v1/trail/transfers/{owner}/{place}", permission=Permission.REPORT_READ)
async def get_hop_json(call: Call, *, owner: UUID, place: str) -> HopOut:
    """One ledger row (`place`: number in the owner's chain, or its id), recomputed, with what it came from."""
    hop = await walk_transfer(call.conn, call.viewer, owner, place)
    t, proof, booking, order = hop.transfer, hop.proof, hop.booking, hop.order
    again = booking.recomputed if booking else None
    return HopOut(
        id=t["id"], owner_id=owner, recipient_id=t["recipient_id"], kind=t["kind"], cents=t["cents"], sign=t["sign"],
        seq=t["seq"] if hop.sees_chain else None,
        prev=t["prev"].hex() if hop.sees_chain else None, hash=t["hash"].hex() if hop.sees_chain else None,
        recomputed_hash=proof.computed.hex() if proof else None, link_holds=proof.holds if proof else None,
        cut_day=hop.cut.day.isoformat() if hop.cut else None, source=t["source"], source_id=t["source_id"],
        evidence=t["evidence"].hex(), recomputed_evidence=again.hex() if again else None,
        evidence_holds=booking.holds and t["evidence"] == booking.evidence if booking else None,
        booking_number=booking.row.booking_number if booking else None,
        order_id=order.order_id if order else None, order_number=order.head["number"] if order else None,
        order_version=order.head["version"] if order else None,
        legal_route=order.head["legal_route"] if order else None,
        offering_id=order.head["offering_id"] if order else None,
        offering_version=order.head["offering_version"] if order else None,
    )  # fmt: skip
