"""The volume report: dimensions, bases, relabelling after succession, sums; pure (D12, D30)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

DEFINITION = "v1"
DEFINITION_TEXT = (
    "Volumen v1: Nettobeträge der von beiden Seiten bestätigten Buchungen zwischen Bereitsteller und "
    "Drehscheibe, nach Leistungszeitraum; ohne Umlage, Umsatzsteuer und Abrufe aus Rahmenverträgen."
)
MERGED_KEY = "="
MERGED_LABEL = "untereinander (vor Fusion)"


class By(StrEnum):
    """What the rows are."""

    PROVIDER = "provider"
    RECIPIENT = "recipient"
    CATEGORY = "category"
    OFFERING = "offering"
    MONTH = "month"
    PAIR = "pair"


BY_LABELS = {
    By.PROVIDER: "Bereitsteller",
    By.RECIPIENT: "Abnehmer",
    By.CATEGORY: "Kategorie",
    By.OFFERING: "Leistung",
    By.MONTH: "Monat",
    By.PAIR: "Paar",
}


class Basis(StrEnum):
    """Reported = booked in its service year; current = with what came after."""

    REPORTED = "reported"
    CURRENT = "current"


BASIS_LABELS = {Basis.CURRENT: "aktuell", Basis.REPORTED: "berichtet"}


class As(StrEnum):
    """Members as they were, or as who they became."""

    MEMBER = "member"
    SUCCESSOR = "successor"


AS_LABELS = {As.MEMBER: "wie es war", As.SUCCESSOR: "nach Rechtsnachfolge"}
# the dimensions each committee grain admits (model.md 4); months and offerings never
GRAINS: Mapping[str, frozenset[By]] = {
    "pair_category": frozenset({By.PROVIDER, By.RECIPIENT, By.CATEGORY, By.PAIR}),
    "pair": frozenset({By.PROVIDER, By.RECIPIENT, By.CATEGORY, By.PAIR}),
    "provider_category": frozenset({By.PROVIDER, By.CATEGORY}),
    "category": frozenset({By.CATEGORY}),
}


@dataclass(frozen=True)
class Grain:
    """How fine the committee reads: `pairs_from` open_year or closed_years, `k` least bookings a cell."""

    name: str = "pair_category"
    pairs_from: str = "open_year"
    k: int = 1

    def admits(self, by: By, *, is_closed: bool) -> bool:
        """True when the committee may see this dimension of a year."""
        if by not in GRAINS.get(self.name, frozenset()):
            return False
        if by != By.PAIR:
            return True
        # small cells are never shown next to sums that give them away: no pairs at all
        return self.k <= 1 and (is_closed or self.pairs_from == "open_year")


@dataclass(frozen=True)
class Cell:
    """A sum as the database groups it; what is not grouped by is None."""

    provider_id: UUID | None
    recipient_id: UUID | None
    category_id: UUID | None
    offering_id: UUID | None
    month: int | None
    cents: int


@dataclass(frozen=True)
class VolumeRow:
    """One row of the report; the ids are what a drill-down needs."""

    key: str
    label: str
    cents: int
    provider_id: UUID | None = None
    recipient_id: UUID | None = None
    category_id: UUID | None = None
    offering_id: UUID | None = None
    month: int | None = None


@dataclass(frozen=True)
class Volume:
    """The report of a year: rows sum to the total; `as_of` is the day it was read."""

    year: int
    by: By
    basis: Basis
    as_: As
    rows: Sequence[VolumeRow]
    open_cents: int
    as_of: date
    definition: str = DEFINITION

    @property
    def total_cents(self) -> int:
        """The sum of the rows."""
        return sum(r.cents for r in self.rows)

    @property
    def confirmed_share(self) -> Decimal:
        """Confirmed ÷ (confirmed + proposed + disputed); 1 when nothing is open."""
        return share(self.total_cents, self.open_cents)


def share(confirmed: int, open_cents: int) -> Decimal:
    """The confirmed part of all that was claimed, between 0 and 1, four places."""
    if open_cents <= 0:
        return Decimal(1)
    whole = max(confirmed, 0) + open_cents
    return (Decimal(max(confirmed, 0)) / whole).quantize(Decimal("0.0001"))


def growth(now: int, before: int) -> Decimal | None:
    """Change against the year before, None without one."""
    return None if before <= 0 else Decimal(now) / Decimal(before) - 1


@dataclass(frozen=True)
class Names:
    """What ids are called: members (code, name), categories (code, name), offerings (title)."""

    members: Mapping[UUID, tuple[str, str]]
    categories: Mapping[UUID, tuple[str, str]]
    offerings: Mapping[UUID, str]

    def member(self, member_id: UUID | None) -> tuple[str, str]:
        """Code and name of a member."""
        return self.members.get(member_id, ("?", "–")) if member_id else ("?", "–")


def relabel(cells: Iterable[Cell], finals: Mapping[UUID, UUID]) -> list[Cell]:
    """Every member replaced by its final successor; nothing is dropped, so sums stay."""
    return [
        Cell(
            finals.get(c.provider_id, c.provider_id) if c.provider_id else None,
            finals.get(c.recipient_id, c.recipient_id) if c.recipient_id else None,
            c.category_id, c.offering_id, c.month, c.cents,
        )
        for c in cells
    ]  # fmt: skip


def make_rows(cells: Iterable[Cell], by: By, year: int, names: Names) -> list[VolumeRow]:
    """Cells folded to labelled rows: months in order, the others by amount, then label."""
    found: dict[str, VolumeRow] = {}
    for c in cells:
        row = _row(c, by, year, names)
        before = found.get(row.key)
        cents = row.cents + (before.cents if before else 0)
        found[row.key] = VolumeRow(
            row.key, row.label, cents, row.provider_id, row.recipient_id,
            c.category_id, c.offering_id, c.month,
        )  # fmt: skip
    if by == By.MONTH:
        return sorted(found.values(), key=lambda r: r.key)
    return sorted(found.values(), key=lambda r: (-r.cents, r.label, r.key))


def _row(c: Cell, by: By, year: int, names: Names) -> VolumeRow:
    if by == By.PAIR:
        return _pair(c, names)
    if by == By.MONTH:
        return VolumeRow(f"{year}-{c.month or 0:02d}", f"{c.month or 0:02d}/{year}", c.cents)
    if by == By.OFFERING:
        title = names.offerings.get(c.offering_id, "–") if c.offering_id else "–"
        return VolumeRow(str(c.offering_id or "?"), title, c.cents)
    if by == By.CATEGORY:
        known = names.categories.get(c.category_id) if c.category_id else None
        code, name = known or ("?", "ohne Kategorie")
    else:
        code, name = names.member(c.provider_id or c.recipient_id)
    return VolumeRow(code, name, c.cents, c.provider_id, c.recipient_id)


def _pair(c: Cell, names: Names) -> VolumeRow:
    one, first = names.member(c.provider_id)
    other, second = names.member(c.recipient_id)
    if c.provider_id == c.recipient_id:
        key, label = f"{one}{MERGED_KEY}", f"{first} {MERGED_LABEL}"
    else:
        key, label = f"{one}>{other}", f"{first} → {second}"
    return VolumeRow(key, label, c.cents, c.provider_id, c.recipient_id)
