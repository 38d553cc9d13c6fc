"""Schemas over the database and HTTP: read by all, changed by the office, owed answers listed and asked for."""

import pytest

from catalog.attributes import actions, store
from catalog.attributes.model import Attribute, AttributeType
from catalog.attributes.store import COMMON
from catalog.categories.actions import add_category
from catalog.contents import store as contents
from catalog.offerings import actions as offerings
from kdnx.db.conn import Conn
from kdnx.errors import Forbidden, Invalid, Refused, Stale
from tests.cast import Cast
from tests.catalog.build import ANSWERS, HOSTING, a_body, a_draft, an_offering
from tests.client import Client

NEW = Attribute("green_power", "Ökostrom", AttributeType.YES_NO, "security", required=True)


async def test_each_of_the_ten_categories_asks_common_and_own_questions(conn: Conn):
    schemas = await store.list_schemas(conn)
    common = {a.key for a in schemas.pop(COMMON).attributes}
    assert len(schemas) == 10
    for schema in schemas.values():
        own = [a for a in schema.attributes if a.key not in common]
        assert 3 <= len(own) <= 8
        assert common <= {a.key for a in schema.attributes}
        assert [a.key for a in schema.active if a.required]


async def test_a_new_category_asks_what_all_ask(conn: Conn, cast: Cast):
    await conn.act_as(cast.office)
    made = await add_category(conn, cast.office, code="school_it", name="Schul-IT")
    schema = await store.get_schema(conn, made.id)
    assert (schema.category_id, schema.version) == (made.id, 1)
    assert schema.find("data_location")
    changed = await actions.save_attribute(conn, cast.office, made.id, 1, NEW)
    assert changed.version == 2
    assert (await store.get_schema(conn, made.id)).find("green_power")
    assert (await store.get_schema(conn, made.id, 1)).find("green_power") is None


async def test_drafts_tolerate_gaps_never_wrong_answers(conn: Conn, cast: Cast):
    draft = await a_draft(conn, cast.nord.viewer, attributes={})
    with pytest.raises(Refused) as refusal:
        await offerings.submit_offering(conn, cast.nord.viewer, draft.id, draft.row_version)
    assert "attributes.data_location" in [e.field for e in refusal.value.errors]
    assert "Wo die Daten liegen" in refusal.value.detail
    for wrong in ({"data_location": "mars"}, {"nonsense": 1}, {"subcontractors": "ja"}):
        with pytest.raises(Invalid):
            await offerings.save_draft(
                conn, cast.nord.viewer, draft.id, draft.row_version, a_body(attributes=wrong)
            )


async def test_old_versions_keep_their_questions_and_owners_get_a_task(conn: Conn, cast: Cast):
    head = await an_offering(conn, cast.nord)
    await conn.act_as(cast.office)
    before = await store.get_schema(conn, HOSTING)
    after = await actions.save_attribute(conn, cast.office, HOSTING, before.version, NEW)
    await conn.act_as(cast.nord.viewer)
    tasks = await conn.fetch(
        "SELECT owner_id FROM kdnx.task WHERE object_id = $1 AND kind = 'offering.upgrade'", head.id
    )
    assert [t["owner_id"] for t in tasks] == [cast.nord.id]
    await conn.act_as(cast.office)
    with pytest.raises(Stale):
        await actions.save_attribute(conn, cast.office, HOSTING, before.version, NEW)
    await conn.act_as(cast.nord.viewer)
    version = await contents.get_version(conn, cast.nord.viewer, head.id, 1)
    assert version.schema_version == before.version
    again = await offerings.save_draft(
        conn,
        cast.nord.viewer,
        head.id,
        head.row_version,
        a_body(attributes=dict(version.attributes)),
    )
    draft = await contents.get_version(conn, cast.nord.viewer, head.id, 2)
    assert (draft.schema_version, draft.attributes) == (after.version, ANSWERS)
    with pytest.raises(Refused, match="Ökostrom"):
        await offerings.submit_offering(conn, cast.nord.viewer, head.id, again.row_version)
    full = a_body(attributes={**ANSWERS, "green_power": True})
    done = await offerings.save_draft(conn, cast.nord.viewer, head.id, again.row_version, full)
    done = await offerings.submit_offering(conn, cast.nord.viewer, head.id, done.row_version)
    await conn.act_as(cast.nord.second)
    await offerings.publish_offering(conn, cast.nord.second, head.id, done.row_version, 2)
    open_ = "SELECT count(*) FROM kdnx.task WHERE object_id = $1 AND kind = 'offering.upgrade' AND state = 'open'"
    assert await conn.fetchval(open_, head.id) == 0


