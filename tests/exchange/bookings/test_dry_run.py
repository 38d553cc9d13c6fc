"""A dry run answers as the write would, and keeps nothing: no row, no record, no key, no number, no message."""

import pytest

from tests.exchange.bookings.test_api import body
from tests.exchange.build import SYSTEM, a_booking, an_order

COUNTS = """
SELECT (SELECT count(*) FROM exchange.booking), (SELECT count(*) FROM exchange.transfer), (SELECT count(*) FROM kdnx.audit_event),
  (SELECT count(*) FROM kdnx.task), (SELECT count(*) FROM kdnx.change), (SELECT count(*) FROM kdnx.outbox),
  (SELECT coalesce(sum(last_booking), 0) FROM exchange.order_counter)
"""


@pytest.fixture
async def order(conn, cast):
    return await an_order(conn, cast, cast.nord, cast.sued, number="L-2026-0001")


async def counts(conn):
    await conn.act_as(SYSTEM)
    return tuple(await conn.fetchrow(COUNTS))


async def test_a_proposal_is_answered_and_not_kept(conn, cast, client, order):
    nord = client.as_(cast.nord.viewer)
    await nord.get("/api/v1/bookings")  # signed in
    before = await counts(conn)
    key = "11111111-aaaa-4bbb-8ccc-000000000001"
    tried = await nord.json_post(
        "/api/v1/bookings", body(order), idempotency_key=key, dry_run="true"
    )
    assert (tried.status_code, tried.headers["dry-run"]) == (201, "true")
    assert tried.json()["number"] == "L-2026-0001/1"
    assert "etag" not in tried.headers and "location" not in tried.headers
    assert await counts(conn) == before
    made = await nord.json_post("/api/v1/bookings", body(order), idempotency_key=key)
    assert (made.status_code, made.json()["number"]) == (201, "L-2026-0001/1")
    assert "dry-run" not in made.headers and "idempotent-replayed" not in made.headers


async def test_a_signature_is_checked_down_to_the_ledger_and_taken_back(conn, cast, client, order):
    row = await a_booking(conn, cast.nord, order, 100_00)
    sued = client.as_(cast.sued.viewer)
    await sued.get("/api/v1/bookings")
    before = await counts(conn)
    url = f"/api/v1/bookings/{row.id}/confirm"
    tried = await sued.json_post(url, if_match='"1"', dry_run="true")
    assert (tried.status_code, tried.json()["state"]) == (200, "confirmed")
    assert await counts(conn) == before
    assert (await sued.json_post(url, if_match='"1"')).json()["state"] == "confirmed"


async def test_refusals_are_those_of_the_write_and_a_typing_error_writes_nothing(
    conn, cast, client, order
):
    nord, fremd = client.as_(cast.nord.viewer), client.as_(cast.fremd.viewer)
    wrong = await nord.json_post("/api/v1/bookings", body(order, net_cents=0), dry_run="true")
    assert wrong.status_code in {409, 422}
    assert (
        await fremd.json_post("/api/v1/bookings", body(order), dry_run="true")
    ).status_code == 404
    before = await counts(conn)
    odd = await nord.json_post("/api/v1/bookings", body(order), dry_run="treu")
    assert odd.status_code == 422 and odd.json()["type"].endswith("bad_dry_run")
    assert await counts(conn) == before
    real = await nord.json_post("/api/v1/bookings", body(order), dry_run="false")
    assert real.status_code == 201 and "dry-run" not in real.headers
