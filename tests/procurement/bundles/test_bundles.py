"""Bundles: placing lines, undo, sums, freezing, dissolving, who sees what."""

from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kdnx.db.conn import Conn
from kdnx.errors import Forbidden, NotFound, Refused, Stale
from kdnx.ids import new_id
from procurement.bundles import actions, store
from procurement.bundles.model import (
    BundleLine,
    BundlePosition,
    Decision,
    average_price,
    change_of,
    gauge,
    lot_table,
    total_values,
)
from procurement.demands import actions as demands
from procurement.demands.store import get_call
from procurement.responses import actions as responses
from procurement.responses.model import Amount
from procurement.responses.schemas import FreeIn
from tests.cast import Cast
from tests.client import Client, plain
from tests.procurement.build import a_bundle, a_call, an_answer


def a_line(position: int = 1, qty: int = 10, **over) -> BundleLine:
    values = {
        "owner_id": new_id(), "response_id": new_id(), "version": 1, "ordinal": 1, "position": position, "member_name": "M", "unit": "Stück",
        "qty_min": Decimal(qty), "qty_expected": Decimal(qty), "qty_max": Decimal(qty * 2), "binding": "interest", "price_today_cents": None,
        "deviation_reason": "", "lot_no": None, "decision": "open", "reason": "", "unit_factor": Decimal(1)}  # fmt: skip
    return BundleLine(**(values | over))


quantities = st.decimals(0, 10_000, places=2, allow_nan=False, allow_infinity=False)
LINES = st.lists(
    st.tuples(
        quantities,
        st.integers(1, 3),
        st.integers(1, 4),
        st.booleans(),
        st.sampled_from(["1", "0.5", "12"]),
    ),
    max_size=30,
)


@given(LINES)
def test_lot_quantities_are_the_sum_of_the_lines_taken(given_lines):
    lines = [
        a_line(p, qty_min=q, qty_expected=q, qty_max=q * 2, lot_no=lot if taken else None, decision="taken" if taken else "open",
               unit_factor=Decimal(f))
        for q, p, lot, taken, f in given_lines
    ]  # fmt: skip
    positions = [BundlePosition(n, "x", "30213100", "Stück", 250, "") for n in (1, 2, 3)]
    table = lot_table(lines, positions)
    for name in ("qty_min", "qty_expected", "qty_max"):
        lots = sum((getattr(s, name) for lot in table.values() for s in lot.values()), Decimal())
        taken = sum(
            (getattr(x, name) * x.unit_factor for x in lines if x.decision == "taken"), Decimal()
        )
        assert lots == taken
    value, most = total_values(table)
    assert 0 <= value <= most


@given(st.lists(st.tuples(st.sampled_from(list(Decision)), st.integers(1, 3)), max_size=12))
def test_inverse_moves_lead_back(steps):
    from dataclasses import replace

    line = a_line()
    start, moves = line.place, []
    for decision, lot in steps:
        if move := change_of(line, decision, lot, "weil es so ist", None):
            moves.append(move)
            after = move.after
            line = replace(line, lot_no=after.lot_no, decision=after.decision, reason=after.reason)
    for move in reversed(moves):
        assert move.after == line.place
        back = move.inverse().after
        line = replace(line, lot_no=back.lot_no, decision=back.decision, reason=back.reason)
    assert line.place == start


def test_the_light_turns_at_the_threshold():
    assert [
        gauge(v, 21_600_000).level for v in (17_279_999, 17_280_000, 21_599_999, 21_600_000)
    ] == ["green", "amber", "amber", "red"]


def test_the_price_is_weighted_by_quantity():
    assert average_price([(Decimal(1), 100), (Decimal(3), 200), (Decimal(5), None)]) == (175, 2)
    assert average_price([(Decimal(5), None)]) == (None, 0)


async def test_a_bundle_takes_submitted_lines_and_proposes_prices(conn: Conn, cast: Cast):
    bundle_id = await a_bundle(conn, cast, taken=False)
    lines = await store.list_lines(conn, bundle_id)
    assert [(x.position, x.member_name, int(x.qty_expected), int(x.qty_max)) for x in lines] == [
        (1, "Nordrechen", 200, 400), (1, "Suedrechen", 200, 400), (2, "Nordrechen", 100, 200), (2, "Suedrechen", 100, 200)]  # fmt: skip
    assert [p.unit_price_cents for p in await store.list_positions(conn, bundle_id)] == [
        100_000,
        100_000,
    ]


