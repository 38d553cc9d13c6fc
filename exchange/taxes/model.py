"""What the tax case of an order must fulfil; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from kdnx.errors import Refused
from kdnx.text import _

UNDECIDED = "undecided"
TAX_NEEDED_FROM = date(2027, 1, 1)  # § 27 Abs. 22a UStG: from then on no service without a decision


def check_tax_decided(starts_on: date, codes: Sequence[str]) -> None:
    """What starts in 2027 or after needs a decided tax case for each leg."""
    if starts_on >= TAX_NEEDED_FROM and UNDECIDED in codes:
        raise Refused(
            _(
                "Für Leistungen ab dem 01.01.2027 muss die Umsatzsteuer je Vertrag entschieden sein."
            ),
            rule=_("§ 27 Abs. 22a UStG: Die Übergangsregelung endet am 31.12.2026."),
            remedy=_("Den Steuerfall vorschlagen und von einer zweiten Person prüfen lassen."),
            code="tax_undecided",
        )


@dataclass(frozen=True)
class TaxDecision:
    """One row of a leg's tax case; `is_proposal` waits for its reviewer."""

    owner_id: UUID
    order_id: UUID
    leg: int
    valid_from: date
    version: int
    tax_code: str
    norm: str = ""
    reason: str = ""
    origin: str = "signed"
    author_id: UUID | None = None
    reviewer_id: UUID | None = None
    decided_at: datetime | None = None
    review_on: date | None = None
    label: str = ""
    author_name: str | None = None
    reviewer_name: str | None = None

    @property
    def is_proposal(self) -> bool:
        """Nobody has reviewed it, and it is not taken over."""
        return self.origin == "signed" and self.reviewer_id is None


def latest(decisions: Sequence[TaxDecision], leg: int) -> TaxDecision | None:
    """The newest row of a leg, decided or not."""
    rows = [d for d in decisions if d.leg == leg]
    return max(rows, key=lambda d: (d.version, d.valid_from), default=None)


def in_force(decisions: Sequence[TaxDecision], leg: int, day: date) -> str:
    """The code that counts for a leg on a day; undecided without a reviewed row."""
    rows = [d for d in decisions if d.leg == leg and not d.is_proposal and d.valid_from <= day]
    found = max(rows, key=lambda d: (d.valid_from, d.version), default=None)
    return found.tax_code if found else UNDECIDED
