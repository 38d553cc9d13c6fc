"""A roll-over: states and moves, the rule, and what it makes of one price table; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from catalog.prices.model import PriceItem, PriceKind, Tier
from kdnx.errors import Refused
from kdnx.money import half_up
from kdnx.text import _

MOST = 100
SMALL, SMALL_STEP = 1_000_000, 100


class RolloverState(StrEnum):
    """Where a batch stands."""

    SUBMITTED = "submitted"
    APPROVED = "approved"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"


class RolloverEvent(StrEnum):
    """What moves it."""

    APPROVE = "approve"
    RETURN = "return"
    WITHDRAW = "withdraw"


class LineResult(StrEnum):
    """What became of one offering."""

    PROPOSED = "proposed"
    SKIPPED = "skipped"
    APPROVED = "approved"
    FAILED = "failed"
    WITHDRAWN = "withdrawn"


S, E = RolloverState, RolloverEvent
LABELS: dict[RolloverState, str] = {
    S.SUBMITTED: "wartet auf die zweite Person",
    S.APPROVED: "freigegeben",
    S.RETURNED: "zurückgegeben",
    S.WITHDRAWN: "zurückgenommen",
}
STATE_KINDS = {S.SUBMITTED: "info", S.APPROVED: "success", S.RETURNED: "warning", S.WITHDRAWN: ""}
EVENT_LABELS: dict[RolloverEvent, str] = {
    E.APPROVE: "freigeben",
    E.RETURN: "zurückgeben",
    E.WITHDRAW: "zurücknehmen",
}
MOVES: dict[tuple[RolloverState, RolloverEvent], RolloverState] = {
    (S.SUBMITTED, E.APPROVE): S.APPROVED,
    (S.SUBMITTED, E.RETURN): S.RETURNED,
    (S.SUBMITTED, E.WITHDRAW): S.WITHDRAWN,
}
RESULT_LABELS = {
    LineResult.PROPOSED: "vorgeschlagen",
    LineResult.SKIPPED: "ausgelassen",
    LineResult.APPROVED: "angekündigt",
    LineResult.FAILED: "nicht angekündigt",
    LineResult.WITHDRAWN: "zurückgenommen",
}
RESULT_KINDS = {
    LineResult.PROPOSED: "info", LineResult.SKIPPED: "", LineResult.APPROVED: "success",
    LineResult.FAILED: "danger", LineResult.WITHDRAWN: "",
}  # fmt: skip
# millionths of a euro → what people call it
ROUNDINGS = {
    1: "gar nicht (sechs Stellen)",
    100: "auf 0,01 Cent",
    10_000: "auf volle Cent",
    100_000: "auf 10 Cent",
    1_000_000: "auf volle Euro",
}


@dataclass(frozen=True)
class Rule:
    """Prices change by `change_pct` from a day on, rounded half-up to `rounding_micro`; texts stay."""

    valid_from: date
    change_pct: Decimal
    rounding_micro: int = 10_000
    frozen_until: date | None = None


@dataclass(frozen=True)
class NewPrice:
    """One position under the rule."""

    item: PriceItem
    unit_price_micro: int
    tiers: Sequence[Tier]


@dataclass(frozen=True)
class Rollover:
    """One batch."""

    owner_id: UUID
    id: UUID
    number: str
    state: str
    valid_from: date
    change_pct: Decimal
    rounding_micro: int
    reason: str
    row_version: int
    created_at: datetime
    frozen_until: date | None = None
    author: UUID | None = None
    approver: UUID | None = None
    decided_at: datetime | None = None
    decision: str = ""


@dataclass(frozen=True)
class RolloverLine:
    """One offering of a batch and what became of it."""

    owner_id: UUID
    rollover_id: UUID
    offering_id: UUID
    ordinal: int
    result: str
    note: str = ""
    title: str = ""
    number: str = ""


def advance(state: str, event: RolloverEvent) -> RolloverState:
    """The next state, or Refused."""
    found = MOVES.get((RolloverState(state), event))
    if found is None:
        raise Refused(
            _("Eine Fortschreibung im Stand „{state}“ lässt sich nicht {event}.").format(
                state=_(LABELS[RolloverState(state)]), event=_(EVENT_LABELS[event])
            ),
            rule=_("Entschieden wird einmal: freigeben, zurückgeben oder zurücknehmen."),
        )
    return found


def raised(micro: int, rule: Rule) -> int:
    """A price under the rule: half-up to the step of the rule; a price above nothing never becomes nothing.

    Below one euro at most a hundredth of a cent is rounded: whole cents would be a change of their own.
    """
    exact = Decimal(micro) * (1 + rule.change_pct / 100)
    step = min(rule.rounding_micro, SMALL_STEP) if exact < SMALL else rule.rounding_micro
    rounded = half_up(exact / step) * step
    return rounded if rounded or not micro else min(micro, step)


def roll(items: Sequence[PriceItem], rule: Rule) -> list[NewPrice]:
    """What changes in a price table; what is paid once and what has no price stays."""
    found = []
    for item in items:
        if item.unit_price_micro is None or item.kind == PriceKind.ONE_OFF:
            continue
        tiers = tuple(Tier(t.from_quantity, raised(t.unit_price_micro, rule)) for t in item.tiers)
        new = raised(item.unit_price_micro, rule)
        if new != item.unit_price_micro or tiers != tuple(item.tiers):
            found.append(NewPrice(item, new, tiers))
    return found
