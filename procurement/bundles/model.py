"""A bundle: its states, what each line's place is, steps that can be undone, sums and values."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from kdnx.errors import Refused
from kdnx.money import half_up
from kdnx.text import _
from kdnx.viewer import Permission, Scope, Viewer

Key = tuple[UUID, UUID, int, int]


class BundleState(StrEnum):
    """Where a bundle stands (model.md 2)."""

    COLLECTING = "collecting"
    FROZEN = "frozen"
    TENDERED = "tendered"
    DISSOLVED = "dissolved"


class BundleEvent(StrEnum):
    """What can happen to a bundle."""

    FREEZE = "freeze"
    TENDER = "tender"
    UNTENDER = "untender"
    DISSOLVE = "dissolve"


MOVES: dict[tuple[BundleState, BundleEvent], BundleState] = {
    (BundleState.COLLECTING, BundleEvent.FREEZE): BundleState.FROZEN,
    (BundleState.FROZEN, BundleEvent.TENDER): BundleState.TENDERED,
    (BundleState.TENDERED, BundleEvent.UNTENDER): BundleState.FROZEN,
    (BundleState.COLLECTING, BundleEvent.DISSOLVE): BundleState.DISSOLVED,
}
STATE_LABELS = {
    BundleState.COLLECTING: "in Bündelung",
    BundleState.FROZEN: "festgeschrieben",
    BundleState.TENDERED: "in Vergabe",
    BundleState.DISSOLVED: "aufgelöst",
}
STATE_KINDS = {"collecting": "info", "frozen": "success", "tendered": "success", "dissolved": ""}
EVENT_LABELS = {
    BundleEvent.FREEZE: "Festschreiben",
    BundleEvent.TENDER: "Vergabe anlegen",
    BundleEvent.UNTENDER: "Vergabe abgebrochen",
    BundleEvent.DISSOLVE: "Auflösen",
}


class Decision(StrEnum):
    """What becomes of a demand line."""

    OPEN = "open"
    TAKEN = "taken"
    DEFERRED = "deferred"
    DECLINED = "declined"


DECISION_LABELS = {
    Decision.OPEN: "noch offen",
    Decision.TAKEN: "im Los",
    Decision.DEFERRED: "zurückgestellt",
    Decision.DECLINED: "abgelehnt",
}


@dataclass(frozen=True)
class Bundle:
    """A bundle's head; `starts_on` is the planned start of the procedure."""

    id: UUID
    lead_id: UUID
    lead_name: str
    title: str
    state: str
    starts_on: date
    frozen_at: datetime | None
    dissolve_reason: str | None
    row_version: int
    created_at: datetime


@dataclass(frozen=True)
class BundlePosition:
    """The same thing in the same unit; `unit_price_cents` is the estimated net price."""

    ordinal: int
    title: str
    cpv: str
    unit: str
    unit_price_cents: int | None
    price_source: str


@dataclass(frozen=True)
class BundleLot:
    """A lot being put together."""

    lot_no: int
    title: str


@dataclass(frozen=True)
class Place:
    """Where a line lies: lot, decision with reason, and the factor into the position's unit."""

    lot_no: int | None
    decision: str
    reason: str
    unit_factor: Decimal


@dataclass(frozen=True)
class BundleLine:
    """One member's line in the bundle, quantities over all years in the line's own unit."""

    owner_id: UUID
    response_id: UUID
    version: int
    ordinal: int
    position: int
    member_name: str
    unit: str
    qty_min: Decimal
    qty_expected: Decimal
    qty_max: Decimal
    binding: str
    price_today_cents: int | None
    deviation_reason: str
    lot_no: int | None
    decision: str
    reason: str
    unit_factor: Decimal
    suits: int = 0

    @property
    def key(self) -> Key:
        """Which line of which version of whose answer."""
        return (self.owner_id, self.response_id, self.version, self.ordinal)

    @property
    def text_key(self) -> str:
        """The key as form fields carry it."""
        return ":".join(str(part) for part in self.key)

    @property
    def place(self) -> Place:
        """Where it lies now."""
        return Place(self.lot_no, self.decision, self.reason, self.unit_factor)


@dataclass(frozen=True)
class Move:
    """One line's change within a step."""

    key: Key
    before: Place
    after: Place

    def inverse(self) -> "Move":
        """What takes it back."""
        return Move(self.key, self.after, self.before)


@dataclass(frozen=True)
class Sums:
    """Quantities of a position in a lot, in the position's unit, and their value in cents net."""

    qty_min: Decimal
    qty_expected: Decimal
    qty_max: Decimal
    value_cents: int
    max_value_cents: int
    members: int


@dataclass(frozen=True)
class Gauge:
    """A value against a threshold: level green | amber | red and the word beside the light."""

    level: str
    label: str
    value_cents: int
    threshold_cents: int


def parse_key(text: str) -> Key:
    """A key from a form field; Refused when it is none."""
    parts = text.split(":")
    try:
        return (UUID(parts[0]), UUID(parts[1]), int(parts[2]), int(parts[3]))
    except (ValueError, IndexError):
        raise Refused(
            _("Diese Auswahl passt nicht zur Bündelung. Bitte die Seite neu laden.")
        ) from None


def advance(state: str, event: BundleEvent) -> BundleState:
    """The next state; Refused where the move is not foreseen."""
    target = MOVES.get((BundleState(state), event))
    if target is None:
        raise Refused(
            _("„{event}“ ist nicht möglich: Die Bündelung ist „{state}“.").format(
                event=EVENT_LABELS[event], state=STATE_LABELS[BundleState(state)]
            ),
            rule=_("Ablauf der Bündelung: in Bündelung, festgeschrieben, in Vergabe."),
        )
    return target


