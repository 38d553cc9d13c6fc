"""The tax watch: the limit, what is decided for 2027, each house its own, and the task of the tax officer."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.approvals.actions import propose_tax, review_tax
from exchange.approvals.schemas import TaxBody
from exchange.taxwatch.actions import DECIDE_TASK, ask_to_decide
from exchange.taxwatch.model import Light, Limit
from exchange.taxwatch.reading import read_limit, read_watch
from kdnx.tasks.actions import list_my_tasks
from kdnx.viewer import Scope, Viewer
from tests.exchange.build import a_booking
from tests.exchange.order_build import an_offer, an_order_at

SYSTEM = Viewer(scope=Scope.SYSTEM)
LIMIT = Limit(17_500_00, Decimal(80), "§ 2b Abs. 2 Nr. 1 UStG", "")
CENTS = st.integers(0, 40_000_00)


@given(CENTS, CENTS)
def test_the_light_never_falls_with_more_receipts(booked, more):
    order = list(Light)
    low, high = LIMIT.light(booked, booked), LIMIT.light(booked, booked + more)
    assert order.index(low) <= order.index(high)
    assert (LIMIT.light(booked, booked + more) == Light.OVER) == (booked > 17_500_00)


@pytest.mark.parametrize(
    ("booked", "expected", "light"),
    [
        (0, 13_999_99, Light.BELOW),
        (0, 14_000_00, Light.NEAR),
        (0, 17_500_00, Light.NEAR),
        (0, 17_500_01, Light.FORECAST_OVER),
        (17_500_01, 17_500_01, Light.OVER),
    ],
)
def test_the_limit_itself_is_kept(booked, expected, light):
    assert LIMIT.light(booked, expected) == light


def undecided_offer():
    return an_offer(tax_code_1="undecided", tax_code_2="undecided", activity_group="Datensicherung")


async def test_the_rule_is_dated_and_has_a_source(conn):
    limit = await read_limit(conn, 2026)
    assert (limit.cents, limit.warn_cents) == (17_500_00, 14_000_00)
    assert "§ 2b Abs. 2 Nr. 1 UStG" in limit.source


async def test_readiness_counts_contracts_and_their_value(conn, cast):
    await an_order_at(conn, cast, offer=undecided_offer())
    await conn.act_as(cast.office)
    watch = await read_watch(conn, cast.office, 2026)
    by_name = {r.name: r for r in watch.ready}
    assert (by_name["Nordrechen"].legs, by_name["Nordrechen"].ready) == (1, 0)
    assert (by_name["Hub Verbund"].legs, by_name["Suedrechen"].legs) == (2, 1)
    assert by_name["Nordrechen"].cents == 14_400_00 and len(watch.undecided) == 2
    await conn.act_as(cast.nord.viewer)
    own = await read_watch(conn, cast.nord.viewer, 2026)
    assert [x.leg for x in own.legs] == [1] and [r.name for r in own.ready] == ["Nordrechen"]
    await conn.act_as(cast.fremd.viewer)
    none = await read_watch(conn, cast.fremd.viewer, 2026)
    assert not (none.legs or none.ready or none.groups)


async def test_the_forecast_of_a_group_counts_booked_and_coming_once(conn, cast):
    order = await an_order_at(conn, cast, offer=undecided_offer())
    await a_booking(conn, cast.nord, order.id, 1_200_00, date(2026, 7, 1), date(2026, 7, 31))
    watch = await read_watch(conn, cast.nord.viewer, 2026)
    (group,) = watch.groups
    assert (group.name, group.is_named, group.so_far_cents) == ("Datensicherung", True, 0)
    assert group.forecast_cents == 6 * 1_200_00 and group.light == Light.BELOW
    (next_year,) = (await read_watch(conn, cast.nord.viewer, 2027)).groups
    assert next_year.forecast_cents == 14_400_00 and next_year.light == Light.NEAR
    # the recipient of a service does not see what its provider gets
    await conn.act_as(cast.sued.viewer)
    assert not (await read_watch(conn, cast.sued.viewer, 2026)).groups
    await conn.act_as(cast.office)
    office = await read_watch(conn, cast.office, 2026)
    assert {g.supplier for g in office.groups} == {"Nordrechen", "Hub Verbund"}


async def test_old_law_is_no_decision_for_2027(conn, cast):
    await an_order_at(conn, cast, offer=an_offer(tax_code_1="NALT", tax_code_2="N2B"))
    await conn.act_as(cast.office)
    watch = await read_watch(conn, cast.office, 2026)
    assert [(x.leg, x.code_before, x.is_ready) for x in watch.legs] == [
        (1, "NALT", False),
        (2, "N2B", True),
    ]
    assert len(watch.crossing) == 2


async def test_what_ends_in_2026_needs_no_decision(conn, cast):
    offer = an_offer(ends_on=date(2026, 12, 31), tax_code_1="undecided", tax_code_2="undecided")
    await an_order_at(conn, cast, offer=offer)
    await conn.act_as(cast.office)
    watch = await read_watch(conn, cast.office, 2026)
    assert watch.legs and not watch.undecided and not watch.crossing


async def test_the_supplier_is_asked_once_until_it_is_decided(conn, cast):
    order = await an_order_at(conn, cast, offer=undecided_offer())
    await conn.act_as(SYSTEM)
    assert await ask_to_decide(conn) == 2  # Nordrechen and the hub
    assert await ask_to_decide(conn) == 0
    nord = cast.nord.viewer
    await conn.act_as(nord)
    (task,) = await list_my_tasks(conn, nord, kind=DECIDE_TASK)
    assert task.url == "/tax-watch" and "1 Vertrag" in task.title
    wish = TaxBody(leg=1, valid_from=date(2027, 1, 1), tax_code="F29", reason="Kostenteilung")
    order = await propose_tax(conn, nord, order.id, wish, expected=None)
    await conn.act_as(cast.nord.second)
    await review_tax(conn, cast.nord.second, order.id, leg=1, expected=order.row_version)
    await conn.act_as(SYSTEM)
    assert await ask_to_decide(conn) == 0
    await conn.act_as(nord)
    assert not await list_my_tasks(conn, nord, kind=DECIDE_TASK)
    assert not (await read_watch(conn, nord, 2026)).undecided


async def test_pages_files_and_json(client, conn, cast):
    order = await an_order_at(conn, cast, offer=undecided_offer())
    nord = client.as_(cast.nord.viewer)
    page = await nord.get("/tax-watch")
    assert page.status_code == 200 and order.number in page.text
    assert "17.500,00" in page.text and "§ 2b Abs. 2 Nr. 1 UStG" in page.text
    assert "Steuerfall vorschlagen" in page.text and "unentschieden" in page.text
    for name in ("groups", "undecided", "contracts", "readiness"):
        csv = await nord.get(f"/tax-watch/{name}.csv?year=2026")
        assert csv.status_code == 200 and "Nordrechen" in csv.text, name
        assert (await nord.get(f"/tax-watch/{name}.xlsx")).content[:2] == b"PK"
        stranger = await client.as_(cast.fremd.viewer).get(f"/tax-watch/{name}.csv")
        assert "Nordrechen" not in stranger.text
    assert (await nord.get("/tax-watch/groups.pdf")).status_code == 404
    data = (await nord.get("/api/v1/tax-watch?year=2026")).json()
    assert data["limit_cents"] == 17_500_00 and data["contracts"][0]["is_ready"] is False
    audit = await client.as_(cast.auditor).get("/tax-watch")
    assert "Suedrechen" in audit.text
    empty = await client.as_(cast.fremd.viewer).get("/tax-watch")
    assert "Keine Verträge für 2027" in empty.text and order.number not in empty.text
    assert (await client.as_(cast.committee).get("/tax-watch")).status_code == 403


async def test_each_list_has_its_page_a_filter_and_pages(client, conn, cast):
    order = await an_order_at(conn, cast, offer=undecided_offer())
    nord, office = client.as_(cast.nord.viewer), client.as_(cast.office)
    for name in ("undecided", "contracts"):
        assert order.number in (await nord.get(f"/tax-watch/{name}")).text
        narrowed = await office.get(f"/tax-watch/{name}?house={cast.fremd.id}")
        assert narrowed.status_code == 200 and order.number not in narrowed.text
        csv = await office.get(f"/tax-watch/{name}.csv?house={cast.fremd.id}")
        assert order.number not in csv.text
        assert (
            order.number in (await office.get(f"/tax-watch/{name}.csv?house={cast.nord.id}")).text
        )
        # a page behind the end is empty and leads back
        assert order.number not in (await office.get(f"/tax-watch/{name}?page=2")).text
    assert "Datensicherung" in (await nord.get("/tax-watch/groups?year=2027")).text
    ready = (await office.get("/tax-watch/readiness")).text
    assert "Nordrechen" in ready and "Suedrechen" in ready
    one = (await office.get(f"/tax-watch/readiness?house={cast.sued.id}")).text
    assert one.count('<th scope="row">') == 1
    # the word of a house that is none of one's partners opens nothing
    assert order.number not in (await client.as_(cast.fremd.viewer).get(f"/tax-watch/undecided?house={cast.nord.id}")).text  # fmt: skip
    # what cannot be read narrows nothing
    for path in ("?house=x", "/undecided?page=0", "/undecided?year=1", "/undecided?page=401"):
        assert order.number in (await nord.get(f"/tax-watch{path}")).text, path
    assert (await client.as_(cast.committee).get("/tax-watch/undecided")).status_code == 403


async def test_the_overview_names_what_is_urgent(client, conn, cast):
    await an_order_at(conn, cast, offer=undecided_offer())
    page = (await client.as_(cast.office).get("/tax-watch?year=2027")).text
    assert "Was drängt" in page and "Die größten unentschiedenen Verträge" in page
    assert "28.800,00" in page.replace("\u00a0", " ")  # two contracts of 14,400 a year
    assert "nahe an der Grenze" in page
