"""Propose what the calendar makes due, report what was used, switch the calendar of an order on or off."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

import asyncpg

from exchange.bookings import store as bookings
from exchange.bookings.actions import ask_counterpart, note_booking
from exchange.bookings.model import MOST_QUANTITY, BookingKind
from exchange.bookings.store import NewBooking, Row
from exchange.clearing.caps import weigh
from exchange.ledger.gate import check_proposable
from exchange.schedules import store
from exchange.schedules.model import Piece, PieceKind, Standing, next_look
from exchange.schedules.reading import Entry, Outlook, read_outlooks, wanted_of
from exchange.schedules.store import Head
from exchange.telling.actions import counterpart_of, tell_bookings
from kdnx.audit.actions import record
from kdnx.clock import end_of_day
from kdnx.db.conn import Conn
from kdnx.errors import FieldError, Forbidden, Invalid, NotFound, Refused, Stale
from kdnx.ids import new_id
from kdnx.members.store import hub_on
from kdnx.module import DueJob
from kdnx.tasks.actions import close_tasks, open_tasks
from kdnx.tasks.model import NewTask
from kdnx.text import _
from kdnx.viewer import Permission, Role, Scope, Viewer, require
from kdnx.web.formats import day, eur, micro_eur, num

SYSTEM = Viewer(scope=Scope.SYSTEM)
BATCH = 25
QUANTITY_TASK, TAX_TASK, CAP_TASK = "schedule.quantity", "schedule.tax", "schedule.cap"
QUANTITY_DAYS = 14
S = Standing


async def propose_due(conn: Conn) -> int:
    """Propose the elapsed periods of running orders; how many orders were looked at. Looking twice changes nothing."""
    registered = await store.register_orders(conn, 20 * BATCH)
    ids = await store.find_due(conn, conn.today, BATCH)
    rows: list[Row] = []
    for found in await read_outlooks(conn, ids, conn.today):
        try:
            rows += await _propose_elapsed(conn, SYSTEM, found)
        except Refused:  # somebody took the reference for something else: a person has to look
            await store.mark_looked(conn, found.head, conn.today + timedelta(days=1))
    await tell_bookings(conn, SYSTEM, "proposed", rows, counterpart_of)
    return registered + len(ids)


async def _propose_elapsed(conn: Conn, viewer: Viewer, found: Outlook) -> list[Row]:
    """Book what is due, ask for what is missing, and note when to look again."""
    due = await _gated(conn, [e for e in found.entries if e.standing == S.DUE])
    rows = await _insert(conn, viewer, found.head, due)
    await _ask(conn, found)
    done = {id(e) for e, _kind in due}
    standings = [(e.piece, S.BOOKED if id(e) in done else e.standing) for e in found.entries]
    await store.mark_looked(
        conn, found.head, next_look(standings, conn.today, is_over=found.is_over)
    )
    return rows


async def _gated(conn: Conn, due: Sequence[Entry]) -> list[tuple[Entry, BookingKind]]:
    """Those whose period takes new bookings now, with their kind; what is being closed waits, late is an adjustment."""
    passed = []
    for entry in due:
        try:
            is_late = await check_proposable(conn, entry.piece.last)
        except Refused:
            continue
        passed.append((entry, BookingKind.ADJUSTMENT if is_late else BookingKind.REGULAR))
    return passed


async def _insert(
    conn: Conn, viewer: Viewer, head: Head, due: Sequence[tuple[Entry, BookingKind]]
) -> list[Row]:
    if not due:
        return []
    keys = [(head.owner_id, head.order_id)] * len(due)
    try:
        async with conn.savepoint():  # drawn within: a refusal gives the ordinals back
            ordinals = await bookings.draw_ordinals(conn, keys)
            # asked again under the counter's lock: what was read without it may have been used up
            verdicts = await weigh(conn, [wanted_of(head, e) for e, _k in due])
            if refusal := next((v.refusal for v in verdicts if v.refusal), None):
                raise refusal
            new = [
                _booking(conn, viewer, head, replace(e, note=v.note), k, n)
                for (e, k), v, n in zip(due, verdicts, ordinals, strict=True)
            ]
            await bookings.insert_bookings(conn, new)
    except asyncpg.UniqueViolationError as error:
        raise Refused(
            _("Dieser Zeitraum ist inzwischen gebucht."),
            code="booking_reference_once",
            rule=_("Je Leistungsschein und Zeitraum gibt es eine Buchung aus dem Plan."),
            remedy=_("Bitte die Seite neu laden."),
        ) from error
    rows = await bookings.get_bookings(conn, [b.id for b in new])
    await ask_counterpart(conn, rows)
    for row in rows:
        note_booking(conn, viewer, "booking.propose", row, reason=_("aus dem Buchungsplan"))
    return rows


def _booking(
    conn: Conn, viewer: Viewer, head: Head, entry: Entry, kind: BookingKind, ordinal: int
) -> NewBooking:
    piece, used = entry.piece, entry.quantities
    return NewBooking(
        owner_id=head.owner_id, id=new_id(), order_id=head.order_id, order_version=piece.version, ordinal=ordinal,
        recipient_id=head.recipient_id, kind=kind.value, sign=1, service_from=piece.first, service_to=piece.last,
        net_cents=piece.cents or 0, proposed_by=head.owner_id, proposed_person=viewer.principal, proposed_at=conn.now,
        due_on=conn.today + timedelta(days=head.confirm_days), silence=head.silence,
        quantity=used[0][1] if len(used) == 1 else None, reference=piece.reference(head.number), note=explain(entry),
    )  # fmt: skip


def explain(entry: Entry) -> str:
    """How the amount came about, a line a price, and what it is warned of, for the one who signs."""
    used = {x.ordinal: q for x, q in entry.quantities}
    lines = [
        _("{label}: {quantity} × {price} → {amount}").format(
            label=x.label, quantity=num(used.get(x.ordinal, x.quantity)), price=micro_eur(x.unit_price_micro),
            amount=eur(cents),
        )
        for x, cents in entry.piece.amounts
    ]  # fmt: skip
    return "\n".join([*lines, *([entry.note] if entry.note else [])])[:2000]


async def _ask(conn: Conn, found: Outlook) -> None:
    """Open the tasks that stand between an elapsed period and its booking."""
    head = found.head
    tasks = [_quantity_task(head, e.piece) for e in found.entries if e.standing == S.NEEDS_QUANTITY]
    if over := [e for e in found.entries if e.standing == S.OVER_CAP]:
        title = _("{number}: Jahreshöchstbetrag erreicht, {period} wartet").format(
            number=head.number, period=over[0].piece.label
        )
        dedup = f"{CAP_TASK}:{head.order_id}:{over[0].piece.last.year}"
        due = conn.today + timedelta(days=QUANTITY_DAYS)
        tasks.append(_task(head, head.owner_id, Role.BOOKING_CLERK, CAP_TASK, dedup, title, due))
    else:
        await close_tasks(conn, head.order_id, [CAP_TASK])
    if any(e.standing == S.NEEDS_TAX and e.piece.last < conn.today for e in found.entries):
        title = _("{number}: Umsatzsteuer entscheiden, Buchungen warten").format(number=head.number)
        hub = head.hub_id or await hub_on(conn, conn.today)
        tasks.append(
            _task(
                head, hub, Role.TAX_OFFICER, TAX_TASK, f"{TAX_TASK}:{head.order_id}", title,
                conn.today + timedelta(days=QUANTITY_DAYS),
            )
        )  # fmt: skip
    await open_tasks(conn, tasks)


def _quantity_task(head: Head, piece: Piece) -> NewTask:
    title = _("{number}: Menge für {period} melden").format(number=head.number, period=piece.label)
    dedup = f"{QUANTITY_TASK}:{head.order_id}:{piece.first}"
    due = piece.last + timedelta(days=QUANTITY_DAYS)
    return _task(head, head.owner_id, Role.BOOKING_CLERK, QUANTITY_TASK, dedup, title, due)


def _task(
    head: Head, owner: UUID, role: Role, kind: str, dedup: str, title: str, due: date
) -> NewTask:
    return NewTask(
        owner_id=owner, kind=kind, title=title, object_kind="order", object_id=head.order_id,
        url=f"/orders/{head.order_id}/schedule", assignee_role=role, due_at=end_of_day(due), dedup=dedup,
    )  # fmt: skip


async def read_outlook(conn: Conn, order_id: UUID, until: date) -> Outlook:
    """The periods of one visible order; NotFound otherwise."""
    found = await read_outlooks(conn, [order_id], until)
    if not found:
        raise NotFound(
            _("Diesen Leistungsschein gibt es nicht, oder er ist für Sie nicht sichtbar.")
        )
    return found[0]


async def _own(conn: Conn, viewer: Viewer, order_id: UUID) -> Head:
    """The head of an order the viewer delivers, its switch locked."""
    require(viewer, Permission.BOOKING_PROPOSE)
    head = (await read_outlook(conn, order_id, conn.today)).head
    if not viewer.acts_for(head.owner_id):
        raise Forbidden(
            _("Leistungen schlägt der Bereitsteller vor."),
            remedy=_("Der Abnehmer bestätigt oder bestreitet, was vorgeschlagen ist."),
        )
    await store.lock_schedule(conn, head.owner_id, head.order_id)
    return head


async def switch_schedule(
    conn: Conn, viewer: Viewer, order_id: UUID, *, is_on: bool, begins: date | None, expected: int | None
) -> list[Row]:  # fmt: skip
    """Let the calendar propose from a day on, or stop it; what is due by then is proposed at once."""
    await _own(conn, viewer, order_id)
    head = (await read_outlook(conn, order_id, conn.today)).head
    if expected is not None and expected != head.row_version:
        raise Stale(_("Der Buchungsplan wurde inzwischen geändert."), remedy=_("Bitte neu laden."))
    await store.save_schedule(conn, head, is_on=is_on, begins=begins or head.begins)
    record(
        conn, viewer, "schedule.on" if is_on else "schedule.off", object_kind="order", object_id=order_id,
        owner_id=head.owner_id, party_id=head.recipient_id, row_version=head.row_version + 1,
        after={"is_on": is_on, "begins": begins or head.begins},
    )  # fmt: skip
    return await _look_again(conn, viewer, order_id)


async def _look_again(conn: Conn, viewer: Viewer, order_id: UUID) -> list[Row]:
    rows = await _propose_elapsed(conn, viewer, await read_outlook(conn, order_id, conn.today))
    await tell_bookings(conn, viewer, "proposed", rows, counterpart_of)
    return rows


async def report_quantities(
    conn: Conn, viewer: Viewer, order_id: UUID, first: date, amounts: Mapping[int, Decimal], note: str = ""
) -> list[Row]:  # fmt: skip
    """Report what was used in an elapsed period, by place of the line; it is proposed at once when all is known."""
    head = await _own(conn, viewer, order_id)
    found = await read_outlook(conn, order_id, conn.today)
    entry = next(
        (e for e in found.entries if e.piece.kind == PieceKind.USAGE and e.piece.first == first),
        None,
    )
    piece = _check_report(entry, amounts, conn.today)
    try:
        async with conn.savepoint():
            await store.insert_quantities(
                conn, head, piece.first, piece.last, sorted(amounts.items()), note
            )
    except asyncpg.UniqueViolationError as error:
        raise _reported() from error
    await close_tasks(conn, order_id, [QUANTITY_TASK])
    record(
        conn, viewer, "schedule.quantity", object_kind="order", object_id=order_id, owner_id=head.owner_id,
        party_id=head.recipient_id, row_version=head.row_version, reason=note or None,
        after={"first": first, "amounts": {str(k): str(v) for k, v in amounts.items()}},
    )  # fmt: skip
    return await _look_again(conn, viewer, order_id)


def _reported() -> Refused:
    return Refused(
        _("Für diesen Zeitraum ist die Menge schon gemeldet."),
        code="quantity_reported",
        remedy=_("Eine falsche Menge wird durch eine Berichtigung der Buchung korrigiert."),
    )


def _check_report(entry: Entry | None, amounts: Mapping[int, Decimal], today: date) -> Piece:
    """The elapsed period that waits for exactly these lines."""
    if entry is None:
        raise Refused(
            _("In diesem Zeitraum wird nichts nach Nutzung abgerechnet."), code="no_usage"
        )
    if entry.quantities:
        raise _reported()
    if entry.piece.last >= today:
        raise Refused(
            _("Der Zeitraum läuft noch bis {day}.").format(day=day(entry.piece.last)),
            code="period_open",
            remedy=_("Gemeldet wird, was in einem abgelaufenen Zeitraum genutzt wurde."),
        )
    wanted = {x.ordinal for x, _c in entry.piece.amounts}
    message = _("Bitte zu jeder Position eine Menge angeben, auch eine Null.")
    wrong = [FieldError(f"quantity_{n}", message, "missing") for n in sorted(wanted ^ set(amounts))]
    if wrong:
        raise Invalid(message, errors=wrong)
    message = _(
        "Eine Menge liegt bei null oder darüber und hat höchstens 14 Stellen vor dem Komma."
    )
    odd = [n for n, q in sorted(amounts.items()) if not 0 <= q < MOST_QUANTITY]
    if odd:
        raise Invalid(message, errors=[FieldError(f"quantity_{n}", message, "range") for n in odd])
    return entry.piece


async def propose_again(
    conn: Conn, viewer: Viewer, order_id: UUID, first: date, kind: PieceKind
) -> list[Row]:
    """Propose a period whose booking was withdrawn or expired, or one that was also booked by hand."""
    await _own(conn, viewer, order_id)
    found = await read_outlook(conn, order_id, conn.today)
    entry = next((e for e in found.entries if (e.piece.first, e.piece.kind) == (first, kind)), None)
    if entry is None or not may_again(entry, conn.today):
        raise Refused(
            _("Dieser Zeitraum lässt sich nicht erneut vorschlagen."),
            code="not_again",
            rule=_("Erneut vorgeschlagen wird nur, was zurückgezogen oder verfallen ist."),
        )
    is_late = await check_proposable(conn, entry.piece.last)
    kind_of = BookingKind.ADJUSTMENT if is_late else BookingKind.REGULAR
    rows = await _insert(conn, viewer, found.head, [(entry, kind_of)])
    await tell_bookings(conn, viewer, "proposed", rows, counterpart_of)
    return rows


def may_again(entry: Entry, today: date) -> bool:
    """A person may propose this elapsed period once more."""
    over = entry.is_again or entry.standing == S.BY_HAND
    return over and bool(entry.piece.cents) and entry.piece.last < today


DUE_JOBS = (DueJob("schedule.propose", propose_due, 30),)
