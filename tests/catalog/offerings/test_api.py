"""Offerings as JSON."""

import json
from typing import Any
from uuid import uuid4

from httpx import Response

from kdnx.db.conn import Conn
from kdnx.viewer import Viewer
from tests.cast import Cast
from tests.catalog.build import a_body, a_draft, a_submitted, an_offering, only_for
from tests.client import Client


def body(**over: Any) -> dict[str, Any]:
    return {**a_body().model_dump(mode="json"), **over}


async def put(client: Client, viewer: Viewer, url: str, content: Any, **headers: str) -> Response:
    signed = await client.sign_in(viewer)
    sent = {
        **signed.cookies,
        "sec-fetch-site": "same-origin",
        "x-csrf-token": signed.csrf,
        "content-type": "application/json",
    }
    return await client.http.put(
        url,
        content=json.dumps(content),
        headers={**sent, **{k.replace("_", "-"): v for k, v in headers.items()}},
    )


async def test_the_whole_life_over_json(client: Client, cast: Cast):
    nord, second, url = (
        client.as_(cast.nord.viewer),
        client.as_(cast.nord.second),
        "/api/v1/offerings",
    )
    made = await nord.json_post(url, body())
    assert made.status_code == 201, made.text
    one, tag = f"{url}/{made.json()['id']}", made.headers["etag"]
    sent = {k: v for k, v in made.json()["current"]["content"].items() if k != "reference"}
    assert sent == {k: v for k, v in body().items() if k != "reference"}
    assert (await put(client, cast.nord.viewer, one, body())).status_code == 428
    assert (await put(client, cast.nord.viewer, one, body(), if_match='"77"')).status_code == 412
    saved = await put(client, cast.nord.viewer, one, body(title="Neuer Titel"), if_match=tag)
    assert saved.status_code == 200, saved.text
    asked = await nord.json_post(one + "/submit", if_match=saved.headers["etag"])
    assert asked.json()["state"] == "in_review"
    own = await nord.json_post(one + "/publish", {"version": 1}, if_match=asked.headers["etag"])
    assert own.status_code == 409
    assert "Vier-Augen" in own.json()["rule"]
    done = await second.json_post(one + "/publish", {"version": 1}, if_match=asked.headers["etag"])
    assert done.json()["state"] == "published"
    off = await nord.json_post(one + "/suspend", {"reason": "Umzug"}, if_match=done.headers["etag"])
    assert off.json()["state_reason"] == "Umzug"
    on = await second.json_post(one + "/resume", if_match=off.headers["etag"])
    sure = await nord.json_post(one + "/reconfirm", if_match=on.headers["etag"])
    end = await second.json_post(one + "/retire", {"reason": "Ende"}, if_match=sure.headers["etag"])
    assert end.json()["state"] == "retired"
    seen = await client.as_(cast.fremd.viewer).get(one)
    assert (seen.json()["state"], seen.json()["reconfirm_due"]) == ("retired", None)
    assert (
        await client.as_(cast.fremd.viewer).get(one, **{"if-none-match": seen.headers["etag"]})
    ).status_code == 304


async def test_strict_input(client: Client, cast: Cast):
    nord = client.as_(cast.nord.viewer)
    price = a_body().model_dump(mode="json")["prices"][0]
    for wrong in (
        {"title": 5}, {"title": "ab\u0000c"}, {"unknown": 1}, {"summary": "\u0000"},
        {"contacts": {"lead": {"name": "N", "email": "a\u0000@b.de"}}}, {"sla": {"service_hours": "\u0007"}}, {"notice_months": "6"}, {"notice_months": True}, {"lead_time_days": -1},
        {"prices": [{**price, "unit_price_micro": None}]}, {"prices": [{**price, "per": "once"}]}, {"prices": [{**price, "tier_mode": "slab"}]},
        {"audiences": [{"kind": "members", "legal_basis": "tendered", "tax_code": "U19"}]}, {"valid_from": "2026-02-01", "valid_to": "2026-01-01"},
    ):  # fmt: skip
        answer = await nord.json_post("/api/v1/offerings", body(**wrong))
        assert answer.status_code == 422, wrong
        assert answer.json()["errors"]


