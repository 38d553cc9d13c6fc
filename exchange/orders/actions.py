"""Ask for an offering, coordinate, offer, return, withdraw, decline; and the one way every order moves."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from catalog.interface import OfferingRef, PriceRef, get_offering, list_prices
from exchange.orders import store
from exchange.orders.model import (
    EVENT_LABELS,
    ON_OFFER,
    Line,
    OrderEvent,
    OrderState,
    Version,
    advance,
    check_parties,
    check_term,
    legs_of,
    turn_of,
)
from exchange.orders.schemas import NewOrder
from exchange.orders.store import Head, NewStep, Order
from exchange.running.model import check_notice
from exchange.telling.actions import tell_order
from kdnx.audit.actions import record
from kdnx.clock import end_of_day
from kdnx.db.conn import Conn
from kdnx.errors import FieldError, Forbidden, Invalid, Refused, Stale
from kdnx.ids import new_id
from kdnx.members.store import hub_on
from kdnx.money import times
from kdnx.numbers.actions import assign, draw
from kdnx.rules.store import get_rule
from kdnx.tasks.actions import close_tasks, open_tasks
from kdnx.tasks.model import NewTask
from kdnx.text import _
from kdnx.viewer import Permission, Role, Scope, Viewer, require

P, E, S = Permission, OrderEvent, OrderState
PER = {"once": "once", "month": "month", "quarter": "quarter", "year": "year", "use": "usage"}
ANY_SIDE = (P.ORDER_EDIT, P.ORDER_APPROVE, P.ORDER_REVIEW_LEGAL)
# event: who may, and with which of these rights
MAY: dict[OrderEvent, tuple[frozenset[str], tuple[Permission, ...]]] = {
    E.EXPRESS: (frozenset({"recipient"}), (P.ORDER_EDIT,)),
    E.WITHDRAW: (frozenset({"recipient"}), (P.ORDER_EDIT,)),
    E.COORDINATE: (frozenset({"provider"}), (P.ORDER_EDIT,)),
    E.OFFER: (frozenset({"provider"}), (P.ORDER_EDIT,)),
    E.DECLINE: (frozenset({"provider", "hub", "recipient"}), ANY_SIDE),
    E.RETURN: (frozenset({"provider", "hub", "recipient"}), ANY_SIDE),
    E.REVIEW: (frozenset({"hub"}), (P.ORDER_REVIEW_LEGAL,)),
    E.APPROVE_PROVIDER: (frozenset({"provider"}), (P.ORDER_APPROVE,)),
    E.APPROVE_HUB: (frozenset({"hub"}), (P.ORDER_APPROVE,)),
    E.APPROVE_RECIPIENT: (frozenset({"recipient"}), (P.ORDER_APPROVE,)),
    E.PAUSE: (frozenset({"provider", "recipient"}), (P.ORDER_APPROVE,)),
    E.RESUME: (frozenset({"provider", "recipient"}), (P.ORDER_APPROVE,)),
    E.REQUEST_TERMINATION: (frozenset({"provider", "recipient"}), (P.ORDER_EDIT,)),
    E.CONFIRM_TERMINATION: (frozenset({"provider", "recipient"}), (P.ORDER_APPROVE,)),
    E.REFUSE_TERMINATION: (frozenset({"provider", "recipient"}), (P.ORDER_APPROVE,)),
    E.WITHDRAW_TERMINATION: (frozenset({"provider", "recipient"}), (P.ORDER_EDIT,)),
}
NEEDS_REASON = {E.RETURN, E.DECLINE, E.WITHDRAW, E.PAUSE, E.REQUEST_TERMINATION, E.REFUSE_TERMINATION}  # fmt: skip
TASK_ROLES = {
    E.COORDINATE: Role.OFFERING_EDITOR,
    E.OFFER: Role.OFFERING_EDITOR,
    E.REVIEW: Role.LEGAL_OFFICER,
    E.APPROVE_PROVIDER: Role.OFFERING_APPROVER,
    E.APPROVE_HUB: Role.OFFERING_APPROVER,
    E.APPROVE_RECIPIENT: Role.DEMAND_APPROVER,
}
ALL_SCOPES = (Scope.OFFICE, Scope.AUDIT, Scope.SYSTEM)


def sides_of(viewer: Viewer, order: Order) -> frozenset[str]:
    """Which sides of the order the viewer stands for; the office stands for the hub."""
    found = set()
    if viewer.acts_for(order.owner_id):
        found.add("provider")
    if viewer.acts_for(order.recipient_id):
        found.add("recipient")
    if viewer.scope == Scope.OFFICE:
        found.add("hub")
    return frozenset(found)


def possible(viewer: Viewer, order: Order) -> list[OrderEvent]:
    """The moves this viewer is offered: buttons of the page and `moves` of the API."""
    found = []
    for event in MAY:
        try:
            check_may(viewer, order, event)
            advance(order.state, event, order.route)
        except (Forbidden, Refused):
            continue
        found.append(event)
    return found


def check_may(viewer: Viewer, order: Order, event: OrderEvent) -> None:
    """The viewer stands on a side that does this and holds a role for it; Forbidden otherwise."""
    sides, permissions = MAY[event]
    if not sides & sides_of(viewer, order):
        raise Forbidden(
            _("„{event}“ ist Sache der anderen Seite.").format(event=EVENT_LABELS[event])
        )
    if not any(viewer.may(p) for p in permissions):
        require(viewer, permissions[0])
    if (
        event == E.DECLINE
        and order.state not in ON_OFFER
        and sides_of(viewer, order) == {"recipient"}
    ):
        raise Forbidden(
            _("Ohne Angebot gibt es nichts abzulehnen; das Interesse lässt sich zurückziehen.")
        )
    by = order.termination_by
    check_notice(event.value, is_open=by is not None, is_mine=viewer.acts_for(by))


async def read_order(conn: Conn, viewer: Viewer, order_id: UUID) -> Order:
    """The order as the viewer may see it; NotFound otherwise."""
    return await store.get_order(
        conn, viewer.members, order_id, sees_all=viewer.scope in ALL_SCOPES
    )


async def lock(conn: Conn, viewer: Viewer, order_id: UUID, expected: int | None) -> Order:
    """Hold the order and read it; NotFound, or Stale when it is not the version the person saw."""
    await store.lock_order(conn, order_id)
    order = await read_order(conn, viewer, order_id)
    if expected is not None and order.row_version != expected:
        raise _stale()
    return order


def _stale() -> Stale:
    return Stale(
        _("Der Leistungsschein wurde inzwischen geändert."),
        remedy=_("Bitte neu laden und den Stand prüfen."),
    )


async def move(
    conn: Conn,
    viewer: Viewer,
    order: Order,
    event: OrderEvent,
    *,
    reason: str = "",
    number: str | None = None,
    changed: Order | None = None,
) -> Order:
    """Write the state after the event with its step, tasks and record; `changed` carries other new values."""
    if event in NEEDS_REASON and len(reason.strip()) < 3:
        message = _("Bitte einen Grund angeben; die andere Seite liest ihn.")
        raise Invalid(message, errors=[FieldError("reason", message, "missing")])
    after = replace(changed or order, state=advance(order.state, event, order.route).value)
    if not await store.mark_order(conn, after, number=number):
        raise _stale()
    after = replace(after, row_version=order.row_version + 1, number=order.number or number)
    side = viewer.member_id if viewer.scope != Scope.SYSTEM else None
    step = NewStep(
        after.owner_id,
        after.id,
        after.row_version,
        event.value,
        after.state,
        after.current_version,
        side,
        reason.strip(),
    )
    await store.insert_steps(conn, [step])
    await close_tasks(conn, after.id)
    await ask_next(conn, after)
    await tell_order(conn, viewer, after)
    note_order(conn, viewer, f"order.{event.value}", after, reason=reason or None)
    return await read_order(conn, viewer, after.id)


def note_order(
    conn: Conn,
    viewer: Viewer,
    action: str,
    order: Order,
    *,
    reason: str | None = None,
    rule_ids: Sequence[UUID] = (),
) -> None:
    """The audit event of an order; a draft stays the recipient's own."""
    private = order.number is None
    record(
        conn, viewer, action, object_kind="order", object_id=order.id,
        owner_id=order.recipient_id if private else order.owner_id,
        party_id=None if private else order.recipient_id, reason=reason, row_version=order.row_version,
        audience="owner" if private else "parties", party_ids=() if private else (order.owner_id, order.recipient_id),
        after={"state": order.state, "version": order.current_version}, rule_ids=rule_ids,
    )  # fmt: skip


