"""Demand calls: drafting, announcing, deadline, extension, and who sees what."""

import re
from datetime import timedelta

import pytest

from kdnx.db.conn import Conn
from kdnx.errors import Forbidden, NotFound, Refused
from kdnx.tasks.actions import list_my_tasks
from procurement.demands import actions, store
from tests.cast import Cast
from tests.client import Client, plain
from tests.procurement.build import NOTEBOOKS, SYSTEM, a_call, an_answer


async def get(conn: Conn, viewer, call_id):
    await conn.act_as(viewer)
    return await store.get_call(conn, call_id, members=viewer.members, member_id=viewer.member_id)


async def test_a_call_needs_positions_before_it_starts(conn: Conn, cast: Cast):
    call_id = await a_call(conn, cast, announced=False, positions=())
    with pytest.raises(Refused, match="keine Position"):
        await actions.announce_call(conn, cast.office, call_id)


async def test_announcing_numbers_invites_and_opens_tasks(conn: Conn, cast: Cast):
    call_id = await a_call(conn, cast)
    call = await get(conn, cast.nord.viewer, call_id)
    assert (call.state, call.invited, call.is_invited) == ("open", 4, True)
    assert call.number
    assert call.number.startswith("B-")
    assert any("Bedarf melden" in t.title for t in await list_my_tasks(conn, cast.nord.viewer))
    await conn.act_as(cast.office)
    with pytest.raises(Refused, match="stehen fest"):
        await actions.add_position(conn, cast.office, call_id, NOTEBOOKS)


async def test_a_draft_and_a_call_for_others_do_not_exist_for_a_stranger(conn: Conn, cast: Cast):
    draft = await a_call(conn, cast, announced=False)
    with pytest.raises(NotFound):
        await get(conn, cast.nord.viewer, draft)
    chosen = await a_call(conn, cast, members=[cast.nord.id, cast.sued.id])
    assert (await get(conn, cast.nord.viewer, chosen)).invited == 2
    with pytest.raises(NotFound):
        await get(conn, cast.fremd.viewer, chosen)


async def test_only_the_lead_steers(conn: Conn, cast: Cast):
    call_id = await a_call(conn, cast)
    await conn.act_as(cast.nord.viewer)
    with pytest.raises(Forbidden):
        await actions.close_call(conn, cast.nord.viewer, call_id)


async def test_the_deadline_only_moves_later_and_with_a_reason(conn: Conn, cast: Cast):
    call_id = await a_call(conn, cast)
    call = await get(conn, cast.office, call_id)
    day = call.closes_at.date()
    with pytest.raises(Refused, match="nach der bisherigen"):
        await actions.extend_call(
            conn, cast.office, call_id, closes_on=day - timedelta(days=1), reason="zu früh"
        )
    await actions.extend_call(
        conn, cast.office, call_id, closes_on=day + timedelta(days=9), reason="Ferien in NRW"
    )
    assert (await get(conn, cast.nord.viewer, call_id)).extension_reason == "Ferien in NRW"


async def test_the_due_job_ends_calls_misses_drafts_and_keeps_what_was_submitted(
    conn: Conn, cast: Cast
):
    call_id = await a_call(conn, cast)
    await an_answer(conn, cast.nord, call_id, submitted=False)
    await an_answer(conn, cast.sued, call_id)
    await conn.act_as(SYSTEM)
    assert await actions.close_due_calls(conn) == 0
    conn.now += timedelta(days=40)
    assert await actions.close_due_calls(conn) == 1
    assert await actions.close_due_calls(conn) == 0
    assert (await get(conn, cast.nord.viewer, call_id)).my_state == "missed"
    after = await get(conn, cast.sued.viewer, call_id)
    assert (after.my_state, after.state, after.answered) == ("submitted", "closed", 1)
    assert not [
        t for t in await list_my_tasks(conn, cast.nord.viewer) if t.kind.startswith("demand")
    ]


async def test_reminders_go_out_once_a_stage(conn: Conn, cast: Cast):
    call_id = await a_call(conn, cast)
    await an_answer(conn, cast.sued, call_id)
    await conn.act_as(SYSTEM)
    assert await actions.remind_due_members(conn) == 0
    conn.now += timedelta(days=15)
    assert await actions.remind_due_members(conn) == 3
    assert await actions.remind_due_members(conn) == 0
    conn.now += timedelta(days=4)
    assert await actions.remind_due_members(conn) == 3