async def test_only_the_office_changes_what_is_asked(conn: Conn, cast: Cast, client: Client):
    schema = await store.get_schema(conn, HOSTING)
    with pytest.raises(Forbidden):
        await actions.save_attribute(conn, cast.nord.viewer, HOSTING, schema.version, NEW)
    nord = client.as_(cast.nord.viewer)
    page = await nord.get(f"/categories/{HOSTING}/schema")
    assert "Wo die Daten liegen" in page.text
    assert "Angabe hinzufügen" not in page.text
    assert (await nord.get(f"/categories/{HOSTING}/schema/new")).status_code == 403


async def test_the_office_adds_a_question_after_a_look_at_its_effect(
    conn: Conn, cast: Cast, client: Client
):
    head = await an_offering(conn, cast.nord)
    office = client.as_(cast.office)
    base = f"/categories/{HOSTING}/schema"
    fields = {"schema_version": "1", "key": "green_power", "label": "Ökostrom", "type": "one", "group": "security",
              "options": "yes = ja, zertifiziert\nnein", "required": "on", "facet": "on", "then": "preview"}  # fmt: skip
    assert (await office.post(f"{base}/new", {**fields, "options": "nur eins"})).status_code == 422
    preview = await office.post(f"{base}/new", fields)
    assert preview.status_code == 200
    assert head.title in preview.text
    assert "Als Fassung 2 speichern" in preview.text
    assert (await office.post(f"{base}/new", {**fields, "then": "save"})).status_code == 303
    assert "Ökostrom" in (await office.get(base)).text
    assert '<th scope="row">Ökostrom' not in (await office.get(f"{base}?version=1")).text
    assert "Ökostrom" in (await office.get(f"/categories/{HOSTING}/gaps")).text
    assert (
        head.title
        not in (await client.as_(cast.fremd.viewer).get(f"/categories/{HOSTING}/gaps")).text
    )
    own = client.as_(cast.nord.viewer)
    assert "Ökostrom" in (await own.get(f"/offerings/{head.id}/edit")).text
    assert "Die Kategorie fragt inzwischen mehr" in (await own.get(f"/offerings/{head.id}")).text
    gone = await office.post(f"{base}/green_power/retire", {"schema_version": "2"})
    assert gone.status_code == 303
    assert "Nichts fehlt" in (await office.get(f"/categories/{HOSTING}/gaps")).text


async def test_json_gives_the_schema_and_takes_answers(cast: Cast, client: Client, conn: Conn):
    nord = client.as_(cast.nord.viewer)
    schema = (await nord.get(f"/api/v1/categories/{HOSTING}/schema")).json()
    asked = {a["key"]: a for a in schema["attributes"]}
    assert asked["data_location"]["required"]
    assert {"value": "nrw", "label": "Nordrhein-Westfalen", "retired": False} in asked[
        "data_location"
    ]["options"]
    assert (await nord.get(f"/api/v1/categories/{HOSTING}/schema?version=77")).status_code == 404
    head = await a_draft(
        conn,
        cast.nord.viewer,
        attributes={**ANSWERS, "backup_days": 90, "support_levels": ["second", "first"]},
    )
    shown = (await nord.get(f"/api/v1/offerings/{head.id}")).json()
    assert shown["current"]["content"]["attributes"] == {
        **ANSWERS,
        "backup_days": 90,
        "support_levels": ["first", "second"],
    }
