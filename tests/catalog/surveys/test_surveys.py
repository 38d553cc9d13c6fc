"""From a search to the evidence: every hit decided, frozen once, checkable for ever, readable by the house alone."""

import csv
import io
import json
import re
from hashlib import sha256
from uuid import UUID

import asyncpg
import pytest
from python_calamine import CalamineWorkbook

from catalog.offerings.model import Offering
from catalog.surveys.checks import CHECKS
from kdnx.db.conn import Conn
from kdnx.viewer import Scope, Viewer
from tests.cast import Cast
from tests.catalog.build import an_offering, only_for
from tests.catalog.watching.test_watching import new_version
from tests.client import Client

SYSTEM = Viewer(scope=Scope.SYSTEM)
HEX = re.compile(r"[0-9a-f]{64}")


async def market(conn: Conn, cast: Cast) -> list[Offering]:
    """Three offerings: one of Nord for all, one of Nord for Süd alone, one of Fremd."""
    return [
        await an_offering(conn, cast.nord, "Sicherung Nord", reference="N1"),
        await an_offering(conn, cast.nord, "Sicherung nur für Süd", reference="N2", audiences=[only_for(cast.sued.id)]),
        await an_offering(conn, cast.fremd, "Sicherung Fremd", reference="F1"),
    ]  # fmt: skip


async def started(client: Client, viewer: Viewer, title: str = "Datensicherung 2027") -> str:
    r = await client.as_(viewer).post(
        "/searches/frozen", {"address": "q=Sicherung", "title": title}
    )
    assert r.status_code == 303, r.text
    return str(r.headers["location"])


async def version_of(client: Client, viewer: Viewer, url: str) -> str:
    page = await client.as_(viewer).get(url)
    return re.findall(r'name="row_version" value="(\d+)"', page.text)[0]


async def decide(
    client: Client, viewer: Viewer, url: str, choices: dict[UUID, str], **more: str
) -> object:
    fields = {
        "row_version": await version_of(client, viewer, url),
        "title": "Datensicherung 2027",
        **more,
    }
    fields |= {f"choice.{i}": word for i, word in choices.items()}
    fields |= {f"note.{i}": "passt nicht" if word == "other" else "" for i, word in choices.items()}
    return await client.as_(viewer).post(url, fields)


async def frozen(client: Client, cast: Cast, conn: Conn) -> tuple[str, list[Offering]]:
    heads = await market(conn, cast)
    url = await started(client, cast.sued.viewer)
    choices = dict(zip([h.id for h in heads], ("kept", "kept", "price"), strict=True))
    await decide(client, cast.sued.viewer, url, choices, remark="Bedarf aus dem Haushalt 2027")
    keep = {
        "id": [str(h.id) for h in heads[:2]],
        "survey": url.rpartition("/")[2],
        "workplaces": "200",
    }
    r = await client.as_(cast.sued.viewer).post("/searches/frozen/comparison", keep)
    assert r.status_code == 303, r.text
    version = await version_of(client, cast.sued.viewer, url + "/freeze")
    r = await client.as_(cast.sued.viewer).post(url + "/freeze", {"row_version": version})
    assert r.status_code == 303, r.text
    return url, heads


async def test_the_whole_way(client: Client, cast: Cast, conn: Conn):
    url, _heads = await frozen(client, cast, conn)
    page = await client.as_(cast.sued.viewer).get(url)
    for words in (f"ME-{conn.today.year}-0001", "Leistungen zu „Sicherung“.", "im Preisvergleich unterlegen", "Sicherung nur für Süd",
                  "3, davon 2 in der engeren Wahl und 1 ausgeschlossen", "Bedarf aus dem Haushalt 2027", "§ 28 Abs. 1 VgV",
                  "10.800,00", "Erika Suedrechen"):  # fmt: skip
        assert words in page.text, words
    assert HEX.search(page.text)
    check = await client.as_(cast.sued.viewer).get(url + "?check=1")
    assert "Der Beleg ist unverändert" in check.text
    assert "3 von 3 genannten Fassungen" in check.text
    listed = await client.as_(cast.sued.viewer).get("/searches/frozen")
    assert f"ME-{conn.today.year}-0001" in listed.text


async def test_later_changes_do_not_change_it(client: Client, cast: Cast, conn: Conn):
    url, heads = await frozen(client, cast, conn)
    before = await client.as_(cast.sued.viewer).get(url + "/file.json")
    await new_version(conn, cast.nord, heads[0].id, title="Ganz anders")
    await new_version(
        conn,
        cast.nord,
        heads[1].id,
        title="Für niemanden mehr",
        audiences=[only_for(cast.fremd.id)],
    )
    page = await client.as_(cast.sued.viewer).get(url + "?check=1")
    assert "Sicherung nur für Süd" in page.text  # it was seen then
    assert "Ganz anders" not in page.text
    assert "Für niemanden mehr" not in page.text
    assert "Der Beleg ist unverändert" in page.text
    after = await client.as_(cast.sued.viewer).get(url + "/file.json")
    assert before.content == after.content


