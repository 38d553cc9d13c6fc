"""Propose, withdraw, reverse and adjust: everything about a booking but the second signature."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

import asyncpg

from exchange.bookings import store
from exchange.bookings.model import (
    LABELS,
    BookingEvent,
    BookingKind,
    BookingState,
    advance,
    check_service_term,
)
from exchange.bookings.store import NewBooking, Row, Terms
from exchange.clearing.caps import Wanted, check_cap, with_warning
from exchange.ledger.gate import check_proposable
from exchange.telling.actions import counterpart_of, tell_bookings
from kdnx.audit.actions import record
from kdnx.clock import end_of_day
from kdnx.db.conn import Conn
from kdnx.errors import Forbidden, NotFound, Refused, Stale
from kdnx.ids import new_id
from kdnx.tasks.actions import close_tasks, open_tasks
from kdnx.tasks.model import NewTask
from kdnx.text import _
from kdnx.viewer import Permission, Role, Viewer, require
from kdnx.web.formats import eur

# an order may be booked while it runs and, for service within its term, after it ended
BOOKABLE = {"active", "paused", "notice_given", "ended", "transferred"}


@dataclass(frozen=True)
class Proposal:
    """What the provider says was delivered: days inclusive, leg-1 net in cents."""

    order_id: UUID
    service_from: date
    service_to: date
    net_cents: int
    quantity: Decimal | None = None
    reference: str | None = None
    note: str = ""


def note_booking(
    conn: Conn, viewer: Viewer, action: str, row: Row, *, reason: str | None = None
) -> None:
    """The audit event of a booking, readable for both parties, and its row in the change feed."""
    record(
        conn, viewer, action, object_kind="booking", object_id=row.id, owner_id=row.owner_id, party_id=row.recipient_id,
        reason=reason, row_version=row.row_version, audience="parties", party_ids=(row.owner_id, row.recipient_id),
        after={"state": row.state, "net_cents": row.net_cents, "sign": row.sign},
    )  # fmt: skip


async def ask_counterpart(conn: Conn, rows: Sequence[Row]) -> None:
    """Open the task to sign for the side that did not propose."""
    await open_tasks(
        conn,
        [
            NewTask(
                owner_id=row.counterpart,
                kind="booking.confirm",
                title=_("Buchung {number} bestätigen: {amount}").format(
                    number=row.booking_number, amount=eur(row.sign * row.net_cents)
                ),
                object_kind="booking",
                object_id=row.id,
                url=f"/bookings/{row.id}",
                assignee_role=Role.BOOKING_APPROVER,
                due_at=end_of_day(row.due_on),
                not_person_id=row.proposed_person if row.counterpart == row.proposed_by else None,
            )
            for row in rows
        ],
    )


def check_version(row: Row, expected: int | None) -> None:
    """Stale when the caller saw another version."""
    if expected is not None and row.row_version != expected:
        raise Stale(
            _("Die Buchung {number} wurde inzwischen geändert.").format(number=row.booking_number),
            remedy=_("Bitte neu laden und die Änderung prüfen."),
        )


async def lock_one(conn: Conn, booking_id: UUID, expected: int | None) -> Row:
    """Lock a booking the viewer may see and change; NotFound or Stale otherwise."""
    rows = await store.lock_bookings(conn, [booking_id])
    if not rows:
        raise NotFound(_("Diese Buchung gibt es nicht, oder sie ist für Sie nicht sichtbar."))
    check_version(rows[0], expected)
    return rows[0]


async def get_terms(conn: Conn, order_id: UUID, day: date) -> Terms:
    """The terms of a visible order in force on a day; NotFound, or Refused before its approval."""
    found = await store.get_terms(conn, ids=[order_id])
    if not found:
        if not await store.order_exists(conn, order_id):
            raise NotFound(
                _("Diesen Leistungsschein gibt es nicht, oder er ist für Sie nicht sichtbar.")
            )
        raise _not_bookable()
    return terms_on(found, day)


def terms_on(versions: Sequence[Terms], day: date) -> Terms:
    """The last version valid on the day, else the first (versions oldest first, at least one)."""
    return next((t for t in reversed(versions) if t.valid_from <= day), versions[0])


def _not_bookable() -> Refused:
    return Refused(
        _("Auf diesen Leistungsschein kann noch nicht oder nicht mehr gebucht werden."),
        code="order_not_active",
        remedy=_("Gebucht wird, sobald der Leistungsschein aktiv ist."),
    )


def check_bookable(terms: Terms, first: date, last: date) -> None:
    """The order is in a state and term that service can be booked on."""
    if terms.state not in BOOKABLE:
        raise _not_bookable()
    check_service_term(first, last, terms.starts_on, terms.runs_until)


async def propose_booking(conn: Conn, viewer: Viewer, proposal: Proposal) -> Row:
    """Propose one booking for the recipient to sign; for a closed year it is an adjustment."""
    require(viewer, Permission.BOOKING_PROPOSE)
    terms = await get_terms(conn, proposal.order_id, proposal.service_to)
    if not viewer.acts_for(terms.owner_id):
        raise Forbidden(
            _("Leistungen schlägt der Bereitsteller vor."),
            remedy=_(
                "Eine Berichtigung können beide Seiten an einer bestätigten Buchung vorschlagen."
            ),
        )
    check_bookable(terms, proposal.service_from, proposal.service_to)
    if proposal.net_cents <= 0:
        raise Refused(_("Der Betrag muss über null liegen."), code="booking_positive")
    is_late = await check_proposable(conn, proposal.service_to)
    kind = BookingKind.ADJUSTMENT if is_late else BookingKind.REGULAR
    (ordinal,) = await store.draw_ordinals(conn, [(terms.owner_id, terms.order_id)])
    wanted = Wanted(terms.owner_id, terms.order_id, proposal.service_to.year, proposal.net_cents)
    warning = await check_cap(conn, wanted)
    new = NewBooking(
        owner_id=terms.owner_id, id=new_id(), order_id=terms.order_id, order_version=terms.version, ordinal=ordinal,
        recipient_id=terms.recipient_id, kind=kind.value, sign=1, service_from=proposal.service_from,
        service_to=proposal.service_to, net_cents=proposal.net_cents, proposed_by=terms.owner_id,
        proposed_person=viewer.principal, proposed_at=conn.now, due_on=conn.today + timedelta(days=terms.confirm_days),
        silence=terms.silence, quantity=proposal.quantity, reference=proposal.reference or None,
        note=with_warning(proposal.note, warning),
    )  # fmt: skip
    return await _insert(conn, viewer, new, "booking.propose", reason=None)


async def _insert(
    conn: Conn, viewer: Viewer, new: NewBooking, action: str, *, reason: str | None
) -> Row:
    try:
        await store.insert_bookings(conn, [new])
    except asyncpg.UniqueViolationError as error:
        raise _translate(error) from error
    (row,) = await store.get_bookings(conn, [new.id])
    await ask_counterpart(conn, [row])
    await tell_bookings(conn, viewer, "proposed", [row], counterpart_of)
    note_booking(conn, viewer, action, row, reason=reason)
    return row


def _translate(error: asyncpg.UniqueViolationError) -> Refused:
    if error.constraint_name == "booking_reversed_once":
        return Refused(
            _("Diese Buchung ist schon storniert, oder ein Storno ist vorgeschlagen."),
            code="booking_reversed_once",
            rule=_("Jede Buchung wird höchstens einmal storniert."),
        )
    return Refused(
        _("Eine Buchung mit dieser Referenz gibt es in diesem Jahr schon."),
        code="booking_reference_once",
        remedy=_("Die vorhandene Buchung prüfen oder eine andere Referenz angeben."),
    )


async def withdraw_booking(
    conn: Conn, viewer: Viewer, booking_id: UUID, *, reason: str, expected: int | None = None
) -> Row:
    """Take back what is not signed yet; the side that proposed may."""
    require(viewer, Permission.BOOKING_PROPOSE)
    row = await lock_one(conn, booking_id, expected)
    advance(row.state, BookingEvent.WITHDRAW)
    if not viewer.acts_for(row.proposed_by):
        raise Forbidden(_("Zurückziehen kann nur die Seite, die vorgeschlagen hat."))
    await store.mark_state(conn, [row], BookingState.WITHDRAWN.value)
    await close_tasks(conn, row.id)
    (after,) = await store.get_bookings(conn, [row.id])
    note_booking(conn, viewer, "booking.withdraw", after, reason=reason)
    return after


async def _original(
    conn: Conn, viewer: Viewer, booking_id: UUID, expected: int | None
) -> tuple[Row, UUID]:
    """The locked confirmed booking, and the party the viewer acts for."""
    require(viewer, Permission.BOOKING_PROPOSE)
    row = await lock_one(conn, booking_id, expected)
    if row.state != BookingState.CONFIRMED.value:
        raise Refused(
            _(
                "Nur eine bestätigte Buchung wird storniert oder berichtigt; diese ist {state}."
            ).format(state=LABELS[BookingState(row.state)]),
            code="wrong_state",
            remedy=_("Eine offene Buchung zurückziehen oder bestreiten."),
        )
    party = next((m for m in (row.owner_id, row.recipient_id) if viewer.acts_for(m)), None)
    if party is None:
        raise Forbidden(_("Storno und Berichtigung schlägt eine der beiden Seiten vor."))
    return row, party


async def _check_not_below_zero(conn: Conn, row: Row, cents: int) -> None:
    left = await store.confirmed_sum(conn, row.owner_id, row.order_id, row.service_from.year)
    if left < cents:
        raise Refused(
            _("Es kann nicht mehr zurückgenommen werden, als bestätigt ist."),
            code="more_than_confirmed",
            rule=_("Je Leistungsschein und Jahr bleibt die Summe der Buchungen mindestens null."),
            remedy=_("Höchstens {amount} sind noch möglich.").format(amount=eur(max(left, 0))),
        )


async def reverse_booking(
    conn: Conn, viewer: Viewer, booking_id: UUID, *, reason: str, expected: int | None = None
) -> Row:
    """Propose to take a confirmed booking back in full; the other side signs."""
    row, party = await _original(conn, viewer, booking_id, expected)
    if row.kind == BookingKind.REVERSAL.value:
        raise Refused(
            _("Ein Storno wird nicht storniert; bitte neu buchen."), code="reversal_of_reversal"
        )
    return await _counter(
        conn,
        viewer,
        row,
        party,
        kind=BookingKind.REVERSAL,
        delta=-row.sign * _confirmed(row),
        reason=reason,
    )


async def adjust_booking(
    conn: Conn,
    viewer: Viewer,
    booking_id: UUID,
    *,
    delta_cents: int,
    reason: str,
    expected: int | None = None,
) -> Row:
    """Propose to correct a confirmed booking by a difference (cents, not zero); the other side signs."""
    row, party = await _original(conn, viewer, booking_id, expected)
    if delta_cents == 0:
        raise Refused(_("Eine Berichtigung ändert den Betrag."), code="no_difference")
    return await _counter(
        conn, viewer, row, party, kind=BookingKind.ADJUSTMENT, delta=delta_cents, reason=reason
    )


def _confirmed(row: Row) -> int:
    return row.confirmed_cents or row.net_cents


async def _counter(
    conn: Conn, viewer: Viewer, row: Row, party: UUID, *, kind: BookingKind, delta: int, reason: str
) -> Row:
    terms = await get_terms(conn, row.order_id, row.service_to)
    # the counter's lock makes the sum below stand until commit
    (ordinal,) = await store.draw_ordinals(conn, [(row.owner_id, row.order_id)])
    if delta < 0:
        await _check_not_below_zero(conn, row, -delta)
    wanted = Wanted(row.owner_id, row.order_id, row.service_to.year, delta)
    warning = await check_cap(conn, wanted)
    is_reversal = kind == BookingKind.REVERSAL
    new = NewBooking(
        owner_id=row.owner_id, id=new_id(), order_id=row.order_id, order_version=row.order_version, ordinal=ordinal,
        recipient_id=row.recipient_id, kind=kind.value, sign=1 if delta > 0 else -1, service_from=row.service_from,
        service_to=row.service_to, net_cents=abs(delta), proposed_by=party, proposed_person=viewer.principal,
        proposed_at=conn.now, due_on=conn.today + timedelta(days=terms.confirm_days),
        # silence never signs a correction: it waits for a person
        silence="escalate", note=with_warning(reason, warning), reverses_id=row.id if is_reversal else None,
        parent_id=None if is_reversal else row.id,
    )  # fmt: skip
    return await _insert(conn, viewer, new, f"booking.{kind.value}", reason=reason)
