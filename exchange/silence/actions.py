"""Due jobs of bookings: what happens after the day to confirm and the day to settle."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

from exchange.bookings import store as bookings
from exchange.bookings.actions import note_booking
from exchange.bookings.model import TAX_NEEDED_FROM, UNDECIDED, BookingState
from exchange.bookings.store import Row
from exchange.signing.actions import DISPUTE_DAYS, answer_task, sign_and_post
from exchange.signing.store import lock_to_sign
from exchange.silence import store
from exchange.telling.actions import both_sides, tell_bookings
from kdnx.db.conn import Conn
from kdnx.members.store import hub_on
from kdnx.tasks.actions import close_tasks, open_tasks
from kdnx.tasks.model import NewTask
from kdnx.text import _
from kdnx.viewer import Role, Scope, Viewer

BATCH = 200
SYSTEM = Viewer(scope=Scope.SYSTEM)


async def run_silence(conn: Conn) -> int:
    """What silence means, by the policy of each order: escalate, expire or (only if agreed) consent."""
    locked = await lock_to_sign(conn, await store.find_due(conn, conn.today, BATCH))
    rows, codes = locked.rows, locked.codes
    expired = [r for r in rows if r.silence == "expire"]
    consent = [r for r in rows if r.silence == "consent" and _is_decided(r, codes[r.id])]
    settled = {r.id for r in (*expired, *consent)}
    await _expire(conn, expired)
    await tell_bookings(conn, SYSTEM, "confirmed", consent, both_sides)
    done = await sign_and_post(
        conn, SYSTEM, [(r, r.net_cents, r.counterpart) for r in consent], locked, origin="policy"
    )
    for row in done:
        note_booking(
            conn,
            SYSTEM,
            "booking.consent",
            row,
            reason=_("Schweigen gilt nach dem Leistungsschein als Bestätigung."),
        )
    await _escalate(conn, [r for r in rows if r.id not in settled])
    return len(rows)


def _is_decided(row: Row, codes: tuple[str, str]) -> bool:
    return row.service_to < TAX_NEEDED_FROM or UNDECIDED not in codes


async def run_disputes(conn: Conn) -> int:
    """Disputes nobody settled in time go to the hub's office."""
    rows = await bookings.lock_bookings(
        conn, await store.find_disputes_due(conn, conn.today, BATCH)
    )
    await _escalate(conn, rows)
    return len(rows)


async def _expire(conn: Conn, rows: Sequence[Row]) -> None:
    if not rows:
        return
    await bookings.mark_state(conn, rows, BookingState.EXPIRED.value)
    await tell_bookings(conn, SYSTEM, "expired", rows, both_sides)
    for row in rows:
        await close_tasks(conn, row.id)
        note_booking(conn, SYSTEM, "booking.expire", _moved(row, BookingState.EXPIRED))


def _moved(row: Row, state: BookingState) -> Row:
    return replace(row, state=state.value, row_version=row.row_version + 1)


async def _escalate(conn: Conn, rows: Sequence[Row]) -> None:
    if not rows:
        return
    await store.mark_escalated(conn, rows)
    hub = await hub_on(conn, conn.today)
    due = conn.today + timedelta(days=DISPUTE_DAYS)
    await open_tasks(conn, [_open_task(r, hub, due) for r in rows])
    await tell_bookings(conn, SYSTEM, "escalated", rows, both_sides)
    for row in rows:
        note_booking(conn, SYSTEM, "booking.escalate", _moved(row, BookingState(row.state)))


def _open_task(row: Row, hub: UUID, due: date) -> NewTask:
    title = _("Buchung {n} ist seit Fristablauf offen").format(n=row.booking_number)
    task = answer_task(row, hub, due, Role.BOOKING_CLERK)
    return replace(task, kind="booking.escalated", title=title)
