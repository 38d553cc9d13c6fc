"""Ask, coordinate, offer, revise, decline, withdraw, write; and the one way every interest moves."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import UUID

import asyncpg

from catalog.contents import store as contents
from catalog.interests import store
from catalog.interests.model import (
    EVENT_LABELS,
    NEEDS_REASON,
    TURNS,
    InterestEvent,
    InterestState,
    Line,
    advance,
    check_term,
    lines_from,
    side_for,
    yearly,
)
from catalog.interests.schemas import NewInterest
from catalog.interests.store import Interest
from catalog.interests.telling import ask_next, note_interest, tell_interest, tell_message
from catalog.offerings import store as offerings
from catalog.offerings.model import State
from kdnx.db.conn import Conn
from kdnx.errors import FieldError, Forbidden, Invalid, Refused, Stale
from kdnx.ids import new_id
from kdnx.members.store import hub_on
from kdnx.numbers.actions import assign, draw
from kdnx.rules.calendar import add_days, next_working_day
from kdnx.rules.store import get_rule, holidays_on
from kdnx.tasks.actions import close_tasks
from kdnx.text import _
from kdnx.viewer import Permission, Scope, Viewer, require

E, S = InterestEvent, InterestState
ALL_SCOPES = (Scope.OFFICE, Scope.AUDIT, Scope.SYSTEM)
SHORTEST_REASON = 3


def sides_of(viewer: Viewer, interest: Interest) -> frozenset[str]:
    """Which sides of the interest the viewer stands for."""
    sides = (("recipient", interest.owner_id), ("provider", interest.provider_id))
    return frozenset(side for side, member in sides if viewer.acts_for(member))


def check_may(viewer: Viewer, interest: Interest, event: InterestEvent) -> None:
    """The viewer stands on the side that does this and holds a role for it; Forbidden otherwise."""
    if not side_for(interest.state, event) & sides_of(viewer, interest):
        raise Forbidden(
            _("„{event}“ ist Sache der anderen Seite.").format(event=EVENT_LABELS[event]),
            code="other_side",
        )
    require(viewer, Permission.ORDER_EDIT)


def possible(viewer: Viewer, interest: Interest) -> list[InterestEvent]:
    """The moves this viewer is offered: buttons of the page and `moves` of the API."""
    found = []
    for event in EVENT_LABELS:
        try:
            advance(interest.state, event)
            check_may(viewer, interest, event)
        except (Forbidden, Refused):
            continue
        found.append(event)
    return found


async def read_interest(conn: Conn, viewer: Viewer, interest_id: UUID) -> Interest:
    """The interest as the viewer may see it; NotFound otherwise."""
    return await store.get_interest(
        conn, viewer.members, interest_id, sees_all=viewer.scope in ALL_SCOPES
    )


async def lock(conn: Conn, viewer: Viewer, interest_id: UUID, expected: int | None) -> Interest:
    """Hold the interest and read it; NotFound, or Stale when it is not the version the person saw."""
    await store.lock_interest(conn, interest_id)
    interest = await read_interest(conn, viewer, interest_id)
    if expected is not None and interest.row_version != expected:
        raise _stale(interest)
    return interest


def _stale(interest: Interest) -> Stale:
    return Stale(
        _("Das Interesse {number} wurde inzwischen geändert.").format(number=interest.number),
        remedy=_("Bitte den neuen Stand ansehen und dann entscheiden."),
        remedy_url=f"/interests/{interest.id}",
    )


async def move(
    conn: Conn, viewer: Viewer, interest: Interest, event: InterestEvent, *,
    reason: str = "", changed: Interest | None = None, due_on: date | None = None,
) -> Interest:  # fmt: skip
    """Write the state after the event with its step, tasks, notices and record; `changed` carries other new values."""
    if event in NEEDS_REASON and len(reason.strip()) < SHORTEST_REASON:
        message = _("Bitte einen Grund angeben; die andere Seite liest ihn.")
        raise Invalid(message, errors=[FieldError("reason", message, "missing")])
    state = advance(interest.state, event)
    after = replace(changed or interest, state=state.value)
    after = replace(after, due_on=due_on or await due_day(conn, after))
    if not await store.mark_interest(conn, after):
        raise _stale(interest)
    after = replace(after, row_version=interest.row_version + 1)
    by = viewer.member_id if viewer.scope != Scope.SYSTEM else None
    await store.insert_step(conn, after, event.value, by, reason.strip())
    await close_tasks(conn, after.id)
    await ask_next(conn, viewer, after)
    await tell_interest(conn, viewer, after, event)
    note_interest(conn, viewer, f"interest.{event.value}", after, reason=reason or None)
    return await read_interest(conn, viewer, after.id)


async def due_day(conn: Conn, interest: Interest) -> date | None:
    """Until when the next step is awaited: the offer's last day, or the rule's days moved to a working day."""
    turn = TURNS.get(InterestState(interest.state))
    if turn is None:
        return None
    if not turn[2]:
        return interest.valid_until
    rule = await get_rule(conn, "answer_period", turn[2], conn.today)
    day = add_days(conn.today, int(rule.value["days"]))
    return next_working_day(day, await holidays_on(conn, conn.today))


async def express_interest(conn: Conn, viewer: Viewer, wish: NewInterest) -> Interest:
    """A member says what it wants of another's published offering; the number is drawn now."""
    require(viewer, Permission.ORDER_EDIT)
    head = await offerings.get_offering(conn, viewer, wish.offering_id)
    if viewer.acts_for(head.owner_id):
        raise Refused(
            _("Für die eigene Leistung lässt sich kein Interesse bekunden."),
            code="own_offering",
            remedy=_("Interesse bekundet ein anderes Mitglied."),
        )
    if head.state != State.PUBLISHED or head.published_version is None:
        raise not_on_offer(head.id)
    await check_audience(conn, viewer.owner_id, head.audience_keys)
    await _check_none_open(conn, viewer, head.id)
    check_term(wish.starts_on, wish.ends_on)
    version = await contents.get_version(conn, viewer, head.id, head.published_version)
    lines = lines_from(version.prices, _wanted(wish, {p.ordinal for p in version.prices}))
    hub = await hub_on(conn, conn.today)
    route = "direct" if hub in {head.owner_id, viewer.owner_id} else wish.route
    (number,) = await draw(conn, "I", conn.today.year, 1)
    new = Interest(
        viewer.owner_id, new_id(), number, head.id, head.owner_id, version.title, version.version,
        S.EXPRESSED.value, route, wish.starts_on, wish.ends_on, wish.note, 0, None, None,
        yearly(lines), None, None, None, 1, conn.now, conn.now,
    )  # fmt: skip
    return await open_interest(conn, viewer, new, lines, "express")


