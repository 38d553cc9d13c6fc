"""Shares sum to the actual cost to the cent, whatever the key."""

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from exchange.shares.model import (
    MOVES,
    Pool,
    PoolEvent,
    PoolState,
    Share,
    advance,
    service_days,
    split,
)
from kdnx.errors import Refused

ID = UUID(int=1)


def a_pool(cents, *, fixed="0", by_days=False):
    return Pool(
        ID, ID, ID, "Fachverfahren", 2026, 1, "inhabitants", Decimal(fixed), by_days, cents, "", Decimal(0), 0,
        "draft", 1, datetime(2027, 1, 10, tzinfo=UTC),
    )  # fmt: skip


def a_share(key, advances=0, last=date(2026, 12, 31)):
    return Share(ID, ID, "L-1", "B", Decimal(key), date(2026, 1, 1), last, 0, advances)


def test_the_worked_example():
    shares = [a_share(1, 29_000_00), a_share(1, 31_000_00), a_share(1, 30_000_00)]
    found = split(a_pool(90_000_01), shares)
    assert [s.share_cents for s in found] == [30_000_01, 30_000_00, 30_000_00]
    assert [s.rest_cents for s in found] == [1_000_01, -1_000_00, 0]


keys = st.decimals(0, 10**7, places=4, allow_nan=False)


@given(
    cents=st.integers(0, 10**12), keys=st.lists(keys, min_size=1, max_size=40), fixed=st.integers(0, 100),
    by_days=st.booleans(), lengths=st.lists(st.integers(1, 365), min_size=40, max_size=40),
)  # fmt: skip
def test_shares_sum_to_the_cost(cents, keys, fixed, by_days, lengths):
    assume(any(keys) or fixed == 100)
    shares = [
        a_share(k, last=date.fromordinal(date(2025, 12, 31).toordinal() + n))
        for k, n in zip(keys, lengths, strict=False)
    ]
    pool = a_pool(cents, fixed=str(fixed), by_days=by_days)
    found = split(pool, shares)
    assert sum(s.share_cents for s in found) == cents
    assert all(s.share_cents >= 0 for s in found)
    if not fixed:
        assert all(s.share_cents <= 1 for s in found if not s.key)


def test_half_in_equal_parts_half_by_key():
    found = split(a_pool(100_00, fixed="50"), [a_share(3), a_share(1)])
    assert [s.share_cents for s in found] == [62_50, 37_50]


def test_who_began_later_bears_less():
    shares = [a_share(1), a_share(1, last=date(2026, 7, 2))]  # 365 and 183 days
    found = split(a_pool(548_00, by_days=True), shares)
    assert [s.share_cents for s in found] == [365_00, 183_00]


def test_no_key_is_refused():
    with pytest.raises(Refused, match="Schlüsselwerte"):
        split(a_pool(100), [a_share(0)])
    assert split(a_pool(100, fixed="100"), [a_share(0)])[0].share_cents == 100
    assert split(a_pool(100), []) == []


def test_days_of_service_in_a_year():
    assert service_days(2028, date(2028, 2, 29), None) == (date(2028, 2, 29), date(2028, 12, 31))
    assert service_days(2026, date(2020, 1, 1), date(2026, 3, 29)) == (date(2026, 1, 1), date(2026, 3, 29))  # fmt: skip
    assert service_days(2026, date(2027, 1, 1), None) is None


def test_moves():
    assert advance("draft", PoolEvent.PROPOSE) == PoolState.PROPOSED
    with pytest.raises(Refused, match="abgerechnet"):
        advance("proposed", PoolEvent.PROPOSE)
    assert {s for s, _e in MOVES} == {PoolState.DRAFT}
