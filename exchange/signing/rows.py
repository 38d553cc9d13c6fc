"""What a row of a file of bookings must hold before it becomes one: its order, its words, gate and maximum."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from exchange.bookings import store as bookings
from exchange.bookings.actions import check_bookable, terms_on
from exchange.bookings.model import MOST_QUANTITY, BookingKind, BookingState
from exchange.bookings.store import Terms
from exchange.clearing.caps import Wanted, weigh
from exchange.ledger.gate import check_proposable
from exchange.signing import store
from exchange.signing.columns import COLUMNS, LATE
from exchange.signing.store import Existing
from kdnx.db.conn import Conn
from kdnx.errors import Refused
from kdnx.ids import new_id
from kdnx.imports.kinds import Outcome, RowError
from kdnx.imports.kinds import Row as FileRow
from kdnx.text import _
from kdnx.viewer import Scope, Viewer
from kdnx.web.formats import eur


@dataclass(frozen=True)
class Planned:
    """A row that becomes a booking: its terms, what it says, and the id it will have."""

    row: FileRow
    terms: Terms
    id: UUID
    is_late: bool = False
    warning: str = ""

    @property
    def state(self) -> str:
        """The wanted state."""
        return self.row.values.get("state") or BookingState.PROPOSED.value

    @property
    def net(self) -> int:
        """Signed cents."""
        return int(self.row.values["net"])


async def plan_rows(
    conn: Conn, viewer: Viewer, rows: Sequence[FileRow], outcome: Outcome
) -> list[Planned]:
    """The rows that become bookings; what is wrong goes to the outcome, what is there already counts as unchanged."""
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


def _asks(planned: Sequence[Planned]) -> list[Wanted]:
    """What the rows ask of the yearly maxima; Altbestand was agreed before and asks nothing."""
    return [
        Wanted(
            p.terms.owner_id, p.terms.order_id, p.row.values["service_to"].year,
            p.net if p.state == BookingState.PROPOSED.value else 0,
        )
        for p in planned
    ]  # fmt: skip


async def within_caps(conn: Conn, planned: Sequence[Planned], outcome: Outcome) -> list[Planned]:
    """Those that fit in the order of the file, with the note where a maximum only warns; the others become errors."""
    found = []
    for p, verdict in zip(planned, await weigh(conn, _asks(planned)), strict=True):
        if verdict.refusal is None:
            found.append(replace(p, warning=verdict.note))
            continue
        column = next(c for c in COLUMNS if c.name == "net")
        said = f"{verdict.refusal.detail} {verdict.refusal.remedy or ''}".strip()
        outcome.errors.append(
            RowError(p.row.number, column.title, eur(p.net), verdict.refusal.rule or "", said)
        )
    return found


async def check_caps(conn: Conn, planned: Sequence[Planned]) -> None:
    """Once more under the counters' locks; Refused as a whole when somebody proposed in between."""
    for verdict in await weigh(conn, _asks(planned)):
        if verdict.refusal:
            raise verdict.refusal


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
    if v.get("quantity") is not None and not 0 <= v["quantity"] < MOST_QUANTITY:
        raise _Fault(
            row,
            "quantity",
            _("eine Zahl ab null"),
            _("Die Menge trägt kein Vorzeichen; ob zurückgenommen wird, sagt der Betrag."),
        )
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
