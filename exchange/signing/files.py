"""Bookings as a file: proposals of a provider, and the Altbestand that only the hub's office brings in."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from exchange.bookings import store as bookings
from exchange.bookings.actions import ask_counterpart
from exchange.bookings.model import (
    BookingKind,
    BookingState,
    Signature,
    check_tax,
    evidence_of,
    fee_of,
    surcharge_of,
)
from exchange.bookings.store import NewBooking, Row
from exchange.clearing.caps import with_warning
from exchange.ledger.model import TEMPLATE, book_period
from exchange.ledger.reading import own_or_all
from exchange.ledger.store import closed_through
from exchange.signing import store
from exchange.signing.actions import post_signed
from exchange.signing.columns import COLUMNS
from exchange.signing.rows import Planned, check_caps, plan_rows, within_caps
from exchange.signing.store import Signed
from exchange.telling.actions import counterpart_of, tell_bookings
from kdnx.audit.actions import record
from kdnx.audit.store import insert_changes
from kdnx.db.conn import Conn
from kdnx.ids import new_id
from kdnx.imports.kinds import FileKind, Outcome
from kdnx.imports.kinds import Row as FileRow
from kdnx.text import _
from kdnx.viewer import Permission, Viewer


async def write(conn: Conn, viewer: Viewer, rows: Sequence[FileRow]) -> Outcome:
    """Check all rows, then write the good ones in a handful of statements."""
    outcome = Outcome()
    planned = await within_caps(conn, await plan_rows(conn, viewer, rows, outcome), outcome)
    if not planned:
        return outcome
    ordinals = await bookings.draw_ordinals(
        conn, [(p.terms.owner_id, p.terms.order_id) for p in planned]
    )
    await check_caps(conn, planned)
    await bookings.insert_bookings(
        conn, [_new_booking(conn, viewer, p, n) for p, n in zip(planned, ordinals, strict=True)]
    )
    written = {b.id: b for b in await bookings.get_bookings(conn, [p.id for p in planned])}
    await _confirm_legacy(
        conn, [(p, written[p.id]) for p in planned if p.state == BookingState.CONFIRMED.value]
    )
    waiting = [written[p.id] for p in planned if p.state == BookingState.PROPOSED.value]
    await ask_counterpart(conn, waiting)
    await tell_bookings(conn, viewer, "proposed", waiting, counterpart_of)
    await _note(conn, viewer, planned)
    outcome.new = len(planned)
    return outcome


def _new_booking(conn: Conn, viewer: Viewer, p: Planned, ordinal: int) -> NewBooking:
    v, t = p.row.values, p.terms
    kind = BookingKind.ADJUSTMENT if p.net < 0 or p.is_late else BookingKind.REGULAR
    is_legacy = p.state != BookingState.PROPOSED.value
    return NewBooking(
        owner_id=t.owner_id, id=p.id, order_id=t.order_id, order_version=t.version, ordinal=ordinal,
        recipient_id=t.recipient_id,
        kind=kind.value, sign=1 if p.net > 0 else -1, service_from=v["service_from"], service_to=v["service_to"],
        net_cents=abs(p.net), proposed_by=t.owner_id, proposed_person=None if is_legacy else viewer.principal,
        proposed_at=conn.now,
        due_on=conn.today + timedelta(days=t.confirm_days), silence=t.silence, quantity=v.get("quantity"),
        reference=v["reference"], note=with_warning(v.get("note") or "", p.warning),
        # what is confirmed below is inserted as proposed, so that one statement signs it
        state=BookingState.PROPOSED.value if p.state == BookingState.CONFIRMED.value else p.state,
    )  # fmt: skip


async def _confirm_legacy(conn: Conn, pairs: Sequence[tuple[Planned, Row]]) -> None:
    if not pairs:
        return
    codes = await store.tax_codes(conn, [b for _p, b in pairs])
    closed = await closed_through(conn)
    signed = []
    for p, b in pairs:
        v = p.row.values
        check_tax(b.service_to, codes[b.id])
        cents = v.get("confirmed") or b.net_cents
        extra = 0 if b.route == "direct" else surcharge_of(cents, b.surcharge_pct, fee_of(b))
        signature = Signature(
            cents,
            extra,
            *codes[b.id],
            b.recipient_id,
            "legacy",
            TEMPLATE,
            v.get("confirmed_at") or conn.now,
        )
        book = book_period(b.service_to, closed)
        signed.append(
            Signed(
                b, signature, None, book.year, book.month, evidence_of(b, signature), v["evidence"]
            )
        )
    await post_signed(conn, signed)


async def _note(conn: Conn, viewer: Viewer, planned: Sequence[Planned]) -> None:
    """One act in the audit trail, one row a booking in the change feed."""
    legacy = sum(p.state != BookingState.PROPOSED.value for p in planned)
    record(
        conn, viewer, "booking.import", object_kind="import", object_id=new_id(), owner_id=viewer.owner_id,
        reason=_("{n} Buchungen, davon {legacy} Altbestand").format(n=len(planned), legacy=legacy),
        after={"references": sorted(str(p.row.values["reference"]) for p in planned)},
    )  # fmt: skip
    changes: list[dict[str, object]] = [
        {"owner_id": str(p.terms.owner_id), "id": str(new_id()), "kind": "booking", "object_id": str(p.id),
         "row_version": 2 if p.state == BookingState.CONFIRMED.value else 1, "op": "put", "audience": "parties",
         "party_ids": [str(p.terms.owner_id), str(p.terms.recipient_id)]}
        for p in planned
    ]  # fmt: skip
    await insert_changes(conn, changes)


def as_row(b: Row) -> dict[str, Any]:
    """A booking in the columns of the file."""
    confirmed = b.confirmed_cents if b.confirmed_cents != b.net_cents else None
    return {
        "number": b.booking_number, "order": b.number, "service_from": b.service_from, "service_to": b.service_to,
        "net": b.sign * b.net_cents, "quantity": b.quantity, "reference": b.reference or b.booking_number,
        "note": b.note or None, "kind": b.kind,
        "state": b.state, "confirmed": confirmed, "confirmed_at": b.confirmed_at, "evidence": b.document or None,
    }  # fmt: skip


async def read(conn: Conn, viewer: Viewer) -> Sequence[Mapping[str, Any]]:
    """Every booking the viewer may see."""
    return [as_row(b) for b in await store.export_bookings(conn, own_or_all(viewer))]


KIND = FileKind(
    "bookings", "Buchungen", Permission.BOOKING_PROPOSE, COLUMNS, write, read, order=60, seen_at="/bookings"
)  # fmt: skip
