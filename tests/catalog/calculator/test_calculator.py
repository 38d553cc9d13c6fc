"""The calculator: every price model, begun years, announced prices, index, tax; page, piece and JSON alike."""

import re
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.calculator.model import Case, look_ahead
from catalog.calculator.schemas import read_quantities
from catalog.interface import amount_for, list_prices
from catalog.prices.model import PriceItem, Terms, Tier
from kdnx.db.conn import Conn
from tests.cast import Cast
from tests.catalog.build import ALL, FLAT, WORKPLACE, a_draft, an_offering
from tests.client import Client


def item(
    n: int, base: str, per: str, micro: int | None, kind: str = "recurring", **over: object
) -> PriceItem:
    return PriceItem(ordinal=n, kind=kind, base=base, per=per, unit_price_micro=micro, **over)  # type: ignore[arg-type]  # short


TODAY = date(2026, 11, 22)


def test_first_year_full_year_and_five_years():
    items = [
        item(1, "flat", "year", 1_200_000_000, pro_rata="days"),
        item(2, "workplace", "month", 4_500_000),
        item(3, "flat", "once", 500_000_000, kind="one_off"),
        item(4, "key", "year", None, kind="share"),
    ]
    case = Case(date(2027, 7, 1), quantities={2: Decimal(10)})
    found = look_ahead([(TODAY, items)], case)
    assert [x.yearly_cents for x in found.lines] == [120_000, 54_000, None, None]
    assert found.full_year_cents == 174_000
    assert found.first_year_cents == 60_493 + 27_000 + 50_000
    assert [(y.start, y.end) for y in found.years][-1] == (date(2032, 1, 1), date(2032, 7, 1))
    assert not found.is_complete
    assert found.total_frozen_cents == sum(y.frozen_cents for y in found.years) + 50_000


def test_an_announced_price_counts_from_its_day_and_the_year_still_sums():
    old, new = item(1, "flat", "year", 1_200_000_000), item(1, "flat", "year", 2_400_000_000)
    case = Case(date(2027, 1, 1), date(2028, 1, 1))
    changed = look_ahead([(TODAY, [old]), (date(2027, 7, 1), [new])], case)
    assert changed.years[0].frozen_cents == 60_000 + 120_000
    assert changed.years[0].is_new_price
    same = look_ahead([(TODAY, [old]), (date(2027, 7, 11), [old])], case)
    assert same.years[0].frozen_cents == 120_000


def test_the_index_waits_for_freeze_and_threshold():
    terms = Terms(index_name="X", index_month="2026-01", index_value=Decimal(100), index_share_pct=Decimal(50),
                  index_threshold_pct=Decimal(5))  # fmt: skip
    one = item(1, "flat", "year", 1_000_000_000, frozen_until=date(2028, 12, 31), terms=terms)
    found = look_ahead([(TODAY, [one])], Case(date(2027, 1, 1), index_pct=Decimal(2)))
    # 2029: 4.04 % is below the threshold; 2030: 6.1208 % on half of the price
    assert [y.indexed_cents for y in found.years] == [100_000, 100_000, 100_000, 103_060, 104_122]
    assert {y.frozen_cents for y in found.years} == {100_000}


@given(
    st.dates(date(2025, 1, 1), date(2035, 1, 1)),
    st.integers(0, 10**6),
    st.sampled_from(["days", "months"]),
)
def test_five_years_without_a_change_are_five_years(start, quantity, mode):
    one = item(1, "user", "year", 1_000_000, pro_rata=mode)
    case = Case(date(start.year, 1, 1), quantities={1: Decimal(quantity)})
    assert look_ahead([(TODAY, [one])], case).total_frozen_cents == 5 * quantity * 100


@given(st.text(max_size=12))
def test_whatever_is_typed_is_a_quantity_or_named_as_wrong(text):
    found, wrong = read_quantities([item(1, "user", "year", 1)], {"user": text}, {})
    assert all(n.is_finite() and n >= 0 for n in found.values())
    assert not (found and wrong)


DRUCK = {"kind": "usage", "base": "page", "per": "use", "unit_price_micro": 2_500_000, "tier_mode": "graduated",
         "tiers": [{"from_quantity": 1001, "unit_price_micro": 2_000_000}], "label": "Druckseite"}  # fmt: skip
EINWOHNER = {"kind": "recurring", "base": "inhabitant", "per": "year", "unit_price_micro": 100_000, "terms": {
    "counted_on": "2025-12-31", "source": "Statistik"}}  # fmt: skip


