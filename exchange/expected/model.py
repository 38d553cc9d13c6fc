"""A booking beside the booking plan of its order: what was agreed for its days; pure, net cents."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from exchange.schedules.model import Piece


class Finding(StrEnum):
    """What comparing comes to."""

    AGREES = "agrees"
    DIFFERS = "differs"
    UNCOUNTED = "uncounted"  # the used quantity was never reported
    CUTS = "cuts"  # the booking covers a part of a period only
    NOTHING = "nothing"  # the order has no amount for these days


@dataclass(frozen=True)
class Expectation:
    """The periods of the plan that meet the days of a booking, and what both come to in net cents."""

    pieces: tuple[Piece, ...]
    finding: Finding
    booked_cents: int
    agreed_cents: int | None

    @property
    def difference_cents(self) -> int:
        """Booked minus agreed; 0 where nothing can be compared."""
        return 0 if self.agreed_cents is None else self.booked_cents - self.agreed_cents


def expect(
    pieces: Sequence[Piece],
    days: tuple[date, date],
    net_cents: int,
    reference: str | None,
    number: str,
) -> Expectation:
    """Compare a booking of `days` (both inclusive) over `net_cents` with the periods of its order `number`.

    A booking that carries the reference of a period is compared with that period alone; any other with
    all periods of its days. A period only cut by the days gives no sum to compare with.
    """
    first, last = days
    own = [p for p in pieces if reference is not None and p.reference(number) == reference]
    met = tuple(own or (p for p in pieces if p.first <= last and p.last >= first and p.cents != 0))
    if not met:
        return Expectation((), Finding.NOTHING, net_cents, None)
    if not own and any(p.first < first or p.last > last for p in met):
        return Expectation(met, Finding.CUTS, net_cents, None)
    counted = [p.cents for p in met if p.cents is not None]
    if len(counted) < len(met):
        return Expectation(met, Finding.UNCOUNTED, net_cents, None)
    agreed = sum(counted)
    finding = Finding.AGREES if agreed == net_cents else Finding.DIFFERS
    return Expectation(met, finding, net_cents, agreed)
