"""Sums are exact, prices become points by the published formula, ties are said."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.answers.model import Answer, Content, PriceLine, Reply, Total, total_of
from catalog.choosing.model import Score, Standing, price_points, weigh, weighted_sum
from catalog.requests.model import Criterion, Item, check_criteria
from kdnx.errors import Invalid
from kdnx.ids import new_id

NOW = datetime(2026, 5, 1, tzinfo=UTC)
CRITERIA = [
    Criterion(1, "must", "Betrieb in der EU"),
    Criterion(2, "points", "Konzept", weight=Decimal("33.33")),
    Criterion(3, "price", "Preis", weight=Decimal("66.67")),
]
POINTS = st.decimals(0, 10, places=2)


def an_entry(cents: int, *, met: bool = True) -> Standing:
    """An answer at this price."""
    answer_id = new_id()
    head = Answer(
        new_id(), "Haus", answer_id, new_id(), new_id(), "submitted", 1, 1, NOW, b"x", None, 1, NOW
    )
    content = Content(
        "Angebot", date(2027, 1, 1), replies=(Reply(1, met, ""), Reply(2, None, "ja"))
    )
    return Standing(head, content, Total(whole_cents=cents))


def marks(entry: Standing, points: Decimal) -> list[Score]:
    """The must is met, the concept gets these points."""
    return [
        Score(entry.answer.id, 1, None, is_met=True, reason="belegt"),
        Score(entry.answer.id, 2, points, None, "belegt"),
    ]


@given(st.integers(1, 10**12), st.integers(1, 10**12), st.sampled_from(["ratio", "linear"]))
def test_a_price_has_zero_to_ten_points_and_the_lowest_has_ten(a: int, b: int, formula: str):
    low, high = min(a, b), max(a, b)
    assert price_points(low, low, formula) == 10
    assert 0 <= price_points(high, low, formula) <= 10
    assert price_points(high, low, formula) == price_points(high, low, formula).quantize(
        Decimal("0.01")
    )


def test_a_free_offer_beside_a_paid_one():
    assert price_points(0, 0, "ratio") == 10
    assert price_points(100, 0, "ratio") == 0
    assert price_points(300, 100, "linear") == 0
    assert price_points(150, 100, "linear") == 5
    assert price_points(300, 100, "ratio") == Decimal("3.33")


@given(POINTS, POINTS)
def test_the_sum_is_exact(concept: Decimal, price: Decimal):
    found = weighted_sum(CRITERIA, {2: concept, 3: price})
    assert found is not None
    assert found * 1000 == concept * 3333 + price * 6667
    assert 0 <= found <= 100


@given(st.lists(st.tuples(st.integers(0, 10**9), POINTS, st.booleans()), min_size=1, max_size=6))
def test_ranks_order_the_sums_and_equal_sums_share_one(rows: list[tuple[int, Decimal, bool]]):
    entries = [an_entry(cents, met=met) for cents, _p, met in rows]
    scores = [s for e, (_c, p, met) in zip(entries, rows, strict=True) if met for s in marks(e, p)]
    found = weigh(CRITERIA, "ratio", entries, scores)
    ranked = [e for e in found if e.rank is not None]
    assert len(ranked) == sum(met for *_x, met in rows)
    for one in ranked:
        assert one.rank == 1 + sum(o.weighted > one.weighted for o in ranked)
        assert one.is_tied == (sum(o.weighted == one.weighted for o in ranked) > 1)
    assert all(e.is_admitted is False and e.weighted is None for e in found if e.rank is None)


def test_an_answer_that_fails_a_must_sets_no_price():
    cheap, dear = an_entry(100, met=False), an_entry(200)
    found = weigh(CRITERIA, "ratio", [cheap, dear], marks(dear, Decimal(5)))
    assert found[0].is_admitted is False
    assert 3 not in found[0].points
    assert found[1].points[3] == 10


def test_what_is_not_marked_has_no_sum():
    found = weigh(CRITERIA, "ratio", [an_entry(100)], [])
    assert found[0].is_admitted is None
    assert found[0].weighted is None


def test_prices_are_worked_out_with_the_quantities_asked_for():
    items = [
        Item(1, "Arbeitsplätze", "workplace", Decimal(150)),
        Item(2, "Fälle", "case", Decimal("1000.5")),
    ]
    prices = [
        PriceLine(1, "", 1, "month", 1_900_000), PriceLine(2, "", 2, "use", 15_000),
        PriceLine(3, "", 0, "once", 12_000_000_000), PriceLine(4, "", 0, "quarter", 100_000_000),
    ]  # fmt: skip
    total = total_of(prices, items, 4)
    assert total.lines == {1: 342_000, 2: 1_501, 3: 1_200_000, 4: 40_000}
    assert (total.yearly_cents, total.once_cents) == (383_501, 1_200_000)
    assert total.whole_cents == 1_200_000 + 4 * 383_501


@pytest.mark.parametrize("weights", [[], ["60"], ["60", "40.01"], ["99.99"]])
def test_weights_must_sum_to_one_hundred(weights: list[str]):
    criteria = [Criterion(n, "points", "K", weight=Decimal(w)) for n, w in enumerate(weights, 1)]
    with pytest.raises(Invalid):
        check_criteria(criteria)


def test_only_musts_or_exactly_one_hundred_are_fine():
    check_criteria([Criterion(1, "must", "Muss")])
    check_criteria(CRITERIA)