async def test_undo_takes_whole_steps_back_one_after_another(conn: Conn, cast: Cast):
    bundle_id = await a_bundle(conn, cast)
    lines = await store.list_lines(conn, bundle_id)
    assert all(x.decision == "taken" for x in lines)
    await actions.decide_lines(
        conn, cast.office, bundle_id, [lines[0].key], Decision.DECLINED, reason="doppelt gemeldet"
    )
    assert await actions.undo_step(conn, cast.office, bundle_id) == 2
    assert all(x.decision == "taken" for x in await store.list_lines(conn, bundle_id))
    assert await actions.undo_step(conn, cast.office, bundle_id) == 1
    assert all(
        x.decision == "open" and x.lot_no is None for x in await store.list_lines(conn, bundle_id)
    )
    with pytest.raises(Refused, match="keinen Schritt"):
        await actions.undo_step(conn, cast.office, bundle_id)


async def test_declining_needs_a_reason_and_a_lot_must_exist(conn: Conn, cast: Cast):
    bundle_id = await a_bundle(conn, cast)
    keys = [x.key for x in await store.list_lines(conn, bundle_id)]
    with pytest.raises(Refused, match="Begründung"):
        await actions.decide_lines(conn, cast.office, bundle_id, keys, Decision.DECLINED)
    with pytest.raises(Refused, match="Los gibt es nicht"):
        await actions.decide_lines(conn, cast.office, bundle_id, keys, Decision.TAKEN, lot_no=9)
    with pytest.raises(Stale):
        await actions.decide_lines(conn, cast.office, bundle_id, keys, Decision.OPEN, row_version=1)


async def test_freezing_needs_every_line_decided_and_every_price(conn: Conn, cast: Cast):
    bundle_id = await a_bundle(conn, cast, taken=False, price_cents=None)
    with pytest.raises(Refused, match="noch offen"):
        await actions.freeze_bundle(conn, cast.office, bundle_id)
    lot = await actions.add_lot(conn, cast.office, bundle_id, "Geräte")
    keys = [x.key for x in await store.list_lines(conn, bundle_id)]
    await actions.decide_lines(conn, cast.office, bundle_id, keys, Decision.TAKEN, lot_no=lot)
    with pytest.raises(Refused, match="fehlt der Preis"):
        await actions.freeze_bundle(conn, cast.office, bundle_id)
    for position in (1, 2):
        await actions.set_price(
            conn, cast.office, bundle_id, position, cents=90_000, source="Markterkundung"
        )
    await actions.freeze_bundle(conn, cast.office, bundle_id)
    with pytest.raises(Refused, match="festgeschrieben"):
        await actions.decide_lines(conn, cast.office, bundle_id, keys, Decision.OPEN)


async def test_dissolving_lets_the_call_be_bundled_again(conn: Conn, cast: Cast):
    bundle_id = await a_bundle(conn, cast)
    call_id = (await store.list_bundle_calls(conn, bundle_id))[0]
    with pytest.raises(Refused):
        await actions.create_bundle(
            conn, cast.office, [call_id], title="Noch einmal", starts_on=conn.today
        )
    await actions.dissolve_bundle(conn, cast.office, bundle_id, "anders aufteilen")
    assert (await get_call(conn, call_id, members=(), member_id=None)).state == "closed"
    again = await actions.create_bundle(
        conn, cast.office, [call_id], title="Noch einmal", starts_on=conn.today
    )
    assert len(await store.list_lines(conn, again)) == 4


async def test_free_demands_join_the_position_of_the_same_kind(conn: Conn, cast: Cast):
    await conn.act_as(cast.fremd.viewer)
    free = await responses.save_free_demand(
        conn, cast.fremd.viewer, FreeIn(title="Notebooks für mobile Arbeit", cpv="30213100", unit="Stück"),
        {2027: Amount(Decimal(1), Decimal(5), Decimal(9))}, {"binding": "interest"},
    )  # fmt: skip
    await responses.request_release(conn, cast.fremd.viewer, free)
    await conn.act_as(cast.fremd.second)
    await responses.release_response(conn, cast.fremd.second, free)
    bundle_id = await a_bundle(conn, cast, taken=False)
    assert [r["id"] for r in await store.list_free_demands(conn)] == [free.id]
    assert (
        await actions.add_free_demands(conn, cast.office, bundle_id, [(cast.fremd.id, free.id)])
        == 1
    )
    line = next(x for x in await store.list_lines(conn, bundle_id) if x.owner_id == cast.fremd.id)
    assert (line.position, line.qty_expected) == (1, Decimal(5))
    assert await store.list_free_demands(conn) == []


