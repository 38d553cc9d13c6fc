"""From the terms of an offer to those of an order; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from exchange.orders.model import Leg, LegalRoute
from exchange.taxes.model import UNDECIDED
from kdnx.money import percent_of

# the catalogue's word for the legal basis, and the exchange's
ROUTES = {
    "gwb_108_1": LegalRoute.INHOUSE,
    "gwb_108_3": LegalRoute.REVERSE,
    "gwb_108_4": LegalRoute.JOINT,
    "gwb_108_6": LegalRoute.COOPERATION,
    "public_law_agreement": LegalRoute.PUBLIC_LAW,
    "task_transfer": LegalRoute.TASK_TRANSFER,
    "tendered": LegalRoute.TENDERED,
    "below_threshold": LegalRoute.BELOW_THRESHOLD,
}
OPEN_TAX = "OPEN"


@dataclass(frozen=True)
class Policy:
    """What the day's rules add to an offer: the hub's surcharge, and what silence about a booking means."""

    route: str
    hub_id: UUID | None
    legs: Sequence[Leg]
    surcharge_pct: Decimal
    surcharge_fee_cents: int
    surcharge_rule_id: UUID | None
    silence: str
    confirm_days: int
    approve_until: date


def tax_codes(offered: Sequence[str], legs: int) -> tuple[str, ...]:
    """The proposed tax case of each contract; what the catalogue leaves open is undecided."""
    return tuple(UNDECIDED if c == OPEN_TAX else c for c in offered[:legs])


def surcharge_cents(yearly_net_cents: int, policy: Policy) -> int:
    """The hub's share in a full year without the fee of each booking, half-up."""
    return percent_of(yearly_net_cents, policy.surcharge_pct)
