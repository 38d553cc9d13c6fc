"""Propose a change, review, sign, decline and withdraw it; let it come into force on its day."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

import asyncpg

from exchange.amendments import store
from exchange.amendments.changes import changes
from exchange.amendments.model import (
    DAY,
    EVENT_LABELS,
    OPEN,
    SIDE_OF,
    Amendment,
    AmendmentEvent,
    AmendmentState,
    advance,
    check_start,
)
from exchange.amendments.schemas import AmendBody
from exchange.amendments.telling import ask_next, note_amendment, tell_amendment
from exchange.amendments.terms import changed_terms, check_frozen
from exchange.approvals import store as approvals
from exchange.approvals.store import Approval
from exchange.clearing.asking import ask_name_of_change
from exchange.clearing.caps import cap_for_change
from exchange.clearing.changing import clear_change, measure_change
from exchange.clearing.store import insert_cap, insert_law
from exchange.orders import store as orders
from exchange.orders.actions import lock, read_order
from exchange.orders.model import LegalRoute, OrderState, Version, check_term
from exchange.orders.store import Order
from kdnx.clock import end_of_day
from kdnx.db.conn import Conn
from kdnx.errors import FieldError, Forbidden, Invalid, Refused, Stale
from kdnx.ids import new_id
from kdnx.tasks.actions import close_tasks
from kdnx.text import _
from kdnx.viewer import Permission, Scope, Viewer, require

P, E, S = Permission, AmendmentEvent, AmendmentState
CHANGEABLE = (OrderState.ACTIVE, OrderState.PAUSED)
SIGNED_AGAIN = ("order_approval_one_person", "order_approval_pkey", "order_approval_four_eyes")
NEEDS_REASON = (E.DECLINE, E.WITHDRAW, E.REVIEW)
SHORTEST = 3


async def propose_amendment(
    conn: Conn, viewer: Viewer, order_id: UUID, wish: AmendBody, *, expected: int | None = None
) -> Amendment:
    """Propose other terms for a running order from a day on; they hold once all sides have signed."""
    require(viewer, P.ORDER_EDIT)
    order = await lock(conn, viewer, order_id, expected)
    party = _party(viewer, order)
    old, new = await plan_amendment(conn, viewer, order, party, wish)
    law = await measure_change(conn, viewer, order, old, new, wish.claim)
    cap, _differs = await cap_for_change(conn, *_key_of(order, old, new), wish.cap)
    moved = (old.legal_route, old.entrustment) != (new.legal_route, new.entrustment)
    needs_legal = moved or law.light_asks or law.measure.needs_review
    made = Amendment(
        order.owner_id, new_id(), order.id, new.version, old.version, S.PROPOSED.value, new.valid_from, needs_legal,
        wish.early_reason.strip(), wish.reason.strip(), "", party, 1, conn.now, conn.now, str(order.number),
        order.title, order.recipient_id, order.route, order.hub_id, viewer.principal, order.provider_short,
        order.recipient_short, order.state,
    )  # fmt: skip
    try:
        async with conn.savepoint():
            await orders.insert_versions(conn, [(order.owner_id, order.id, new)])
            await store.insert_amendment(conn, made)
            await insert_law(conn, made.owner_id, made.id, law)
            if cap is not None:
                await insert_cap(conn, cap, viewer.principal)
    except asyncpg.UniqueViolationError as error:
        raise _under_way() from error
    await ask_next(conn, made)
    if old.legal_route != new.legal_route == LegalRoute.COOPERATION:
        until = end_of_day(made.valid_from - DAY)
        await ask_name_of_change(conn, made.owner_id, made.number, made.id, until)
    await tell_amendment(conn, viewer, made)
    note_amendment(conn, viewer, "amendment.propose", made, reason=made.reason)
    return made


def _key_of(order: Order, old: Version, new: Version) -> tuple[UUID, UUID, tuple[int, int]]:
    return order.owner_id, order.id, (old.version, new.version)


def _under_way() -> Refused:
    return Refused(
        _("Für diesen Leistungsschein ist schon eine Änderung unterwegs."),
        code="amendment_one_open",
        rule=_("Es gibt immer nur eine offene Änderung; so ist klar, worauf sie aufbaut."),
        remedy=_("Die offene Änderung abschließen, ablehnen oder zurückziehen."),
    )


def _party(viewer: Viewer, order: Order) -> UUID:
    for member in (order.owner_id, order.recipient_id):
        if viewer.acts_for(member):
            return member
    raise Forbidden(_("Eine Änderung schlägt Bereitsteller oder Abnehmer vor."))


async def plan_amendment(
    conn: Conn, viewer: Viewer, order: Order, party: UUID, wish: AmendBody
) -> tuple[Version, Version]:
    """The terms in force and those that shall be; every rule checked, nothing written."""
    _check_changeable(order)
    old = await store.find_version(conn, order.owner_id, order.id, order.current_version)
    if old is None:
        raise Refused(_("Dieser Leistungsschein hat keine Fassung."), code="no_version")
    number = await store.next_version(conn, order.owner_id, order.id)
    new = await changed_terms(conn, old, wish, order.route)
    new = replace(new, version=number, authored_by=party, authored_at=conn.now, author_id=viewer.principal)  # fmt: skip
    check_term(new.starts_on, new.ends_on)
    _cap, differs = await cap_for_change(conn, *_key_of(order, old, new), wish.cap)
    if not changes(old, new) and not differs:
        raise Refused(
            _("An den Bedingungen ändert sich nichts."),
            code="no_change",
            remedy=_("Bitte mindestens einen Wert ändern."),
        )
    booked = await store.booked_until(conn, order.owner_id, order.id)
    check_start(
        old, new, today=conn.today, booked_until=booked, runs_until=order.runs_until, early_reason=wish.early_reason
    )  # fmt: skip
    await check_frozen(conn, old, new)
    return old, new


def _check_changeable(order: Order) -> None:
    if order.state not in CHANGEABLE or order.termination_by is not None:
        raise Refused(
            _("Geändert werden nur laufende, nicht gekündigte Leistungsscheine."),
            code="not_changeable",
            remedy=_("Vor dem Beginn ändert ein neues Angebot die Bedingungen."),
        )


def possible(viewer: Viewer, a: Amendment) -> list[AmendmentEvent]:
    """The moves this viewer is offered."""
    found = []
    for event in (*SIDE_OF, E.DECLINE, E.WITHDRAW):
        try:
            _check_may(viewer, a, event)
            advance(a, event)
        except (Forbidden, Refused):
            continue
        found.append(event)
    return found


def _check_may(viewer: Viewer, a: Amendment, event: AmendmentEvent) -> UUID:
    """The member the viewer acts for in this step; Forbidden when it is another side's or the role lacks."""
    if event == E.REVIEW:
        require(viewer, P.ORDER_REVIEW_LEGAL)
        member = a.hub_id or viewer.member_id
        if viewer.scope != Scope.OFFICE or member is None:
            raise Forbidden(_("Den Rechtsweg prüft die Geschäftsstelle."))
        return member
    sides = {E.APPROVE_PROVIDER: a.owner_id, E.APPROVE_HUB: a.hub_id, E.APPROVE_RECIPIENT: a.recipient_id}  # fmt: skip
    if event in sides:
        require(viewer, P.ORDER_APPROVE)
        choice: Sequence[UUID | None] = (sides[event],)
    elif event == E.WITHDRAW:
        require(viewer, P.ORDER_EDIT)
        choice = (a.proposed_by,)
    else:
        if not any(viewer.may(p) for p in (P.ORDER_EDIT, P.ORDER_APPROVE, P.ORDER_REVIEW_LEGAL)):
            require(viewer, P.ORDER_APPROVE)
        choice = tuple(m for m in (a.owner_id, a.recipient_id, a.hub_id) if m != a.proposed_by)
    for member in choice:
        if member is not None and viewer.acts_for(member):
            return member
    raise Forbidden(_("„{event}“ ist Sache der anderen Seite.").format(event=EVENT_LABELS[event]))


