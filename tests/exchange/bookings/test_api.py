"""Bookings as JSON: ETag, If-Match, idempotency, moves, refusals, hidden rows."""

import pytest

from tests.exchange.build import SYSTEM, a_booking, an_order


@pytest.fixture
async def order(conn, cast):
    return await an_order(conn, cast, cast.nord, cast.sued, number="L-2026-0001")


def body(order, **over):
    return {
        "order_id": str(order),
        "service_from": "2026-07-01",
        "service_to": "2026-07-31",
        "net_cents": 10_000_00,
        **over,
    }


async def test_propose_read_confirm(client, cast, order):
    nord, sued = client.as_(cast.nord.viewer), client.as_(cast.sued.viewer)
    made = await nord.json_post("/api/v1/bookings", body(order, quantity="12.5"))
    assert made.status_code == 201, made.text
    booking = made.json()
    assert (booking["number"], booking["state"], booking["moves"]) == (
        "L-2026-0001/1",
        "proposed",
        ["withdraw"],
    )
    url = f"/api/v1/bookings/{booking['id']}"
    seen = await sued.get(url)
    assert seen.json()["moves"] == ["confirm", "confirm_part", "dispute"]
    assert seen.headers["etag"].startswith('"1-')
    assert (await sued.json_post(f"{url}/confirm")).status_code == 428
    assert (await sued.json_post(f"{url}/confirm", if_match='"9"')).status_code == 412
    done = await sued.json_post(f"{url}/confirm", if_match='"1"')
    assert done.status_code == 200, done.text
    assert (done.json()["state"], done.json()["surcharge_cents"], done.json()["moves"]) == (
        "confirmed",
        250_00,
        [],
    )
    assert len(done.json()["evidence"]) == 64


async def test_idempotency_key(client, conn, cast, order):
    nord = client.as_(cast.nord.viewer)
    one = await nord.json_post("/api/v1/bookings", body(order), idempotency_key="abc-1")
    two = await nord.json_post("/api/v1/bookings", body(order), idempotency_key="abc-1")
    assert one.json()["id"] == two.json()["id"]
    other = await nord.json_post(
        "/api/v1/bookings", body(order, net_cents=1), idempotency_key="abc-1"
    )
    assert other.status_code in {409, 422}
    await conn.act_as(SYSTEM)
    assert await conn.fetchval("SELECT count(*) FROM exchange.booking") == 1


async def test_bulk_and_list(client, conn, cast, order):
    rows = [await a_booking(conn, cast.nord, order, 100_00 + n) for n in range(3)]
    sued = client.as_(cast.sued.viewer)
    await sued.json_post(
        f"/api/v1/bookings/{rows[0].id}/dispute",
        {"reason_code": "amount", "text": "zu hoch"},
        if_match='"1"',
    )
    await client.as_(cast.nord.viewer).json_post(
        f"/api/v1/bookings/{rows[1].id}/withdraw", {"reason": "doch nicht"}, if_match='"1"'
    )
    done = await sued.json_post("/api/v1/bookings/confirm", {"ids": [str(r.id) for r in rows]})
    assert done.status_code == 200, done.text
    assert len(done.json()["confirmed"]) == 2 and done.json()["refused"][0]["code"] == "wrong_state"
    first = (await sued.get("/api/v1/bookings?limit=2")).json()
    rest = (await sued.get(f"/api/v1/bookings?limit=2&cursor={first['next']}")).json()
    assert len(first["items"]) == 2 and len(rest["items"]) == 1 and rest["next"] is None
    assert (await sued.get("/api/v1/bookings?cursor=falsch")).status_code == 422


async def test_part_and_correction(client, conn, cast, order):
    row = await a_booking(conn, cast.nord, order, 500_00)
    sued = client.as_(cast.sued.viewer)
    part = await sued.json_post(
        f"/api/v1/bookings/{row.id}/confirm-part",
        {"confirmed_cents": 200_00, "reason": "Rest fehlt"},
        if_match='"1"',
    )
    assert part.json()["confirmed_cents"] == 200_00
    wrong = await sued.json_post(
        f"/api/v1/bookings/{row.id}/adjust",
        {"delta_cents": -300_00, "reason": "zu viel"},
        if_match='"2"',
    )
    assert (
        wrong.status_code == 409 and wrong.json()["code"] == "more_than_confirmed"
        if "code" in wrong.json()
        else wrong.status_code == 409
    )
    back = await sued.json_post(
        f"/api/v1/bookings/{row.id}/reverse", {"reason": "ganz zurück"}, if_match='"2"'
    )
    assert back.status_code == 201 and (back.json()["net_cents"], back.json()["sign"]) == (
        200_00,
        -1,
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"net_cents": 0},
        {"net_cents": True},
        {"net_cents": 1.5},
        {"extra": 1},
        {"service_to": "x"},
        {"quantity": "NaN"},
    ],
)
async def test_wrong_shapes(client, cast, order, wrong):
    answer = await client.as_(cast.nord.viewer).json_post("/api/v1/bookings", body(order, **wrong))
    assert answer.status_code == 422, answer.text


async def test_a_stranger_gets_the_answer_for_unknown(client, conn, cast, order):
    row = await a_booking(conn, cast.nord, order, 500_00)
    fremd = client.as_(cast.fremd.viewer)
    unknown = "00000000-0000-7000-8000-000000000000"
    for move, sent in (
        ("confirm", None),
        ("dispute", {"reason_code": "amount", "text": "nein"}),
        ("reverse", {"reason": "nein"}),
    ):
        one = await fremd.json_post(f"/api/v1/bookings/{row.id}/{move}", sent, if_match='"1"')
        other = await fremd.json_post(f"/api/v1/bookings/{unknown}/{move}", sent, if_match='"1"')
        assert one.status_code == other.status_code == 404
    assert (await fremd.get(f"/api/v1/bookings/{row.id}")).status_code == 404
    proposed = await fremd.json_post("/api/v1/bookings", body(order))
    assert proposed.status_code == 404
    assert (
        await client.as_(cast.sued.viewer).json_post("/api/v1/bookings", body(order))
    ).status_code == 403
