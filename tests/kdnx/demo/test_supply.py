"""The invented figures: the same every time, exact in sum, with the skew of a real alliance."""

from collections import Counter
from datetime import date

import pytest

from kdnx.demo import catalogue, supply
from kdnx.demo.rows import all_orders, merged_offering_rows, offering_rows, order_rows
from kdnx.demo.supply import MERGED, MERGED_ON, SHARES, SUCCESSOR, TOTALS

TODAY = date(2026, 11, 22)


def booked(year, today=TODAY):
    return supply.bookings(all_orders(), today)[year]


@pytest.mark.parametrize("year", [2021, 2022, 2023, 2024, 2025])
def test_a_closed_year_sums_to_the_cent(year):
    assert sum(c for _b, c in booked(year)) == TOTALS[year]
    assert min(c for _b, c in booked(year)) > 0


def test_the_two_given_years():
    assert (TOTALS[2023], TOTALS[2024]) == (2_400_000_000, 2_600_000_000)


def test_categories_of_2024_have_their_share():
    sums = Counter()
    for seed, cents in booked(2024):
        sums[seed.order.category] += cents
    for category, share in SHARES.items():
        assert abs(sums[category] / TOTALS[2024] * 100 - share) < 1


def test_few_deliver_most_and_some_nothing():
    sums = Counter()
    for seed, cents in booked(2024):
        merged = seed.order.provider in MERGED and seed.service_from >= MERGED_ON
        sums[SUCCESSOR if merged else seed.order.provider] += cents
    ranked = [c / TOTALS[2024] for _m, c in sums.most_common()]
    assert 0.43 < sum(ranked[:3]) < 0.47
    assert 0.71 < sum(ranked[:8]) < 0.78
    members = set(catalogue.inhabitants()) - set(MERGED)
    silent = members - set(sums)
    assert len(members) == 28
    assert len(silent) >= 6
    receiving = {o.recipient for o in all_orders()}
    assert silent <= receiving


def test_no_booking_spans_two_years_or_the_merger():
    for year in TOTALS:
        for seed, _cents in supply.bookings(all_orders(), TODAY).get(year, []):
            assert seed.service_from.year == seed.service_to.year == year
            if {seed.order.provider, seed.order.recipient} & set(MERGED):
                assert not seed.service_from < MERGED_ON <= seed.service_to


def test_nobody_orders_from_itself_nor_from_whom_it_becomes():
    one = {SUCCESSOR, *MERGED}
    for order in all_orders():
        assert order.provider != order.recipient
        assert not {order.provider, order.recipient} <= one


def test_the_size_is_that_of_the_alliance():
    assert 380 <= len(all_orders()) <= 400
    assert 145 <= len(catalogue.offerings()) <= 155
    assert {s.service.category for s in catalogue.offerings()} == set(SHARES)
    assert 8_500 <= sum(len(booked(y)) for y in TOTALS) <= 9_800
    assert len({o.number for o in all_orders()}) == len(all_orders())


def test_every_order_has_an_offering_of_its_provider():
    codes = dict.fromkeys(catalogue.inhabitants())
    offered = {(r["member_code"], r["reference"]) for r in offering_rows(codes)}
    offered |= {(r["member_code"], r["reference"]) for r in merged_offering_rows(ended=False)}
    assert {(r["provider"], r["offering"]) for r in order_rows(TODAY)} <= offered


def test_the_same_every_time():
    again = supply.orders(catalogue.inhabitants(), catalogue.offered(catalogue.services()))
    assert tuple(again) == all_orders()


@pytest.mark.parametrize(
    "today",
    [date(2025, 6, 1), date(2026, 1, 1), date(2026, 2, 28), date(2027, 1, 15), date(2030, 7, 1)],
)
def test_any_day_of_loading_gives_both_years(today):
    for year in (2023, 2024):
        assert sum(c for _b, c in booked(year, today)) == TOTALS[year]
    for year, found in supply.bookings(all_orders(), today).items():
        assert all(b.service_to < today for b, _c in found), year


def test_a_running_year_shows_what_is_over_and_prices_what_comes():
    whole = supply.bookings(all_orders(), TODAY, whole=True)[2026]
    so_far = booked(2026)
    assert sum(c for _b, c in whole) == TOTALS[2026]
    assert so_far == [(b, c) for b, c in whole if b.service_to < date(2026, 11, 1)]
    running = [r for r in order_rows(TODAY) if r["state"] == "aktiv"]
    priced = sum(int(r["yearly_net"].replace(",", "")) for r in running)
    assert abs(priced - TOTALS[2026]) < TOTALS[2026] // 100
