"""Review an offered order, decide its tax cases, sign for provider, hub and recipient: always different persons."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

import asyncpg

from exchange.approvals import store
from exchange.approvals.schemas import TaxBody
from exchange.approvals.store import Approval
from exchange.clearing.actions import clear_order
from exchange.orders import store as orders
from exchange.orders.actions import check_may, lock, move, note_order
from exchange.orders.model import DECIDABLE, OrderEvent, OrderState, advance
from exchange.orders.store import NewStep, Order
from exchange.running.actions import start_order
from exchange.running.model import is_lapsed
from exchange.taxes import store as taxes
from exchange.taxes.actions import REVIEW_TASK, ask_reviewer, check_codes, tax_rules
from exchange.taxes.model import TaxDecision, check_tax_decided, in_force, latest
from kdnx.db.conn import Conn
from kdnx.errors import Forbidden, Refused, Stale
from kdnx.members.store import hub_on
from kdnx.tasks.actions import close_tasks
from kdnx.text import _
from kdnx.viewer import Permission, Scope, Viewer, require

E = OrderEvent
APPROVALS = {"provider": E.APPROVE_PROVIDER, "hub": E.APPROVE_HUB, "recipient": E.APPROVE_RECIPIENT}
SIGNED_AGAIN = (
    "order_approval_one_person",
    "order_approval_pkey",
    "order_approval_four_eyes",
)


def next_approval(state: str, route: str) -> OrderEvent | None:
    """The signature that comes next in this state, or None."""
    for event in APPROVALS.values():
        try:
            advance(state, event, route)
        except Refused:
            continue
        return event
    return None


async def review_order(
    conn: Conn,
    viewer: Viewer,
    order_id: UUID,
    *,
    reason: str,
    confirm_tax: bool = False,
    expected: int | None,
) -> Order:
    """Confirm the legal route of an offer; nobody reviews what they wrote (D19)."""
    order = await lock(conn, viewer, order_id, expected)
    advance(order.state, E.REVIEW, order.route)
    check_may(viewer, order, E.REVIEW)
    _check_binding(conn, order)
    await clear_order(conn, viewer, order, reason=reason)
    if confirm_tax:
        require(viewer, Permission.ORDER_REVIEW_TAX)
        await _confirm_proposals(conn, viewer, order)
    decisions = await taxes.list_decisions(conn, order.owner_id, order.id)
    legs = await orders.list_legs(conn, order.owner_id, order.id, order.current_version)
    check_tax_decided(
        order.starts_on, [in_force(decisions, n, order.starts_on) for n in range(1, len(legs) + 1)]
    )
    await _sign(conn, viewer, order, "legal", viewer.owner_id, reason)
    return await move(conn, viewer, order, E.REVIEW, reason=reason)


async def approve_order(
    conn: Conn, viewer: Viewer, order_id: UUID, *, note: str = "", expected: int | None
) -> Order:
    """Sign for the side whose turn it is; the last signature starts the order when its first day has come."""
    order = await lock(conn, viewer, order_id, expected)
    event = next_approval(order.state, order.route)
    if event is None:
        advance(order.state, E.APPROVE_PROVIDER, order.route)
        raise Refused(_("Hier ist nichts freizugeben."), code="wrong_state")
    check_may(viewer, order, event)
    side = next(s for s, e in APPROVALS.items() if e == event)
    member = {"provider": order.owner_id, "hub": order.hub_id, "recipient": order.recipient_id}[
        side
    ]
    if member is None or not viewer.acts_for(member):
        raise Forbidden(_("Für diese Seite handelt Ihr Zugang nicht."))
    _check_binding(conn, order)
    await _sign(conn, viewer, order, side, member, note)
    after = await move(conn, viewer, order, event, reason=note)
    if after.state == OrderState.APPROVED and after.starts_on <= conn.today:
        after = await start_order(conn, viewer, after)
    return after


def _check_binding(conn: Conn, order: Order) -> None:
    if is_lapsed(order.offer_valid_until, conn.today):
        raise Refused(
            _("Die Bindefrist des Angebots ist abgelaufen."),
            code="offer_lapsed",
            remedy=_("Der Bereitsteller gibt ein neues Angebot ab."),
        )


async def _sign(
    conn: Conn, viewer: Viewer, order: Order, side: str, member_id: UUID, note: str
) -> None:
    if viewer.person_id is None:
        raise Forbidden(_("Freigaben erteilen Menschen, keine Maschinenzugänge."))
    if viewer.person_id == order.author_id:
        raise Refused(
            _("Wer das Angebot verfasst hat, gibt es nicht selbst frei."),
            rule=_("Vier Augen: Verfasser und Freigebende sind verschiedene Personen."),
            remedy=_(
                "Eine andere Person mit dieser Rolle öffnet den Leistungsschein und entscheidet."
            ),
            code="four_eyes",
        )
    new = Approval(
        order.owner_id,
        order.id,
        order.current_version,
        side,
        member_id,
        viewer.person_id,
        order.author_id,
        note=note.strip(),
    )
    try:
        async with conn.savepoint():
            await store.insert_approvals(conn, [new])
    except (asyncpg.UniqueViolationError, asyncpg.CheckViolationError) as error:
        if error.constraint_name not in SIGNED_AGAIN:
            raise
        raise Refused(
            _("Diese Fassung haben Sie oder hat diese Seite schon unterzeichnet."),
            rule=_("Jede Seite unterzeichnet durch eine andere Person."),
            remedy=_("Eine zweite Person muss diesen Schritt übernehmen."),
            code="signed_already",
        ) from error


async def _confirm_proposals(conn: Conn, viewer: Viewer, order: Order) -> Sequence[TaxDecision]:
    open_ones = [d for d in await _newest(conn, order) if d.is_proposal]
    for decision in open_ones:
        _check_tax_reviewer(viewer, decision)
    confirmed = [
        replace(d, version=order.row_version + 1, reviewer_id=viewer.person_id) for d in open_ones
    ]
    await taxes.insert_decisions(conn, confirmed)
    return confirmed


async def _newest(conn: Conn, order: Order) -> list[TaxDecision]:
    """The last row of each contract the viewer may read."""
    decisions = await taxes.list_decisions(conn, order.owner_id, order.id)
    return [d for leg in (1, 2) if (d := latest(decisions, leg)) is not None]


def _check_tax_reviewer(viewer: Viewer, decision: TaxDecision) -> None:
    if viewer.person_id is None or viewer.person_id == decision.author_id:
        raise Refused(
            _("Den Steuerfall prüft eine andere Person als die, die ihn vorgeschlagen hat."),
            rule=_("Vier Augen: Vorschlag und Prüfung durch verschiedene Personen."),
            code="four_eyes",
        )


async def propose_tax(
    conn: Conn, viewer: Viewer, order_id: UUID, wish: TaxBody, *, expected: int | None
) -> Order:
    """Propose the tax case of a contract from a day on; a party for its own contract, the office for each."""
    require(viewer, Permission.ORDER_REVIEW_TAX)
    order = await _lock_leg(conn, viewer, order_id, wish.leg, expected)
    await check_codes(conn, [wish.tax_code], wish.valid_from)
    rule = (await tax_rules(conn, wish.valid_from))[wish.tax_code]
    row = TaxDecision(
        order.owner_id, order.id, wish.leg, wish.valid_from, order.row_version + 1, wish.tax_code,
        norm=str(rule.value.get("norm") or ""), reason=wish.reason, author_id=viewer.principal,
    )  # fmt: skip
    await taxes.insert_decisions(conn, [row])
    hub = order.hub_id or await hub_on(conn, conn.today)
    await ask_reviewer(conn, viewer, hub_id=hub, order_id=order.id, number=str(order.number))
    return await _noted(conn, viewer, order, "propose_tax", (rule.id,))


async def review_tax(
    conn: Conn, viewer: Viewer, order_id: UUID, *, leg: int, expected: int | None
) -> Order:
    """Confirm the newest proposal of a contract; the reviewer is not its author."""
    require(viewer, Permission.ORDER_REVIEW_TAX)
    order = await _lock_leg(conn, viewer, order_id, leg, expected)
    decision = latest(await taxes.list_decisions(conn, order.owner_id, order.id), leg)
    if decision is None or not decision.is_proposal:
        raise Refused(_("Für diesen Vertrag liegt kein Vorschlag vor."), code="no_proposal")
    _check_tax_reviewer(viewer, decision)
    row = replace(decision, version=order.row_version + 1, reviewer_id=viewer.person_id)
    await taxes.insert_decisions(conn, [row])
    if not any(d.is_proposal for d in await _newest(conn, order)):
        await close_tasks(conn, order.id, [REVIEW_TASK])
    return await _noted(conn, viewer, order, "review_tax", ())


async def _lock_leg(
    conn: Conn, viewer: Viewer, order_id: UUID, leg: int, expected: int | None
) -> Order:
    order = await lock(conn, viewer, order_id, expected)
    if order.state not in DECIDABLE:
        raise Refused(_("In diesem Zustand wird kein Steuerfall entschieden."), code="wrong_state")
    legs = {
        x["leg"]: x
        for x in await orders.list_legs(conn, order.owner_id, order.id, order.current_version)
    }
    if leg not in legs:
        raise Refused(_("Diesen Vertrag gibt es hier nicht."), code="no_leg")
    parties = (legs[leg]["supplier_id"], legs[leg]["customer_id"])
    if viewer.scope != Scope.OFFICE and not any(m in parties for m in viewer.members):
        raise Forbidden(_("Über diesen Vertrag entscheiden seine Parteien."))
    return order


async def _noted(
    conn: Conn, viewer: Viewer, order: Order, act: str, rule_ids: Sequence[UUID]
) -> Order:
    if not await orders.touch_order(conn, order):
        raise Stale(_("Der Leistungsschein wurde inzwischen geändert."))
    after = replace(order, row_version=order.row_version + 1)
    step = NewStep(
        after.owner_id,
        after.id,
        after.row_version,
        act,
        after.state,
        after.current_version,
        viewer.member_id,
    )
    await orders.insert_steps(conn, [step])
    note_order(conn, viewer, f"order.{act}", after, rule_ids=rule_ids)
    return after
