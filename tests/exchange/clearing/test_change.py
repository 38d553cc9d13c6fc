"""The doors of § 132 GWB by numbers: values over the term, the sum of all changes, and which door is open."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.clearing.change import (
    Door,
    Measure,
    Terms,
    change_value,
    contract_value,
    months_between,
)
from exchange.clearing.doors import explain_doors, what_follows
from exchange.orders.model import LegalRoute, Line

START = date(2026, 1, 1)
M = Measure(
    "tendered", "", "", indexed=False, original_cents=1_000_000_00, reference_cents=1_000_000_00, change_cents=50_000_00,
    cumulated_cents=50_000_00, threshold_cents=216_000_00, minor_pct=Decimal(10), each_pct=Decimal(50), notice_days=30,
)  # fmt: skip
CENTS = st.integers(0, 10**9)


def line(label, cents, period="month"):
    return Line(1, label, "", period, Decimal(1), cents * 10_000, cents)


def terms(*lines, ends_on=None, valid_from=START):
    return Terms(START, ends_on, valid_from, lines)


def test_months_of_a_term():
    assert months_between(START, date(2026, 12, 31)) == 12
    assert months_between(date(2026, 1, 16), date(2026, 2, 28)) == 1 + Decimal(13) / 30
    assert months_between(START, date(2025, 12, 31)) == 0
    assert months_between(START, date(2026, 1, 31)) == 1


def test_values_over_the_term():
    fee, setup = line("Betrieb", 1_000_00), line("Einrichtung", 5_000_00, "once")
    assert contract_value(terms(), (fee, setup), 48) == 53_000_00
    assert contract_value(terms(ends_on=date(2026, 12, 31)), (fee, setup), 48) == 17_000_00
    # a dearer line and a cheaper one do not pay for each other
    old = terms(fee, line("Pflege", 500_00), ends_on=date(2026, 12, 31))
    new = replace(
        old, valid_from=date(2026, 7, 1), lines=(line("Betrieb", 1_100_00), line("Pflege", 400_00))
    )
    assert change_value(old, new, 48) == 6 * 200_00
    # a year more at the same price is worth a year
    longer = replace(old, valid_from=date(2026, 7, 1), ends_on=date(2027, 12, 31))
    assert change_value(old, longer, 48) == 12 * 1_500_00


@given(CENTS, CENTS, st.sampled_from(["once", "month", "quarter", "half", "year", "usage"]))
def test_there_and_back_cost_the_same_and_nothing_costs_nothing(a, b, period):
    old, new = terms(line("x", a, period)), terms(line("x", b, period))
    assert change_value(old, new, 48) == change_value(new, old, 48) >= 0
    assert change_value(old, old, 48) == 0


@given(CENTS, CENTS, CENTS, CENTS, st.none() | CENTS)
def test_minor_is_within_both_limits_and_more_changes_never_open_it(
    original, change, more, before, threshold
):
    m = replace(M, original_cents=original, reference_cents=original, change_cents=change,
                cumulated_cents=before + change, threshold_cents=threshold)  # fmt: skip
    small = (
        threshold is not None
        and before + change <= threshold
        and (before + change) * 10 <= original
    )
    assert m.is_open(Door.MINOR) == small
    later = replace(m, cumulated_cents=m.cumulated_cents + more)
    assert m.is_open(Door.MINOR) or not later.is_open(Door.MINOR)


@given(
    CENTS, CENTS, st.sampled_from(["", "review_clause", "additional", "unforeseeable", "successor"])
)
def test_the_door_shown_is_open_and_without_one_a_lawyer_is_asked(change, reference, claim):
    m = replace(M, change_cents=change, cumulated_cents=change, original_cents=reference, reference_cents=reference,
                claim=claim, claim_reason="weil")  # fmt: skip
    if m.door in (Door.NONE, Door.IMMATERIAL):
        assert m.needs_review == (m.door == Door.NONE)
        assert not any(is_open for _label, is_open, _why in explain_doors(m))
    else:
        assert m.is_open(m.door)
    assert m.must_be_published <= m.needs_review
    assert what_follows(m)


@pytest.mark.parametrize(
    ("claim", "change", "door"),
    [
        ("", 100_000_00, Door.MINOR),
        ("", 100_000_01, Door.NONE),
        ("additional", 500_000_00, Door.ADDITIONAL),
        ("additional", 500_000_01, Door.NONE),
        ("unforeseeable", 400_000_00, Door.UNFORESEEABLE),
        ("review_clause", 900_000_00, Door.REVIEW_CLAUSE),
        ("successor", 900_000_00, Door.SUCCESSOR),
        ("additional", 90_000_00, Door.MINOR),
    ],
)
def test_which_door(claim, change, door):
    m = replace(M, claim=claim, claim_reason="weil", change_cents=change, cumulated_cents=change)
    assert m.door == door
    # many small ones count together
    assert replace(m, claim="", cumulated_cents=100_000_01).door == Door.NONE


def test_the_index_clause_lifts_the_reference_value():
    m = replace(M, cumulated_cents=105_000_00)
    assert m.door == Door.NONE
    assert replace(m, indexed=True, reference_cents=1_050_000_00).door == Door.MINOR


@pytest.mark.parametrize(
    "route", [r.value for r in LegalRoute if r not in (LegalRoute.TENDERED, LegalRoute.OPEN)]
)
def test_other_routes_are_said_not_to_need_it(route):
    m = replace(M, legal_route=route, cumulated_cents=10**10)
    assert m.door == Door.NOT_APPLICABLE
    assert not m.needs_review
    assert not explain_doors(m)
    assert what_follows(m)


def test_without_a_threshold_nothing_is_minor():
    m = replace(M, threshold_cents=None)
    assert m.door == Door.NONE
    assert any("kein EU-Schwellenwert" in why for _label, _open, why in explain_doors(m))