async def test_totals_appear_from_three_members_on_and_quantities_of_others_never(
    client: Client, conn: Conn, cast: Cast
):
    call_id = await a_call(conn, cast)
    marker = 4711
    await an_answer(conn, cast.nord, call_id, (marker, 0))
    await an_answer(conn, cast.sued, call_id, (1, 0))
    fremd = client.as_(cast.fremd.viewer)
    body = (await fremd.get(f"/api/v1/demands/{call_id}")).json()
    assert body["positions"][0]["qty_expected"] is None
    assert body["answered"] == 2
    await an_answer(conn, cast.hub, call_id, (1, 0))
    body = (await fremd.get(f"/api/v1/demands/{call_id}")).json()
    assert body["positions"][0]["members"] == 3
    assert float(body["positions"][0]["qty_expected"]) == 2 * (marker + 2)
    assert body["positions"][1]["qty_expected"] is None
    for path in (f"/demands/{call_id}", f"/demands/{call_id}/response", f"/demands/{call_id}/answers", "/demands", "/search?q=Mobile",
                 f"/api/v1/demands/{call_id}/responses", f"/api/v1/demands/{call_id}/response", "/tasks", "/"):  # fmt: skip
        page = await fremd.get(path)
        words = re.sub(r"[0-9a-f-]{32,}", "", page.text)  # an id may hold any four digits
        for shape in ("9422", "9.422", "4711", "4.711"):
            assert shape not in words, (path, shape)
    assert "9.422" in (await client.as_(cast.office).get(f"/demands/{call_id}/answers")).text


async def test_an_unknown_id_and_a_hidden_one_read_the_same(client: Client, conn: Conn, cast: Cast):
    hidden = await a_call(conn, cast, members=[cast.nord.id])
    fremd = client.as_(cast.fremd.viewer)
    unknown = "01890000-0000-7000-8000-000000000000"
    for path in ("/demands/{}", "/demands/{}/response", "/demands/{}/answers", "/demands/{}/bundle", "/api/v1/demands/{}",
                 "/api/v1/demands/{}/response", "/api/v1/demands/{}/responses", "/demands/{}/edit"):  # fmt: skip
        one, two = await fremd.get(path.format(hidden)), await fremd.get(path.format(unknown))
        assert one.status_code == two.status_code == 404, path
        assert plain(one).replace(str(hidden), "#") == plain(two).replace(unknown, "#"), path
    for path in (
        "/demands/{}/close",
        "/demands/{}/announce",
        "/demands/{}/remind",
        "/demands/{}/response",
        "/demands/{}/response/release",
    ):
        one, two = (
            await fremd.post(path.format(hidden), {"row_version": "1"}),
            await fremd.post(path.format(unknown), {"row_version": "1"}),
        )
        assert (one.status_code, two.status_code) == (404, 404), path


async def test_json_from_draft_to_close(client: Client, conn: Conn, cast: Cast):
    office = client.as_(cast.office)
    body = {"title": "Backup 2027", "first_year": 2027, "last_year": 2027, "closes_on": "2099-01-31",
            "positions": [{"title": "Sicherung", "cpv": "72910000-2", "unit": "TB"}]}  # fmt: skip
    made = await office.json_post("/api/v1/demands", body)
    assert made.status_code == 201, made.text
    url = f"/api/v1/demands/{made.json()['id']}"
    assert (await office.json_post(f"{url}/announce")).status_code == 428
    opened = await office.json_post(f"{url}/announce", if_match=made.headers["etag"])
    assert opened.json()["state"] == "open", opened.text
    assert (
        await office.json_post(f"{url}/close", if_match=made.headers["etag"])
    ).status_code == 412
    closed = await office.json_post(f"{url}/close", if_match=opened.headers["etag"])
    assert closed.json()["state"] == "closed"
    listed = (await client.as_(cast.nord.viewer).get("/api/v1/demands?state=closed")).json()[
        "items"
    ]
    assert [i["id"] for i in listed] == [made.json()["id"]]
