"""What a house is owed and owes at the end of a book year, and what it says to that; pure (model.md 3.1, X22)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from kdnx.text import _


class Answer(StrEnum):
    """What a house says to its balance."""

    CONFIRMED = "confirmed"
    DISPUTED = "disputed"


ANSWER_LABELS = {Answer.CONFIRMED: "bestätigt", Answer.DISPUTED: "bestritten"}


@dataclass(frozen=True)
class Turnover:
    """A line of the function claim_turnover: cents on one account kind for one reason ('opening' = before the year)."""

    member_id: UUID
    account_kind: str
    why: str
    debit_cents: int
    credit_cents: int
    entries: int


# accounts on which the others owe the house; the remaining two hold what it owes
OWED_TO = ("payable", "direct_due")
KINDS = ("payable", "receivable", "direct_due", "direct_owed")


@dataclass(frozen=True)
class Balance:
    """Claim accounts of a house at the end of a book year, in cents, each positive as its name says.

    `payable` the hub owes the house, `receivable` the house owes the hub, `due` and `owed` the same with
    members directly; `entries` counts the ledger rows behind it and only grows.
    """

    member_id: UUID
    payable_cents: int = 0
    receivable_cents: int = 0
    due_cents: int = 0
    owed_cents: int = 0
    entries: int = 0

    @property
    def net_cents(self) -> int:
        """What the house is owed, less what it owes."""
        return self.payable_cents + self.due_cents - self.receivable_cents - self.owed_cents


FIELD_OF = {
    "payable": "payable_cents",
    "receivable": "receivable_cents",
    "direct_due": "due_cents",
    "direct_owed": "owed_cents",
}


def signed_cents(account_kind: str, debit: int, credit: int) -> int:
    """Positive in the sense of the account's name."""
    return credit - debit if account_kind in OWED_TO else debit - credit


def heads_of(successions: Iterable[tuple[UUID, UUID, date]], until: date) -> dict[UUID, UUID]:
    """Member → who answers for it on that day, over whole mergers (predecessor, successor, effective on)."""
    step = {p: s for p, s, on in successions if on <= until}
    found = {}
    for member in step:
        final, seen = member, set()
        while final in step and final not in seen:
            seen.add(final)
            final = step[final]
        found[member] = final
    return found


def fold_balances(rows: Iterable[Turnover], heads: Mapping[UUID, UUID]) -> dict[UUID, Balance]:
    """Balances by the house that answers for them."""
    sums: dict[UUID, dict[str, int]] = {}
    for r in rows:
        member = heads.get(r.member_id, r.member_id)
        mine = sums.setdefault(member, {"entries": 0})
        name = FIELD_OF[r.account_kind]
        mine[name] = mine.get(name, 0) + signed_cents(r.account_kind, r.debit_cents, r.credit_cents)
        mine["entries"] += r.entries
    return {m: Balance(m, **values) for m, values in sums.items()}


@dataclass(frozen=True)
class Confirmation:
    """The newest answer of a house to its balance."""

    owner_id: UUID
    year: int
    n: int
    answer: str
    payable_cents: int
    receivable_cents: int
    due_cents: int
    owed_cents: int
    entries: int
    reason: str
    answered_by: UUID
    answered_at: datetime

    @property
    def net_cents(self) -> int:
        """As `Balance.net_cents`."""
        return self.payable_cents + self.due_cents - self.receivable_cents - self.owed_cents

    def holds(self, now: Balance) -> bool:
        """Nothing touched the accounts since: no row more."""
        return self.entries == now.entries


def said(answer: Confirmation | None, now: Balance) -> str:
    """The state of a house in words."""
    if answer is None:
        return _("steht aus")
    word = ANSWER_LABELS[Answer(answer.answer)]
    if answer.holds(now):
        return word
    return _("{word} auf Stand Folge {n}, seither geändert").format(word=word, n=answer.entries)
