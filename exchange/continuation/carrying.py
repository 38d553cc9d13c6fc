"""What goes on with an order under a successor: an open notice and the yearly maximum."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from exchange.clearing.store import find_cap, insert_cap
from exchange.orders import store as orders
from exchange.orders.actions import read_order
from exchange.orders.model import Version
from exchange.orders.store import Order
from exchange.running.actions import ask_answer
from exchange.running.model import Termination, TerminationState
from exchange.running.store import answer_termination, find_open_termination, insert_termination
from kdnx.db.conn import Conn
from kdnx.errors import Stale
from kdnx.text import _
from kdnx.viewer import Viewer


async def close_notice(conn: Conn, viewer: Viewer, order: Order, reason: str) -> Termination | None:
    """The notice of an order nobody answered, closed because its order goes on elsewhere or ends; None without one."""
    found = await find_open_termination(conn, order.owner_id, order.id)
    if found:
        await answer_termination(
            conn, order.owner_id, order.id, TerminationState.TRANSFERRED.value, viewer.member_id, reason
        )  # fmt: skip
    return found


async def carry_notice(conn: Conn, viewer: Viewer, old: Order, new_id: UUID, notice: Termination) -> Order:  # fmt: skip
    """The notice stands under the new order, given by the same side to the same day; the other side is asked again."""
    new = await read_order(conn, viewer, new_id)
    by = new.owner_id if notice.by_member == old.owner_id else new.recipient_id
    changed = replace(
        new, termination_on=notice.last_day, termination_by=by, termination_reason=notice.reason
    )
    if not await orders.mark_order(conn, changed):
        raise Stale(_("Der Leistungsschein wurde inzwischen geändert."))
    after = replace(changed, row_version=new.row_version + 1)
    await insert_termination(
        conn, replace(notice, owner_id=new.owner_id, order_id=new.id, n=after.row_version, by_member=by)
    )  # fmt: skip
    await ask_answer(conn, after, by, notice.answer_due)
    return after


async def carry_caps(
    conn: Conn, viewer: Viewer, old: Order, new: tuple[UUID, UUID], versions: Sequence[tuple[int, Version]]
) -> None:  # fmt: skip
    """The yearly maxima of these versions (old number, new version); what was used of the year counts on."""
    owner_id, order_id = new
    for number, version in versions:
        cap = await find_cap(conn, old.owner_id, old.id, number)
        if cap:
            carried = replace(cap, owner_id=owner_id, order_id=order_id, version=version.version)
            await insert_cap(conn, carried, viewer.principal)