async def test_members_do_not_see_the_bundle_but_what_became_of_their_lines(
    client: Client, conn: Conn, cast: Cast
):
    bundle_id = await a_bundle(conn, cast)
    await conn.act_as(cast.nord.viewer)
    with pytest.raises(NotFound):
        await store.get_bundle(conn, bundle_id)
    with pytest.raises((NotFound, Forbidden)):
        await actions.freeze_bundle(conn, cast.nord.viewer, bundle_id)
    owners = await conn.fetch("SELECT DISTINCT owner_id FROM procurement.bundle_line")
    assert [r["owner_id"] for r in owners] == [cast.nord.id]
    nord, unknown = client.as_(cast.nord.viewer), "01890000-0000-7000-8000-000000000000"
    for path in ("/bundles/{}", "/bundles/{}/tender", "/api/v1/bundles/{}"):
        one, two = await nord.get(path.format(bundle_id)), await nord.get(path.format(unknown))
        assert one.status_code == two.status_code == 404, path
        assert plain(one).replace(str(bundle_id), "#") == plain(two).replace(unknown, "#"), path
    for move in ("decide", "undo", "freeze", "dissolve", "lots", "prices", "free"):
        fields = {
            "decision": "open",
            "title": "Los",
            "reason": "egal warum",
            "position": "1",
            "price": "1",
            "source": "xyz",
        }
        assert (await nord.post(f"/bundles/{bundle_id}/{move}", fields)).status_code in (
            404,
            422,
        ), move
    assert "Mobile" not in (await nord.get("/bundles")).text


async def test_json_of_a_bundle(client: Client, conn: Conn, cast: Cast):
    call_id = await a_call(conn, cast)
    await an_answer(conn, cast.nord, call_id, (10, 0), price_today_cents=50_000)
    await conn.act_as(cast.office)
    await demands.close_call(conn, cast.office, call_id)
    office = client.as_(cast.office)
    made = await office.json_post(
        "/api/v1/bundles",
        {"title": "Geräte", "starts_on": "2026-11-23", "call_ids": [str(call_id)]},
    )
    assert made.status_code == 201, made.text
    url, line = f"/api/v1/bundles/{made.json()['id']}", made.json()["lines"][0]
    lot = await office.json_post(
        f"{url}/lots", {"title": "Los eins"}, if_match=made.headers["etag"]
    )
    key = {k: line[k] for k in ("member_id", "response_id", "version", "ordinal")}
    placed = await office.json_post(
        f"{url}/decide",
        {"lines": [key], "decision": "taken", "lot_no": 1, "unit_factor": 2},
        if_match=lot.headers["etag"],
    )
    assert placed.status_code == 200, placed.text
    assert placed.json()["max_value_cents"] == 10 * 2 * 2 * 2 * 50_000
    assert placed.json()["threshold_cents"] == 21_600_000
    frozen = await office.json_post(f"{url}/freeze", if_match=placed.headers["etag"])
    assert frozen.json()["state"] == "frozen", frozen.text
    assert [
        b["id"] for b in (await office.get("/api/v1/bundles?state=frozen")).json()["items"]
    ] == [made.json()["id"]]


@settings(
    max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(
    st.lists(
        st.sampled_from(["taken1", "taken2", "declined", "open", "undo"]), min_size=1, max_size=8
    ),
    st.data(),
)
async def test_any_sequence_of_steps_and_all_undone_is_where_it_began(
    conn: Conn, cast_bundle, steps, data
):
    office, bundle_id = cast_bundle
    async with conn.savepoint():
        keys = [x.key for x in await store.list_lines(conn, bundle_id)]
        for step in steps:
            chosen = data.draw(st.lists(st.sampled_from(keys), min_size=1, unique=True))
            if step == "undo":
                if await store.find_last_step(conn, bundle_id):
                    await actions.undo_step(conn, office, bundle_id)
            elif step.startswith("taken"):
                await actions.decide_lines(
                    conn, office, bundle_id, chosen, Decision.TAKEN, lot_no=int(step[-1])
                )
            else:
                await actions.decide_lines(
                    conn, office, bundle_id, chosen, Decision(step), reason="ohne Bedarf"
                )
        while await store.find_last_step(conn, bundle_id):
            await actions.undo_step(conn, office, bundle_id)
        assert all(
            x.decision == "open" and x.lot_no is None and not x.reason
            for x in await store.list_lines(conn, bundle_id)
        )


@pytest.fixture
async def cast_bundle(conn: Conn, cast: Cast):
    bundle_id = await a_bundle(conn, cast, taken=False)
    for title in ("Los eins", "Los zwei"):
        await actions.add_lot(conn, cast.office, bundle_id, title)
    return cast.office, bundle_id
