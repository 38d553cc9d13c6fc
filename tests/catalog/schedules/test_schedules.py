"""Announced prices: from the proposal to the day, with notice, four eyes, taking back, and a draft in between."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from catalog.contents.store import get_version
from catalog.offerings import actions
from catalog.offerings.model import add_months
from catalog.offerings.store import get_offering
from catalog.schedules.actions import approve_prices, cancel_prices, reject_prices, schedule_prices
from catalog.schedules.arriving import SYSTEM, take_effect
from catalog.schedules.model import LABELS, MOVES, ScheduleEvent, ScheduleState
from catalog.schedules.schemas import NewPriceBody, ScheduleBody, TierBody
from catalog.schedules.store import list_scheduled
from kdnx.db.conn import Conn
from kdnx.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from tests.cast import Cast
from tests.catalog.build import a_body, an_offering, only_for
from tests.client import Client


def a_price(begin: date, micro: int = 5_000_000, **over: object) -> ScheduleBody:
    values = {
        "valid_from": begin,
        "reason": "Lizenzen teurer",
        "prices": [NewPriceBody(ordinal=1, unit_price_micro=micro)],
    }
    return ScheduleBody(**{**values, **over})  # type: ignore[arg-type]  # short builder


async def announced(conn: Conn, cast: Cast, begin: date, micro: int = 5_000_000, **over: object):
    head = await an_offering(conn, cast.nord, **over)
    await conn.act_as(cast.nord.viewer)
    await schedule_prices(conn, cast.nord.viewer, head.id, head.row_version, a_price(begin, micro))
    await conn.act_as(cast.nord.second)
    return await approve_prices(conn, cast.nord.second, head.id, head.row_version, begin)


def test_every_state_has_its_words():
    assert set(LABELS) == set(ScheduleState)
    assert {e for _s, e in MOVES} == set(ScheduleEvent)


async def test_moves_labels_and_the_database_agree(conn: Conn):
    check = await conn.fetchval(
        "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'scheduled_price_state'"
    )
    assert all(f"'{s.value}'" in check for s in ScheduleState)


async def test_on_the_day_a_version_with_the_price_is_published_once(conn: Conn, cast: Cast):
    begin = add_months(conn.today, 7)
    head = await announced(conn, cast, begin)
    await conn.act_as(SYSTEM)
    assert await take_effect(conn) == 0
    conn.now += timedelta(days=(begin - conn.today).days)
    assert await take_effect(conn) == 1
    assert await take_effect(conn) == 0
    after = await get_offering(conn, SYSTEM, head.id)
    version = await get_version(conn, SYSTEM, head.id, after.published_version or 0)
    assert after.published_version == 2
    assert (version.prices[0].unit_price_micro, version.prices[0].valid_from) == (5_000_000, begin)
    assert (version.author, version.approver) == (
        cast.nord.viewer.person_id,
        cast.nord.second.person_id,
    )
    old = await get_version(conn, SYSTEM, head.id, 1)
    assert old.prices[0].unit_price_micro == 4_500_000
    assert (old.description, old.audiences) == (version.description, version.audiences)
    [row] = await list_scheduled(conn, [head.id], with_past=True)
    assert (row.state, row.version) == ("effective", 2)


async def test_a_rise_keeps_notice_and_freeze_and_a_cut_does_not(conn: Conn, cast: Cast):
    head = await an_offering(conn, cast.nord)
    viewer = cast.nord.viewer
    await conn.act_as(viewer)
    with pytest.raises(Invalid, match="Kündigungsfrist der Leistung: 6 Monate"):
        await schedule_prices(
            conn, viewer, head.id, head.row_version, a_price(add_months(conn.today, 5))
        )
    with pytest.raises(Invalid, match="frühestens"):
        await schedule_prices(conn, viewer, head.id, head.row_version, a_price(conn.today, 1))
    await schedule_prices(
        conn, viewer, head.id, head.row_version, a_price(conn.today + timedelta(days=1), 1)
    )


async def test_the_notice_of_the_position_and_its_freeze_count_first(conn: Conn, cast: Cast):
    frozen = add_months(conn.today, 20)
    price = {"kind": "recurring", "base": "workplace", "per": "month", "unit_price_micro": 4_500_000,
             "frozen_until": frozen, "terms": {"change_notice_months": 1}}  # fmt: skip
    head = await an_offering(conn, cast.nord, prices=[price])
    await conn.act_as(cast.nord.viewer)
    with pytest.raises(Invalid, match="fest zugesagt"):
        await schedule_prices(conn, cast.nord.viewer, head.id, head.row_version, a_price(frozen))
    await schedule_prices(
        conn, cast.nord.viewer, head.id, head.row_version, a_price(frozen + timedelta(days=1))
    )


async def test_four_eyes_no_overlap_and_taking_back(conn: Conn, cast: Cast):
    begin = add_months(conn.today, 7)
    head = await an_offering(conn, cast.nord)
    viewer, second = cast.nord.viewer, cast.nord.second
    await conn.act_as(viewer)
    await schedule_prices(conn, viewer, head.id, head.row_version, a_price(begin))
    with pytest.raises(Refused, match="selbst vorgeschlagen"):
        await approve_prices(conn, viewer, head.id, head.row_version, begin)
    await conn.act_as(second)
    await reject_prices(conn, second, head.id, head.row_version, begin, "zu hoch")
    await conn.act_as(viewer)
    await schedule_prices(conn, viewer, head.id, head.row_version, a_price(begin, 4_800_000))
    await conn.act_as(second)
    await approve_prices(conn, second, head.id, head.row_version, begin)
    with pytest.raises(NotFound):
        await approve_prices(conn, second, head.id, head.row_version, begin)
    await conn.act_as(viewer)
    with pytest.raises((Conflict, Invalid)):
        await schedule_prices(conn, viewer, head.id, head.row_version, a_price(begin, 6_000_000))
    await cancel_prices(conn, viewer, head.id, head.row_version, begin, "Lieferant hat nachgegeben")
    await conn.act_as(SYSTEM)
    conn.now += timedelta(days=400)
    assert await take_effect(conn) == 0


async def test_what_nobody_approved_or_no_longer_fits_lapses(conn: Conn, cast: Cast):
    begin = add_months(conn.today, 7)
    head = await an_offering(conn, cast.nord)
    await conn.act_as(cast.nord.viewer)
    await schedule_prices(conn, cast.nord.viewer, head.id, head.row_version, a_price(begin))
    other = await announced(conn, cast, begin, title="Zweite Leistung")
    changed = a_body(
        "Zweite Leistung",
        prices=[{"kind": "usage", "base": "case", "per": "use", "unit_price_micro": 1}],
    )
    await conn.act_as(cast.nord.viewer)
    draft = await actions.save_draft(conn, cast.nord.viewer, other.id, other.row_version, changed)
    draft = await actions.submit_offering(conn, cast.nord.viewer, other.id, draft.row_version)
    await conn.act_as(cast.nord.second)
    await actions.publish_offering(conn, cast.nord.second, other.id, draft.row_version, 2)
    await conn.act_as(SYSTEM)
    conn.now += timedelta(days=240)
    assert await take_effect(conn) == 2
    rows = await list_scheduled(conn, [head.id, other.id], with_past=True)
    assert {(r.offering_id, r.state) for r in rows} == {(head.id, "lapsed"), (other.id, "lapsed")}
    assert (await get_offering(conn, SYSTEM, head.id)).published_version == 1


async def test_an_open_draft_goes_on_behind_the_new_price(conn: Conn, cast: Cast):
    begin = add_months(conn.today, 7)
    head = await announced(conn, cast, begin)
    await conn.act_as(cast.nord.viewer)
    draft = await actions.save_draft(
        conn, cast.nord.viewer, head.id, head.row_version, a_body(summary="Neuer Text")
    )
    await actions.submit_offering(conn, cast.nord.viewer, head.id, draft.row_version)
    await conn.act_as(SYSTEM)
    conn.now += timedelta(days=240)
    assert await take_effect(conn) == 1
    after = await get_offering(conn, SYSTEM, head.id)
    assert (after.published_version, after.draft_version, after.draft_submitted) == (3, 4, False)
    moved = await get_version(conn, SYSTEM, head.id, 4)
    assert (moved.summary, moved.prices[0].unit_price_micro) == ("Neuer Text", 5_000_000)
    assert (await get_version(conn, SYSTEM, head.id, 3)).summary != "Neuer Text"


async def test_tiers_stay_and_strangers_change_nothing(conn: Conn, cast: Cast):
    head = await an_offering(conn, cast.nord)
    begin = add_months(conn.today, 7)
    await conn.act_as(cast.nord.viewer)
    tiers = [
        NewPriceBody(
            ordinal=1,
            unit_price_micro=1,
            tiers=[TierBody(from_quantity=Decimal(2), unit_price_micro=1)],
        )
    ]
    with pytest.raises(Invalid, match="Staffel"):
        await schedule_prices(
            conn, cast.nord.viewer, head.id, head.row_version, a_price(begin, prices=tiers)
        )
    await conn.act_as(cast.fremd.viewer)
    with pytest.raises(Forbidden):
        await schedule_prices(conn, cast.fremd.viewer, head.id, head.row_version, a_price(begin))


async def test_the_page_from_form_to_announcement(client: Client, conn: Conn, cast: Cast):
    head = await an_offering(conn, cast.nord)
    begin = add_months(conn.today, 8)
    url = f"/offerings/{head.id}/prices"
    page = await client.as_(cast.nord.viewer).get(url)
    assert "Neuen Preis ankündigen" in page.text
    fields = {
        "row_version": str(head.row_version),
        "valid_from": begin.isoformat(),
        "reason": "Strompreis",
        "price.1": "4,70",
    }
    early = await client.as_(cast.nord.viewer).post(
        url, {**fields, "valid_from": add_months(conn.today, 1).isoformat()}
    )
    assert early.status_code == 422
    assert "frühestens ab" in early.text
    assert "4,70" in early.text
    wrong = await client.as_(cast.nord.viewer).post(url, {**fields, "price.1": "viel"})
    assert "zum Beispiel 2,70" in wrong.text
    same = await client.as_(cast.nord.viewer).post(url, {**fields, "price.1": ""})
    assert "weicht" in same.text
    saved = await client.as_(cast.nord.viewer).post(url, fields)
    assert saved.status_code == 303, saved.text
    assert "4,70" not in (await client.as_(cast.sued.viewer).get(url)).text
    review = await client.as_(cast.nord.second).get(url)
    assert "Freigeben und ankündigen" in review.text
    done = await client.as_(cast.nord.second).post(
        url + "/approve", {"row_version": str(head.row_version), "valid_from": begin.isoformat()}
    )
    assert done.status_code == 303, done.text
    seen = await client.as_(cast.sued.viewer).get(url)
    assert "4,70" in seen.text
    assert (
        "Neuer Preis angekündigt"
        in (await client.as_(cast.sued.viewer).get(f"/offerings/{head.id}")).text
    )


async def test_a_restricted_offering_tells_strangers_nothing(
    client: Client, conn: Conn, cast: Cast
):
    head = await announced(
        conn, cast, add_months(conn.today, 7), audiences=[only_for(cast.sued.id)]
    )
    for path in ("prices", "calculator"):
        assert (
            await client.as_(cast.fremd.viewer).get(f"/offerings/{head.id}/{path}")
        ).status_code == 404
        assert (
            await client.as_(cast.sued.viewer).get(f"/offerings/{head.id}/{path}")
        ).status_code == 200
    for path in ("scheduled-prices", "estimate"):
        assert (
            await client.as_(cast.fremd.viewer).get(f"/api/v1/offerings/{head.id}/{path}")
        ).status_code == 404
