"""Offerings side by side: columns, rows and what differs; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from catalog.contents.model import Version
from catalog.prices.model import Estimate

MOST = 4


@dataclass(frozen=True)
class Column:
    """One offering of the comparison: its published version and what it costs my house in a year."""

    offering_id: UUID
    number: str
    title: str
    owner: str
    category: str
    state: str
    users: int
    version: Version
    estimate: Estimate
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Row:
    """One line of the table: a cell for each column, each of one or more lines; `best` marks the lowest price."""

    group: str
    label: str
    cells: Sequence[Sequence[str]]
    is_number: bool = False
    best: frozenset[int] = frozenset()

    @property
    def differs(self) -> bool:
        """Not all columns say the same."""
        return len({tuple(c) for c in self.cells}) > 1


@dataclass(frozen=True)
class Comparison:
    """The whole table."""

    columns: Sequence[Column]
    rows: Sequence[Row]

    def shown(self, *, differences: bool) -> list[tuple[str, list[Row]]]:
        """Rows by group, all of them or only those that differ; groups without rows are left out."""
        groups: dict[str, list[Row]] = {}
        for row in self.rows:
            if row.differs or not differences:
                groups.setdefault(row.group, []).append(row)
        return list(groups.items())
