"""What a returned payment does to the two accounts; pure (model.md 6)."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from exchange.ledger.model import AccountKind, Period, Posting, TransferKind, account_id


@dataclass(frozen=True)
class Returned:
    """A payment of a settled run that did not arrive; cents."""

    owner_id: UUID
    run_id: UUID
    n: int
    payer_id: UUID
    payee_id: UUID
    cents: int
    returned_on: date
    reason: str
    recorded_at: datetime
    recorded_by: UUID | None = None


def postings_of(back: Returned) -> list[tuple[UUID, Posting]]:
    """By member what is taken back: the payer owes again, the payee is owed again; the hub has no such account."""
    clearing = account_id(AccountKind.CLEARING, back.owner_id)
    service = Period(back.returned_on.year, back.returned_on.month)
    found = []
    if back.payer_id != back.owner_id:
        receivable = account_id(AccountKind.RECEIVABLE, back.payer_id)
        taken = Posting(TransferKind.PAYMENT, 0, receivable, clearing, back.cents, -1, service)
        found.append((back.payer_id, taken))
    if back.payee_id != back.owner_id:
        payable = account_id(AccountKind.PAYABLE, back.payee_id)
        taken = Posting(TransferKind.PAYMENT, 0, clearing, payable, back.cents, -1, service)
        found.append((back.payee_id, taken))
    return found
