"""Transfers, accounts, posting templates and the canonical bytes of the chain; pure (model.md 3)."""

import calendar
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from functools import cache
from hashlib import sha256
from typing import Any
from uuid import UUID

from kdnx.ids import named_id
from kdnx.money import largest_remainder

TEMPLATE = "v1"  # the posting template every confirmation names
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class AccountKind(StrEnum):
    """What an account holds; hub-side accounts belong to the hub (model.md 3.1)."""

    PAYABLE = "payable"
    RECEIVABLE = "receivable"
    TRANSIT = "transit"
    SURCHARGE = "surcharge"
    VAT_IN = "vat_in"
    VAT_OUT = "vat_out"
    CLEARING = "clearing"
    RESULT = "result"
    DIRECT_DUE = "direct_due"
    DIRECT_OWED = "direct_owed"


ACCOUNT_LABELS = {
    AccountKind.PAYABLE: "Verbindlichkeit gegenüber",
    AccountKind.RECEIVABLE: "Forderung an",
    AccountKind.TRANSIT: "Durchlauf",
    AccountKind.SURCHARGE: "Umlage",
    AccountKind.VAT_IN: "Vorsteuer",
    AccountKind.VAT_OUT: "Umsatzsteuer",
    AccountKind.CLEARING: "Zahlungsweg",
    AccountKind.RESULT: "Ergebnis",
    AccountKind.DIRECT_DUE: "Direkter Anspruch von",
    AccountKind.DIRECT_OWED: "Direkte Schuld von",
}


class TransferKind(StrEnum):
    """Why cents moved; only `supply` is volume (D12)."""

    SUPPLY = "supply"
    PASS = "pass"  # noqa: S105  # the second leg, no password
    SURCHARGE = "surcharge"
    VAT = "vat"
    NETTING = "netting"
    PAYMENT = "payment"
    CLOSE = "close"


TRANSFER_LABELS = {
    TransferKind.SUPPLY: "Leistung",
    TransferKind.PASS: "Durchlauf",
    TransferKind.SURCHARGE: "Umlage",
    TransferKind.VAT: "Umsatzsteuer",
    TransferKind.NETTING: "Verrechnung",
    TransferKind.PAYMENT: "Zahlung",
    TransferKind.CLOSE: "Abschluss",
}


@dataclass(frozen=True)
class Period:
    """A month of the books; `number` is yyyymm, as the gate compares it."""

    year: int
    month: int

    @property
    def number(self) -> int:
        """202607 for July 2026."""
        return self.year * 100 + self.month


@dataclass(frozen=True)
class Posting:
    """Cents from a debit to a credit account, before they have a place in a chain."""

    kind: TransferKind
    leg: int
    debit_id: UUID
    credit_id: UUID
    cents: int
    sign: int
    service: Period


@dataclass(frozen=True)
class NewTransfer:
    """A posting with its dimensions, ready for `exchange.post()`; the chain adds seq, time, hashes."""

    owner_id: UUID
    id: UUID
    posting: Posting
    book: Period
    recipient_id: UUID | None
    category_id: UUID | None
    offering_id: UUID | None
    source: str
    source_id: UUID
    evidence: bytes


@dataclass(frozen=True)
class Supply:
    """What a confirmed booking moves: leg-1 net, surcharge of leg 2, both in cents >= 0; days inclusive.

    `sign` -1 (reversal, negative adjustment) swaps debit and credit of every row.
    """

    route: str
    provider_id: UUID
    recipient_id: UUID
    hub_id: UUID | None
    net_cents: int
    surcharge_cents: int
    service_from: date
    service_to: date
    sign: int = 1


@cache
def account_id(kind: AccountKind, member_id: UUID) -> UUID:
    """The id of a member's account of this kind: the same everywhere, so nothing is looked up."""
    return named_id("exchange.account", f"{kind.value}|{member_id}")


def months_of(first: date, last: date) -> list[tuple[Period, int]]:
    """The calendar months of a period (both days inclusive) with their days in it."""
    found: list[tuple[Period, int]] = []
    day = first
    while day <= last:
        end = min(last, day.replace(day=calendar.monthrange(day.year, day.month)[1]))
        found.append((Period(day.year, day.month), (end - day).days + 1))
        day = end + timedelta(days=1)
    return found


def split_by_month(cents: int, first: date, last: date) -> list[tuple[Period, int]]:
    """`cents` over the months by days, largest remainder; months that get nothing are left out."""
    months = months_of(first, last)
    parts = largest_remainder(cents, [days for _month, days in months])
    return [(month, part) for (month, _days), part in zip(months, parts, strict=True) if part]


def supply_postings(s: Supply) -> list[Posting]:
    """Posting template v1 of a confirmed booking (model.md 3.2): month rows of leg 1, then leg 2."""
    if s.route == "direct":
        debit = account_id(AccountKind.DIRECT_OWED, s.recipient_id)
        credit = account_id(AccountKind.DIRECT_DUE, s.provider_id)
    else:
        if s.hub_id is None:
            raise ValueError("the hub route needs its hub")
        debit = account_id(AccountKind.TRANSIT, s.hub_id)
        credit = account_id(AccountKind.PAYABLE, s.provider_id)
    rows = [
        Posting(TransferKind.SUPPLY, 1, debit, credit, part, 1, month)
        for month, part in split_by_month(s.net_cents, s.service_from, s.service_to)
    ]
    if s.route != "direct" and s.hub_id is not None:
        last = Period(s.service_to.year, s.service_to.month)
        claim = account_id(AccountKind.RECEIVABLE, s.recipient_id)
        rows.append(Posting(TransferKind.PASS, 2, claim, debit, s.net_cents, 1, last))
        if s.surcharge_cents:
            gain = account_id(AccountKind.SURCHARGE, s.hub_id)
            rows.append(Posting(TransferKind.SURCHARGE, 2, claim, gain, s.surcharge_cents, 1, last))
    return rows if s.sign == 1 else [reversed_posting(p) for p in rows]


