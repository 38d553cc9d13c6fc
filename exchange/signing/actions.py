"""The second signature: one path for one and for a thousand, which posts what it signs."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID

from exchange.bookings import store as bookings
from exchange.bookings.actions import check_version, lock_one, note_booking
from exchange.bookings.model import (
    Booking,
    BookingEvent,
    BookingKind,
    BookingState,
    DisputeReason,
    Signature,
    advance,
    check_counterpart,
    check_part,
    check_tax,
    evidence_of,
    fee_of,
    surcharge_of,
)
from exchange.bookings.store import NewBooking, Row
from exchange.ledger.actions import open_period
from exchange.ledger.model import (
    TEMPLATE,
    AccountKind,
    NewTransfer,
    Supply,
    accounts_of,
    book_period,
    supply_postings,
)
from exchange.signing import store
from exchange.signing.store import Locked, Signed
from exchange.telling.actions import proposer_of, tell_bookings
from kdnx.clock import end_of_day
from kdnx.db.conn import Conn
from kdnx.errors import Conflict, NotFound, Refused
from kdnx.ids import new_id
from kdnx.tasks.actions import close_tasks, open_tasks
from kdnx.tasks.model import NewTask
from kdnx.text import _
from kdnx.viewer import Permission, Role, Viewer, require

DISPUTE_DAYS = 30


@dataclass(frozen=True)
class Signing:
    """One booking to sign: `cents` None = the whole amount, `expected` the version the signer saw."""

    booking_id: UUID
    cents: int | None = None
    expected: int | None = None


@dataclass(frozen=True)
class Outcome:
    """What a batch did: confirmed bookings, and those that were refused with the reason."""

    confirmed: tuple[Row, ...]
    refused: tuple[tuple[UUID, Refused], ...] = ()


async def confirm_booking(
    conn: Conn, viewer: Viewer, booking_id: UUID, *, expected: int | None = None
) -> Row:
    """Confirm the whole amount."""
    (row,) = (
        await confirm_bookings(conn, viewer, [Signing(booking_id, expected=expected)])
    ).confirmed
    return row


async def confirm_part(
    conn: Conn,
    viewer: Viewer,
    booking_id: UUID,
    *,
    cents: int,
    reason: str,
    expected: int | None = None,
) -> Row:
    """Confirm less than proposed; the rest becomes a disputed booking of its own."""
    require(viewer, Permission.BOOKING_CONFIRM)
    before = await lock_one(conn, booking_id, expected)
    advance(before.state, BookingEvent.CONFIRM_PART)
    if before.kind == BookingKind.REVERSAL.value:
        raise Refused(_("Ein Storno wird ganz oder gar nicht bestätigt."), code="reversal_in_part")
    check_part(before, cents)
    (row,) = (
        await confirm_bookings(conn, viewer, [Signing(booking_id, cents)], reason=reason)
    ).confirmed
    await _dispute_rest(conn, viewer, row, cents, reason)
    return row


async def confirm_bookings(
    conn: Conn,
    viewer: Viewer,
    wanted: Sequence[Signing],
    *,
    skip_refused: bool = False,
    reason: str | None = None,
) -> Outcome:
    """Confirm a set in one go: lock, check each, sign, post, close tasks, audit.

    With `skip_refused` (ticked lists) what cannot be signed is reported and left as it is; otherwise
    the first refusal raises. Unknown and invisible ids raise NotFound.
    """
    require(viewer, Permission.BOOKING_CONFIRM)
    by_id = {w.booking_id: w for w in wanted}
    locked = await store.lock_to_sign(conn, list(by_id))
    if len(locked.rows) != len(by_id):
        raise NotFound(_("Diese Buchung gibt es nicht, oder sie ist für Sie nicht sichtbar."))
    good: list[tuple[Row, int, UUID]] = []
    refused: list[tuple[UUID, Refused]] = []
    for row in locked.rows:
        signing = by_id[row.id]
        try:
            advance(row.state, BookingEvent.CONFIRM)
            member = check_counterpart(row, viewer.members, viewer.principal)
            check_version(row, signing.expected)
            check_tax(row.service_to, locked.codes[row.id])
            good.append((row, signing.cents or row.net_cents, member))
        except Refused as error:
            if not skip_refused:
                raise
            refused.append((row.id, error))
    # told before it is posted: the chains stay locked as short as possible
    await tell_bookings(conn, viewer, "confirmed", [row for row, _c, _m in good], proposer_of)
    done = await sign_and_post(conn, viewer, good, locked, origin="signed")
    for row in done:
        note_booking(conn, viewer, "booking.confirm", row, reason=reason)
    return Outcome(tuple(done), tuple(refused))


async def sign_and_post(
    conn: Conn,
    viewer: Viewer,
    good: Sequence[tuple[Row, int, UUID]],
    locked: Locked,
    *,
    origin: str,
) -> list[Row]:
    """Sign locked bookings with these amounts for these members, and post them; they come back confirmed.

    Their tasks are closed. The heads of the chains are locked by the last statement.
    """
    if not good:
        return []
    signed = [
        _sign(
            conn,
            viewer,
            row,
            cents,
            member,
            locked.codes[row.id],
            origin=origin,
            closed=locked.closed,
        )
        for row, cents, member in good
    ]
    await post_signed(conn, signed)
    return [_confirmed(conn, row, s) for (row, _c, _m), s in zip(good, signed, strict=True)]


def _confirmed(conn: Conn, row: Row, s: Signed) -> Row:
    return replace(
        row, state=BookingState.CONFIRMED.value, row_version=row.row_version + 1, updated_at=conn.now,
        confirmed_cents=s.signature.confirmed_cents, confirmed_surcharge_cents=s.signature.surcharge_cents,
        tax_code_1=s.signature.tax_code_1, tax_code_2=s.signature.tax_code_2,
        confirmed_by=s.signature.confirmed_by, confirmed_person=s.person_id, origin=s.signature.origin,
        book_year=s.book_year, book_month=s.book_month, template=s.signature.template, document=s.document,
        confirmed_at=s.signature.confirmed_at, evidence=s.evidence,
    )  # fmt: skip


def _sign(
    conn: Conn,
    viewer: Viewer,
    row: Row,
    cents: int,
    member: UUID,
    codes: tuple[str, str],
    *,
    origin: str,
    closed: int,
) -> Signed:
    if row.reversed_surcharge_cents is not None:
        extra = row.reversed_surcharge_cents  # a reversal copies, it does not compute anew
    else:
        extra = 0 if row.route == "direct" else surcharge_of(cents, row.surcharge_pct, fee_of(row))
    signature = Signature(cents, extra, *codes, member, origin, TEMPLATE, conn.now)
    book = book_period(row.service_to, closed)
    return Signed(
        row, signature, viewer.principal, book.year, book.month, evidence_of(row, signature)
    )


def transfers_of(s: Signed) -> tuple[list[NewTransfer], list[tuple[AccountKind, UUID]]]:
    """The ledger rows of a signed booking and the accounts they need."""
    b = s.booking
    supply = Supply(
        b.route, b.owner_id, b.recipient_id, b.hub_id, s.signature.confirmed_cents, s.signature.surcharge_cents,
        b.service_from, b.service_to, b.sign,
    )  # fmt: skip
    book = book_period(date(s.book_year, s.book_month, 1), 0)
    rows = [
        NewTransfer(
            b.owner_id,
            new_id(),
            p,
            book,
            b.recipient_id,
            b.category_id,
            b.offering_id,
            "booking",
            b.id,
            s.evidence,
        )
        for p in supply_postings(supply)
    ]
    return rows, accounts_of(supply)


async def post_signed(conn: Conn, signed: Sequence[Signed]) -> None:
    """Write the signatures and post all of them in one round trip.

    Conflict when somebody else was faster, or the period closed meanwhile.
    """
    rows: list[NewTransfer] = []
    accounts: set[tuple[AccountKind, UUID]] = set()
    for s in signed:
        transfers, touched = transfers_of(s)
        rows += transfers
        accounts.update(touched)
    with open_period():
        if not await store.sign_and_post(conn, signed, rows, sorted(accounts)):
            raise Conflict(
                _("Jemand anderes hat eine dieser Buchungen gerade bestätigt."),
                code="confirmed_meanwhile",
            )


async def _dispute_rest(conn: Conn, viewer: Viewer, row: Row, cents: int, reason: str) -> None:
    (ordinal,) = await bookings.draw_ordinals(conn, [(row.owner_id, row.order_id)])
    due = conn.today + timedelta(days=DISPUTE_DAYS)
    rest = NewBooking(
        owner_id=row.owner_id, id=new_id(), order_id=row.order_id, order_version=row.order_version, ordinal=ordinal,
        recipient_id=row.recipient_id, kind=row.kind, sign=row.sign, service_from=row.service_from,
        service_to=row.service_to,
        net_cents=row.net_cents - cents, proposed_by=row.proposed_by, proposed_person=row.proposed_person,
        proposed_at=row.proposed_at, due_on=due, silence="escalate",
        note=_("Rest von {n}").format(n=row.booking_number),
        parent_id=row.id, state=BookingState.DISPUTED.value,
    )  # fmt: skip
    await bookings.insert_bookings(conn, [rest])
    (written,) = await bookings.get_bookings(conn, [rest.id])
    await _dispute(conn, viewer, written, reason=DisputeReason.REST, text=reason, claimed_cents=0)


async def dispute_booking(
    conn: Conn, viewer: Viewer, booking_id: UUID, *, reason: DisputeReason, text: str, claimed_cents: int,
    expected: int | None = None,
) -> Row:  # fmt: skip
    """Disagree, with reason and the amount the signer would accept (cents, below the proposed one)."""
    require(viewer, Permission.BOOKING_CONFIRM)
    row = await lock_one(conn, booking_id, expected)
    after = advance(row.state, BookingEvent.DISPUTE)
    check_counterpart(row, viewer.members, viewer.principal)
    if not 0 <= claimed_cents < row.net_cents:
        raise Refused(
            _("Der anerkannte Betrag liegt zwischen null und unter dem vorgeschlagenen."),
            code="claimed_amount",
        )
    await bookings.mark_state(conn, [row], after.value)
    await close_tasks(conn, row.id)
    return await _dispute(conn, viewer, row, reason=reason, text=text, claimed_cents=claimed_cents)


async def _dispute(
    conn: Conn, viewer: Viewer, row: Row, *, reason: DisputeReason, text: str, claimed_cents: int
) -> Row:
    due = conn.today + timedelta(days=DISPUTE_DAYS)
    await store.insert_dispute(
        conn, row, by_member=row.counterpart, person_id=viewer.principal, reason=reason.value, text=text.strip(),
        claimed_cents=claimed_cents, due_on=due,
    )  # fmt: skip
    await open_tasks(conn, [answer_task(row, row.proposed_by, due, Role.BOOKING_CLERK)])
    await tell_bookings(conn, viewer, "disputed", [row], proposer_of)
    (after,) = await bookings.get_bookings(conn, [row.id])
    note_booking(conn, viewer, "booking.dispute", after, reason=text)
    return after


def answer_task(row: Booking, owner_id: UUID, due: date, role: Role) -> NewTask:
    """The task to settle a disputed booking."""
    title = _("Strittige Buchung {n} klären").format(n=row.booking_number)
    return NewTask(
        owner_id=owner_id, kind="booking.disputed", title=title,
        object_kind="booking", object_id=row.id, url=f"/bookings/{row.id}", assignee_role=role, due_at=end_of_day(due),
    )  # fmt: skip
