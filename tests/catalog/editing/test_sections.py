"""Sections over HTTP: the task list, saving one, two people, a repeated or late request, a copy, a merge patch."""

import json
import re

import html5lib

from catalog.contents.store import get_version
from catalog.offerings.store import get_offering
from kdnx.db.conn import Conn
from kdnx.viewer import Viewer
from tests.cast import Cast
from tests.catalog.build import FLAT, WORKPLACE, a_draft, a_submitted, an_offering
from tests.client import Client

HTMX = {"hx-request": "true"}


def typed(text: str) -> dict[str, list[str]]:
    """What a browser would post of the form of a section as it is shown."""
    page = html5lib.parse(text, namespaceHTMLElements=False)
    form = next(f for f in page.iter("form") if "/edit/" in f.get("action", ""))
    fields: dict[str, list[str]] = {}
    for box in form.iter("input"):
        is_off = box.get("type") in {"checkbox", "radio"} and "checked" not in box.attrib
        if box.get("name") and not is_off:
            fields.setdefault(box.attrib["name"], []).append(box.get("value", ""))
    for area in form.iter("textarea"):
        fields[area.attrib["name"]] = [area.text or ""]
    for select in form.iter("select"):
        chosen = [o.get("value", "") for o in select.iter("option") if "selected" in o.attrib]
        fields[select.attrib["name"]] = chosen[:1] or [""]
    del fields["csrf_token"]
    return fields


async def opened(client: Client, viewer: Viewer, url: str) -> dict[str, list[str]]:
    return typed((await client.as_(viewer).get(url)).text)


async def test_from_three_fields_to_a_submitted_draft(client: Client, cast: Cast, conn: Conn):
    nord = client.as_(cast.nord.viewer)
    page = await nord.get("/offerings/new")
    found = re.search(r'<option value="([0-9a-f-]{36})">Druck &amp; Output', page.text)
    assert found
    made = await nord.post("/offerings/new", {"title": "Zentraler Druck", "category_id": found[1]})
    base = made.headers["location"]
    assert base.endswith("/edit")
    listed = (await nord.get(base)).text
    assert "Nächster Schritt: Beschreibung" in listed
    assert "fehlt noch: Kurzbeschreibung, Beschreibung" in listed
    assert f"{base}/operation#notice_months" in listed
    given = {
        "description": {"summary": "Drucken", "description": "Bescheide drucken und versenden."},
        "prices": {
            "prices.0.kind": "usage", "prices.0.base": "page", "prices.0.per": "use",
            "prices.0.unit_price_micro": "0,0425",
        },
        "audiences": {
            "audiences.0.kind": "all", "audiences.0.legal_basis": "gwb_108_6", "audiences.0.tax_code": "N2B",
        },
        "operation": {
            "lead_time_days": "14", "notice_months": "6", "attributes.data_location": "nrw",
            "attributes.processing_agreement": "ready", "attributes.subcontractors": "no",
        },
        "security": {"protection_level": "normal"},
        "contacts": {"contacts.lead.name": "Druckzentrum"},
    }  # fmt: skip
    for section, more in given.items():
        fields = await opened(client, cast.nord.viewer, f"{base}/{section}")
        saved = await nord.post(f"{base}/{section}", {**fields, **more, "then": "list"})
        assert (saved.status_code, saved.headers.get("location")) == (303, base), saved.text
    ready = (await nord.get(base)).text
    assert "Nächster Schritt: zur Prüfung geben" in ready
    version = re.search(r'name="row_version" value="(\d+)"', ready)
    assert version
    done = await nord.post(base.removesuffix("/edit") + "/submit", {"row_version": version[1]})
    assert done.status_code == 303
    assert "ist er geschlossen" in (await nord.get(f"{base}/prices")).text


async def test_different_sections_and_fields_do_not_disturb(client: Client, cast: Cast, conn: Conn):
    head = await a_draft(conn, cast.nord.viewer, prices=[WORKPLACE])
    url = f"/offerings/{head.id}/edit/description"
    mine = await opened(client, cast.nord.viewer, url)
    other = await opened(client, cast.nord.second, url)
    prices = await opened(client, cast.nord.second, f"/offerings/{head.id}/edit/prices")
    await client.as_(cast.nord.second).post(url, {**other, "summary": "Von der Zweiten"})
    await client.as_(cast.nord.second).post(
        f"/offerings/{head.id}/edit/prices", {**prices, "prices.0.unit_price_micro": "5"}
    )
    saved = await client.as_(cast.nord.viewer).post(url, {**mine, "title": "Von der Ersten"})
    assert saved.status_code == 303
    await conn.act_as(cast.nord.viewer)
    now = await get_version(conn, cast.nord.viewer, head.id, 1)
    assert (now.title, now.summary) == ("Von der Ersten", "Von der Zweiten")
    assert now.prices[0].unit_price_micro == 5_000_000


