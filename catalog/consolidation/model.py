"""What consolidating a task might save: a range, its assumptions and its arithmetic (domain.md 5.1); pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from catalog.applications.model import Mode, Use
from catalog.landscape.model import Cost, Coverage, contract_ends
from kdnx.money import half_up, percent_of

LEAST_HOUSES = 2
SOON_DAYS = 730


@dataclass(frozen=True)
class Assumptions:
    """What the estimate assumes: shares in per cent, money net in cents, `unit_cents` a user and year.

    `unit_cents` None takes the cheapest comparable operations together; `changed` names what the reader set.
    """

    low_pct: Decimal
    high_pct: Decimal
    migration_cents: int
    procedures: int
    procedure_cents: int
    years: int
    least_users: int
    unit_cents: int | None = None
    changed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Estimate:
    """A range in cents; `yearly` a year, `one_off` once, `process` once, `net` over all years.

    `gap_cents` is what the houses with known cost pay above the comparable operation, None without one.
    """

    members: int
    known_cents: int
    known_users: int
    unit_cents: int | None
    gap_cents: int | None
    yearly_low: int
    yearly_high: int
    process_cents: int
    one_off_cents: int
    net_low: int
    net_high: int


@dataclass(frozen=True)
class Candidate:
    """A task several houses run themselves or buy: why it is one, when it could begin, what it might save."""

    row: Coverage
    houses: int
    estimate: Estimate | None
    ends: Mapping[UUID, date] = field(default_factory=dict)
    soon: int = 0
    half_free_on: date | None = None

    @property
    def without_end(self) -> int:
        """Houses that named no contract end."""
        return self.houses - len(self.ends)


def average_unit(cost: Cost | None) -> int | None:
    """Cents a user and year of the cheapest comparable operations together; None where it may not be told."""
    if cost is None or not cost.best_users or cost.best_cents is None:
        return None
    return half_up(Decimal(cost.best_cents) / Decimal(cost.best_users))


def estimate(houses: int, cost: Cost | None, a: Assumptions) -> Estimate | None:
    """The range for a task that `houses` members run themselves or buy; None without cost from three members.

    yearly = share of the known cost, never more than what is paid above the comparable operation;
    process = (houses − 1) × avoided procedures × cost of one; one_off = (houses − 1) × migration.
    """
    if cost is None or houses < LEAST_HOUSES:
        return None
    unit = a.unit_cents if a.unit_cents is not None else average_unit(cost)
    gap = None if unit is None else max(0, cost.cents - unit * cost.users)
    low, high = percent_of(cost.cents, a.low_pct), percent_of(cost.cents, a.high_pct)
    low, high = min(low, high), max(low, high)
    if gap is not None:
        low, high = min(low, gap), min(high, gap)
    process = (houses - 1) * a.procedures * a.procedure_cents
    one_off = (houses - 1) * a.migration_cents
    return Estimate(
        cost.members, cost.cents, cost.users, unit, gap, low, high, process, one_off,
        low * a.years + process - one_off, high * a.years + process - one_off,
    )  # fmt: skip


def candidates(
    rows: Sequence[Coverage],
    uses: Sequence[Use],
    costs: Sequence[Cost],
    a: Assumptions,
    today: date,
) -> list[Candidate]:
    """Tasks that at least two houses run themselves or buy; the largest possible saving first.

    Those whose saving is not known follow, ordered by how many houses do the same thing.
    """
    told = {c.capability_id: c for c in costs}
    out = []
    for row in rows:
        own = [
            u for u in uses if u.capability_id == row.task.id and u.mode in (Mode.OWN, Mode.MARKET)
        ]
        houses = len({u.owner_id for u in own})
        if houses < LEAST_HOUSES:
            continue
        ends = contract_ends(own)
        dates = [e.ends_on for e in ends]
        out.append(Candidate(
            row, houses, estimate(houses, told.get(row.task.id), a), {e.owner_id: e.ends_on for e in ends},
            sum(today <= d <= today + timedelta(days=SOON_DAYS) for d in dates),
            max(dates[(len(dates) - 1) // 2], today) if dates else None,
        ))  # fmt: skip
    return sorted(out, key=_rank)


def _rank(c: Candidate) -> tuple[bool, int, int, int, str]:
    saving = c.estimate.yearly_high if c.estimate else 0
    return (c.estimate is None, -saving, -c.houses, -c.row.products, c.row.task.code)