def may_lead(bundle: Bundle, viewer: Viewer) -> bool:
    """The lead's procurement or the hub's office."""
    steers = viewer.acts_for(bundle.lead_id) or viewer.scope in (Scope.OFFICE, Scope.SYSTEM)
    return steers and (viewer.scope == Scope.SYSTEM or viewer.may(Permission.DEMAND_CALL))


def change_of(
    line: BundleLine, decision: Decision, lot_no: int | None, reason: str, factor: Decimal | None
) -> Move | None:
    """The move that puts a line there, or None when it lies there already; Refused without a lot or reason."""
    if decision == Decision.TAKEN and lot_no is None:
        raise Refused(
            _("Bitte ein Los wählen."),
            remedy=_("Erst ein Los anlegen, dann die Bedarfe hineinlegen."),
        )
    if decision in (Decision.DEFERRED, Decision.DECLINED) and len(reason.strip()) < 5:
        raise Refused(
            _("Zurückstellen und Ablehnen brauchen eine Begründung von mindestens fünf Zeichen."),
            rule=_("Das Mitglied erfährt, was mit seinem Bedarf geschehen ist und warum."),
        )
    if factor is not None and not 0 < factor <= 1_000_000:
        raise Refused(_("Der Umrechnungsfaktor muss größer als 0 sein."))
    after = Place(
        lot_no if decision == Decision.TAKEN else None,
        decision.value,
        reason.strip(),
        line.unit_factor if factor is None else factor,
    )
    return None if after == line.place else Move(line.key, line.place, after)


def position_sums(lines: Iterable[BundleLine], price_cents: int | None) -> Sums:
    """The lines of one position together: quantities by factor, value half-up on the sum."""
    taken = list(lines)
    low = sum((x.qty_min * x.unit_factor for x in taken), Decimal())
    middle = sum((x.qty_expected * x.unit_factor for x in taken), Decimal())
    high = sum((x.qty_max * x.unit_factor for x in taken), Decimal())
    price = price_cents or 0
    return Sums(
        low,
        middle,
        high,
        half_up(middle * price),
        half_up(high * price),
        len({x.owner_id for x in taken}),
    )


def lot_table(
    lines: Sequence[BundleLine], positions: Sequence[BundlePosition]
) -> dict[int, dict[int, Sums]]:
    """lot → position → sums, of the lines that were taken."""
    prices = {p.ordinal: p.unit_price_cents for p in positions}
    groups: dict[tuple[int, int], list[BundleLine]] = {}
    for line in lines:
        if line.decision == Decision.TAKEN and line.lot_no is not None:
            groups.setdefault((line.lot_no, line.position), []).append(line)
    table: dict[int, dict[int, Sums]] = {}
    for (lot, position), group in sorted(groups.items()):
        table.setdefault(lot, {})[position] = position_sums(group, prices.get(position))
    return table


def total_values(table: Mapping[int, Mapping[int, Sums]]) -> tuple[int, int]:
    """(expected, at most) over all lots in cents."""
    sums = [s for lot in table.values() for s in lot.values()]
    return sum(s.value_cents for s in sums), sum(s.max_value_cents for s in sums)


def gauge(value_cents: int, threshold_cents: int) -> Gauge:
    """The light: from the threshold on red (EU-wide procedure), from 80 % amber."""
    if value_cents >= threshold_cents:
        return Gauge(
            "red", _("EU-Schwellenwert erreicht: EU-weites Verfahren"), value_cents, threshold_cents
        )
    if value_cents * 10 >= threshold_cents * 8:
        return Gauge("amber", _("nahe am EU-Schwellenwert"), value_cents, threshold_cents)
    return Gauge("green", _("unter dem EU-Schwellenwert"), value_cents, threshold_cents)


def average_price(lines: Iterable[tuple[Decimal, int | None]]) -> tuple[int | None, int]:
    """Prices paid today weighted by expected quantity: (cents half-up or None, how many prices)."""
    priced = [(q, p) for q, p in lines if p is not None and q > 0]
    weight = sum((q for q, _p in priced), Decimal())
    if not weight:
        return None, 0
    return half_up(sum((q * p for q, p in priced), Decimal()) / weight), len(priced)


def check_freeze(lines: Sequence[BundleLine], positions: Sequence[BundlePosition]) -> None:
    """Nothing is left open, something is taken, and every position taken has a price."""
    undecided = sum(1 for x in lines if x.decision == Decision.OPEN)
    if undecided:
        raise Refused(
            _("{n} Bedarfszeilen sind noch offen.").format(n=undecided),
            rule=_("Jedes Mitglied erfährt, was mit seinem Bedarf geschieht."),
            remedy=_("Jede Zeile in ein Los legen, zurückstellen oder mit Begründung ablehnen."),
        )
    taken = {x.position for x in lines if x.decision == Decision.TAKEN}
    if not taken:
        raise Refused(
            _("Kein Bedarf liegt in einem Los."),
            remedy=_("Mindestens eine Zeile in ein Los legen oder die Bündelung auflösen."),
        )
    missing = [p.title for p in positions if p.ordinal in taken and p.unit_price_cents is None]
    if missing:
        raise Refused(
            _("Für die Schätzung fehlt der Preis je Einheit: {names}.").format(
                names=", ".join(missing[:5])
            ),
            rule=_(
                "§ 3 Abs. 1 VgV: Der geschätzte Auftragswert ist vor dem Verfahren zu ermitteln."
            ),
        )
