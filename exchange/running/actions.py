"""Start, pause, resume, terminate and end orders; the jobs that dates make due."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

from catalog.interface import mark_use
from exchange.orders.actions import check_may, lock, move, read_order
from exchange.orders.model import OrderEvent, advance
from exchange.orders.store import Order
from exchange.running import store
from exchange.running.model import check_termination
from kdnx.db.conn import Conn
from kdnx.errors import FieldError, Invalid
from kdnx.module import DueJob
from kdnx.tasks.actions import open_tasks
from kdnx.tasks.model import NewTask
from kdnx.text import _
from kdnx.viewer import Role, Scope, Viewer

SYSTEM = Viewer(scope=Scope.SYSTEM)
BATCH = 100
E = OrderEvent


async def start_order(conn: Conn, viewer: Viewer, order: Order) -> Order:
    """The first day has come: the order runs, and the catalogue knows who uses the offering."""
    after = await move(conn, viewer, order, E.START)
    await mark_use(
        conn,
        offering_id=after.offering_id,
        recipient_id=after.recipient_id,
        valid_from=after.starts_on,
    )
    return after


async def end_order(conn: Conn, viewer: Viewer, order: Order, *, reason: str = "") -> Order:
    """The last day has passed."""
    after = await move(conn, viewer, order, E.END, reason=reason)
    last = after.runs_until
    if last is not None and last >= after.starts_on:
        await mark_use(
            conn, offering_id=after.offering_id, recipient_id=after.recipient_id,
            valid_from=after.starts_on, valid_to=last + timedelta(days=1),
        )  # fmt: skip
    return after


async def pause_order(
    conn: Conn, viewer: Viewer, order_id: UUID, *, reason: str, expected: int | None
) -> Order:
    """Let an order rest; nothing else changes."""
    order = await lock(conn, viewer, order_id, expected)
    check_may(viewer, order, E.PAUSE)
    return await move(conn, viewer, order, E.PAUSE, reason=reason)


async def resume_order(
    conn: Conn, viewer: Viewer, order_id: UUID, *, reason: str = "", expected: int | None
) -> Order:
    """Take a resting order up again."""
    order = await lock(conn, viewer, order_id, expected)
    check_may(viewer, order, E.RESUME)
    return await move(conn, viewer, order, E.RESUME, reason=reason)


async def request_termination(
    conn: Conn,
    viewer: Viewer,
    order_id: UUID,
    *,
    on: date | None,
    reason: str,
    expected: int | None,
) -> Order:
    """A party gives notice to a day that keeps the notice period; the other side confirms."""
    order = await lock(conn, viewer, order_id, expected)
    advance(order.state, E.REQUEST_TERMINATION, order.route)
    check_may(viewer, order, E.REQUEST_TERMINATION)
    if on is None:
        message = _("Bitte angeben, zu welchem Tag gekündigt wird.")
        raise Invalid(message, errors=[FieldError("on", message, "missing")])
    check_termination(
        on, today=conn.today, notice_months=order.notice_months, runs_until=order.runs_until
    )
    by = order.owner_id if viewer.acts_for(order.owner_id) else order.recipient_id
    changed = replace(
        order, termination_on=on, termination_by=by, termination_reason=reason.strip()
    )
    after = await move(conn, viewer, order, E.REQUEST_TERMINATION, reason=reason, changed=changed)
    other = order.recipient_id if by == order.owner_id else order.owner_id
    task = NewTask(
        owner_id=other, kind="order.confirm_termination",
        title=_("Kündigung von {number} bestätigen").format(number=order.number),
        object_kind="order", object_id=order.id, url=f"/orders/{order.id}",
        assignee_role=Role.OFFERING_APPROVER if other == order.owner_id else Role.DEMAND_APPROVER,
        dedup=f"order.confirm_termination:{order.id}",
    )  # fmt: skip
    await open_tasks(conn, [task])
    return after


async def confirm_termination(
    conn: Conn, viewer: Viewer, order_id: UUID, *, reason: str = "", expected: int | None
) -> Order:
    """The other side confirms; the order runs until the day named."""
    order = await lock(conn, viewer, order_id, expected)
    advance(order.state, E.CONFIRM_TERMINATION, order.route)
    check_may(viewer, order, E.CONFIRM_TERMINATION)
    changed = replace(order, terminated_on=order.termination_on)
    return await move(conn, viewer, order, E.CONFIRM_TERMINATION, reason=reason, changed=changed)


async def start_due(conn: Conn) -> int:
    """Approved orders whose first day has come; how many started."""
    ids = await store.find_starting(conn, conn.today, BATCH)
    for order_id in ids:
        await start_order(conn, SYSTEM, await read_order(conn, SYSTEM, order_id))
    return len(ids)


async def end_due(conn: Conn) -> int:
    """Orders whose last day has passed; how many ended."""
    ids = await store.find_ending(conn, conn.today, BATCH)
    for order_id in ids:
        await end_order(conn, SYSTEM, await read_order(conn, SYSTEM, order_id))
    return len(ids)


async def lapse_due(conn: Conn) -> int:
    """Offers that bind no longer go back to coordination; how many did."""
    ids = await store.find_lapsing(conn, conn.today, BATCH)
    for order_id in ids:
        order = await read_order(conn, SYSTEM, order_id)
        await move(
            conn, SYSTEM, order, E.VALIDITY_END, changed=replace(order, offer_valid_until=None)
        )
    return len(ids)


DUE_JOBS = (
    DueJob("order.start", start_due, 15),
    DueJob("order.end", end_due, 15),
    DueJob("order.validity_end", lapse_due, 15),
)
