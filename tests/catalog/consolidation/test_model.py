"""The range of an estimate: by hand, and what always holds."""

from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from catalog.applications.model import Mode, Use
from catalog.capabilities.model import Capability
from catalog.consolidation.model import Assumptions, candidates, estimate
from catalog.landscape.model import Cost, coverages
from kdnx.ids import new_id

A = Assumptions(Decimal("4.5"), Decimal(35), 2_500_000, 1, 500_000, 4, 100)
TASK = Capability(new_id(), "payroll", "Personalabrechnung", parent_id=new_id())


def test_by_hand():
    """10 houses; 100,000.00 for 1,000 users, the cheapest three 60.00 a user."""
    cost = Cost(TASK.id, 6, 10_000_000, 1_000, 3, 3_000_000, 500)
    e = estimate(10, cost, A)
    assert e is not None
    assert (e.unit_cents, e.gap_cents) == (6_000, 4_000_000)
    assert (e.yearly_low, e.yearly_high) == (450_000, 3_500_000)
    assert (e.process_cents, e.one_off_cents) == (4_500_000, 22_500_000)
    assert (e.net_low, e.net_high) == (-16_200_000, -4_000_000)


def test_nobody_saves_more_than_what_is_paid_above_the_comparable_operation():
    cost = Cost(TASK.id, 3, 10_000_000, 1_000, 3, 10_000_000, 1_000)
    e = estimate(5, cost, A)
    assert e is not None
    assert (e.gap_cents, e.yearly_low, e.yearly_high) == (0, 0, 0)


def test_without_cost_from_three_houses_there_is_no_figure():
    assert estimate(9, None, A) is None


def test_without_a_comparable_operation_the_share_alone_counts():
    e = estimate(5, Cost(TASK.id, 4, 10_000_000, 1_000), A)
    assert e is not None
    assert (e.unit_cents, e.gap_cents, e.yearly_high) == (None, None, 3_500_000)


@given(
    st.integers(2, 40), st.integers(0, 10**10), st.integers(1, 10**6), st.integers(0, 100),
    st.integers(0, 100), st.integers(0, 10**7),
)  # fmt: skip
def test_the_range_is_a_range(houses, cents, users, low, high, unit):
    a = Assumptions(Decimal(low), Decimal(high), 100, 1, 100, 4, 0, unit_cents=unit)
    e = estimate(houses, Cost(TASK.id, 3, cents, users), a)
    assert e is not None
    assert 0 <= e.yearly_low <= e.yearly_high <= cents
    assert e.net_low <= e.net_high


def test_candidates_are_houses_that_run_it_themselves_ranked_by_saving():
    other = Capability(new_id(), "mail", "Mail", parent_id=new_id())
    houses = [new_id() for _ in range(4)]
    uses = [Use(h, TASK.id, new_id(), Mode.OWN, users=10) for h in houses[:2]]
    uses += [Use(h, other.id, new_id(), Mode.MARKET, contract_end=date(2027, 1, 1)) for h in houses]
    uses += [Use(houses[3], TASK.id, new_id(), Mode.FROM_MEMBER, houses[0])]
    rows = coverages([TASK, other], uses, [])
    cost = Cost(TASK.id, 3, 10_000_000, 100)
    found = candidates(rows, uses, [cost], A, date(2026, 11, 22))
    assert [(c.row.task.code, c.houses) for c in found] == [("payroll", 2), ("mail", 4)]
    assert found[1].estimate is None
    assert (found[1].soon, found[1].half_free_on) == (4, date(2027, 1, 1))
