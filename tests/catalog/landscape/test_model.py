"""The standardisation index and the coverage of tasks."""

from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from catalog.applications.model import Mode, Use
from catalog.capabilities.model import Capability
from catalog.landscape.model import (
    Coverage,
    Only,
    Order,
    arranged,
    contract_ends,
    coverages,
    overall_index,
    standardisation_index,
)
from kdnx.ids import new_id

TASK = Capability(new_id(), "resident_register", "Einwohnermeldewesen", parent_id=new_id())


def use(owner, product, mode=Mode.OWN, **over) -> Use:
    return Use(owner, TASK.id, product, mode.value, **over)


def test_the_index_by_hand():
    assert standardisation_index(18, 1) == 1
    assert standardisation_index(18, 3) == 1 - Decimal(2) / Decimal(17)
    assert standardisation_index(4, 4) == 0
    assert standardisation_index(2, 5) == 0


def test_there_is_no_index_for_fewer_than_two_houses():
    assert standardisation_index(0, 0) is None
    assert standardisation_index(1, 1) is None


@given(st.integers(2, 60), st.integers(1, 80))
def test_the_index_stays_between_nought_and_one_and_never_falls_by_merging(members, products):
    index = standardisation_index(members, products)
    assert index is not None
    assert 0 <= index <= 1
    if products > 1:
        merged = standardisation_index(members, products - 1)
        assert merged is not None
        assert merged >= index


def test_a_house_with_two_modes_counts_once_as_a_house():
    a, b, one, two = new_id(), new_id(), new_id(), new_id()
    rows = coverages(
        [TASK], [use(a, one, users=10), use(a, two, Mode.MARKET, users=5), use(b, one)], []
    )
    row = rows[0]
    assert (row.members, row.own, row.market, row.products, row.users) == (2, 2, 1, 2, 15)
    assert row.index == 0


def test_filters_and_order():
    none = Coverage(TASK)
    many = Coverage(TASK, members=5, own=5, products=4)
    one = Coverage(TASK, members=3, own=1, products=1, providers=2)
    rows = [none, many, one]
    assert arranged(rows, Order.INDEX, Only.ALL) == [many, one, none]
    assert arranged(rows, Order.TREE, Only.SEVERAL) == [many]
    assert arranged(rows, Order.TREE, Only.UNSERVED) == [many]
    assert arranged(rows, Order.TREE, Only.GAP) == [none]


def test_the_overall_index_weighs_by_houses():
    rows = [Coverage(TASK, members=3, products=1), Coverage(TASK, members=2, products=2)]
    assert overall_index(rows) == Decimal(3) / Decimal(5)
    assert overall_index([Coverage(TASK)]) is None


def test_of_several_contracts_of_a_house_the_latest_counts():
    a, b = new_id(), new_id()
    ends = contract_ends([
        use(a, new_id(), contract_end=date(2027, 1, 1)), use(a, new_id(), contract_end=date(2029, 1, 1)),
        use(b, new_id(), contract_end=date(2028, 1, 1)), use(b, new_id()),
    ])  # fmt: skip
    assert [e.ends_on for e in ends] == [date(2028, 1, 1), date(2029, 1, 1)]