def reversed_posting(p: Posting) -> Posting:
    """The same cents back: debit and credit swapped, sign turned."""
    return Posting(p.kind, p.leg, p.credit_id, p.debit_id, p.cents, -p.sign, p.service)


def accounts_of(s: Supply) -> list[tuple[AccountKind, UUID]]:
    """The accounts a supply touches, to be opened before its first posting."""
    if s.route == "direct" or s.hub_id is None:
        return [(AccountKind.DIRECT_OWED, s.recipient_id), (AccountKind.DIRECT_DUE, s.provider_id)]
    return [
        (AccountKind.TRANSIT, s.hub_id),
        (AccountKind.PAYABLE, s.provider_id),
        (AccountKind.RECEIVABLE, s.recipient_id),
        (AccountKind.SURCHARGE, s.hub_id),
    ]


def book_period(service_to: date, closed_through: int) -> Period:
    """The period of the last service day if open, else the first open one after the close (yyyymm)."""
    wanted = Period(service_to.year, service_to.month)
    if wanted.number > closed_through:
        return wanted
    year, month = divmod(closed_through, 100)
    return Period(year + 1, 1) if month >= 12 else Period(year, month + 1)


# --- the chain (model.md 3.5) ---
ORDER = (
    "owner_id", "seq", "id", "kind", "leg", "debit_id", "credit_id", "cents", "sign", "book_year", "book_month",
    "service_year", "service_month", "recipient_id", "category_id", "offering_id", "source", "source_id",
)  # fmt: skip


def canonical_bytes(row: Mapping[str, object]) -> bytes:
    """The bytes that are hashed: columns in fixed order joined by `|`, absent as empty.

    `evidence` is bytes, `recorded_at` an aware instant; the same as SQL `exchange.transfer_bytes`.
    """
    evidence, recorded_at = row["evidence"], row["recorded_at"]
    if not isinstance(evidence, bytes) or not isinstance(recorded_at, datetime):
        raise TypeError("evidence must be bytes and recorded_at an instant")
    parts = ["kdnx.transfer.v1", *("" if row[name] is None else str(row[name]) for name in ORDER)]
    micros = (recorded_at - EPOCH) // timedelta(microseconds=1)
    return "|".join([*parts, evidence.hex(), str(micros)]).encode()


def chain_start(owner_id: UUID) -> bytes:
    """What stands before the first transfer of an owner."""
    return sha256(f"kdnx.ledger.v1|{owner_id}".encode()).digest()


def next_hash(prev: bytes, row: Mapping[str, object]) -> bytes:
    """The hash of a row behind `prev`."""
    return sha256(prev + canonical_bytes(row)).digest()


CUT_START = sha256(b"kdnx.cut.v1").digest()


def cut_root(prev_root: bytes, heads: Iterable[tuple[UUID, int, bytes]]) -> bytes:
    """All heads (owner, seq, hash) combined in the order of the owners' ids, behind the cut before."""
    body = b"".join(
        f"{o}|{seq}|".encode() + h for o, seq, h in sorted(heads, key=lambda x: str(x[0]))
    )
    return sha256(b"kdnx.cut.v1" + prev_root + body).digest()


def live_root(heads: Iterable[tuple[UUID, int, bytes]]) -> bytes:
    """What `ledger verify` prints as head: the root of all chains that hold a transfer, without older cuts."""
    return cut_root(CUT_START, [h for h in heads if h[1] > 0])


@dataclass(frozen=True)
class Break:
    """The first link that does not hold: `what` is 'hash', 'prev', 'seq', 'head' or 'cut'."""

    owner_id: UUID | None
    seq: int
    what: str


def replay(rows: Iterable[Mapping[str, Any]]) -> Iterator[tuple[Mapping[str, Any], Break | None]]:
    """Walk exported rows (by owner, seq) and prove each link from the values alone."""
    owner, seq, prev = None, 0, b""
    for row in rows:
        if row["owner_id"] != owner:
            owner, seq = row["owner_id"], 0
            prev = chain_start(owner) if isinstance(owner, UUID) else b""
        seq += 1
        expected = next_hash(prev, row)
        what = "seq" if row["seq"] != seq else "prev" if row["prev"] != prev else ""
        what = what or ("hash" if row["hash"] != expected else "")
        yield row, Break(owner if isinstance(owner, UUID) else None, seq, what) if what else None
        prev = expected


BREAK_LABELS: Mapping[str, str] = {
    "hash": "Der Inhalt passt nicht zur Prüfsumme.",
    "prev": "Die Zeile schließt nicht an die vorige an.",
    "seq": "In der Folge fehlt eine Nummer.",
    "head": "Der Kettenkopf ist nicht die letzte Zeile.",
    "cut": "Ein Tagesabdruck passt nicht mehr.",
}


def balance(entries: Sequence[tuple[UUID, int]]) -> dict[UUID, int]:
    """Σ debit − Σ credit per account, in cents."""
    sums: dict[UUID, int] = {}
    for account, cents in entries:
        sums[account] = sums.get(account, 0) + cents
    return sums
