"""Start, pause, resume, terminate and end orders; the jobs that dates make due."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

from catalog.interface import mark_use
from exchange.orders.actions import check_may, lock, move, read_order
from exchange.orders.model import OrderEvent, advance
from exchange.orders.store import Order
from exchange.running import store
from exchange.running.model import (
    TERMINATION_MOVES,
    Termination,
    TerminationState,
    check_termination,
)
from kdnx.clock import end_of_day
from kdnx.db.conn import Conn
from kdnx.errors import FieldError, Invalid
from kdnx.module import DueJob
from kdnx.rules.calendar import add_days, next_working_day
from kdnx.rules.store import get_rule, holidays_on
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
    due = await _answer_due(conn)
    asked = Termination(
        order.owner_id, order.id, after.row_version, TerminationState.REQUESTED.value, on, by, reason.strip(),
        conn.now, due,
    )  # fmt: skip
    await store.insert_termination(conn, asked)
    await ask_answer(conn, order, by, due)
    return after


async def ask_answer(conn: Conn, order: Order, by: UUID, due: date) -> None:
    """The task of the side that did not give notice to answer it."""
    other = order.recipient_id if by == order.owner_id else order.owner_id
    task = NewTask(
        owner_id=other, kind="order.confirm_termination", due_at=end_of_day(due),
        title=_("Kündigung von {number} beantworten").format(number=order.number),
        object_kind="order", object_id=order.id, url=f"/orders/{order.id}",
        assignee_role=Role.OFFERING_APPROVER if other == order.owner_id else Role.DEMAND_APPROVER,
        dedup=f"order.confirm_termination:{order.id}",
    )  # fmt: skip
    await open_tasks(conn, [task])


async def confirm_termination(
    conn: Conn, viewer: Viewer, order_id: UUID, *, reason: str = "", expected: int | None
) -> Order:
    """The other side confirms; the order runs until the day named."""
    order = await lock(conn, viewer, order_id, expected)
    advance(order.state, E.CONFIRM_TERMINATION, order.route)
    check_may(viewer, order, E.CONFIRM_TERMINATION)
    changed = replace(order, terminated_on=order.termination_on)
    return await _answer(conn, viewer, changed, E.CONFIRM_TERMINATION, reason)


async def refuse_termination(
    conn: Conn, viewer: Viewer, order_id: UUID, *, reason: str, expected: int | None
) -> Order:
    """The other side rejects a notice, for its period, its form or who signed it; the order goes on unchanged."""
    return await _undo_notice(conn, viewer, order_id, E.REFUSE_TERMINATION, reason, expected)


async def withdraw_termination(
    conn: Conn, viewer: Viewer, order_id: UUID, *, reason: str = "", expected: int | None
) -> Order:
    """The side that gave notice takes it back before it is answered."""
    return await _undo_notice(conn, viewer, order_id, E.WITHDRAW_TERMINATION, reason, expected)


async def _undo_notice(
    conn: Conn, viewer: Viewer, order_id: UUID, event: OrderEvent, reason: str, expected: int | None
) -> Order:
    order = await lock(conn, viewer, order_id, expected)
    advance(order.state, event, order.route)
    check_may(viewer, order, event)
    changed = replace(order, termination_on=None, termination_by=None, termination_reason="")
    return await _answer(conn, viewer, changed, event, reason)


async def _answer(
    conn: Conn, viewer: Viewer, changed: Order, event: OrderEvent, reason: str
) -> Order:
    state = TERMINATION_MOVES[TerminationState.REQUESTED, event.value]
    after = await move(conn, viewer, changed, event, reason=reason, changed=changed)
    by = viewer.member_id
    await store.answer_termination(
        conn, changed.owner_id, changed.id, state.value, by, reason.strip()
    )
    return after


async def _answer_due(conn: Conn) -> date:
    """Until when a notice is to be answered: the rule's days, moved to a working day."""
    rule = await get_rule(conn, "answer_period", "termination", conn.today)
    day = add_days(conn.today, int(rule.value["days"]))
    return next_working_day(day, await holidays_on(conn, conn.today))


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
