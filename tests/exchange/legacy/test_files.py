"""Orders in files: in, again, out, and what is refused."""

import time
from datetime import date
from decimal import Decimal

import pytest

from exchange.approvals.store import list_approvals
from exchange.continuation import part
from exchange.legacy.files import COLUMNS, KIND, read_orders, write_orders
from exchange.orders.actions import read_order
from kdnx.imports.kinds import Row
from kdnx.numbers.actions import draw
from kdnx.viewer import Scope, Viewer
from tests.catalog.build import an_offering
from tests.exchange.order_build import an_order_at

SYSTEM = Viewer(scope=Scope.SYSTEM)
IDS = "SELECT id FROM exchange.service_order ORDER BY number"
USES = "SELECT recipient_id, valid_from, valid_to FROM catalog.offering_use ORDER BY valid_from"


def a_row(n, offered, /, **over):
    values = {c.name: None for c in COLUMNS} | {
        "number": f"L-2024-{n:04d}", "provider": "NORD", "recipient": "SUED", "offering": offered.reference, "starts_on": date(2024, 1, 1),
        "yearly_net": 1_200_000, "surcharge_pct": Decimal("2.50"), "tax_code_1": "N2B", "tax_code_2": "F29",
    }  # fmt: skip
    return Row(n + 1, {**values, **over})


async def write(conn, cast, rows, viewer=None):
    viewer = viewer or cast.office
    await conn.act_as(viewer)
    return await write_orders(conn, viewer, rows)


async def test_in_again_and_out(conn, cast):
    offering = await an_offering(conn, cast.nord)
    rows = [
        a_row(1, offering), a_row(2, offering, state="ended", ends_on=date(2025, 6, 30), recipient="FREMD"),
        a_row(3, offering, state="notice_given", ends_on=date(2027, 6, 30), route="direct"),
    ]  # fmt: skip
    first = await write(conn, cast, rows)
    assert (first.new, first.unchanged, first.errors) == (3, 0, [])
    again = await write(conn, cast, rows)
    assert (again.new, again.changed, again.unchanged, again.errors) == (0, 0, 3, [])
    out = await read_orders(conn, cast.office)
    assert [r["number"] for r in out] == ["L-2024-0001", "L-2024-0002", "L-2024-0003"]
    back = await write(conn, cast, [Row(n, r) for n, r in enumerate(out, 2)])
    assert (back.new, back.unchanged, back.errors) == (0, 3, [])
    order = await read_order(conn, cast.office, (await conn.fetch(IDS))[0]["id"])
    assert (order.state, order.origin, order.yearly_net_cents, order.title) == (
        "active",
        "legacy",
        1_200_000,
        offering.title,
    )
    assert {a.origin for a in await list_approvals(conn, order.owner_id, order.id)} == {"legacy"}
    uses = {tuple(r) for r in await conn.fetch(USES)}
    assert (cast.fremd.id, date(2024, 1, 1), date(2025, 7, 1)) in uses
    assert await draw(conn, "L", 2024) == ["L-2024-0004"]
    await conn.act_as(SYSTEM)
    for check in part.CHECKS:
        assert await conn.fetch(check.sql) == [], check.name


@pytest.mark.parametrize(
    ("over", "column"),
    [
        ({"provider": "XX"}, "Bereitsteller"), ({"recipient": "NORD"}, "Abnehmer"), ({"offering": "gibt-es-nicht"}, "Leistung"),
        ({"ends_on": date(2023, 1, 1)}, "Ende"), ({"state": "offered"}, "Stand"), ({"tax_code_2": "X"}, "Steuerfall Vertrag 2"),
        ({"yearly_net": -1}, "Jahreswert netto"), ({"confirm_days": 0}, "Bestätigungsfrist in Tagen"), ({"state": "ended"}, "Ende"),
    ],
)  # fmt: skip
async def test_a_faulty_row_is_told(conn, cast, over, column):
    offering = await an_offering(conn, cast.nord)
    outcome = await write(conn, cast, [a_row(1, offering, **over), a_row(2, offering)])
    assert outcome.new == 1
    assert column in {e.field for e in outcome.errors}
    assert {e.row for e in outcome.errors} == {2}


async def test_a_changed_row_and_a_taken_number_are_refused(conn, cast):
    offering = await an_offering(conn, cast.nord)
    await write(conn, cast, [a_row(1, offering)])
    changed = await write(conn, cast, [a_row(1, offering, yearly_net=5)])
    assert [(e.field, e.expected) for e in changed.errors] == [("Jahreswert netto", "1200000")]
    taken = await write(conn, cast, [a_row(1, offering, recipient="FREMD")])
    assert [e.field for e in taken.errors] == ["Nummer"]


async def test_only_the_office_takes_over(conn, cast):
    offering = await an_offering(conn, cast.nord)
    outcome = await write(conn, cast, [a_row(1, offering)], cast.nord.viewer)
    assert outcome.new == 0
    assert outcome.errors
    await write(conn, cast, [a_row(1, offering)])
    for viewer, seen in ((cast.nord.viewer, 1), (cast.sued.viewer, 1), (cast.fremd.viewer, 0)):
        await conn.act_as(viewer)
        assert len(await KIND.read(conn, viewer)) == seen


@pytest.mark.slow
async def test_four_hundred_orders_take_under_two_seconds(conn, cast):
    offering = await an_offering(conn, cast.nord)
    rows = [a_row(n, offering) for n in range(1, 401)]
    began = time.perf_counter()
    outcome = await write(conn, cast, rows)
    took = time.perf_counter() - began
    assert (outcome.new, outcome.errors) == (400, [])
    began = time.perf_counter()
    assert (await write(conn, cast, rows)).unchanged == 400
    assert took < 2, took
    assert time.perf_counter() - began < 2


async def test_an_order_by_clicks_goes_out_and_comes_back_unchanged(conn, cast):
    await an_order_at(conn, cast)
    await conn.act_as(cast.office)
    out = await read_orders(conn, cast.office)
    assert [(r["state"], r["legal_reason"]) for r in out] == [
        ("active", "Gemeinsam kontrollierte Drehscheibe")
    ]
    again = await write(conn, cast, [Row(2, {**out[0], "legal_reason": None, "title": None})])
    assert (again.unchanged, again.errors) == (1, [])


async def test_a_party_exports_the_tax_case_of_its_own_contract(conn, cast):
    await write(conn, cast, [a_row(1, await an_offering(conn, cast.nord))])
    seen = {}
    for name, viewer in (
        ("nord", cast.nord.viewer),
        ("sued", cast.sued.viewer),
        ("office", cast.office),
    ):
        await conn.act_as(viewer)
        (row,) = await read_orders(conn, viewer)
        seen[name] = (row["tax_code_1"], row["tax_code_2"])
        back = await write(conn, cast, [Row(2, row)], viewer)
        assert (back.unchanged, back.errors) == (1, []), name
    guess = await write(
        conn,
        cast,
        [a_row(1, await an_offering(conn, cast.nord, "Zweite Leistung"), tax_code_1="U19")],
        cast.sued.viewer,
    )
    assert "N2B" not in {e.expected for e in guess.errors}
    assert seen == {"nord": ("N2B", None), "sued": (None, "F29"), "office": ("N2B", "F29")}
