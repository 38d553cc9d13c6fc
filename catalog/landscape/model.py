"""Coverage of tasks and the standardisation index (domain.md 5.1); pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from catalog.applications.model import Mode, Use
from catalog.capabilities.model import Capability, Serving
from kdnx.text import _

FORMULA = _("Index = 1 − (verschiedene Produkte − 1) / (nutzende Häuser − 1)")
DEFINITION = _(
    "1 heißt: alle nutzen dasselbe Produkt; 0 heißt: jedes Haus ein anderes. Nutzt ein Haus mehrere Produkte, "
    "zählt jedes; kleiner als 0 wird der Index nicht. Für weniger als zwei Häuser gibt es keinen Index."
)
LEAST_HOUSES = 2


def standardisation_index(members: int, products: int) -> Decimal | None:
    """1 − (distinct products − 1)/(members using − 1), never below 0; None for fewer than two members."""
    if members < LEAST_HOUSES or products < 1:
        return None
    return max(Decimal(0), 1 - Decimal(products - 1) / Decimal(members - 1))


class Order(StrEnum):
    """How the list is sorted."""

    TREE = "tree"
    NAME = "name"
    INDEX = "index"
    OWN = "own"
    MEMBERS = "members"


ORDER_LABELS: Mapping[Order, str] = {
    Order.TREE: "Reihenfolge der Aufgaben",
    Order.NAME: "Name",
    Order.INDEX: "niedrigster Index zuerst",
    Order.OWN: "meiste eigene Betriebe zuerst",
    Order.MEMBERS: "meiste Häuser zuerst",
}


class Only(StrEnum):
    """Which tasks are listed."""

    ALL = "all"
    SEVERAL = "several"
    UNSERVED = "unserved"
    GAP = "gap"


ONLY_LABELS: Mapping[Only, str] = {
    Only.ALL: "alle Aufgaben",
    Only.SEVERAL: "mehrere Produkte im Einsatz",
    Only.UNSERVED: "kein Angebot im Katalog",
    Only.GAP: "von keinem Haus gemeldet",
}


@dataclass(frozen=True)
class Coverage:
    """One task: members that have it, by mode (a member with two modes counts in both), products, providers."""

    task: Capability
    members: int = 0
    own: int = 0
    from_member: int = 0
    market: int = 0
    products: int = 0
    providers: int = 0
    users: int = 0

    @property
    def index(self) -> Decimal | None:
        """The standardisation index."""
        return standardisation_index(self.members, self.products)


def coverages(
    tasks: Sequence[Capability], uses: Iterable[Use], serving: Iterable[Serving]
) -> list[Coverage]:
    """One row a task in the given order, also where nothing is declared."""
    by_task: dict[UUID, list[Use]] = {}
    for use in uses:
        by_task.setdefault(use.capability_id, []).append(use)
    givers: dict[UUID, set[UUID]] = {}
    for offer in serving:
        givers.setdefault(offer.capability_id, set()).add(offer.owner_id)
    return [_coverage(t, by_task.get(t.id, []), len(givers.get(t.id, ()))) for t in tasks]


def _coverage(task: Capability, uses: Sequence[Use], providers: int) -> Coverage:
    def houses(mode: Mode) -> int:
        return len({u.owner_id for u in uses if u.mode == mode})

    return Coverage(
        task, len({u.owner_id for u in uses}), houses(Mode.OWN), houses(Mode.FROM_MEMBER), houses(Mode.MARKET),
        len({u.product_id for u in uses}), providers, sum(u.users or 0 for u in uses),
    )  # fmt: skip


def arranged(rows: Sequence[Coverage], order: Order, only: Only) -> list[Coverage]:
    """The rows that are asked for, in the order asked for; without an index they come last."""
    kept = [r for r in rows if _is_asked(r, only)]
    match order:
        case Order.NAME:
            return sorted(kept, key=lambda r: r.task.name.casefold())
        case Order.INDEX:
            return sorted(kept, key=lambda r: (r.index is None, r.index or 0, -r.members))
        case Order.OWN:
            return sorted(kept, key=lambda r: -r.own)
        case Order.MEMBERS:
            return sorted(kept, key=lambda r: -r.members)
        case _:
            return kept


def _is_asked(row: Coverage, only: Only) -> bool:
    match only:
        case Only.SEVERAL:
            return row.products > 1
        case Only.UNSERVED:
            return row.members > 0 and row.providers == 0
        case Only.GAP:
            return row.members == 0
        case _:
            return True


def overall_index(rows: Sequence[Coverage]) -> Decimal | None:
    """The mean of the indices, weighted by the members that use each task; None where there is none."""
    known = [(r.index, r.members) for r in rows if r.index is not None]
    weight = sum(m for _i, m in known)
    return sum((i * m for i, m in known), Decimal(0)) / weight if weight else None


@dataclass(frozen=True)
class Cost:
    """What three or more members pay together (own operation and market); `best_…`: the cheapest of them together."""

    capability_id: UUID
    members: int
    cents: int
    users: int
    best_members: int | None = None
    best_cents: int | None = None
    best_users: int | None = None


@dataclass(frozen=True)
class End:
    """When the last contract of a house for a task ends."""

    owner_id: UUID
    ends_on: date


def contract_ends(uses: Iterable[Use]) -> list[End]:
    """For each house with a known end its latest one, the earliest first."""
    last: dict[UUID, date] = {}
    for u in uses:
        if u.contract_end is not None:
            last[u.owner_id] = max(u.contract_end, last.get(u.owner_id, u.contract_end))
    return sorted((End(o, d) for o, d in last.items()), key=lambda e: (e.ends_on, e.owner_id))