async def test_a_stranger_gets_what_an_unknown_id_gets(client: Client, cast: Cast, conn: Conn):
    hidden = await an_offering(conn, cast.nord, "Verborgen", audiences=[only_for(cast.sued.id)])
    draft = await a_submitted(conn, cast.nord, "Entwurf")
    fremd, unknown = client.as_(cast.fremd.viewer), uuid4()
    for known in (hidden.id, draft.id):
        for tail in ("", "/versions"):
            a, b = (
                await fremd.get(f"/api/v1/offerings/{known}{tail}"),
                await fremd.get(f"/api/v1/offerings/{unknown}{tail}"),
            )
            assert (a.status_code, without(a)) == (404, without(b))
        for move, content in [("submit", None), ("publish", {"version": 1}), ("return", {"reason": "warum"}),
                              ("suspend", {"reason": "warum"}), ("resume", None), ("reconfirm", None), ("retire", {"reason": "warum"})]:  # fmt: skip
            a = await fremd.json_post(f"/api/v1/offerings/{known}/{move}", content, if_match='"1"')
            b = await fremd.json_post(
                f"/api/v1/offerings/{unknown}/{move}", content, if_match='"1"'
            )
            assert (a.status_code, without(a)) == (404, without(b)), move
        a = await put(
            client, cast.fremd.viewer, f"/api/v1/offerings/{known}", body(), if_match='"1"'
        )
        assert a.status_code == 404


def without(answer: Response) -> dict[str, Any]:
    return {k: v for k, v in answer.json().items() if k != "request_id"}


async def test_others_see_no_trace_of_a_draft_version(client: Client, cast: Cast, conn: Conn):
    head = await an_offering(conn, cast.nord)
    await conn.act_as(cast.nord.viewer)
    await put(
        client,
        cast.nord.viewer,
        f"/api/v1/offerings/{head.id}",
        body(title="Neu"),
        if_match=f'"{head.row_version}"',
    )
    seen = (await client.as_(cast.sued.viewer).get(f"/api/v1/offerings/{head.id}")).json()
    assert (seen["draft_version"], seen["draft_submitted"], seen["current"]["version"]) == (
        None,
        False,
        1,
    )
    versions = (
        await client.as_(cast.sued.viewer).get(f"/api/v1/offerings/{head.id}/versions")
    ).json()["items"]
    assert [v["version"] for v in versions] == [1]
    own = (await client.as_(cast.nord.viewer).get(f"/api/v1/offerings/{head.id}")).json()
    assert (own["current"]["state"], own["current"]["content"]["title"]) == ("draft", "Neu")


async def test_the_list_in_pieces(client: Client, cast: Cast, conn: Conn):
    for n in range(5):
        await an_offering(conn, cast.nord, f"Leistung {n}")
    await a_draft(conn, cast.nord.viewer, "Entwurf")
    sued, url, seen = client.as_(cast.sued.viewer), "/api/v1/offerings?limit=2", []
    after = ""
    while True:
        page = (await sued.get(url + after)).json()
        seen += [i["title"] for i in page["items"]]
        if page["next"] is None:
            break
        after = f"&after={page['next']}"
    assert seen == [f"Leistung {n}" for n in range(5)]
    assert (await sued.get("/api/v1/offerings?limit=201")).status_code == 422
    assert (await sued.get("/api/v1/offerings?nonsense=1")).status_code == 422
    assert (await sued.get("/api/v1/offerings?after=x")).status_code == 422
    mine = (await client.as_(cast.nord.viewer).get("/api/v1/offerings?view=mine")).json()
    assert len(mine["items"]) == 6


async def test_the_same_key_makes_one(client: Client, cast: Cast):
    nord = client.as_(cast.nord.viewer)
    one = await nord.json_post("/api/v1/offerings", body(), idempotency_key="k-1")
    two = await nord.json_post("/api/v1/offerings", body(), idempotency_key="k-1")
    assert one.json()["id"] == two.json()["id"]
