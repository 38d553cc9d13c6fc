"""Notices over HTTP: list, paging, marking read, settings, and that strangers see none."""

from uuid import uuid4

from kdnx.ids import new_id
from kdnx.notices.actions import notify
from kdnx.viewer import Role
from tests.cast import Cast
from tests.client import Client, plain


async def tell(client: Client, cast: Cast, count: int = 1) -> None:
    await client.conn.act_as(cast.nord.viewer)
    for n in range(count):
        await notify(
            client.conn, cast.nord.viewer, kind="order.submitted", owner_id=cast.sued.id,
            roles=[Role.OFFERING_APPROVER],
            object_kind="service_order", object_id=new_id(), url="/tasks", title=f"Auftrag Nummer {n} wartet",
        )  # fmt: skip


async def test_list_and_read(client: Client, cast: Cast) -> None:
    await tell(client, cast, 2)
    sued = client.as_(cast.sued.viewer)
    page = await sued.get("/activity")
    assert page.text.count("Auftrag Nummer") == 2
    notice = page.text.partition('name="notice" value="')[2].partition('"')[0]
    assert (await sued.post("/activity/read", {"notice": notice})).status_code == 303
    assert (await sued.get("/activity")).text.count("Auftrag Nummer") == 1
    assert (await sued.get("/activity?all=1")).text.count("Auftrag Nummer") == 2
    assert (await sued.post("/activity/read")).status_code == 303
    assert "Alles gelesen" in (await sued.get("/activity")).text
    assert "Auftrag Nummer" not in (await client.as_(cast.fremd.viewer).get("/activity?all=1")).text


async def test_paging_by_cursor(client: Client, cast: Cast) -> None:
    await tell(client, cast, 5)
    sued = client.as_(cast.sued.viewer)
    seen, after = [], ""
    for _n in range(3):
        answer = (await sued.get(f"/api/v1/notices?limit=2{after}")).json()
        assert answer["unread"] == 5
        seen += [n["id"] for n in answer["items"]]
        after = f"&after={answer['next']}"
    assert answer["next"] is None
    assert len(set(seen)) == 5
    assert (await sued.get("/api/v1/notices?after=falsch")).status_code == 422


async def test_foreign_notice_equals_unknown(client: Client, cast: Cast) -> None:
    await tell(client, cast)
    sued, fremd = client.as_(cast.sued.viewer), client.as_(cast.fremd.viewer)
    (mine,) = (await sued.get("/api/v1/notices")).json()["items"]
    theirs = await fremd.json_post(f"/api/v1/notices/{mine['id']}/read")
    unknown = await fremd.json_post(f"/api/v1/notices/{uuid4()}/read")
    assert theirs.status_code == 404
    assert theirs.json() | {"request_id": ""} == unknown.json() | {"request_id": ""}
    theirs = await fremd.post("/activity/read", {"notice": mine["id"]})
    unknown = await fremd.post("/activity/read", {"notice": str(uuid4())})
    assert (theirs.status_code, plain(theirs)) == (404, plain(unknown))
    assert (await sued.json_post(f"/api/v1/notices/{mine['id']}/read")).json() == {"read": 1}


async def test_settings(client: Client, cast: Cast) -> None:
    sued = client.as_(cast.sued.viewer)
    page = await sued.get("/account/notices")
    assert "Bedarfsabfragen" in page.text
    assert "nicht eingerichtet" in page.text
    assert (await sued.post("/account/notices", {"order": "off"})).status_code == 303
    assert 'value="off" selected' in (await sued.get("/account/notices")).text
    assert (await sued.post("/account/notices", {"order": "sometimes"})).status_code == 422
    await tell(client, cast)
    await client.conn.act_as(cast.sued.viewer)
    assert (await client.conn.fetchval("SELECT mail FROM kdnx.notice")) == "off"


async def test_start_page_counts_unread(client: Client, cast: Cast) -> None:
    await tell(client, cast)
    assert "/activity" in (await client.as_(cast.sued.viewer).get("/")).text