async def test_nobody_else_reads_it(client: Client, cast: Cast, conn: Conn):
    url, _heads = await frozen(client, cast, conn)
    draft = await started(client, cast.sued.viewer, "Noch eine")
    for stranger in (cast.fremd.viewer, cast.nord.viewer, cast.office, cast.committee):
        for one in (
            url,
            draft,
            url + "/file.pdf",
            "/api/v1/frozen-searches/" + url.rpartition("/")[2],
        ):
            answer = await client.as_(stranger).get(one)
            assert answer.status_code in {403, 404}, (stranger.name, one)
            assert "Sicherung" not in answer.text
        if stranger is not cast.committee:
            assert "ME-" not in (await client.as_(stranger).get("/searches/frozen")).text
    audit = await client.as_(cast.auditor).get(url)
    assert audit.status_code == 200
    assert (await client.as_(cast.auditor).get(draft)).status_code == 404
    assert (await client.as_(cast.sued.second).get(url)).status_code == 200


async def test_the_files(client: Client, cast: Cast, conn: Conn):
    url, _heads = await frozen(client, cast, conn)
    sued = client.as_(cast.sued.viewer)
    raw = (await sued.get(url + "/file.json")).content
    page = (await sued.get(url)).text
    assert sha256(raw).hexdigest() in page
    values = json.loads(raw)
    assert values["counts"] == {"hits": 3, "kept": 2, "excluded": 1}
    assert {h["version"] for h in values["hits"]} == {1}
    text = (await sued.get(url + "/file.csv")).content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text), delimiter=";"))
    assert ["Prüfsumme SHA-256", sha256(raw).hexdigest()] in rows
    assert any("im Preisvergleich unterlegen" in row for row in rows)
    book = CalamineWorkbook.from_filelike(io.BytesIO((await sued.get(url + "/file.xlsx")).content))
    assert book.sheet_names == ["Beleg", "Treffer", "Vergleich"]
    assert len(book.get_sheet_by_name("Treffer").to_python()) == 4
    pdf = await sued.get(url + "/file.pdf")
    assert pdf.content.startswith(b"%PDF")
    assert pdf.headers["content-type"] == "application/pdf"
    assert (await sued.get(url + "/file.pdf")).content == pdf.content
    assert (await sued.get(url + "/file.doc")).status_code == 404


async def test_not_before_every_hit_is_decided(client: Client, cast: Cast, conn: Conn):
    heads = await market(conn, cast)
    url = await started(client, cast.sued.viewer)
    page = await client.as_(cast.sued.viewer).get(url)
    assert "3 Treffer sind noch nicht entschieden" in page.text
    version = await version_of(client, cast.sued.viewer, url)
    early = await client.as_(cast.sued.viewer).post(url + "/freeze", {"row_version": version})
    assert early.status_code == 409
    assert "Noch nicht möglich: 3 Treffer" in early.text
    # the rest in one go
    r = await decide(
        client,
        cast.sued.viewer,
        url,
        {heads[0].id: "kept", heads[1].id: "", heads[2].id: ""},
        rest="scope",
        act="freeze",
    )
    assert r.headers["location"] == url + "/freeze"
    assert "Jetzt festschreiben" in (await client.as_(cast.sued.viewer).get(url + "/freeze")).text


async def test_another_reason_needs_words(client: Client, cast: Cast, conn: Conn):
    heads = await market(conn, cast)
    url = await started(client, cast.sued.viewer)
    sued = client.as_(cast.sued.viewer)
    fields = {
        "row_version": "1",
        "title": "Datensicherung",
        f"choice.{heads[0].id}": "other",
        f"note.{heads[0].id}": "",
    }
    r = await sued.post(url, fields)
    assert r.status_code == 422
    assert "Bitte den anderen Grund in Worten angeben." in r.text
    assert (
        await sued.post(url, {**fields, f"choice.{heads[0].id}": "nonsense"})
    ).status_code == 422
    assert (
        await sued.post(url, {**fields, f"note.{heads[0].id}": "kein Testbetrieb"})
    ).status_code == 303
    stale = await sued.post(url, {**fields, f"note.{heads[0].id}": "eigene Worte"})
    assert stale.status_code == 412
    assert "eigene Worte" in stale.text  # nothing typed is lost


