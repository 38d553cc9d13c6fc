"""What a run offsets and pays: nets, gross beside them, and as few payments as can be; pure (peers.md X30)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from kdnx.errors import Refused
from kdnx.text import _


class RunState(StrEnum):
    """Where a run stands; from frozen on its amounts never change."""

    PREVIEW = "preview"
    FROZEN = "frozen"
    APPROVED = "approved"
    SETTLED = "settled"
    DISCARDED = "discarded"


class RunEvent(StrEnum):
    """What happens to a run."""

    FREEZE = "freeze"
    APPROVE = "approve"
    SETTLE = "settle"
    DISCARD = "discard"


S, E = RunState, RunEvent
MOVES: dict[tuple[RunState, RunEvent], RunState] = {
    (S.PREVIEW, E.FREEZE): S.FROZEN,
    (S.FROZEN, E.APPROVE): S.APPROVED,
    (S.APPROVED, E.SETTLE): S.SETTLED,
    (S.PREVIEW, E.DISCARD): S.DISCARDED,
    (S.FROZEN, E.DISCARD): S.DISCARDED,
}
LABELS = {
    S.PREVIEW: "Vorschau",
    S.FROZEN: "eingefroren",
    S.APPROVED: "freigegeben",
    S.SETTLED: "ausgeglichen",
    S.DISCARDED: "verworfen",
}
BADGES = {
    S.PREVIEW: "info",
    S.FROZEN: "warning",
    S.APPROVED: "warning",
    S.SETTLED: "success",
    S.DISCARDED: "",
}


class Mode(StrEnum):
    """How far amounts are offset before money moves."""

    GROSS = "gross"
    BILATERAL = "bilateral"
    MULTILATERAL = "multilateral"
    OPENING = "opening"  # no money moves: it moved before kdnx


MODE_LABELS = {
    Mode.MULTILATERAL: "multilateral: verrechnet, gezahlt wird auf kürzestem Weg",
    Mode.BILATERAL: "bilateral: jedes Mitglied mit der Drehscheibe",
    Mode.GROSS: "brutto: ohne Verrechnung",
    Mode.OPENING: "Eröffnung: Altbestand, der vor kdnx bezahlt wurde; es wird nichts überwiesen",
}
MODE_WORDS = {
    Mode.GROSS: "brutto",
    Mode.BILATERAL: "bilateral",
    Mode.MULTILATERAL: "multilateral",
    Mode.OPENING: "Eröffnung",
}


def advance(state: str, event: RunEvent) -> RunState:
    """The state after an event; Refused (code wrong_state) when the table has no such move."""
    after = MOVES.get((RunState(state), event))
    if after is None:
        raise Refused(
            _("Der Ausgleich ist {state}; dieser Schritt passt nicht.").format(
                state=LABELS[RunState(state)]
            ),
            code="wrong_state",
            remedy=_("Bitte die Seite neu laden."),
        )
    return after


@dataclass(frozen=True)
class Line:
    """A member at the cut, in cents: what it is owed and owes, what is offset, what moves out to it and in from it.

    `final_id` is the member that pays and is paid: the last legal successor.
    """

    member_id: UUID
    final_id: UUID
    payable_cents: int
    receivable_cents: int
    netted_cents: int
    offsets: bool

    @property
    def out_cents(self) -> int:
        """Paid to the member."""
        return self.payable_cents - self.netted_cents

    @property
    def in_cents(self) -> int:
        """Paid by the member."""
        return self.receivable_cents - self.netted_cents

    @property
    def net_cents(self) -> int:
        """What the member is owed in the end; negative = it owes. The same with and without offsetting."""
        return self.payable_cents - self.receivable_cents


@dataclass(frozen=True)
class Payment:
    """Money from one to another, in cents."""

    payer_id: UUID
    payee_id: UUID
    cents: int


def make_line(
    member_id: UUID, final_id: UUID, payable: int, receivable: int, *, offsets: bool
) -> Line:
    """Offset min(payable, receivable); without offsetting only a side that has turned negative moves over.

    A payable below zero (a reversal after payment) is money the member owes: it is carried to the other side, which
    is no offsetting, so that what moves out and in is never negative.
    """
    netted = min(payable, receivable) if offsets else min(payable, 0) + min(receivable, 0)
    return Line(member_id, final_id, payable, receivable, netted, offsets)


def payments_of(lines: Sequence[Line], hub_id: UUID, mode: Mode) -> list[Payment]:
    """The transfers of money that bring every line to zero.

    Gross and bilateral: each member with the hub, one out and one in a member at most. Multilateral: who offsets
    pays whom on the shortest way, the hub among them with what is left: of n parties at most n - 1 payments.
    Opening: none, for what it takes off the accounts was paid before.
    """
    if mode == Mode.OPENING:
        return []
    if mode != Mode.MULTILATERAL:
        return _with_hub(lines, hub_id)
    apart = [line for line in lines if not line.offsets]
    nets: dict[UUID, int] = {}
    for line in lines:
        if line.offsets:
            nets[line.final_id] = nets.get(line.final_id, 0) + line.net_cents
    nets[hub_id] = nets.get(hub_id, 0) - sum(nets.values())
    return [*match(nets), *_with_hub(apart, hub_id)]


def _with_hub(lines: Iterable[Line], hub_id: UUID) -> list[Payment]:
    paid: dict[tuple[UUID, UUID], int] = {}
    for line in lines:
        for key, cents in (
            ((line.final_id, hub_id), line.in_cents),
            ((hub_id, line.final_id), line.out_cents),
        ):
            paid[key] = paid.get(key, 0) + cents
    return [Payment(payer, payee, cents) for (payer, payee), cents in paid.items() if cents > 0]


def match(nets: Mapping[UUID, int]) -> list[Payment]:
    """Payments that settle nets summing to zero: the largest debtor pays the largest creditor, and so on.

    Each payment brings at least one party to zero and the last one two, so n parties need at most n - 1.
    """
    if sum(nets.values()):
        raise ValueError("nets must sum to zero")
    debtors = sorted(((-c, k) for k, c in nets.items() if c < 0), key=_largest)
    creditors = sorted(((c, k) for k, c in nets.items() if c > 0), key=_largest)
    found: list[Payment] = []
    while debtors:
        (owes, payer), (owed, payee) = debtors.pop(), creditors.pop()
        cents = min(owes, owed)
        found.append(Payment(payer, payee, cents))
        if owes > cents:
            debtors.append((owes - cents, payer))
        if owed > cents:
            creditors.append((owed - cents, payee))
    return found


def _largest(x: tuple[int, UUID]) -> tuple[int, str]:
    return x[0], str(x[1])  # the id decides between equals, so that a run repeats


@dataclass(frozen=True)
class Totals:
    """A run in five figures, cents: gross out and in, offset, moved, and how many payments."""

    payable_cents: int
    receivable_cents: int
    netted_cents: int
    moved_cents: int
    payments: int


def totals_of(lines: Sequence[Line], payments: Sequence[Payment]) -> Totals:
    """Sums of the lines, and what really moves."""
    return Totals(
        sum(x.payable_cents for x in lines), sum(x.receivable_cents for x in lines),
        sum(x.netted_cents for x in lines), sum(p.cents for p in payments), len(payments),
    )  # fmt: skip
