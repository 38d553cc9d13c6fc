"""An index moves: the step is computed, asked for, proposed as a change, signed by both and measured from then on."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from exchange.amendments.actions import step_amendment
from exchange.amendments.due import move_due
from exchange.amendments.model import AmendmentEvent
from exchange.amendments.store import get_amendment
from exchange.indexing.actions import ask_steps, propose_steps
from exchange.indexing.model import Finding
from exchange.indexing.reading import INDEX_RULE, read_indexed
from exchange.indexing.store import list_of_order
from exchange.orders.actions import read_order
from kdnx.errors import Forbidden
from kdnx.rules.actions import approve_rule, enter_rule
from kdnx.tasks.actions import list_my_tasks
from tests.exchange.amendments.test_actions import SYSTEM, at, sign
from tests.exchange.order_build import NOW, an_offer, an_order_at
from tests.exchange.schedules.test_actions import booked, run

SERIES = "Erzeugerpreise IT"
TERMS = {"index_name": SERIES, "index_month": "2024-01", "index_value": "100", "index_threshold_pct": "3", "index_share_pct": "50"}  # fmt: skip
PRICE = {"kind": "recurring", "base": "workplace", "per": "month", "unit_price_micro": 100_000_000, "label": "Sicherung", "terms": TERMS}  # fmt: skip


def indexed_offer(**over):
    lines = [{"label": "Sicherung", "unit": "je Arbeitsplatz", "period": "month", "quantity": Decimal(12), "unit_price_micro": 100_000_000, "price": 1}]  # fmt: skip
    return an_offer(lines=lines, **over)


async def reading(conn, cast, month, value):
    await conn.act_as(cast.hub.viewer)
    rule = await enter_rule(
        conn, cast.hub.viewer, kind=INDEX_RULE, key=SERIES, valid_from=month, value={"value": value}, source="Amt, Tabelle 1",
    )  # fmt: skip
    await conn.act_as(cast.hub.second)
    await approve_rule(conn, cast.hub.second, rule, row_version=1)


@pytest.fixture
async def order(conn, cast):
    return await an_order_at(conn, cast, offer=indexed_offer(), prices=[PRICE])


async def standing(conn, viewer):
    await conn.act_as(viewer)
    return await read_indexed(conn, viewer)


async def test_from_a_new_reading_to_the_next_booking(conn, cast, order):
    assert (await standing(conn, cast.nord.viewer))[0].steps[0].finding == Finding.NO_VALUE
    await reading(conn, cast, date(2026, 9, 1), "110")
    await at(conn, NOW)
    assert await ask_steps(conn) == 1 and await ask_steps(conn) == 0
    await conn.act_as(cast.nord.viewer)
    assert len(await list_my_tasks(conn, cast.nord.viewer, kind="order.index")) == 1
    (done,) = await propose_steps(conn, cast.nord.viewer, [order.id])
    assert done.amendment_id and not done.problem
    assert await list_my_tasks(conn, cast.nord.viewer, kind="order.index") == []
    (again,) = await propose_steps(conn, cast.nord.viewer, [order.id])
    assert again.amendment_id is None and "kein Indexschritt fällig" in again.problem
    made = await get_amendment(conn, done.amendment_id)
    assert made.valid_from == date(2026, 12, 1) and "100 (01/2024) → 110 (09/2026)" in made.reason
    assert (await sign(conn, cast, made)).state == "agreed"
    await run(conn, datetime(2027, 1, 2, 9, 0, tzinfo=UTC))
    assert await move_due(conn) == 1
    await run(conn, datetime(2027, 1, 2, 9, 0, tzinfo=UTC))
    rows = await booked(conn, order.id)
    # half of the price follows: 100 × (0.5 + 0.5 × 1.1) = 105
    assert [b.net_cents for b in rows[-2:]] == [1_200_00, 1_260_00]
    step = (await standing(conn, cast.sued.viewer))[0].steps[0]
    assert step.finding == Finding.NO_VALUE and step.since == ("2026-09", Decimal(110))
    await reading(conn, cast, date(2026, 11, 1), "112")
    step = (await standing(conn, cast.sued.viewer))[0].steps[0]
    assert step.finding == Finding.SMALL  # 1.8 % since 110, though 12 % since the base
    await reading(conn, cast, date(2026, 12, 1), "114")
    step = (await standing(conn, cast.sued.viewer))[0].steps[0]
    assert step.is_due and step.new_micro == 107_000_000


async def test_a_declined_step_leaves_the_price_and_can_be_proposed_again(conn, cast, order):
    await reading(conn, cast, date(2026, 9, 1), "90")
    await conn.act_as(cast.sued.viewer)
    (done,) = await propose_steps(
        conn, cast.sued.viewer, [order.id]
    )  # it gets cheaper: the recipient may ask
    made = await get_amendment(conn, done.amendment_id)
    await step_amendment(
        conn, cast.sued.viewer, made.id, AmendmentEvent.WITHDRAW, reason="Falscher Monat", expected=None
    )  # fmt: skip
    await at(conn, NOW)
    assert (await read_order(conn, SYSTEM, order.id)).yearly_net_cents == 14_400_00
    (found,) = await standing(conn, cast.nord.viewer)
    assert found.due and found.steps[0].since[0] == "2024-01"
    (once_more,) = await propose_steps(conn, cast.nord.viewer, [order.id])
    assert once_more.amendment_id and len(await list_of_order(conn, order.owner_id, order.id)) == 2


async def test_a_renegotiated_price_is_left_alone(conn, cast):
    lines = [{"label": "Sicherung", "unit": "je Arbeitsplatz", "period": "month", "quantity": Decimal(12), "unit_price_micro": 90_000_000, "price": 1}]  # fmt: skip
    await an_order_at(conn, cast, offer=an_offer(lines=lines), prices=[PRICE])
    await reading(conn, cast, date(2026, 9, 1), "110")
    (found,) = await standing(conn, cast.nord.viewer)
    assert found.steps[0].finding == Finding.NEGOTIATED and not found.due


async def test_strangers_see_nothing_and_readers_propose_nothing(client, conn, cast, order):
    await reading(conn, cast, date(2026, 9, 1), "110")
    assert await standing(conn, cast.fremd.viewer) == []
    (done,) = await propose_steps(conn, cast.fremd.viewer, [order.id])
    assert done.amendment_id is None and done.number == ""
    page = await client.as_(cast.fremd.viewer).get("/index-steps")
    assert order.number not in page.text and "Nichts folgt einem Index" in page.text
    await conn.act_as(cast.auditor)
    with pytest.raises(Forbidden):
        await propose_steps(conn, cast.auditor, [order.id])


async def test_page_order_and_json(client, conn, cast, order):
    await reading(conn, cast, date(2026, 9, 1), "110")
    nord = client.as_(cast.nord.viewer)
    page = await nord.get("/index-steps")
    assert (
        "hat einen fälligen Schritt" in page.text
        and "105,00" in page.text
        and "720,00" in page.text
    )
    assert "Preis nach Index" in (await nord.get(f"/orders/{order.id}")).text
    none = await nord.post("/index-steps", {})
    assert none.status_code == 422 and "mindestens einen" in none.text
    listed = (await nord.get("/api/v1/index-steps")).json()["items"][0]
    assert listed["yearly_cents"] == 720_00 and listed["steps"][0]["finding"] == "due"
    done = await nord.post("/index-steps", {"order": str(order.id)})
    assert done.status_code == 303
    page = await nord.get("/index-steps")
    assert "Änderung unterwegs" in page.text
    again = await nord.json_post("/api/v1/index-steps", {"order_ids": [str(order.id)]})
    assert again.status_code == 200 and "kein Indexschritt" in again.json()["items"][0]["problem"]
    office = client.as_(cast.hub.viewer)
    assert "110" in (await office.get(f"/admin/rules/{INDEX_RULE}/{SERIES}")).text
