"""Moments, kinds of movement and the fold of a position; pure (peers X18, X19, X26)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from kdnx.clock import BERLIN


class What(StrEnum):
    """Why the position of a house moved."""

    PROVIDED = "provided"
    RECEIVED = "received"
    ADJUSTMENT = "adjustment"
    VAT = "vat"
    SETTLEMENT = "settlement"


WHAT_LABELS = {
    What.PROVIDED: "Erbracht",
    What.RECEIVED: "Bezogen",
    What.ADJUSTMENT: "Storno und Berichtigung",
    What.VAT: "Umsatzsteuer",
    What.SETTLEMENT: "Ausgleich",
}


@dataclass(frozen=True)
class Moment:
    """Which rows count: up to `seq` of one `chain`, recorded up to and with `day`, served up to the month of `service`.

    Each bound may be absent; several hold together. By sequence only that chain counts, for every owner
    numbers its own chain and no number orders two chains.
    """

    chain: UUID | None = None
    seq: int | None = None
    day: date | None = None
    service: date | None = None

    @property
    def before(self) -> datetime | None:
        """The first instant that no longer counts: midnight in Germany behind the day."""
        if self.day is None:
            return None
        after = self.day + timedelta(days=1)
        return datetime(after.year, after.month, after.day, tzinfo=BERLIN)

    @property
    def service_through(self) -> int | None:
        """The last month of service as yyyymm: the ledger keeps services by month."""
        return None if self.service is None else self.service.year * 100 + self.service.month

    def is_final(self, today: date) -> bool:
        """No later row can change the answer: a place in a chain, or a day of recording that is over."""
        return self.seq is not None or (self.day is not None and self.day < today)


@dataclass(frozen=True)
class Part:
    """One line of the fold: chain, counterparty, kind; cents; `last_seq` only for who may see the chain."""

    chain_id: UUID
    other_id: UUID | None
    what: str
    claim_cents: int
    debt_cents: int
    entries: int
    last_seq: int | None

    @property
    def net_cents(self) -> int:
        """What it adds to the position: claims less debts."""
        return self.claim_cents - self.debt_cents


@dataclass(frozen=True)
class Position:
    """A house against one counterparty (None = nobody in particular), cents; `by` = net by kind."""

    other_id: UUID | None
    claim_cents: int
    debt_cents: int
    entries: int
    by: Mapping[str, int]

    @property
    def net_cents(self) -> int:
        """Claims less debts; positive = the house is owed."""
        return self.claim_cents - self.debt_cents


def fold(parts: Iterable[Part]) -> list[Position]:
    """Parts by counterparty, in the order they come."""
    found: dict[UUID | None, list[Part]] = {}
    for p in parts:
        found.setdefault(p.other_id, []).append(p)
    return [_position(other, mine) for other, mine in found.items()]


def _position(other: UUID | None, parts: Sequence[Part]) -> Position:
    by = {w.value: sum(p.net_cents for p in parts if p.what == w) for w in What}
    return Position(
        other, sum(p.claim_cents for p in parts), sum(p.debt_cents for p in parts),
        sum(p.entries for p in parts), by,
    )  # fmt: skip


def total(positions: Iterable[Position]) -> Position:
    """All counterparties together."""
    rows = list(positions)
    return Position(
        None, sum(p.claim_cents for p in rows), sum(p.debt_cents for p in rows), sum(p.entries for p in rows),
        {w.value: sum(p.by[w.value] for p in rows) for w in What},
    )  # fmt: skip


def places(parts: Iterable[Part]) -> dict[UUID, int]:
    """The last counted row of each chain the viewer may see: whoever replays an export stops there."""
    found: dict[UUID, int] = {}
    for p in parts:
        if p.last_seq is not None:
            found[p.chain_id] = max(found.get(p.chain_id, 0), p.last_seq)
    return found