async def test_two_texts_for_one_field_are_shown_and_chosen(client: Client, cast: Cast, conn: Conn):
    head = await a_draft(conn, cast.nord.viewer)
    url = f"/offerings/{head.id}/edit/description"
    mine = await opened(client, cast.nord.viewer, url)
    other = await opened(client, cast.nord.second, url)
    await client.as_(cast.nord.second).post(
        url, {**other, "title": "Ihr Titel", "prerequisites": "Ihr Netz"}
    )
    late = await client.as_(cast.nord.viewer).post(
        url, {**mine, "title": "Mein Titel", "summary": "Mein Satz"}
    )
    assert late.status_code == 409
    assert "Ihr Titel" in late.text
    assert "Mein Titel" in late.text
    fields = typed(late.text)
    await conn.act_as(cast.nord.viewer)
    assert (await get_version(conn, cast.nord.viewer, head.id, 1)).title == "Ihr Titel"
    done = await client.as_(cast.nord.viewer).post(url, {**fields, "keep.title": "theirs"})
    assert done.status_code == 303, done.text
    await conn.act_as(cast.nord.viewer)
    now = await get_version(conn, cast.nord.viewer, head.id, 1)
    assert (now.title, now.summary, now.prerequisites) == ("Ihr Titel", "Mein Satz", "Ihr Netz")
    again = await client.as_(cast.nord.viewer).post(url, fields)
    assert again.status_code == 303


async def test_saving_itself_and_a_lost_answer(client: Client, cast: Cast, conn: Conn):
    head = await a_draft(conn, cast.nord.viewer)
    url = f"/offerings/{head.id}/edit/description"
    nord = client.as_(cast.nord.viewer)
    fields = await opened(client, cast.nord.viewer, url)
    first = await nord.post(url, {**fields, "title": "Erster Stand"}, **HTMX)
    assert first.status_code == 200
    assert "gespeichert um" in first.text
    # the answer was lost on the way: the form still holds what it knew before
    second = await nord.post(url, {**fields, "title": "Zweiter Stand"}, **HTMX)
    assert second.status_code == 200, second.text
    # somebody else in between is a conflict nevertheless
    other = await opened(client, cast.nord.second, url)
    await client.as_(cast.nord.second).post(url, {**other, "title": "Fremder Stand"})
    third = await nord.post(url, {**fields, "title": "Dritter Stand"}, **HTMX)
    assert third.status_code == 409
    assert 'id="saved"' in third.text
    # a script takes over only that part; the ordinary button then asks instead of overwriting
    known = typed(third.text)["was"]
    button = {**fields, "was": known, "title": "Dritter Stand", "then": "list"}
    asked = await nord.post(url, button)
    assert asked.status_code == 409
    assert "Zwei Änderungen an denselben Angaben" in asked.text
    assert "Dritter Stand" in asked.text
    await conn.act_as(cast.nord.viewer)
    assert (await get_version(conn, cast.nord.viewer, head.id, 1)).title == "Fremder Stand"
    # what was chosen there counts
    chosen = typed(asked.text) | {"keep.title": ["mine"]}
    assert (await nord.post(url, chosen)).status_code == 303
    await conn.act_as(cast.nord.viewer)
    assert (await get_version(conn, cast.nord.viewer, head.id, 1)).title == "Dritter Stand"


async def test_a_clash_names_who_saved_and_when(client: Client, cast: Cast, conn: Conn):
    head = await a_draft(conn, cast.nord.viewer)
    url = f"/offerings/{head.id}/edit/description"
    mine = await opened(client, cast.nord.viewer, url)
    other = await opened(client, cast.nord.second, url)
    await client.as_(cast.nord.second).post(url, {**other, "title": "Ihr Titel"})
    late = await client.as_(cast.nord.viewer).post(url, {**mine, "title": "Mein Titel"})
    assert late.status_code == 409
    said = re.search(r"Zuletzt gespeichert:.*?</p>", late.text, re.DOTALL)
    assert said, late.text
    assert "Nordrechen" in said[0] or "NORD" in said[0]
    assert re.search(r"\d{2}\.\d{2}\.\d{4}.*\d{2}:\d{2}", said[0]), said[0]


async def test_a_double_click_makes_one_save(client: Client, cast: Cast, conn: Conn):
    head = await an_offering(conn, cast.nord)
    url = f"/offerings/{head.id}/edit/description"
    fields = await opened(client, cast.nord.viewer, url) | {"title": ["Neuer Titel"]}
    nord = client.as_(cast.nord.viewer)
    assert [(await nord.post(url, fields)).status_code for _n in range(2)] == [303, 303]
    await conn.act_as(cast.nord.viewer)
    now = await get_offering(conn, cast.nord.viewer, head.id)
    assert (now.published_version, now.draft_version) == (1, 2)
    assert now.row_version == head.row_version + 1