async def open_interest(
    conn: Conn, viewer: Viewer, new: Interest, lines: Sequence[Line], event: str, reason: str = ""
) -> Interest:
    """Write a new thread with its first step, task and notice."""
    new = replace(new, due_on=await due_day(conn, new))
    try:
        async with conn.savepoint():
            await store.insert_interest(conn, new)
    except asyncpg.UniqueViolationError as error:
        if error.constraint_name != "interest_one_open":
            raise
        await _check_none_open(conn, viewer, new.offering_id)
        raise
    await store.insert_lines(conn, new, 0, lines)
    await store.insert_step(conn, new, event, new.owner_id, reason)
    await assign(conn, new.number, "interest", new.owner_id, new.id)
    made = await read_interest(conn, viewer, new.id)
    await ask_next(conn, viewer, made)
    await tell_interest(conn, viewer, made, None)
    note_interest(conn, viewer, f"interest.{event}", made, reason=reason or None)
    return made


def not_on_offer(offering_id: UUID) -> Refused:
    """The offering is suspended or retired."""
    return Refused(
        _("Diese Leistung wird zurzeit nicht neu vergeben."),
        code="offering_not_published",
        rule=_("Bezogen werden kann, was im Katalog als veröffentlicht steht."),
        remedy=_("Die Seite der Leistung nennt den Grund und, wenn es sie gibt, die Nachfolgerin."),
        remedy_url=f"/offerings/{offering_id}",
    )


async def check_audience(conn: Conn, member_id: UUID, audience_keys: Sequence[str]) -> None:
    """The published audience holds the member: also towards the office, which sees more than is meant for it (C13)."""
    if not set(await store.keys_of(conn, member_id)) & set(audience_keys):
        raise Refused(
            _("Diese Leistung ist nicht für dieses Mitglied bestimmt."),
            code="outside_audience",
            rule=_("Wem eine Leistung angeboten wird, legt ihre Zielgruppe fest."),
            remedy=_("Den Bereitsteller bitten, die Zielgruppe zu erweitern."),
        )


async def _check_none_open(conn: Conn, viewer: Viewer, offering_id: UUID) -> None:
    there = await store.find_open(conn, viewer.members, offering_id)
    if there is not None:
        raise Refused(
            _("Ihr Haus hat für diese Leistung schon ein offenes Interesse: {number}.").format(
                number=there.number
            ),
            code="interest_open",
            rule=_("Je Leistung und Mitglied läuft eine Abstimmung zur selben Zeit."),
            remedy=_("Menge und Beginn lassen sich dort mit dem Bereitsteller abstimmen."),
            remedy_url=f"/interests/{there.id}",
        )


def _wanted(wish: NewInterest, known: set[int]) -> dict[int, Decimal]:
    if any(line.price not in known for line in wish.lines):
        message = _("Diesen Preis gibt es in der Preistabelle nicht.")
        raise Invalid(message, errors=[FieldError("lines", message)])
    return {line.price: line.quantity for line in wish.lines}


async def make_move(
    conn: Conn, viewer: Viewer, interest_id: UUID, event: InterestEvent, *,
    reason: str, expected: int | None,
) -> Interest:  # fmt: skip
    """Coordinate, return, decline or withdraw."""
    interest = await lock(conn, viewer, interest_id, expected)
    advance(interest.state, event)
    check_may(viewer, interest, event)
    return await move(conn, viewer, interest, event, reason=reason)


async def write_message(conn: Conn, viewer: Viewer, interest_id: UUID, body: str) -> None:
    """Write to the other house; possible as long as the thread is open."""
    interest = await read_interest(conn, viewer, interest_id)
    sides = sides_of(viewer, interest)
    if not sides:
        raise Forbidden(_("Hier schreiben nur die beiden beteiligten Häuser."), code="no_party")
    require(viewer, Permission.ORDER_EDIT)
    if interest.turn is None:
        raise Refused(
            _("Der Vorgang ist abgeschlossen; Nachrichten sind nicht mehr möglich."),
            code="interest_closed",
            remedy=_("Für einen neuen Bedarf ein neues Interesse bekunden."),
            remedy_url=f"/offerings/{interest.offering_id}",
        )
    by = interest.owner_id if "recipient" in sides else interest.provider_id
    await store.insert_message(conn, interest, new_id(), by, body)
    await tell_message(conn, viewer, interest, by)
    note_interest(conn, viewer, "interest.message", interest)
