"""One request = one transaction: commit, roll back, read-only, once, retry, refusals."""

import asyncio
from uuid import uuid4

import asyncpg
import pytest
from starlette.responses import PlainTextResponse, Response

from kdnx import app as roof
from kdnx.db.pool import retry_once
from kdnx.errors import Refused
from kdnx.module import Module
from kdnx.numbers.actions import draw
from kdnx.viewer import Permission
from kdnx.web.routing import Call, get, post
from tests.client import Client

SERIES = "TEST"


async def count(call: Call) -> Response:
    return PlainTextResponse((await draw(call.conn, SERIES, 2026))[0])


async def write_then_refuse(call: Call) -> Response:
    await draw(call.conn, SERIES, 2026)
    raise Refused("Nein.", rule="§ 1 Probe", remedy="Anders machen.")


async def write_then_422(call: Call) -> Response:
    await draw(call.conn, SERIES, 2026)
    return PlainTextResponse("falsch", 422)


async def write_in_get(call: Call) -> Response:
    await draw(call.conn, SERIES, 2026)
    return PlainTextResponse("geschrieben")


PROBE = Module(
    "probe",
    "Probe",
    doors=(
        post("/probe/count", count, permission=Permission.ORDER_READ),
        post("/probe/refuse", write_then_refuse, permission=Permission.ORDER_READ),
        post("/probe/unprocessable", write_then_422, permission=Permission.ORDER_READ),
        get("/probe/write", write_in_get, permission=Permission.ORDER_READ),
        get("/probe/audit", write_in_get, permission=Permission.AUDIT_READ),
    ),
)


@pytest.fixture
async def probe(conn, cast, settings):
    house = roof.make_house(settings, modules=(*roof.MODULES, PROBE), clock=lambda: conn.now)
    from tests.conftest import OneConnection

    house.pool_ = OneConnection(conn.raw)
    async with Client.open(roof.create_app(house), house, conn) as client:
        yield client


async def last(conn) -> int:
    return await conn.fetchval(
        "SELECT coalesce(max(last), 0) FROM kdnx.number_series WHERE series = $1", SERIES
    )


async def test_a_post_commits_and_numbers(probe, cast, conn):
    r = await probe.as_(cast.nord.viewer).post("/probe/count")
    assert (r.status_code, r.text) == (200, "TEST-2026-0001")
    assert await last(conn) == 1


async def test_a_refusal_leaves_nothing_and_names_rule_and_remedy(probe, cast, conn):
    r = await probe.as_(cast.nord.viewer).post("/probe/refuse")
    assert r.status_code == 409
    assert "Nein." in r.text
    assert "§ 1 Probe" in r.text
    assert "Anders machen." in r.text
    assert await last(conn) == 0


async def test_an_answer_from_400_on_rolls_back(probe, cast, conn):
    assert (await probe.as_(cast.nord.viewer).post("/probe/unprocessable")).status_code == 422
    assert await last(conn) == 0


async def test_a_get_cannot_write(probe, cast, conn):
    r = await probe.as_(cast.nord.viewer).get("/probe/write")
    assert r.status_code == 500
    assert await last(conn) == 0


async def test_a_double_click_is_one_write_with_one_answer(probe, cast, conn):
    nord = probe.as_(cast.nord.viewer)
    first = await nord.post("/probe/count", key="k1")
    again = await nord.post("/probe/count", key="k1")
    assert (first.text, again.text) == ("TEST-2026-0001", "TEST-2026-0001")
    assert again.headers["idempotent-replayed"] == "true"
    assert await last(conn) == 1


async def test_the_same_key_with_another_content_is_refused(probe, cast):
    nord = probe.as_(cast.nord.viewer)
    await nord.post("/probe/count", {"a": "1"}, key="k2")
    assert (await nord.post("/probe/count", {"a": "2"}, key="k2")).status_code == 422


async def test_a_key_is_ones_own(probe, cast, conn):
    await probe.as_(cast.nord.viewer).post("/probe/count", key="k3")
    await probe.as_(cast.sued.viewer).post("/probe/count", key="k3")
    assert await last(conn) == 2


async def test_without_the_forms_token_nothing_happens(probe, cast, conn):
    signed = await probe.sign_in(cast.nord.viewer)
    signed.csrf = "falsch"
    r = await signed.post("/probe/count")
    assert r.status_code == 403
    assert await last(conn) == 0


