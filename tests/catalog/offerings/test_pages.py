"""The pages of an offering over HTTP."""

import re
from uuid import uuid4

import html5lib

from catalog.contents.store import get_version
from catalog.offerings import actions
from catalog.offerings.store import get_offering
from kdnx.db.conn import Conn
from tests.cast import Cast
from tests.catalog.build import FLAT, a_draft, a_submitted, an_offering, only_for
from tests.client import Client, plain

FIELDS = {
    "title": "Zentraler Druck", "summary": "Bescheide drucken und versenden", "description": "Druck, Kuvertierung, Versand",
    "protection_level": "normal", "lead_time_days": "14", "notice_months": "3", "sla.availability_pct": "99,5",
    "prices.0.kind": "usage", "prices.0.base": "page", "prices.0.per": "use", "prices.0.unit_price_micro": "0,0425",
    "prices.1.kind": "", "prices.1.pro_rata": "months", "prices.0.tier_mode": "graduated",
    "prices.0.tiers.0.from_quantity": "100.001", "prices.0.tiers.0.unit_price_micro": "0,03",
    "audiences.0.kind": "all", "audiences.0.legal_basis": "gwb_108_6", "audiences.0.tax_code": "N2B",
    "attributes.data_location": "nrw", "attributes.processing_agreement": "ready", "attributes.subcontractors": "no",
    "contacts.lead.name": "Druckzentrum", "contacts.lead.email": "druck@example.org",
}  # fmt: skip


async def category(client: Client, cast: Cast) -> str:
    page = await client.as_(cast.nord.viewer).get("/offerings/new")
    found = re.search(r'<option value="([0-9a-f-]{36})">Druck &amp; Output', page.text)
    assert found
    return found[1]


async def test_from_the_form_to_the_catalogue(client: Client, cast: Cast, conn: Conn):
    fields = {**FIELDS, "category_id": await category(client, cast)}
    saved = await client.as_(cast.nord.viewer).post("/offerings/new", fields)
    assert saved.status_code == 303, saved.text
    url = saved.headers["location"].removesuffix("/edit")
    listed = await client.as_(cast.nord.viewer).get(url + "/edit")
    seen_at = re.search(r'name="row_version" value="(\d+)"', listed.text)
    assert seen_at
    await client.as_(cast.nord.viewer).post(url + "/submit", {"row_version": seen_at[1]})
    own = await client.as_(cast.nord.viewer).get(url)
    assert "in Prüfung" in own.text
    assert (
        "Diese Fassung veröffentlichen"
        not in (await client.as_(cast.nord.viewer).get(url + "/versions/1")).text
    )
    review = await client.as_(cast.nord.second).get(url + "/versions/1")
    assert "Diese Fassung veröffentlichen" in review.text
    hidden = dict(re.findall(r'name="(row_version|version)" value="(\d+)"', review.text))
    done = await client.as_(cast.nord.second).post(url + "/publish", hidden)
    assert done.status_code == 303, done.text
    seen = await client.as_(cast.fremd.viewer).get(url)
    assert "Zentraler Druck" in seen.text
    assert "0,0425" in seen.text
    # 100,000 pages at 0.0425 and 100,000 at 0.03
    priced = await client.as_(cast.fremd.viewer).get(url + "/calculator?q1=200.000")
    assert "7.250,00" in priced.text
    assert "Bearbeiten" not in seen.text
    assert "KL-" in seen.text


async def test_a_form_with_faults_keeps_what_was_typed(client: Client, cast: Cast):
    fields = {**FIELDS, "category_id": await category(client, cast), "title": "", "lead_time_days": "bald",
              "prices.0.unit_price_micro": "viel"}  # fmt: skip
    page = await client.as_(cast.nord.viewer).post("/offerings/new", fields)
    assert page.status_code == 422
    assert "3 Angaben fehlen noch oder stimmen nicht" in page.text


async def test_odd_fields_do_no_harm(client: Client, cast: Cast):
    fields = {**FIELDS, "category_id": await category(client, cast), "prices": "x", "prices.x.kind": "y", "sla": "3",
              "prices.0.tiers": "z", "audiences.99999.kind": "all", "title.0": "t"}  # fmt: skip
    page = await client.as_(cast.nord.viewer).post("/offerings/new", fields)
    assert page.status_code in {303, 422}