async def ask_next(conn: Conn, order: Order) -> None:
    """Open the task of the side whose turn it is."""
    turn = turn_of(order.state, order.route)
    if turn is None or turn[1] not in TASK_ROLES:
        return
    side, event = turn
    hub = order.hub_id or await hub_on(conn, conn.today)
    owner = {"provider": order.owner_id, "recipient": order.recipient_id, "hub": hub}[side]
    task = NewTask(
        owner_id=owner, kind=f"order.{event.value}",
        title=_("Leistungsschein {number}: {event}").format(number=order.number, event=EVENT_LABELS[event]),
        object_kind="order", object_id=order.id, url=f"/orders/{order.id}", assignee_role=TASK_ROLES[event],
        due_at=end_of_day(order.offer_valid_until) if order.offer_valid_until else None,
        not_person_id=order.author_id if event != E.OFFER else None, dedup=f"order.{event.value}:{order.id}",
    )  # fmt: skip
    await open_tasks(conn, [task])


async def create_order(conn: Conn, viewer: Viewer, wish: NewOrder) -> Order:
    """Keep what a recipient wants from an offering: as a draft, or as interest that its provider reads."""
    require(viewer, P.ORDER_EDIT)
    offering = await get_offering(conn, wish.offering_id)
    recipient = viewer.owner_id
    check_parties(offering.owner_id, recipient)
    check_term(wish.starts_on, wish.ends_on)
    if offering.state != "published":
        raise Refused(
            _("Diese Leistung wird zurzeit nicht neu vergeben."),
            code="offering_not_published",
            remedy=_("Bezogen werden kann, was im Katalog als veröffentlicht steht."),
        )
    hub = await hub_on(conn, conn.today)
    route = "direct" if wish.route == "direct" or hub in {offering.owner_id, recipient} else "hub"
    hub_id = hub if route == "hub" else None
    version = await _first_version(conn, viewer, offering, wish, route, hub_id)
    head = Head(offering.owner_id, new_id(), None, recipient, route, hub_id, S.DRAFT.value)
    await store.insert_orders(conn, [head], [version])
    order = await read_order(conn, viewer, head.id)
    note_order(conn, viewer, "order.draft", order)
    return await express_interest(conn, viewer, order.id, expected=1) if wish.submit else order


