"""JSON with every move, and the versions it asks for."""

from datetime import timedelta
from decimal import Decimal
from uuid import UUID

from kdnx.db.conn import Conn
from tests.cast import Cast
from tests.catalog.build import HOSTING
from tests.catalog.requests.making import CRITERIA, MUST, QUALITY, close
from tests.client import Client


def body(conn: Conn, **over: object) -> dict[str, object]:
    """A request as JSON."""
    return {
        "title": "Digitale Bauakte", "need": "Bauakten sollen digital geführt werden.", "category_id": str(HOSTING),
        "closes_on": (conn.today + timedelta(days=20)).isoformat(), "criteria": CRITERIA, "budget_cents": 100,
        "items": [{"label": "Arbeitsplätze", "base": "workplace", "quantity": "100"}], **over,
    }  # fmt: skip


async def test_every_move_over_json(conn: Conn, cast: Cast, client: Client):
    sued, nord = await client.sign_in(cast.sued.viewer), await client.sign_in(cast.nord.viewer)
    made = await sued.json_post("/api/v1/requests", body(conn))
    assert made.status_code == 201, made.text
    url = f"/api/v1/requests/{made.json()['id']}"
    assert (await sued.json_post(f"{url}/announce")).status_code == 428
    opened = await sued.json_post(f"{url}/announce", if_match='"1"')
    assert opened.json()["state"] == "open", opened.text
    later = {
        "closes_on": (conn.today + timedelta(days=30)).isoformat(),
        "reason": "mehr Zeit nötig",
    }
    assert (await sued.json_post(f"{url}/extend", later, if_match='"2"')).status_code == 200
    read = await nord.get(url)
    assert read.json()["budget_cents"] is None
    assert read.json()["answers"] is None
    answer = {
        "summary": "Wir betreiben die Bauakte.", "valid_until": (conn.today + timedelta(days=90)).isoformat(),
        "replies": [{"criterion": MUST, "is_met": True}, {"criterion": QUALITY, "said": "gut"}],
        "prices": [{"item": 1, "per": "month", "unit_price_micro": 2_000_000}],
    }  # fmt: skip
    put = await nord.http.put(
        f"{url}/answer", json=answer,
        headers={**nord.cookies, "sec-fetch-site": "same-origin", "x-csrf-token": nord.csrf},
    )  # fmt: skip
    assert put.status_code == 200, put.text
    assert put.json()["whole_cents"] == 960_000
    tag = put.headers["etag"]
    sent = await nord.json_post(f"{url}/answer/submit", if_match=tag)
    assert sent.json()["state"] == "submitted", sent.text
    assert (await sued.get(url)).json()["answers"] == 1
    assert (await sued.get(f"{url}/answers")).status_code == 409
    await close(conn, UUID(made.json()["id"]))
    sued = await client.sign_in(cast.sued.viewer)  # weeks later
    found = (await sued.get(f"{url}/answers")).json()
    answer_id, version = found["items"][0]["answer"]["id"], found["row_version"]
    marks = {"marks": [
        {"answer_id": answer_id, "criterion": MUST, "is_met": True, "reason": "belegt"},
        {"answer_id": answer_id, "criterion": QUALITY, "points": "7.25", "reason": "belegt"},
    ]}  # fmt: skip
    headers = {
        **sued.cookies,
        "sec-fetch-site": "same-origin",
        "x-csrf-token": sued.csrf,
        "if-match": f'"{version}"',
    }
    weighed = await sued.http.put(f"{url}/marks", json=marks, headers=headers)
    assert Decimal(weighed.json()["items"][0]["weighted"]) == Decimal("83.5"), weighed.text
    version = weighed.json()["row_version"]
    wish = {"answer_id": answer_id, "reason": "das beste"}
    done = await sued.json_post(f"{url}/decide", wish, if_match=f'"{version}"')
    assert done.json()["items"][0]["answer"]["state"] == "chosen", done.text
    assert len((await sued.get(f"{url}/evidence")).json()["sha256"]) == 64
    listed = await sued.get("/api/v1/requests?view=mine")
    assert [r["outcome"] for r in listed.json()["items"]] == ["chosen"]


async def test_the_list_goes_on_by_cursor(conn: Conn, cast: Cast, client: Client):
    sued = await client.sign_in(cast.sued.viewer)
    for n in range(3):
        await sued.json_post("/api/v1/requests", body(conn, title=f"Gesuch {n}"))
    first = (await sued.get("/api/v1/requests?limit=2")).json()
    rest = (await sued.get(f"/api/v1/requests?limit=2&cursor={first['next']}")).json()
    assert len(first["items"]) == 2
    assert [len(rest["items"]), rest["next"]] == [1, None]