async def test_the_form_shows_what_was_saved(client: Client, cast: Cast, conn: Conn):
    head = await a_draft(conn, cast.nord.viewer, prices=[FLAT], audiences=[only_for(cast.sued.id)])
    nord = client.as_(cast.nord.viewer)
    assert 'value="12.000,00"' in (await nord.get(f"/offerings/{head.id}/edit/prices")).text
    shown = (await nord.get(f"/offerings/{head.id}/edit/audiences")).text
    assert f'value="{cast.sued.id}" checked' in shown
    listed = (await nord.get(f"/offerings/{head.id}/edit")).text
    assert "Was bis zur Veröffentlichung fehlt" not in listed


async def test_saving_the_form_unchanged_changes_nothing(client: Client, cast: Cast, conn: Conn):
    many = [{"from_quantity": str(n * 100), "unit_price_micro": 1000 - n} for n in range(1, 7)]
    prices = [
        {
            **FLAT,
            "tier_mode": "slab",
            "tiers": many,
            "valid_from": "2026-01-01",
            "frozen_until": "2027-12-31",
        },
        *[
            {
                **FLAT,
                "label": f"Stufe {n}",
                "index_clause": "VPI",
                "unit_price_micro": 1_234_567_890,
            }
            for n in range(4)
        ],
    ]
    special = {**only_for(cast.sued.id, cast.fremd.id), "legal_basis": "tendered"}
    head = await a_draft(
        conn,
        cast.nord.viewer,
        prices=prices,
        audiences=[{**special, "kind": "level", "member_ids": [], "levels": ["local"]}, special],
        sla={"availability_pct": "99.95", "recovery_hours": 8, "maintenance_window": "So 2–4 Uhr"},
        cpv=["72000000-5", "79810000"],
        valid_from="2026-01-01",
    )
    nord = client.as_(cast.nord.viewer)
    await conn.act_as(cast.nord.viewer)
    before = await get_version(conn, cast.nord.viewer, head.id, 1)
    for section in ("description", "prices", "audiences", "operation", "security", "contacts"):
        url = f"/offerings/{head.id}/edit/{section}"
        fields = typed((await nord.get(url)).text)
        saved = await nord.post(url, fields)
        assert saved.status_code == 303, saved.text
    await conn.act_as(cast.nord.viewer)
    after = await get_version(conn, cast.nord.viewer, head.id, 1)
    assert after == before


def typed(text: str) -> dict[str, list[str]]:
    """What a browser would post of the form of a section as it is shown."""
    page = html5lib.parse(text, namespaceHTMLElements=False)
    form = next(f for f in page.iter("form") if "/edit/" in f.get("action", ""))
    fields: dict[str, list[str]] = {}
    for box in form.iter("input"):
        if box.get("name") and (box.get("type") != "checkbox" or "checked" in box.attrib):
            fields.setdefault(box.attrib["name"], []).append(box.get("value", ""))
    for area in form.iter("textarea"):
        fields[area.attrib["name"]] = [area.text or ""]
    for select in form.iter("select"):
        chosen = [o.get("value", "") for o in select.iter("option") if "selected" in o.attrib]
        fields[select.attrib["name"]] = chosen[:1] or [""]
    del fields["csrf_token"]
    return fields


async def test_a_double_click_makes_one_offering(client: Client, cast: Cast, conn: Conn):
    fields = {**FIELDS, "category_id": await category(client, cast)}
    nord = client.as_(cast.nord.viewer)
    one = await nord.post("/offerings/new", fields, key="einmal")
    two = await nord.post("/offerings/new", fields, key="einmal")
    assert one.headers["location"] == two.headers["location"]
    await conn.act_as(cast.nord.viewer)
    assert await conn.fetchval("SELECT count(*)::int FROM catalog.offering") == 1


async def test_moves_ask_for_reasons(client: Client, cast: Cast, conn: Conn):
    head = await an_offering(conn, cast.nord)
    nord = client.as_(cast.nord.viewer)
    assert (await nord.get(f"/offerings/{head.id}/suspend")).status_code == 200
    empty = await nord.post(
        f"/offerings/{head.id}/suspend", {"row_version": head.row_version, "reason": " "}
    )
    assert empty.status_code == 422
    assert "Bitte einen Grund angeben." in empty.text
    done = await nord.post(
        f"/offerings/{head.id}/suspend", {"row_version": head.row_version, "reason": "Umzug"}
    )
    assert done.status_code == 303
    seen = await client.as_(cast.sued.viewer).get(f"/offerings/{head.id}")
    assert "Umzug" in seen.text
    assert (
        await client.as_(cast.sued.viewer).get(f"/offerings/{head.id}/retire")
    ).status_code == 409
    assert (await nord.get(f"/offerings/{head.id}/explode")).status_code == 404