async def test_what_cannot_be_read_is_not_saved_and_stays(client: Client, cast: Cast, conn: Conn):
    head = await a_draft(conn, cast.nord.viewer)
    url = f"/offerings/{head.id}/edit/operation"
    fields = await opened(client, cast.nord.viewer, url)
    page = await client.as_(cast.nord.viewer).post(url, {**fields, "lead_time_days": "bald"})
    assert page.status_code == 422
    assert 'value="bald"' in page.text
    assert "Noch nicht gespeichert." in page.text


async def test_nobody_elses_and_nothing_unknown(client: Client, cast: Cast, conn: Conn):
    head = await an_offering(conn, cast.nord)
    sued, nord = client.as_(cast.sued.viewer), client.as_(cast.nord.viewer)
    for path in ("edit", "edit/prices", "copy", "preview", "withdraw"):
        assert (await sued.get(f"/offerings/{head.id}/{path}")).status_code == 403, path
    assert (await nord.get(f"/offerings/{head.id}/edit/nothing")).status_code == 404
    odd = {"was": "[", "joined": "x", "keep.title": "theirs"}
    assert (await nord.post(f"/offerings/{head.id}/edit/description", odd)).status_code == 303
    await conn.act_as(cast.nord.viewer)
    assert (await get_offering(conn, cast.nord.viewer, head.id)).row_version == head.row_version
    ticked = {"ids": [str(head.id)], "act": "suspend", "reason": "fremd"}
    assert (await sued.post("/offerings/mine", ticked)).status_code == 404


async def test_a_closed_draft_is_not_saved(client: Client, cast: Cast, conn: Conn):
    head = await a_submitted(conn, cast.nord)
    url = f"/offerings/{head.id}/edit/description"
    fields = await opened(client, cast.nord.viewer, url)
    refused = await client.as_(cast.nord.viewer).post(url, {**fields, "title": "Heimlich"})
    assert refused.status_code == 409


async def test_contacts_of_what_is_published_count_at_once(client: Client, cast: Cast, conn: Conn):
    head = await an_offering(conn, cast.nord)
    url = f"/offerings/{head.id}/edit/contacts"
    fields = await opened(client, cast.nord.viewer, url)
    await client.as_(cast.nord.viewer).post(url, {**fields, "contacts.lead.name": "Neues Team"})
    await conn.act_as(cast.nord.viewer)
    assert (await get_offering(conn, cast.nord.viewer, head.id)).draft_version is None
    assert "Neues Team" in (await client.as_(cast.sued.viewer).get(f"/offerings/{head.id}")).text


async def test_a_copy_says_the_same(client: Client, cast: Cast, conn: Conn):
    head = await an_offering(conn, cast.nord, prices=[FLAT])
    nord = client.as_(cast.nord.viewer)
    assert (await nord.post(f"/offerings/{head.id}/copy", {"title": "x"})).status_code == 422
    made = await nord.post(f"/offerings/{head.id}/copy", {"title": "Sicherung 2027"})
    copy = made.headers["location"].split("/")[2]
    assert copy != str(head.id)
    assert "zur Prüfung geben" in (await nord.get(made.headers["location"])).text
    assert "12.000,00" in (await nord.get(f"/offerings/{copy}/edit/prices")).text


async def test_a_merge_patch_changes_only_what_it_names(client: Client, cast: Cast, conn: Conn):
    head = await an_offering(conn, cast.nord, sla={"reaction_hours": 4, "recovery_hours": 8})
    url = f"/api/v1/offerings/{head.id}"
    nord = client.as_(cast.nord.viewer)
    seen = await nord.get(url)
    patch = {"summary": "Neu gesagt", "sla": {"reaction_hours": None}}
    done = await nord.json_patch(url, patch, if_match=seen.headers["etag"])
    assert done.status_code == 200, done.text
    content, was = done.json()["current"]["content"], seen.json()["current"]["content"]
    assert content["summary"] == "Neu gesagt"
    assert content["sla"] == {**was["sla"], "reaction_hours": None}
    assert {**content, "summary": "", "sla": {}} == {**was, "summary": "", "sla": {}}
    late = await nord.json_patch(url, patch, if_match=seen.headers["etag"])
    assert late.status_code == 412
    wrong = await nord.json_patch(url, {"title": 3}, if_match=done.headers["etag"])
    assert wrong.status_code == 422
    assert json.dumps(wrong.json())
