"""Kinds of entries, their accounts, and the sums of a journal; pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from kdnx.ids import named_id


class Entry(StrEnum):
    """What a line is to the house's books: its account is found by this."""

    SOLD_S = "sold_S"
    SOLD_E = "sold_E"
    SOLD_O = "sold_O"
    BOUGHT_S = "bought_S"
    BOUGHT_E = "bought_E"
    BOUGHT_O = "bought_O"
    PAYMENT_IN = "payment_in"
    PAYMENT_OUT = "payment_out"
    NETTING = "netting"


LABELS = {
    Entry.SOLD_S: "Verkauf, steuerpflichtig",
    Entry.SOLD_E: "Verkauf, steuerfrei",
    Entry.SOLD_O: "Verkauf, nicht steuerbar",
    Entry.BOUGHT_S: "Einkauf, steuerpflichtig",
    Entry.BOUGHT_E: "Einkauf, steuerfrei",
    Entry.BOUGHT_O: "Einkauf, nicht steuerbar",
    Entry.PAYMENT_IN: "Zahlung erhalten",
    Entry.PAYMENT_OUT: "Zahlung geleistet",
    Entry.NETTING: "Verrechnung",
}


@dataclass(frozen=True)
class Account:
    """Where a house books a kind of entry; empty = not entered yet."""

    entry: str
    account: str = ""
    contra: str = ""
    tax_key: str = ""
    row_version: int = 0


@dataclass(frozen=True)
class Line:
    """One line of the journal; cents, negative where a document takes back. `key` is what it stands for."""

    key: str
    owner_id: UUID
    entry: str
    day: date
    document: str
    text: str
    partner: str
    net_cents: int
    vat_cents: int
    rate_pct: Decimal | None = None
    account: Account = field(default_factory=lambda: Account(""))

    @property
    def gross_cents(self) -> int:
        """Net and VAT together."""
        return self.net_cents + self.vat_cents

    @property
    def id(self) -> UUID:
        """The same in every export, so that a line taken over twice can be seen."""
        return named_id("exchange.journal", f"{self.owner_id}|{self.key}")


@dataclass(frozen=True)
class Sum:
    """Lines of one kind, cents."""

    entry: Entry
    lines: int
    net_cents: int
    vat_cents: int
    gross_cents: int


def missing_of(sums: Iterable[Sum], accounts: Mapping[str, Account]) -> Sequence[Entry]:
    """Kinds that occur and have no account or contra account."""
    return [s.entry for s in sums if not (accounts[s.entry].account and accounts[s.entry].contra)]


def accounts_by(rows: Iterable[Account]) -> Mapping[str, Account]:
    """Every kind with what is kept for it."""
    kept = {r.entry: r for r in rows}
    return {e.value: kept.get(e.value, Account(e.value)) for e in Entry}
