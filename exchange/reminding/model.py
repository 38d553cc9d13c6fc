"""Which reminder is due: so many days before the day, on it, and as many after it; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Rhythm:
    """Days before the day of the declaration; the same days are counted after it."""

    days: tuple[int, ...]

    @property
    def stages(self) -> Sequence[int]:
        """Days relative to the day, ascending: -60, -30, -7, 0, 7, 30, 60."""
        return sorted({-d for d in self.days} | {0} | set(self.days))

    def stage_on(self, today: date, due_on: date) -> int | None:
        """The stage reached; None before the first one."""
        reached = [s for s in self.stages if s <= (today - due_on).days]
        return reached[-1] if reached else None