async def express_interest(
    conn: Conn, viewer: Viewer, order_id: UUID, *, expected: int | None
) -> Order:
    """Hand a draft to the provider; the number is drawn now."""
    order = await lock(conn, viewer, order_id, expected)
    check_may(viewer, order, E.EXPRESS)
    advance(order.state, E.EXPRESS, order.route)
    (number,) = await draw(conn, "L", conn.today.year, 1)
    await assign(conn, number, "order", order.owner_id, order.id)
    return await move(conn, viewer, order, E.EXPRESS, number=number)


async def _first_version(
    conn: Conn,
    viewer: Viewer,
    offering: OfferingRef,
    wish: NewOrder,
    route: str,
    hub_id: UUID | None,
) -> Version:
    prices = {p.ordinal: p for p in await list_prices(conn, offering.id, offering.version)}
    unknown = [line.price for line in wish.lines if line.price not in prices]
    if unknown:
        message = _("Diesen Preis gibt es in der Preistabelle nicht.")
        raise Invalid(message, errors=[FieldError("lines", message)])
    wanted = [(prices[w.price], w.quantity) for w in wish.lines if w.quantity > 0]
    lines = tuple(_line(i, price, quantity) for i, (price, quantity) in enumerate(wanted, 1))
    pct, fee, rule_id = await surcharge_on(conn, wish.starts_on, route)
    policy = (await get_rule(conn, "confirmation_policy", "default", wish.starts_on)).value
    periods = [line.period for line in lines if line.period != "once"]
    return Version(
        version=1, offering_id=offering.id, offering_version=offering.version,
        category_id=offering.category_id, title=offering.title,
        starts_on=wish.starts_on, ends_on=wish.ends_on, valid_from=wish.starts_on,
        notice_months=3 if offering.notice_months is None else offering.notice_months,
        billing=periods[0] if periods else ("once" if lines else "month"), surcharge_pct=pct,
        surcharge_fee_cents=fee, surcharge_rule_id=rule_id,
        silence=str(policy["silence"]), confirm_days=int(policy["confirm_days"]),
        authored_by=viewer.owner_id, authored_at=conn.now,
        author_id=viewer.principal, note=wish.note, lines=lines,
        legs=legs_of(route, offering.owner_id, viewer.owner_id, hub_id),
    )  # fmt: skip


def _line(ordinal: int, price: PriceRef, quantity: Decimal) -> Line:
    micro = price.unit_price_micro or 0
    return Line(
        ordinal,
        price.label or price.unit,
        price.unit,
        PER[price.per],
        quantity,
        micro,
        times(quantity, micro),
        price.ordinal,
    )


async def surcharge_on(conn: Conn, day: date, route: str) -> tuple[Decimal, int, UUID | None]:
    """The hub's surcharge by the rule of the day: (per cent, cents, rule); nothing on the direct route."""
    if route == "direct":
        return Decimal(0), 0, None
    rule = await get_rule(conn, "surcharge", "hub", day)
    return Decimal(str(rule.value["pct"])), int(rule.value["fee_cents"]), rule.id


async def coordinate_order(
    conn: Conn, viewer: Viewer, order_id: UUID, *, reason: str = "", expected: int | None
) -> Order:
    """The provider takes the interest up."""
    return await _plain(conn, viewer, order_id, E.COORDINATE, reason, expected)


async def return_order(
    conn: Conn, viewer: Viewer, order_id: UUID, *, reason: str, expected: int | None
) -> Order:
    """Send an offer back to coordination with a reason; signatures given for it count no more."""
    return await _plain(conn, viewer, order_id, E.RETURN, reason, expected)


async def withdraw_order(
    conn: Conn, viewer: Viewer, order_id: UUID, *, reason: str, expected: int | None
) -> Order:
    """The recipient takes its interest back."""
    return await _plain(conn, viewer, order_id, E.WITHDRAW, reason, expected)


async def decline_order(
    conn: Conn, viewer: Viewer, order_id: UUID, *, reason: str, expected: int | None
) -> Order:
    """A side says no before all have approved."""
    return await _plain(conn, viewer, order_id, E.DECLINE, reason, expected)


async def _plain(
    conn: Conn, viewer: Viewer, order_id: UUID, event: OrderEvent, reason: str, expected: int | None
) -> Order:
    order = await lock(conn, viewer, order_id, expected)
    check_may(viewer, order, event)
    changed = replace(order, offer_valid_until=None)
    return await move(conn, viewer, order, event, reason=reason, changed=changed)
