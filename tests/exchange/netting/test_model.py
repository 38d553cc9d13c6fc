"""Offsetting and the shortest way of payments, for any balances."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.netting.model import (
    Line,
    Mode,
    RunEvent,
    RunState,
    advance,
    make_line,
    match,
    payments_of,
    totals_of,
)
from kdnx.errors import Refused

HUB = UUID(int=0)
CENTS = st.integers(-(10**13), 10**13)
HOUSES = st.lists(st.tuples(CENTS, CENTS, st.booleans()), max_size=40)


def lines_of(houses: list[tuple[int, int, bool]]) -> list[Line]:
    """Some houses pay through a successor: every third through the one before."""
    made = []
    for n, (payable, receivable, offsets) in enumerate(houses, start=1):
        final = UUID(int=n - 1) if n % 3 == 0 else UUID(int=n)
        made.append(make_line(UUID(int=n), final, payable, receivable, offsets=offsets))
    return made


@given(houses=HOUSES, mode=st.sampled_from([m for m in Mode if m != Mode.OPENING]))
def test_payments_bring_everybody_to_zero(houses: list[tuple[int, int, bool]], mode: Mode) -> None:
    lines = lines_of(houses)
    payments = payments_of(lines, HUB, mode)
    rest = {HUB: 0}
    for x in lines:
        assert x.out_cents >= 0
        assert x.in_cents >= 0
        assert x.out_cents - x.in_cents == x.net_cents
        # the nets reproduce the gross
        assert x.netted_cents + x.out_cents == x.payable_cents
        assert x.netted_cents + x.in_cents == x.receivable_cents
        rest[x.final_id] = rest.get(x.final_id, 0) + x.net_cents
    rest[HUB] = -sum(rest.values())
    assert sum(rest.values()) == 0
    for p in payments:
        assert p.cents > 0
        assert p.payer_id != p.payee_id
        rest[p.payer_id] += p.cents
        rest[p.payee_id] -= p.cents
    assert not any(rest.values())


@given(nets=st.dictionaries(st.integers(1, 60), CENTS, max_size=40))
def test_at_most_one_payment_less_than_parties(nets: dict[int, int]) -> None:
    parties = {UUID(int=k): c for k, c in nets.items()}
    parties[HUB] = -sum(parties.values())
    moving = sum(1 for c in parties.values() if c)
    found = match(parties)
    assert len(found) <= max(moving - 1, 0)
    assert found == match(dict(reversed(parties.items())))  # the same every time


@given(houses=st.lists(st.tuples(st.integers(0, 10**9), st.integers(0, 10**9), st.just(value=True)), max_size=30))  # fmt: skip
def test_offsetting_moves_less_and_never_more_often(houses: list[tuple[int, int, bool]]) -> None:
    net = lines_of(houses)
    gross = [
        make_line(x.member_id, x.final_id, x.payable_cents, x.receivable_cents, offsets=False)
        for x in net
    ]
    ways = [
        totals_of(lines, payments_of(lines, HUB, mode))
        for lines, mode in ((gross, Mode.GROSS), (net, Mode.BILATERAL), (net, Mode.MULTILATERAL))
    ]  # fmt: skip
    assert ways[0].moved_cents >= ways[1].moved_cents >= ways[2].moved_cents
    assert ways[0].netted_cents == 0


def test_by_hand() -> None:
    # A is owed 100 and owes 30, B owes 90, C is owed 20: the hub keeps nothing
    lines = [
        make_line(UUID(int=1), UUID(int=1), 100, 30, offsets=True),
        make_line(UUID(int=2), UUID(int=2), 0, 90, offsets=True),
        make_line(UUID(int=3), UUID(int=3), 20, 0, offsets=True),
    ]
    pairs = {(p.payer_id.int, p.payee_id.int): p.cents for p in payments_of(lines, HUB, Mode.MULTILATERAL)}  # fmt: skip
    assert pairs == {(2, 1): 70, (2, 3): 20}
    pairs = {(p.payer_id.int, p.payee_id.int): p.cents for p in payments_of(lines, HUB, Mode.BILATERAL)}  # fmt: skip
    assert pairs == {(0, 1): 70, (2, 0): 90, (0, 3): 20}


def test_who_may_not_offset_pays_gross_with_the_hub() -> None:
    line = make_line(UUID(int=1), UUID(int=1), 100, 30, offsets=False)
    pairs = {(p.payer_id.int, p.payee_id.int): p.cents for p in payments_of([line], HUB, Mode.MULTILATERAL)}  # fmt: skip
    assert pairs == {(0, 1): 100, (1, 0): 30}


def test_a_side_below_zero_is_carried_over() -> None:
    line = make_line(UUID(int=1), UUID(int=1), -5, 10, offsets=False)
    assert (line.netted_cents, line.out_cents, line.in_cents) == (-5, 0, 15)


def test_moves() -> None:
    assert advance("approved", RunEvent.SETTLE) == RunState.SETTLED
    for state, event in (("approved", RunEvent.DISCARD), ("settled", RunEvent.FREEZE)):
        with pytest.raises(Refused):
            advance(state, event)


def test_an_opening_pays_nobody() -> None:
    line = make_line(UUID(int=1), UUID(int=1), 700, 300, offsets=False)
    assert payments_of([line], HUB, Mode.OPENING) == []