@pytest.mark.parametrize(
    "headers", [{"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}]
)
async def test_a_form_of_another_site_is_refused(probe, cast, conn, headers):
    r = await probe.as_(cast.nord.viewer).post("/probe/count", **headers)
    assert r.status_code == 403
    assert await last(conn) == 0


async def test_a_stranger_is_led_through_sign_in_to_exactly_this_view(probe):
    r = await probe.get("/probe/write?a=1&b=%C3%BC")
    assert r.status_code == 303
    assert r.headers["location"] == "/login?next=%2Fprobe%2Fwrite%3Fa%3D1%26b%3D%25C3%25BC"


async def test_a_missing_role_is_named(probe, cast):
    r = await probe.as_(cast.nord.viewer).get("/probe/audit")
    assert r.status_code == 403
    assert "Revision" in r.text


async def test_every_answer_carries_id_and_policy(probe, cast):
    nord = probe.as_(cast.nord.viewer)
    r = await nord.get("/tasks", **{"x-request-id": "abc-12345678"})
    assert r.headers["x-request-id"] == "abc-12345678"
    assert "default-src 'none'" in r.headers["content-security-policy"]
    assert r.headers["x-content-type-options"] == "nosniff"
    assert r.headers["cache-control"] == "no-store"
    r = await nord.get("/tasks", **{"x-request-id": "<script>"})
    assert r.headers["x-request-id"] != "<script>"


async def test_unknown_addresses_and_methods(probe, cast):
    nord = probe.as_(cast.nord.viewer)
    assert (await nord.get("/nirgends")).status_code == 404
    assert (await nord.get("/api/v1/nirgends")).headers[
        "content-type"
    ] == "application/problem+json"
    r = await probe.http.put("/probe/count")
    assert (r.status_code, r.headers["allow"]) == (405, "POST")


async def test_a_serialisation_failure_is_tried_once_more():
    tries = []

    async def attempt():
        tries.append(1)
        if len(tries) == 1:
            raise asyncpg.SerializationError("40001")
        return "gut"

    assert await retry_once(attempt) == "gut"
    assert len(tries) == 2


async def test_two_at_once_with_one_key_write_once(fresh_database, settings):
    """Real connections: the second waits for the first and replays its answer."""
    from kdnx.db.conn import Conn
    from tests.cast import make_cast

    house = roof.make_house(settings, modules=(*roof.MODULES, PROBE))
    house.pool_ = fresh_database.pool
    async with fresh_database.pool.acquire() as raw:
        conn = Conn(raw, house.clock())
        await conn.act_as(__import__("tests.conftest", fromlist=["SYSTEM"]).SYSTEM)
        cast = await make_cast(conn)
        async with Client.open(roof.create_app(house), house, conn) as client:
            nord = await client.sign_in(cast.nord.viewer)
            key = uuid4().hex
            answers = await asyncio.gather(*(nord.post("/probe/count", key=key) for _ in range(8)))
        assert {a.text for a in answers} == {"TEST-2026-0001"}
        assert await last(conn) == 1


async def test_a_key_that_is_too_long_is_refused_not_cut(client, cast):
    sued = client.as_(cast.sued.viewer)
    answer = await sued.json_post(
        "/api/v1/bookings/confirm", {"ids": []}, idempotency_key="k" * 201
    )
    assert answer.status_code == 422
    assert "Idempotency-Key" in answer.json()["detail"]


@pytest.mark.parametrize(
    "url", ["/offerings?q=%00", "/search?q=a%00b", "/api/v1/offerings?q=%00", "/members?q=%00"]
)
async def test_a_character_no_column_can_hold_is_refused_not_crashed(client, cast, url):
    assert (await client.as_(cast.nord.viewer).get(url)).status_code < 500


async def test_a_body_that_hides_its_size_is_cut_off(client, cast):
    """Chunked, without Content-Length: counted while it streams."""
    signed = await client.sign_in(cast.nord.viewer)

    async def flood():
        yield b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'
        for _ in range(30):
            yield b"x" * (1 << 20)

    headers = {
        **signed.cookies,
        "sec-fetch-site": "same-origin",
        "content-type": "multipart/form-data; boundary=b",
    }
    r = await signed.http.post("/imports/new", content=flood(), headers=headers)
    assert r.status_code == 413
    r = await signed.http.post(
        "/api/v1/offerings",
        content=flood(),
        headers={**headers, "content-type": "application/json"},
    )
    assert r.status_code == 413
