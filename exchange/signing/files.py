"""Bookings as a file: proposals of a provider, and the Altbestand that only the hub's office brings in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from exchange.bookings import store as bookings
from exchange.bookings.actions import ask_counterpart, check_bookable, terms_on
from exchange.bookings.model import (
    KIND_LABELS,
    LABELS,
    BookingKind,
    BookingState,
    Signature,
    check_tax,
    evidence_of,
    surcharge_of,
)
from exchange.bookings.store import NewBooking, Row, Terms
from exchange.ledger.gate import check_proposable
from exchange.ledger.model import TEMPLATE, book_period
from exchange.ledger.reading import own_or_all
from exchange.ledger.store import closed_through
from exchange.signing import store
from exchange.signing.actions import post_signed
from exchange.signing.store import Existing, Signed
from exchange.telling.actions import counterpart_of, tell_bookings
from kdnx.audit.actions import record
from kdnx.audit.store import insert_changes
from kdnx.db.conn import Conn
from kdnx.errors import Refused
from kdnx.ids import new_id
from kdnx.imports.kinds import CellKind, Column, FileKind, Outcome, RowError
from kdnx.imports.kinds import Row as FileRow
from kdnx.text import _
from kdnx.viewer import Permission, Scope, Viewer

STATES = {LABELS[s]: s.value for s in BookingState}
KINDS = {KIND_LABELS[k]: k.value for k in BookingKind}
LATE = "„Berichtigung“: Dann zählt die Zeile als Nachtrag im nächsten offenen Jahr"
LATE_KIND = "Leer = Leistung; abgeschlossenes Jahr: nur Berichtigung."
ONE_YEAR = "Im selben Kalenderjahr."
AMOUNT = ("net_amount", "amount")
NET = "Bein 1, ohne Umlage und Steuer."
OFFICE_ONLY = "Leer = vorgeschlagen; anderes nur Geschäftsstelle (Altbestand)."
COLUMNS = (
    Column("number", "Buchungsnummer", note="Wird vergeben; nur zum Wiedererkennen.", aliases=("booking_number",)),
    Column("order", "Leistungsschein", required=True, example="L-2026-0042", aliases=("order_number",)),
    Column("service_from", "Leistung von", CellKind.DAY, required=True, example="01.07.2026"),
    Column("service_to", "Leistung bis", CellKind.DAY, required=True, example="31.07.2026", note=ONE_YEAR),
    Column("net", "Netto", CellKind.MONEY, required=True, example="1.234,50", note=NET, aliases=AMOUNT),
    Column("quantity", "Menge", CellKind.DECIMAL),
    Column("reference", "Referenz", example="LS-4711", max_length=120, note="Je Bereitsteller und Jahr einmal."),
    Column("note", "Bemerkung", max_length=2000),
    Column("kind", "Art", CellKind.CHOICE, choices=KINDS, note=LATE_KIND),
    Column("state", "Stand", CellKind.CHOICE, choices=STATES, note=OFFICE_ONLY),
    Column("confirmed", "Bestätigt netto", CellKind.MONEY, note="Nur Altbestand; leer = der ganze Betrag."),
    Column("confirmed_at", "Bestätigt am", CellKind.INSTANT, note="Nur Altbestand."),
    Column("evidence", "Beleg", note="Nur Altbestand: woraus die Bestätigung hervorgeht.", aliases=("document",)),
)  # fmt: skip


@dataclass(frozen=True)
class Planned:
    """A row that becomes a booking: its terms, what it says, and the id it will have."""

    row: FileRow
    terms: Terms
    id: UUID
    is_late: bool = False

    @property
    def state(self) -> str:
        """The wanted state."""
        return self.row.values.get("state") or BookingState.PROPOSED.value

    @property
    def net(self) -> int:
        """Signed cents."""
        return int(self.row.values["net"])


async def write(conn: Conn, viewer: Viewer, rows: Sequence[FileRow]) -> Outcome:
    """Check all rows, then write the good ones in a handful of statements."""
    outcome = Outcome()
    planned = await _plan(conn, viewer, rows, outcome)
    if not planned:
        return outcome
    ordinals = await bookings.draw_ordinals(
        conn, [(p.terms.owner_id, p.terms.order_id) for p in planned]
    )
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


async def _plan(
    conn: Conn, viewer: Viewer, rows: Sequence[FileRow], outcome: Outcome
) -> list[Planned]:
    by_number: dict[str, list[Terms]] = {}
    for t in await bookings.get_terms(conn, numbers=sorted({str(r.values["order"]) for r in rows})):
        by_number.setdefault(t.number, []).append(t)
    references = [r.values["reference"] for r in rows if r.values.get("reference")]
    numbers = [r.values["number"] for r in rows if r.values.get("number")]
    known: dict[tuple[UUID, str, int], Existing] = {}
    named: dict[tuple[str, date], Existing] = {}
    for e in await store.find_existing(conn, references, numbers):
        named[e.booking_number, e.service_from] = e
        if e.reference:
            known[e.owner_id, e.reference, e.service_year] = e
    planned: list[Planned] = []
    seen: set[tuple[UUID, str, int]] = set()
    gates: dict[tuple[int, int], bool] = {}
    for row in rows:
        try:
            terms = _terms_of(by_number.get(str(row.values["order"]), []), viewer, row)
            key = (
                terms.owner_id,
                str(row.values.get("reference") or ""),
                row.values["service_from"].year,
            )
            existing = known.get(key) or named.get(
                (str(row.values.get("number")), row.values["service_from"])
            )
            if existing:
                _check_same(existing, terms, row)
                outcome.unchanged += 1
                continue
            _check_new(viewer, terms, row, is_double=key in seen)
            is_late = await _check_gate(conn, row, gates)
            seen.add(key)
            planned.append(Planned(row, terms, new_id(), is_late))
        except _Fault as fault:
            outcome.errors.append(fault.error)
        except Refused as error:
            found = f"{row.values['service_from']:%d.%m.%Y} – {row.values['service_to']:%d.%m.%Y}"
            outcome.errors.append(
                RowError(row.number, "Leistung bis", found, error.remedy or "", error.detail)
            )
    return planned


async def _check_gate(conn: Conn, row: FileRow, passed: dict[tuple[int, int], bool]) -> bool:
    """Nothing new into a period that is being closed, into a closed year only what calls itself an adjustment.

    True for a row of a closed year; asked once a month of service.
    """
    day = row.values["service_to"]
    month = (day.year, day.month)
    if month not in passed:
        passed[month] = await check_proposable(conn, day)
    is_new = row.values["net"] > 0 and row.values.get("kind") != BookingKind.ADJUSTMENT.value
    if passed[month] and is_new:
        text = _("{year} ist abgeschlossen; eine neue Leistung kommt dort nicht mehr hinein.")
        raise _Fault(row, "kind", _(LATE), text.format(year=day.year))
    return passed[month]


class _Fault(Exception):
    def __init__(self, row: FileRow, name: str, expected: str, message: str) -> None:
        super().__init__()
        column = next(c for c in COLUMNS if c.name == name)
        self.error = RowError(
            row.number, column.title, str(row.values.get(name) or ""), expected, message
        )


def _terms_of(found: Sequence[Terms], viewer: Viewer, row: FileRow) -> Terms:
    """The order the row means: after a succession two carry one number, the term decides."""
    orders: dict[UUID, list[Terms]] = {}
    for t in found:
        orders.setdefault(t.order_id, []).append(t)
    if not orders:
        raise _Fault(
            row,
            "order",
            _("eine vorhandene Nummer"),
            _("Diesen Leistungsschein gibt es nicht, oder er ist für Sie nicht sichtbar."),
        )
    first, last = row.values["service_from"], row.values["service_to"]
    choices = sorted(
        (terms_on(v, last) for v in orders.values()), key=lambda t: t.state == "transferred"
    )
    fits = (
        t
        for t in choices
        if t.starts_on <= first and (t.runs_until is None or last <= t.runs_until)
    )
    terms = next(fits, choices[0])
    if viewer.scope != Scope.OFFICE and not viewer.acts_for(terms.owner_id):
        raise _Fault(
            row,
            "order",
            _("ein Leistungsschein Ihres Hauses"),
            _("Leistungen schlägt der Bereitsteller vor."),
        )
    return terms


def _check_same(existing: Existing, terms: Terms, row: FileRow) -> None:
    v = row.values
    same = (existing.order_id, existing.service_from, existing.service_to, existing.signed_cents)
    if same != (terms.order_id, v["service_from"], v["service_to"], v["net"]):
        raise _Fault(
            row,
            "reference",
            _("eine neue Referenz"),
            _("Unter dieser Referenz gibt es schon eine andere Buchung."),
        )


def _check_new(viewer: Viewer, terms: Terms, row: FileRow, *, is_double: bool) -> None:
    v = row.values
    office = viewer.scope == Scope.OFFICE
    legacy = [n for n in ("confirmed", "confirmed_at", "evidence") if v.get(n)]
    state = v.get("state") or BookingState.PROPOSED.value
    if not office and (state != BookingState.PROPOSED.value or legacy):
        raise _Fault(
            row,
            "state",
            _("leer"),
            _("Bestätigte Buchungen übernimmt nur die Geschäftsstelle (Altbestand)."),
        )
    if not v.get("reference"):
        raise _Fault(
            row,
            "reference",
            _("Text"),
            _("Ohne Referenz ließe sich die Zeile später nicht wiedererkennen."),
        )
    if is_double:
        raise _Fault(
            row, "reference", _("je Jahr einmal"), _("Diese Referenz steht zweimal in der Datei.")
        )
    if v["net"] == 0 or (v["net"] < 0 and not office):
        raise _Fault(row, "net", _("ein Betrag über null"), _("Der Betrag muss über null liegen."))
    if v.get("confirmed") and not 0 < v["confirmed"] <= abs(v["net"]):
        raise _Fault(
            row,
            "confirmed",
            _("höchstens der Nettobetrag"),
            _("Mehr als vorgeschlagen kann nicht bestätigt sein."),
        )
    if state == BookingState.CONFIRMED.value and not v.get("evidence"):
        raise _Fault(
            row, "evidence", _("Text"), _("Altbestand braucht einen Beleg der Bestätigung.")
        )
    check_bookable(terms, v["service_from"], v["service_to"])


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
        reference=v["reference"], note=v.get("note") or "",
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
        extra = (
            0
            if b.route == "direct"
            else surcharge_of(cents, b.surcharge_pct, b.surcharge_fee_cents)
        )
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