async def test_changed_hits_have_to_be_looked_at_again(client: Client, cast: Cast, conn: Conn):
    heads = await market(conn, cast)
    url = await started(client, cast.sued.viewer)
    await decide(client, cast.sued.viewer, url, {h.id: "kept" for h in heads})
    await new_version(conn, cast.nord, heads[0].id, title="Sicherung Nord, neu")
    await an_offering(conn, cast.fremd, "Sicherung, eben erst angeboten", reference="F9")
    version = await version_of(client, cast.sued.viewer, url)
    sued = client.as_(cast.sued.viewer)
    assert (await sued.post(url + "/freeze", {"row_version": version})).status_code == 409
    assert (await sued.post(url + "/refresh", {"row_version": version})).status_code == 303
    page = await sued.get(url)
    assert "4 Treffer: 2 in der engeren Wahl, 0 ausgeschlossen, 2 noch offen." in page.text


async def test_a_frozen_or_discarded_one_stays_as_it_is(client: Client, cast: Cast, conn: Conn):
    url, _heads = await frozen(client, cast, conn)
    sued = client.as_(cast.sued.viewer)
    for what in ("freeze", "refresh", "discard"):
        assert (await sued.post(f"{url}/{what}", {"row_version": "9"})).status_code == 409
    for statement in (
        "UPDATE catalog.frozen_search SET title = 'anders'",
        "DELETE FROM catalog.frozen_search",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with conn.savepoint():
                await conn.execute(statement)
    other = await started(client, cast.sued.viewer, "Verworfen")
    assert (await sued.post(other + "/discard", {"row_version": "1"})).status_code == 303
    assert "ist verworfen" in (await sued.get(other)).text


async def test_no_hit_is_evidence_too(client: Client, cast: Cast, conn: Conn):
    r = await client.as_(cast.sued.viewer).post(
        "/searches/frozen", {"address": "q=Raketenstart", "title": "Raketenstart"}
    )
    url = r.headers["location"]
    assert (
        await client.as_(cast.sued.viewer).post(url + "/freeze", {"row_version": "1"})
    ).status_code == 303
    assert (
        "Keine Leistung kam in die engere Wahl."
        in (await client.as_(cast.sued.viewer).get(url)).text
    )


async def test_from_the_comparison_without_a_search(client: Client, cast: Cast, conn: Conn):
    heads = await market(conn, cast)
    sued = client.as_(cast.sued.viewer)
    page = await sued.get("/offerings/compare?" + "&".join(f"id={h.id}" for h in heads))
    assert "Als Beleg festhalten" in page.text
    r = await sued.post("/searches/frozen/comparison", {"id": [str(h.id) for h in heads]})
    url = r.headers["location"].partition("#")[0]
    assert "Ohne Suche" in (await sued.get(url)).text
    assert (await sued.post(url + "/freeze", {"row_version": "1"})).status_code == 303
    assert "Vergleich" in (await sued.get(url)).text


async def test_invariants_hold_and_find_a_forgery(client: Client, cast: Cast, conn: Conn):
    await frozen(client, cast, conn)
    await conn.act_as(SYSTEM)
    for check in CHECKS:
        assert await conn.fetch(check.sql) == [], check.name
    await conn.act_as(cast.sued.viewer)
    with pytest.raises(asyncpg.CheckViolationError):
        await forge(conn)


async def forge(conn: Conn) -> None:
    async with conn.savepoint():
        await conn.execute(
            "INSERT INTO catalog.frozen_search (owner_id, id, number, title, frozen_at, hits, kept, content, sha256) "
            "SELECT owner_id, id, 'ME-1', title, created_at, 0, 0, '{}', '\\x00'::bytea FROM catalog.survey"
        )


async def test_in_one_step_as_json(client: Client, cast: Cast, conn: Conn):
    heads = await market(conn, cast)
    sued = client.as_(cast.sued.viewer)
    body = {
        "address": "q=Sicherung", "title": "Datensicherung",
        "choices": [{"offering_id": heads[0].id, "decision": "kept"}, {"offering_id": heads[2].id, "decision": "excluded", "reason": "price"}],
    }  # fmt: skip
    assert (await sued.json_post("/api/v1/frozen-searches", body)).status_code == 409
    body["choices"].append({"offering_id": heads[1].id, "decision": "excluded", "reason": "terms"})
    made = await sued.json_post("/api/v1/frozen-searches", body)
    assert made.status_code == 201, made.text
    one = made.json()
    raw = await sued.get(f"/api/v1/frozen-searches/{one['id']}/content")
    assert sha256(raw.content).hexdigest() == one["sha256"]
    check = (await sued.get(f"/api/v1/frozen-searches/{one['id']}/check")).json()
    assert check["holds"] is True
    assert [i["id"] for i in (await sued.get("/api/v1/frozen-searches")).json()["items"]] == [
        one["id"]
    ]
    await conn.act_as(cast.sued.viewer)
    assert await conn.fetchval("SELECT count(*) FROM catalog.public_frozen_search") == 1
    await conn.act_as(cast.nord.viewer)
    assert await conn.fetchval("SELECT count(*) FROM catalog.public_frozen_search") == 0
