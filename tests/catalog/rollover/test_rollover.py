"""The roll-over: preview, batch for the second person, result per offering, undo."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.offerings.model import add_months
from catalog.prices.model import PriceItem, Tier
from catalog.rollover.actions import approve_rollover, preview, submit_rollover, withdraw_rollover
from catalog.rollover.model import LABELS, MOVES, ROUNDINGS, RolloverState, Rule, raised, roll
from catalog.rollover.schemas import RolloverBody
from catalog.rollover.store import list_lines
from catalog.schedules.actions import cancel_prices
from catalog.schedules.store import list_scheduled
from kdnx.db.conn import Conn
from kdnx.errors import Forbidden, NotFound, Refused, Stale
from tests.cast import Cast
from tests.catalog.build import WORKPLACE, a_draft, an_offering
from tests.client import Client


def a_rollover(ids, begin: date, **over: object) -> RolloverBody:
    values = {
        "offering_ids": list(ids),
        "valid_from": begin,
        "change_pct": Decimal("3.5"),
        "reason": "Tarifabschluss",
        **over,
    }
    return RolloverBody.model_validate(values, strict=False)


@given(st.integers(0, 10**12), st.decimals(-90, 200, places=4), st.sampled_from(sorted(ROUNDINGS)))
def test_rounding_is_exact_and_never_gives_away(micro, pct, step):
    rule = Rule(date(2027, 1, 1), pct, step)
    new = raised(micro, rule)
    assert new >= 0
    assert (new == 0) == (micro == 0)
    exact = micro * (1 + pct / 100)
    assert abs(new - exact) <= Decimal(step) / 2 or new == min(micro, step)
    if 10_000 <= exact < 1_000_000:
        assert abs(new - exact) <= 50


def test_what_is_paid_once_stays():
    items = [
        PriceItem(1, "one_off", "flat", "once", 1_000_000),
        PriceItem(
            2,
            "recurring",
            "user",
            "month",
            1_000_000,
            tier_mode="slab",
            tiers=(Tier(Decimal(5), 900_000),),
        ),
        PriceItem(3, "share", "key", "year"),
    ]
    [change] = roll(items, Rule(date(2027, 1, 1), Decimal(10)))
    assert (change.item.ordinal, change.unit_price_micro, change.tiers[0].unit_price_micro) == (
        2,
        1_100_000,
        990_000,
    )


async def test_moves_labels_and_the_database_agree(conn: Conn):
    assert set(LABELS) == set(RolloverState) == {s for s, _e in MOVES} | set(MOVES.values())
    check = await conn.fetchval(
        "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'rollover_state'"
    )
    assert all(f"'{s.value}'" in check for s in RolloverState)


async def three(conn: Conn, cast: Cast):
    first = await an_offering(conn, cast.nord, "Erste Leistung")
    frozen = {**WORKPLACE, "frozen_until": add_months(conn.today, 40)}
    second = await an_offering(conn, cast.nord, "Zweite Leistung", prices=[frozen])
    third = await an_offering(conn, cast.nord, "Dritte Leistung")
    await conn.act_as(cast.nord.viewer)
    return first, second, third


async def test_a_batch_from_preview_to_announcement(conn: Conn, cast: Cast):
    heads = await three(conn, cast)
    begin, viewer, second = add_months(conn.today, 8), cast.nord.viewer, cast.nord.second
    body = a_rollover([h.id for h in heads], begin)
    plans = await preview(conn, viewer, body.offering_ids, body.rule)
    assert [p.changes[0].unit_price_micro for p in plans] == [4_660_000] * 3  # 4.6575 to the cent
    assert ["fest zugesagt" in p.why_not for p in plans] == [False, True, False]
    assert await list_scheduled(conn, [h.id for h in heads]) == []
    batch = await submit_rollover(conn, viewer, body)
    with pytest.raises(Refused, match="selbst vorgeschlagen"):
        await approve_rollover(conn, viewer, batch.id, batch.row_version)
    # one of them is taken back by itself meanwhile
    await cancel_prices(conn, viewer, heads[2].id, heads[2].row_version, begin, "doch nicht")
    await conn.act_as(second)
    done = await approve_rollover(conn, second, batch.id, batch.row_version)
    lines = await list_lines(conn, batch.id)
    assert [x.result for x in lines] == ["approved", "skipped", "failed"]
    assert (done.state, done.approver) == ("approved", second.person_id)
    assert {s.state for s in await list_scheduled(conn, [heads[0].id])} == {"approved"}
    with pytest.raises(Stale):
        await approve_rollover(conn, second, batch.id, batch.row_version)
    with pytest.raises(Refused, match="freigegeben"):
        await withdraw_rollover(conn, viewer, batch.id, done.row_version, "zu spät")


async def test_undo_leaves_nothing(conn: Conn, cast: Cast):
    heads = await three(conn, cast)
    batch = await submit_rollover(
        conn, cast.nord.viewer, a_rollover([h.id for h in heads], add_months(conn.today, 8))
    )
    await withdraw_rollover(conn, cast.nord.viewer, batch.id, batch.row_version, "verrechnet")
    assert await list_scheduled(conn, [h.id for h in heads]) == []
    again = await submit_rollover(
        conn, cast.nord.viewer, a_rollover([heads[0].id], add_months(conn.today, 8))
    )
    assert again.number != batch.number


async def test_others_neither_roll_nor_see(conn: Conn, cast: Cast):
    first, second, _third = await three(conn, cast)
    begin = add_months(conn.today, 8)
    batch = await submit_rollover(conn, cast.nord.viewer, a_rollover([first.id], begin))
    await conn.act_as(cast.fremd.viewer)
    with pytest.raises(Forbidden):
        await submit_rollover(conn, cast.fremd.viewer, a_rollover([second.id], begin))
    with pytest.raises(NotFound):
        await approve_rollover(conn, cast.fremd.viewer, batch.id, batch.row_version)
    await conn.act_as(cast.nord.viewer)
    draft = await a_draft(conn, cast.nord.viewer, "Nur ein Entwurf")
    with pytest.raises(Refused, match="Keine der gewählten"):
        await submit_rollover(conn, cast.nord.viewer, a_rollover([draft.id], begin))


async def test_the_pages(client: Client, conn: Conn, cast: Cast):
    heads = await three(conn, cast)
    browser = client.as_(cast.nord.viewer)
    assert "Preise fortschreiben" in (await browser.get("/offerings/rollover")).text
    begin = add_months(conn.today, 8).isoformat()
    query = f"valid_from={begin}&change_pct=3,5&rounding_micro=10000&reason=Tarif"
    chosen = "".join(f"&offering={h.id}" for h in heads)
    page = await browser.get(f"/offerings/rollover?{query}{chosen}")
    assert "2 Leistungen werden fortgeschrieben" in page.text
    assert "4,66" in page.text
    none = await browser.get(f"/offerings/rollover?{query}")
    assert none.status_code == 200
    assert "mindestens 1" in none.text
    fields = {
        "valid_from": begin,
        "change_pct": "3,5",
        "rounding_micro": "10000",
        "reason": "Tarif",
    }
    made = await browser.post(
        "/offerings/rollover", {**fields, "offering": [str(h.id) for h in heads]}
    )
    assert made.status_code == 303, made.text
    url = made.headers["location"]
    assert "ausgelassen" in (await browser.get(url)).text
    other = client.as_(cast.nord.second)
    assert "Alle freigeben" in (await other.get(url)).text
    assert (await other.post(url + "/approve", {"row_version": "1"})).status_code == 303
    assert "angekündigt" in (await other.get(url)).text
    assert (await client.as_(cast.fremd.viewer).get(url)).status_code == 404