async def step_amendment(
    conn: Conn, viewer: Viewer, amendment_id: UUID, event: AmendmentEvent, *, reason: str = "", expected: int | None
) -> Amendment:  # fmt: skip
    """Review, sign, decline or withdraw; the last signature makes it agreed."""
    a = await lock_amendment(conn, amendment_id, expected)
    after = advance(a, event)
    member = _check_may(viewer, a, event)
    if event in NEEDS_REASON and len(reason.strip()) < SHORTEST:
        message = _("Bitte einen Grund angeben; die andere Seite liest ihn.")
        raise Invalid(message, errors=[FieldError("reason", message, "missing")])
    if event in SIDE_OF:
        await _check_still_ahead(conn, a)
        if event in (E.REVIEW, E.APPROVE_PROVIDER):
            order, old, new = await versions_of(conn, viewer, a)
            is_review = event == E.REVIEW
            await clear_change(conn, viewer, order, old, new, reason=reason, is_review=is_review)
        await _sign(conn, viewer, a, SIDE_OF[event], member, reason)
    return await move_amendment(conn, viewer, a, event, after, reason)


async def versions_of(conn: Conn, viewer: Viewer, a: Amendment) -> tuple[Order, Version, Version]:
    """The order of an amendment, its terms in force when it was proposed, and those that shall be."""
    order = await read_order(conn, viewer, a.order_id)
    old = await store.find_version(conn, a.owner_id, a.order_id, a.base_version)
    new = await store.find_version(conn, a.owner_id, a.order_id, a.version)
    if old is None or new is None:
        raise Refused(_("Dieser Leistungsschein hat keine Fassung."), code="no_version")
    return order, old, new


