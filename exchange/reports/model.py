"""The volume report: dimensions, bases, relabelling after succession, sums; pure (D12, D30)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple
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


class Cell(NamedTuple):
    """A sum as the database groups it, in the order of its columns; what is not grouped by is None."""

    provider_id: UUID | None
    recipient_id: UUID | None
    category_id: UUID | None
    offering_id: UUID | None
    month: int | None
    cents: int


@dataclass(frozen=True)
class Freeze:
    """The close of a year as the report tells it: the rule `volume_definition` its volume was counted by, and when."""

    year: int
    definition: str
    rule_valid_from: date
    rule_version: int
    wording: str
    source: str
    frozen_at: datetime


def parts_of(basis: Basis, by: By, *, is_frozen: bool) -> list[str]:
    """Which parts of exchange.volume_part add up to a year.

    A frozen year is read from its sums, by month and offering from its cells; an open one from its rows. Who reads
    an open year's parts while it is being closed reads right all the same: the rows do not change by the close.
    """
    frozen = "cell" if by in (By.MONTH, By.OFFERING) else "sum"
    whole = frozen if is_frozen else "in_year"
    return [whole] if basis == Basis.REPORTED else [whole, "late"]


class VolumeRow(NamedTuple):
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
    """The report of a year: rows sum to the total; `as_of` is the day it was read, `freeze` tells of a closed year."""

    year: int
    by: By
    basis: Basis
    as_: As
    rows: Sequence[VolumeRow]
    open_cents: int
    as_of: date
    freeze: Freeze | None = None

    @property
    def definition(self) -> str:
        """The version of the definition: of a closed year the one it was closed with."""
        return self.freeze.definition if self.freeze else DEFINITION

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
        found[row.key] = row._replace(cents=row.cents + before.cents) if before else row
    if by == By.MONTH:
        return sorted(found.values(), key=lambda r: r.key)
    return sorted(found.values(), key=lambda r: (-r.cents, r.label, r.key))


def _row(c: Cell, by: By, year: int, names: Names) -> VolumeRow:
    key, label = _called(c, by, year, names)
    return VolumeRow(
        key, label, c.cents, c.provider_id, c.recipient_id, c.category_id, c.offering_id, c.month
    )


def _called(c: Cell, by: By, year: int, names: Names) -> tuple[str, str]:
    """Key and label of a row."""
    if by == By.PAIR:
        return _pair(c, names)
    if by == By.MONTH:
        return f"{year}-{c.month or 0:02d}", f"{c.month or 0:02d}/{year}"
    if by == By.OFFERING:
        title = names.offerings.get(c.offering_id, "–") if c.offering_id else "–"
        return str(c.offering_id or "?"), title
    if by == By.CATEGORY:
        known = names.categories.get(c.category_id) if c.category_id else None
        return known or ("?", "ohne Kategorie")
    return names.member(c.provider_id or c.recipient_id)


def _pair(c: Cell, names: Names) -> tuple[str, str]:
    one, first = names.member(c.provider_id)
    other, second = names.member(c.recipient_id)
    if c.provider_id == c.recipient_id:
        return f"{one}{MERGED_KEY}", f"{first} {MERGED_LABEL}"
    return f"{one}>{other}", f"{first} → {second}"
