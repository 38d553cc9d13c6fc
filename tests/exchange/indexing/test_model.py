"""A price follows its index by the clause: exact, measured from the last step, path-independent."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.prices.clause import IndexClause
from exchange.indexing.model import Applied, Finding, Reading, find_step, key_of, starts_on
from exchange.indexing.words import hint_of, reason_of
from exchange.orders.model import Line
from kdnx.ids import new_id

RULE = new_id()
CLAUSE = IndexClause(
    "Erzeugerpreise", "2024-01", Decimal("106.2"), Decimal(3), Decimal(70), None, 18_500_000, is_plain=True
)  # fmt: skip
LINE = Line(1, "Arbeitsplatz", "je Arbeitsplatz", "month", Decimal(100), 18_500_000, 1_850_00, 1)
JULY = date(2026, 7, 1)


def now(value, month="2026-05"):
    return Reading(month, Decimal(value), RULE)


def test_a_step_by_hand_calculation():
    # 118.3 ÷ 106.2 = 1.113936; 30 % stay, 70 % follow: 18.50 × (0.3 + 0.7 × 1.1139359…) = 19.975470
    step = find_step(LINE, CLAUSE, None, now("118.3"), JULY)
    assert (
        step.is_due
        and step.new_micro == 19_975_471
        and round(step.change_pct, 2) == Decimal("11.39")
    )
    assert step.yearly_cents == (1_997_55 - 1_850_00) * 12
    assert "106,2 (01/2024) → 118,3 (05/2026) = 11,39 %" in reason_of(step)
    assert "70 % von 18,50" in reason_of(step)


@pytest.mark.parametrize(
    ("line", "clause", "reading", "starts", "finding"),
    [
        (LINE, CLAUSE, None, JULY, Finding.NO_VALUE),
        (LINE, CLAUSE, now("118.3", "2024-01"), JULY, Finding.NO_VALUE),
        (LINE, CLAUSE, now("109.385"), JULY, Finding.SMALL),  # 2.999 %
        (LINE, CLAUSE, now("109.386"), JULY, Finding.DUE),  # 3 % exactly
        (LINE, CLAUSE, now("103.014"), JULY, Finding.DUE),  # and down
        (LINE, replace(CLAUSE, first_day=date(2026, 8, 1)), now("118.3"), JULY, Finding.FROZEN),
        (LINE, replace(CLAUSE, is_plain=False), now("118.3"), JULY, Finding.BY_HAND),
        (replace(LINE, unit_price_micro=18_000_000), CLAUSE, now("118.3"), JULY, Finding.NEGOTIATED),
    ],
)  # fmt: skip
def test_when_nothing_is_due_the_page_says_why(line, clause, reading, starts, finding):
    step = find_step(line, clause, None, reading, starts)
    assert step.finding == finding
    assert bool(hint_of(step)) == (finding != Finding.DUE)
    if finding != Finding.DUE:
        assert step.yearly_cents == 0


values = st.decimals("50", "400", places=1)


@given(st.lists(values, min_size=1, max_size=6), st.decimals("0", "100", places=1))
def test_many_small_steps_end_at_the_price_of_one(path, share):
    clause = replace(CLAUSE, share_pct=share, threshold_pct=Decimal(0))
    line, applied = LINE, None
    for n, value in enumerate(path):
        step = find_step(line, clause, applied, now(value, f"2025-{n + 1:02d}"), JULY)
        if step.is_due:
            assert abs(step.change_pct) > 0
            line = replace(line, unit_price_micro=step.new_micro)
            applied = Applied(step.now.month, step.now.value, step.new_micro)
    once = clause.price_at(path[-1])
    assert line.unit_price_micro == once


@given(values, values)
def test_the_threshold_is_measured_from_the_last_step(first, second):
    applied = Applied("2025-01", first, CLAUSE.price_at(first))
    line = replace(LINE, unit_price_micro=applied.new_micro)
    step = find_step(line, CLAUSE, applied, now(second), JULY)
    moved = abs(second / first - 1) * 100
    assert step.is_due == (moved >= 3 and CLAUSE.price_at(second) != applied.new_micro)


def test_a_step_begins_after_what_is_booked():
    assert starts_on(date(2026, 11, 23), None) == date(2026, 12, 1)
    assert starts_on(date(2026, 12, 31), None) == date(2027, 1, 1)
    assert starts_on(date(2026, 11, 23), date(2026, 12, 31)) == date(2027, 1, 1)
    assert starts_on(date(2026, 11, 23), date(2026, 10, 31)) == date(2026, 12, 1)


def test_a_name_becomes_a_key():
    assert key_of("Index A/B  (Basis)") == "Index A B (Basis)"
    assert len(key_of("x" * 200)) == 80