async def lock_amendment(conn: Conn, amendment_id: UUID, expected: int | None) -> Amendment:
    """Hold order and amendment and read it; NotFound, or Stale when it is not what the person saw."""
    a = await store.get_amendment(conn, amendment_id)
    # order before amendment: the same order of locks as proposing
    await orders.lock_order(conn, a.order_id)
    await store.lock_amendment(conn, amendment_id)
    a = await store.get_amendment(conn, amendment_id)
    if expected is not None and a.row_version != expected:
        raise Stale(_("Die Änderung wurde inzwischen bewegt."), remedy=_("Bitte neu laden."))
    return a


async def _check_still_ahead(conn: Conn, a: Amendment) -> None:
    if a.valid_from <= conn.today:
        raise Refused(
            _("Der Tag, ab dem die Änderung gelten sollte, ist da."),
            code="too_late",
            remedy=_("Bitte eine neue Änderung mit einem späteren Beginn vorschlagen."),
        )
    booked = await store.booked_until(conn, a.owner_id, a.order_id)
    if booked is not None and booked >= a.valid_from:
        raise Refused(
            _("Inzwischen ist bis zum {day} nach den alten Bedingungen gebucht.").format(
                day=booked.strftime("%d.%m.%Y")
            ),
            code="booked_already",
            remedy=_("Die Buchung zurückziehen oder eine spätere Änderung vorschlagen."),
        )


async def _sign(
    conn: Conn, viewer: Viewer, a: Amendment, side: str, member: UUID, note: str
) -> None:
    if viewer.person_id is None:
        raise Forbidden(_("Freigaben erteilen Menschen, keine Maschinenzugänge."))
    if viewer.person_id == a.author_id:
        raise Refused(
            _("Wer die Änderung verfasst hat, gibt sie nicht selbst frei."),
            rule=_("Vier Augen: Verfasser und Freigebende sind verschiedene Personen."),
            remedy=_("Eine andere Person mit dieser Rolle öffnet die Änderung und entscheidet."),
            code="four_eyes",
        )
    new = Approval(
        a.owner_id, a.order_id, a.version, side, member, viewer.person_id, a.author_id, note=note.strip()
    )  # fmt: skip
    try:
        async with conn.savepoint():
            await approvals.insert_approvals(conn, [new])
    except (asyncpg.UniqueViolationError, asyncpg.CheckViolationError) as error:
        if error.constraint_name not in SIGNED_AGAIN:
            raise
        raise Refused(
            _("Diese Fassung haben Sie oder hat diese Seite schon unterzeichnet."),
            rule=_("Jede Seite unterzeichnet durch eine andere Person."),
            remedy=_("Eine zweite Person muss diesen Schritt übernehmen."),
            code="signed_already",
        ) from error


async def move_amendment(
    conn: Conn, viewer: Viewer, a: Amendment, event: AmendmentEvent, after: AmendmentState, reason: str
) -> Amendment:  # fmt: skip
    """Write the state after the event with its tasks, notices and record."""
    answer = reason.strip() if after not in (*OPEN, S.AGREED, S.IN_FORCE) else a.answer
    if not await store.mark_amendment(conn, a, after.value, answer):
        raise Stale(_("Die Änderung wurde inzwischen bewegt."), remedy=_("Bitte neu laden."))
    moved = replace(a, state=after.value, answer=answer, row_version=a.row_version + 1)
    await close_tasks(conn, a.id)
    await ask_next(conn, moved)
    await tell_amendment(conn, viewer, moved)
    note_amendment(conn, viewer, f"amendment.{event.value}", moved, reason=reason or None)
    return moved


async def read_amendment(conn: Conn, viewer: Viewer, amendment_id: UUID) -> tuple[Amendment, Order]:
    """An amendment with its order; NotFound for strangers."""
    a = await store.get_amendment(conn, amendment_id)
    return a, await read_order(conn, viewer, a.order_id)