async def test_the_page_explains_the_tiers_and_takes_the_register(
    client: Client, conn: Conn, cast: Cast
):
    head = await an_offering(
        conn, cast.nord, prices=[DRUCK, EINWOHNER], audiences=[{**ALL, "tax_code": "U19"}]
    )
    browser = client.as_(cast.sued.viewer)
    piece = (await browser.get(f"/offerings/{head.id}")).text
    assert "Was kostet das mein Haus?" in piece
    assert 'value="100.000"' in piece
    page = (
        await browser.get(
            f"/offerings/{head.id}/calculator?q1=1.200&start=2027-01-01&end=2027-12-31"
        )
    ).text
    plain = page.replace("\xa0", " ")
    assert "1.000 × 2,50 € + 200 × 2,00 € = 2.900,00 €" in plain
    assert "100.000 × 0,10 € = 10.000,00 €" in plain
    assert "12.900,00 €" in plain
    assert "15.351,00 €" in plain  # with 19 %
    assert "Stichtag 31.12.2025" in plain
    assert "workplace" not in page
    wrong = (
        await browser.get(f"/offerings/{head.id}/calculator?q1=viele&start=0001-01-01&index=NaN")
    ).text
    assert "keine Zahl" in wrong


async def test_json_says_what_the_page_says(client: Client, conn: Conn, cast: Cast):
    head = await an_offering(conn, cast.nord, prices=[DRUCK, EINWOHNER])
    browser = client.as_(cast.sued.viewer)
    page = await browser.get(f"/offerings/{head.id}/calculator?q1=1200&start=2027-07-01")
    found = re.search(r'href="(/api/v1/offerings/[^"]+)"', page.text)
    assert found
    told = (await browser.get(found[1].replace("&amp;", "&"))).json()
    assert (told["full_year_cents"], told["tax_code"], told["full_year_gross_cents"]) == (
        1_290_000,
        "N2B",
        None,
    )
    assert told["first_year_cents"] == 645_000
    assert (
        await browser.get(f"/api/v1/offerings/{head.id}/estimate?quantity=1:-3")
    ).status_code == 422
    late = await browser.get(
        f"/api/v1/offerings/{head.id}/estimate?start=2027-01-01&end=2026-01-01"
    )
    assert late.status_code == 422


async def test_a_draft_is_previewed_by_its_house_alone(client: Client, conn: Conn, cast: Cast):
    head = await a_draft(conn, cast.nord.viewer, prices=[FLAT])
    assert (
        "Vorschau des Entwurfs"
        in (await client.as_(cast.nord.viewer).get(f"/offerings/{head.id}/calculator")).text
    )
    assert (
        await client.as_(cast.sued.viewer).get(f"/offerings/{head.id}/calculator")
    ).status_code == 404


SHARE = {"kind": "share", "base": "key", "per": "year", "terms": {
    "allocation": "inhabitants", "pool_cents": 10_000_000, "fixed_pct": "50", "key_total": "400000", "participants": 4}}  # fmt: skip


async def test_what_cannot_be_known_is_said(client: Client, conn: Conn, cast: Cast):
    recovery = {
        "kind": "cost_recovery",
        "base": "flat",
        "per": "month",
        "unit_price_micro": 100_000_000,
    }
    head = await an_offering(
        conn, cast.nord, prices=[SHARE, recovery, {"kind": "share", "base": "key", "per": "year"}]
    )
    page = (
        await client.as_(cast.sued.viewer).get(f"/offerings/{head.id}/calculator")
    ).text.replace("\xa0", " ")
    assert "erwarteter Anteil" in page
    assert "25.000,00 €" in page  # 50 % ÷ 4 + 50 % × 100,000 ÷ 400,000
    assert "1.200,00 €" in page
    assert "steht erst mit der Abrechnung fest" in page


async def test_the_exchange_prices_from_the_pinned_version(conn: Conn, cast: Cast):
    head = await an_offering(
        conn, cast.nord, prices=[DRUCK, {**WORKPLACE, "pro_rata": "days"}, SHARE]
    )
    await conn.act_as(cast.sued.viewer)
    page, workplace, share = await list_prices(conn, head.id, 1)
    year = date(2027, 1, 1), date(2028, 1, 1)
    assert amount_for(page, Decimal(1200), year) == 290_000
    assert amount_for(workplace, Decimal(10), year) == 54_000
    assert amount_for(workplace, Decimal(10), (date(2027, 1, 1), date(2027, 2, 1))) == 4_500
    assert amount_for(share, Decimal(1), year) == 0
    assert share.is_settled
    assert share.terms["participants"] == 4
    with pytest.raises(ValueError, match="empty"):
        amount_for(page, Decimal(1), (year[0], year[0]))


def test_a_slab_beyond_the_first_step():
    one = item(1, "gb", "month", 100_000, tier_mode="slab", tiers=(Tier(Decimal(1001), 50_000),))
    found = look_ahead([(TODAY, [one])], Case(date(2027, 1, 1), quantities={1: Decimal(2000)}))
    assert found.full_year_cents == 2000 * 5 * 12
