"""States, labels and CHECKs agree; the evidence is the same in Python and SQL."""

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from pathlib import Path

import pytest

from exchange.bookings.model import (
    BADGES,
    EVENT_LABELS,
    KIND_LABELS,
    LABELS,
    MOVES,
    REASON_LABELS,
    BookingEvent,
    BookingKind,
    BookingState,
    DisputeReason,
    Signature,
    advance,
    check_counterpart,
    check_service_term,
    check_tax,
    evidence_of,
    surcharge_of,
)
from exchange.bookings.store import SELF_SIGNED, find_booking
from exchange.ledger.model import (
    ACCOUNT_LABELS,
    TRANSFER_LABELS,
    AccountKind,
    Period,
    TransferKind,
    book_period,
    months_of,
    split_by_month,
)
from exchange.signing.actions import confirm_booking
from kdnx.errors import Refused
from tests.exchange.build import a_booking, an_order

MIGRATIONS = Path(__file__).parents[3] / "migrations"


def words(file: str, check: str) -> set[str]:
    text = (MIGRATIONS / file).read_text(encoding="utf-8")
    match = re.search(rf"CONSTRAINT {check} CHECK \(\w+ IN \(([^)]*)\)", text)
    assert match, check
    return set(re.findall(r"'(\w+)'", match[1]))


@pytest.mark.parametrize(
    ("file", "check", "enum"),
    [
        ("2020_booking.sql", "booking_state", BookingState),
        ("2020_booking.sql", "booking_kind", BookingKind),
        ("2020_booking.sql", "dispute_reason", DisputeReason),
        ("2010_ledger.sql", "transfer_kind", TransferKind),
        ("2010_ledger.sql", "account_kind", AccountKind),
    ],
)
def test_checks_name_what_the_model_names(file: str, check: str, enum: type[StrEnum]):
    assert words(file, check) == {e.value for e in enum}


def test_every_word_has_a_label():
    for enum, labels in (
        (BookingState, LABELS), (BookingEvent, EVENT_LABELS), (BookingKind, KIND_LABELS), (DisputeReason, REASON_LABELS),
        (TransferKind, TRANSFER_LABELS), (AccountKind, ACCOUNT_LABELS), (BookingState, BADGES),
    ):  # fmt: skip
        assert set(labels) == set(enum)
    assert {s for s, _e in MOVES} | set(MOVES.values()) == set(BookingState)
    assert not [e for s, e in MOVES if s == BookingState.CONFIRMED], (
        "a confirmed booking has no event"
    )


def test_no_way_out_of_confirmed():
    for event in BookingEvent:
        with pytest.raises(Refused):
            advance("confirmed", event)


@pytest.mark.parametrize(
    ("net", "pct", "fee", "cents"),
    [
        (10_000_00, "2.5", 0, 250_00),
        (3_333_33, "2.5", 0, 83_33),
        (1, "50", 0, 1),
        (1, "49", 0, 0),
        (100, "0", 7, 7),
        (1_000_01, "2.5", 0, 25_00),
    ],
)
def test_surcharge(net, pct, fee, cents):
    assert surcharge_of(net, Decimal(pct), fee) == cents


def test_months_and_days():
    assert months_of(date(2024, 1, 31), date(2024, 3, 1)) == [
        (Period(2024, 1), 1),
        (Period(2024, 2), 29),
        (Period(2024, 3), 1),
    ]
    assert [c for _m, c in split_by_month(3_333_33, date(2026, 7, 1), date(2026, 9, 30))] == [
        1_123_19,
        1_123_19,
        1_086_95,
    ]
    assert sum(c for _m, c in split_by_month(7, date(2026, 1, 1), date(2026, 12, 31))) == 7


def test_book_period_is_the_service_month_or_the_first_open_one():
    assert book_period(date(2026, 7, 31), 0) == Period(2026, 7)
    assert book_period(date(2025, 3, 31), 202512) == Period(2026, 1)
    assert book_period(date(2025, 3, 31), 202506) == Period(2025, 7)
    assert book_period(date(2025, 3, 31), 202513) == Period(2026, 1)


@pytest.mark.parametrize(
    ("first", "last", "code"),
    [
        (date(2026, 2, 1), date(2026, 1, 1), "period_order"),
        (date(2026, 2, 1), date(2027, 1, 1), "booking_one_year"),
        (date(2025, 2, 1), date(2025, 3, 1), "outside_term"),
        (date(2026, 12, 1), date(2026, 12, 31), "outside_term"),
    ],
)
def test_service_term(first, last, code):
    with pytest.raises(Refused) as error:
        check_service_term(first, last, date(2026, 1, 1), date(2026, 12, 30))
    assert error.value.code == code


async def test_evidence_is_the_same_in_sql(conn, cast):
    order = await an_order(conn, cast, cast.nord, cast.sued)
    row = await a_booking(conn, cast.nord, order, 123_45)
    await conn.act_as(cast.sued.viewer)
    row = await confirm_booking(conn, cast.sued.viewer, row.id)
    sql = await conn.fetchval(
        "SELECT exchange.booking_evidence(b, c) FROM exchange.booking b JOIN exchange.confirmation c ON (c.owner_id, c.booking_id) = (b.owner_id, b.id)"
    )
    assert sql == row.evidence
    again = await find_booking(conn, row.id)
    signature = Signature(again.confirmed_cents, again.confirmed_surcharge_cents, again.tax_code_1, again.tax_code_2,
                          again.confirmed_by, again.origin, again.template, again.confirmed_at)  # fmt: skip
    assert evidence_of(again, signature) == sql


def test_no_tax_decision_no_service_from_2027_on():
    check_tax(date(2026, 12, 31), ("undecided", "undecided"))
    check_tax(date(2027, 1, 31), ("U19", "F29"))
    with pytest.raises(Refused):
        check_tax(date(2027, 1, 31), ("U19", "undecided"))


async def test_merged_houses_need_two_persons(conn, cast):
    order = await an_order(conn, cast, cast.nord, cast.sued)
    row = await a_booking(conn, cast.nord, order, 500_00)
    both = (cast.nord.id, cast.sued.id)
    assert check_counterpart(row, both, cast.nord.second.person_id) == cast.sued.id
    with pytest.raises(Refused) as error:
        check_counterpart(row, both, cast.nord.viewer.person_id)
    assert error.value.code == "same_person"
    merged = replace(cast.nord.second, members=both)
    await conn.act_as(merged)
    done = await confirm_booking(conn, merged, row.id)
    assert (done.confirmed_by, done.proposed_by) == (cast.sued.id, cast.nord.id)
    assert not await conn.fetch(SELF_SIGNED)
