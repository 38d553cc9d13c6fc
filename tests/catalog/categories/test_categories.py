"""Categories: read by all, kept by the hub's administration."""

from dataclasses import replace

import pytest

from catalog.categories import actions, store
from kdnx.db.conn import Conn
from kdnx.errors import Forbidden, Refused, Stale
from kdnx.ids import named_id
from kdnx.viewer import ROLE_PERMISSIONS, Role
from tests.cast import Cast
from tests.client import Client


async def test_ten_categories_with_stable_ids(conn: Conn):
    found = await store.list_categories(conn)
    assert len(found) == 10
    assert all(c.id == named_id("category", c.code) for c in found)
    assert [found[0].name, found[-1].name] == ["Fachverfahren-Betrieb", "Beratung/Schulung"]


async def test_the_office_adds_and_renames(conn: Conn, cast: Cast):
    await conn.act_as(cast.office)
    made = await actions.add_category(conn, cast.office, code="school_it", name="Schul-IT")
    assert made.position == 110
    for code, name in [("school_it", "Anders"), ("other", "schul-it")]:
        with pytest.raises(Refused):
            await actions.add_category(conn, cast.office, code=code, name=name)
    again = await actions.rename_category(
        conn, cast.office, made.id, 1, name="Schul- und Kita-IT", description=""
    )
    assert again.row_version == 2
    with pytest.raises(Stale):
        await actions.rename_category(conn, cast.office, made.id, 1, name="Zu spät", description="")
    with pytest.raises(Refused):
        await actions.rename_category(
            conn, cast.office, made.id, 2, name="KI-Plattform", description=""
        )


async def test_nobody_else_does(conn: Conn, cast: Cast):
    editor = replace(cast.office, permissions=ROLE_PERMISSIONS[Role.OFFERING_EDITOR])
    for viewer in (cast.nord.viewer, cast.committee, cast.auditor, editor):
        with pytest.raises(Forbidden):
            await actions.add_category(conn, viewer, code="mine", name="Meine eigene")


async def test_the_page(client: Client, cast: Cast):
    assert "Neue Kategorie" not in (await client.as_(cast.nord.viewer).get("/categories")).text
    office = client.as_(cast.office)
    assert "Neue Kategorie" in (await office.get("/categories")).text
    bad = await office.post("/categories", {"name": "Schul-IT", "code": "Schul IT"})
    assert bad.status_code == 422
    assert 'value="Schul-IT"' in bad.text
    assert (
        await office.post("/categories", {"name": "Schul-IT", "code": "school_it"})
    ).status_code == 303
    assert (
        await office.post("/categories", {"name": "Schul-IT", "code": "school_it2"})
    ).status_code == 409
    made = named_id("category", "ai")
    assert (
        await office.post(
            f"/categories/{made}/rename", {"name": "KI und Daten", "row_version": "1"}
        )
    ).status_code == 303
    late = await office.post(
        f"/categories/{made}/rename", {"name": "Künstlich", "row_version": "1"}
    )
    assert late.status_code == 409
    assert "KI und Daten" in (await client.as_(cast.sued.viewer).get("/categories")).text
    denied = await client.as_(cast.nord.viewer).post(
        f"/categories/{made}/rename", {"name": "Nein", "row_version": "2"}
    )
    assert denied.status_code == 403


async def test_json(client: Client, cast: Cast):
    listed = (await client.as_(cast.sued.viewer).get("/api/v1/categories")).json()
    assert [i["code"] for i in listed["items"]][:2] == ["line_of_business", "hosting"]
    office = client.as_(cast.office)
    made = await office.json_post("/api/v1/categories", {"code": "school_it", "name": "Schul-IT"})
    assert made.status_code == 201
    one = f"/api/v1/categories/{made.json()['id']}"
    renamed = await office.json_post(
        one + "/rename", {"name": "Kita-IT"}, if_match=made.headers["etag"]
    )
    assert renamed.json()["name"] == "Kita-IT"
    assert (
        await office.json_post(one + "/rename", {"name": "Nochmal"}, if_match='"1"')
    ).status_code == 412
    assert (
        await client.as_(cast.nord.viewer).json_post(
            "/api/v1/categories", {"code": "aa", "name": "Aa"}
        )
    ).status_code == 403
