"""Accept the offer on an interest: one order with the offered terms and the pinned version, in one transaction."""

from dataclasses import replace
from datetime import date
from uuid import UUID

from catalog.interface import InterestRef, accept_interest, get_offering
from exchange.acceptance import store
from exchange.acceptance.model import ROUTES, Policy, tax_codes
from exchange.acceptance.store import Acceptance
from exchange.orders import store as orders
from exchange.orders.actions import move, note_order, read_order, surcharge_on
from exchange.orders.model import Line, OrderEvent, OrderState, Version, check_parties, legs_of
from exchange.orders.store import Head, Order
from exchange.taxes import store as taxes
from exchange.taxes.actions import ask_reviewer, check_codes, tax_rules
from exchange.taxes.model import UNDECIDED, TaxDecision
from kdnx.db.conn import Conn
from kdnx.ids import new_id
from kdnx.members.store import hub_on
from kdnx.numbers.actions import assign, draw
from kdnx.rules.calendar import add_days
from kdnx.rules.store import get_rule
from kdnx.viewer import Permission, Viewer, require

E = OrderEvent


async def accept_offer(
    conn: Conn, viewer: Viewer, interest_id: UUID, *, expected: int | None
) -> Order:
    """Take the offer: the interest is accepted and its order made, numbered and ready for review.

    Errors: those of `accept_interest`; two at once make one order, for the interest's row is locked first.
    """
    require(viewer, Permission.ORDER_EDIT)
    interest = await accept_interest(conn, viewer, interest_id, expected=expected)
    check_parties(interest.provider_id, interest.recipient_id)
    policy = await policy_of(conn, interest)
    version = await _version(conn, interest, policy)
    head = Head(
        interest.provider_id, new_id(), None, interest.recipient_id, policy.route, policy.hub_id,
        OrderState.DRAFT.value,
    )  # fmt: skip
    await orders.insert_orders(conn, [head], [version])
    order = await _offered(conn, viewer, interest, head, policy)
    made = Acceptance(
        order.owner_id, interest.recipient_id, interest.id, order.id, interest.number, interest.offer_n, conn.now,
    )  # fmt: skip
    await store.insert_acceptance(conn, made)
    return order


async def policy_of(conn: Conn, interest: InterestRef) -> Policy:
    """What the rules of today and of the first day add to the offer."""
    hub = await hub_on(conn, conn.today)
    parties = {interest.provider_id, interest.recipient_id}
    route = "direct" if interest.route == "direct" or hub in parties else "hub"
    hub_id = hub if route == "hub" else None
    pct, fee, rule_id = await surcharge_on(conn, interest.starts_on, route)
    silence = (await get_rule(conn, "confirmation_policy", "default", interest.starts_on)).value
    return Policy(
        route, hub_id, legs_of(route, interest.provider_id, interest.recipient_id, hub_id), pct, fee, rule_id,
        str(silence["silence"]), int(silence["confirm_days"]), await _approve_until(conn, interest),
    )  # fmt: skip


def order_lines(interest: InterestRef) -> tuple[Line, ...]:
    """The offered lines as the order's price schedule."""
    return tuple(
        Line(x.ordinal, x.label, x.unit, x.period, x.quantity, x.unit_price_micro, x.net_cents, x.price_ordinal)
        for x in interest.lines
    )  # fmt: skip


async def _approve_until(conn: Conn, interest: InterestRef) -> date:
    """Until when all sides approve: the offer's own day, or the rule's days after the acceptance if that is later."""
    rule = await get_rule(conn, "answer_period", "approval", conn.today)
    return max(interest.valid_until, add_days(conn.today, int(rule.value["days"])))


async def _version(conn: Conn, interest: InterestRef, policy: Policy) -> Version:
    offering = await get_offering(conn, interest.offering_id)
    return Version(
        version=1, offering_id=interest.offering_id, offering_version=interest.offering_version,
        category_id=offering.category_id, title=offering.title, starts_on=interest.starts_on, ends_on=interest.ends_on,
        valid_from=interest.starts_on, notice_months=interest.notice_months, billing=interest.billing,
        surcharge_pct=policy.surcharge_pct, surcharge_fee_cents=policy.surcharge_fee_cents,
        surcharge_rule_id=policy.surcharge_rule_id, silence=policy.silence, confirm_days=policy.confirm_days,
        # the accepting house writes the row; who wrote the offer must not sign it
        authored_by=interest.recipient_id, authored_at=conn.now, author_id=interest.author_id,
        activity_group=interest.activity_group, legal_route=ROUTES[interest.legal_basis].value,
        legal_reason=interest.legal_reason, entrustment=interest.entrustment, note=interest.note,
        lines=order_lines(interest), legs=policy.legs,
    )  # fmt: skip


async def _offered(
    conn: Conn, viewer: Viewer, interest: InterestRef, head: Head, policy: Policy
) -> Order:
    order = await read_order(conn, viewer, head.id)
    note_order(conn, viewer, "order.draft", order)
    (number,) = await draw(conn, "L", conn.today.year, 1)
    await assign(conn, number, "order", order.owner_id, order.id)
    codes = tax_codes(interest.tax_codes, len(policy.legs))
    await _propose_taxes(conn, interest, order, codes)
    changed = replace(order, offer_valid_until=policy.approve_until)
    after = await move(conn, viewer, order, E.ACCEPT, number=number, changed=changed)
    if any(code != UNDECIDED for code in codes):
        hub = policy.hub_id or await hub_on(conn, conn.today)
        await ask_reviewer(conn, viewer, hub_id=hub, order_id=order.id, number=number)
    return after


async def _propose_taxes(
    conn: Conn, interest: InterestRef, order: Order, codes: tuple[str, ...]
) -> None:
    """The offered tax cases as proposals of the person who offered them: somebody else reviews."""
    await check_codes(conn, codes, interest.starts_on)
    rules = await tax_rules(conn, interest.starts_on)
    rows = [
        TaxDecision(
            order.owner_id, order.id, leg, interest.starts_on, order.row_version + 1, code,
            norm=str(rules[code].value.get("norm") or ""), author_id=interest.author_id,
        )
        for leg, code in enumerate(codes, 1)
    ]  # fmt: skip
    await taxes.insert_decisions(conn, rows)
