"""Relations between offerings and the impact of one; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class RelationKind(StrEnum):
    """How one offering (from) stands to another (to)."""

    DEPENDS_ON = "depends_on"
    REPLACES = "replaces"
    PART_OF = "part_of"


KIND_LABELS = {
    RelationKind.DEPENDS_ON: "braucht",
    RelationKind.REPLACES: "ersetzt",
    RelationKind.PART_OF: "ist Teil von",
}
INVERSE_LABELS = {
    RelationKind.DEPENDS_ON: "wird gebraucht von",
    RelationKind.REPLACES: "wird ersetzt durch",
    RelationKind.PART_OF: "umfasst",
}
# a ring of these makes no sense: nothing could be the first
RINGLESS = frozenset(RelationKind)


@dataclass(frozen=True)
class Relation:
    """One relation as seen from an offering: `is_inverse` when it is the other's statement."""

    kind: str
    is_inverse: bool
    offering_id: UUID
    title: str
    number: str
    state: str
    owner_id: UUID

    @property
    def label(self) -> str:
        """The relation in words, as read on the page of the offering it is seen from."""
        labels = INVERSE_LABELS if self.is_inverse else KIND_LABELS
        return labels[RelationKind(self.kind)]


@dataclass(frozen=True)
class Reach:
    """What hangs on an offering at a distance: 0 itself, 1 directly, 2 through another, and so on."""

    distance: int
    offerings: int
    users: int
    orders: int


@dataclass(frozen=True)
class Impact:
    """What suspending or retiring would touch; counts include what the reader may not see by name."""

    own_users: int = 0
    own_orders: int = 0
    direct: int = 0
    indirect: int = 0
    other_users: int = 0
    other_orders: int = 0

    @property
    def is_none(self) -> bool:
        """Nothing hangs on it."""
        return not (self.own_users or self.own_orders or self.direct or self.indirect)


def impact_of(rows: Sequence[Reach]) -> Impact:
    """The counts by distance, summed up."""
    own = next((r for r in rows if r.distance == 0), Reach(0, 0, 0, 0))
    others = [r for r in rows if r.distance > 0]
    return Impact(
        own.users,
        own.orders,
        sum(r.offerings for r in others if r.distance == 1),
        sum(r.offerings for r in others if r.distance > 1),
        sum(r.users for r in others),
        sum(r.orders for r in others),
    )