async def test_a_strangers_answers_equal_those_for_an_unknown_id(
    client: Client, cast: Cast, conn: Conn
):
    head = await an_offering(conn, cast.nord, "Geheimzeichen", audiences=[only_for(cast.sued.id)])
    draft = await a_submitted(conn, cast.nord, "Geheimentwurf")
    fremd = client.as_(cast.fremd.viewer)
    body = {
        "row_version": head.row_version,
        "reason": "neugierig",
        "version": "1",
        "successor_id": "",
    }
    for path in ("", "/versions/1", "/edit", "/retire", "/suspend"):
        unknown = await fremd.get(f"/offerings/{uuid4()}{path}")
        for known in (head.id, draft.id):
            answer = await fremd.get(f"/offerings/{known}{path}")
            assert answer.status_code == unknown.status_code == 404, path
            assert shown(answer.text, known) == shown(
                unknown.text, unknown.url.path.split("/")[2]
            ), path
    for path in (
        "/edit",
        "/publish",
        "/return",
        "/suspend",
        "/retire",
        "/submit",
        "/resume",
        "/reconfirm",
    ):
        unknown = await fremd.post(f"/offerings/{uuid4()}{path}", {**FIELDS, **body})
        for known in (head.id, draft.id):
            answer = await fremd.post(f"/offerings/{known}{path}", {**FIELDS, **body})
            assert answer.status_code == unknown.status_code, path
            assert shown(answer.text, known) == shown(
                unknown.text, unknown.url.path.split("/")[2]
            ), path
            assert "Geheim" not in answer.text
    published = await an_offering(conn, cast.nord, "Offen")
    refused = await fremd.post(
        f"/offerings/{published.id}/suspend", {"row_version": 1, "reason": "warum"}
    )
    assert refused.status_code == 403
    await conn.act_as(cast.nord.viewer)
    assert (await get_offering(conn, cast.nord.viewer, head.id)).state == "published"


def shown(text: str, id_: object) -> str:
    """The page without the id that was asked for and what differs in every answer."""
    return re.sub(r"[0-9a-f]{32}", "#", text.replace(str(id_), "#"))


async def test_a_new_version_is_compared_and_seen_by_its_owner_only(
    client: Client, cast: Cast, conn: Conn
):
    head = await an_offering(conn, cast.nord)
    nord = client.as_(cast.nord.viewer)
    url = f"/offerings/{head.id}/edit/description"
    fields = typed((await nord.get(url)).text) | {"title": ["Geänderter Titel"]}
    assert (await nord.post(url, fields)).status_code == 303
    own = await client.as_(cast.nord.viewer).get(f"/offerings/{head.id}/versions/2")
    assert "<del>Datensicherung für Kommunen</del>" in own.text
    assert (
        await client.as_(cast.sued.viewer).get(f"/offerings/{head.id}/versions/2")
    ).status_code == 404
    assert (
        "Geänderter Titel"
        not in (await client.as_(cast.sued.viewer).get(f"/offerings/{head.id}")).text
    )
    assert (
        await client.as_(cast.sued.viewer).get(f"/offerings/{head.id}/versions/abc")
    ).status_code == 404


async def test_retiring_names_a_successor(client: Client, cast: Cast, conn: Conn):
    head = await an_offering(conn, cast.nord, notice_months=0)
    successor = await an_offering(conn, cast.nord, "Sicherung neu")
    await conn.act_as(cast.sued.viewer)
    await actions.mark_uses(conn, [(head.id, cast.sued.id, conn.today, None)])
    second = client.as_(cast.nord.second)
    assert "Sicherung neu" in (await second.get(f"/offerings/{head.id}/retire")).text
    body = {"row_version": head.row_version, "reason": "Ablösung"}
    refused = await second.post(f"/offerings/{head.id}/retire", body)
    assert refused.status_code == 409
    assert "nutzen diese Leistung noch" in refused.text
    done = await second.post(
        f"/offerings/{head.id}/retire", {**body, "successor_id": str(successor.id)}
    )
    assert done.status_code == 303
    page = await client.as_(cast.sued.viewer).get(f"/offerings/{head.id}")
    assert "Sicherung neu" in page.text
    tasks = await client.as_(cast.sued.viewer).get("/tasks")
    assert "Leistung eingestellt" in tasks.text
    assert plain(page)
