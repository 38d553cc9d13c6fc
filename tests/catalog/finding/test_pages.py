"""The list: words, facets, order, pieces, file; and what must not leak into any of them."""

import re

import pytest

from catalog.finding import store
from catalog.finding.model import Criteria, Sort, View
from catalog.finding.part import find_everywhere, load_tiles
from kdnx.db.conn import Conn
from tests.cast import Cast
from tests.catalog.build import FLAT, PRINTING, a_draft, an_offering, only_for
from tests.client import Client

PRINT_WORDS = {"summary": "Bescheide und Briefe", "description": "Druck und Versand"}
MARK = "Zwiebelfisch"


async def titles(conn: Conn, cast: Cast, q: str, **over: object) -> list[str]:
    found = await store.list_found(
        conn, cast.sued.viewer, Criteria(q=q, sort=Sort.RELEVANCE, **over)
    )  # type: ignore[arg-type]  # short
    return [f.title for f in found]


async def test_german_words_find_their_forms(conn: Conn, cast: Cast):
    await an_offering(conn, cast.nord, "Gebührenbescheide drucken", category_id=PRINTING, reference="DRU-7",
                      summary="Für große Städte", description="Wir verschicken Briefe.", cpv=["79810000-5"])  # fmt: skip
    await an_offering(
        conn,
        cast.nord,
        "Einwohnerwesen",
        summary="Meldeverfahren",
        description="Auskünfte für Bürger",
    )
    await conn.act_as(cast.sued.viewer)
    for q in ("Gebührenbescheid", "gebuehren", "GEBÜHREN", "gebuhr", "drucken", "Druck", "große stadt", "grosse städte",
              "Brief", "briefe verschicken", "DRU-7", "Nordrechen druck", "79810000"):  # fmt: skip
        assert await titles(conn, cast, q) == ["Gebührenbescheide drucken"], q
    for q in ("Einwohner", "bürger", "Buergern", "melde"):
        assert await titles(conn, cast, q) == ["Einwohnerwesen"], q
    assert await titles(conn, cast, "drucken bürger") == []
    assert len(await titles(conn, cast, "drucken bürger", any_word=True)) == 2
    for q in ("'", ":*", "a & b | !", "\\", "der die das", "%", "''')", "☃", "(" * 200):
        assert isinstance(await titles(conn, cast, q), list)


async def test_facets_count_each_under_the_others(conn: Conn, cast: Cast):
    await an_offering(conn, cast.nord, "Sicherung eins")
    await an_offering(conn, cast.nord, "Sicherung zwei", prices=[FLAT])
    await an_offering(
        conn, cast.sued, "Druckerei", category_id=PRINTING, prices=[FLAT], **PRINT_WORDS
    )
    await conn.act_as(cast.fremd.viewer)
    counts = await store.count_facets(conn, cast.fremd.viewer, Criteria(bases=["flat"]))
    assert counts.total == 2
    assert counts.bases == {"flat": 2, "workplace": 1}
    assert counts.members == {cast.nord.id: 1, cast.sued.id: 1}
    assert counts.categories[PRINTING] == 1
    counts = await store.count_facets(
        conn, cast.fremd.viewer, Criteria(q="sicherung", members=[cast.sued.id])
    )
    assert (counts.total, counts.members) == (0, {cast.nord.id: 2})


async def test_the_page_filters_by_its_address(client: Client, cast: Cast, conn: Conn):
    await an_offering(conn, cast.nord, "Sicherung eins")
    await an_offering(
        conn, cast.sued, "Druckerei", category_id=PRINTING, prices=[FLAT], **PRINT_WORDS
    )
    fremd = client.as_(cast.fremd.viewer)
    page = await fremd.get("/offerings")
    assert "2 Leistungen" in page.text
    assert "4,50" in page.text
    page = await fremd.get(f"/offerings?category={PRINTING}&sort=newest&view=published")
    assert "Druckerei" in page.text
    assert "Sicherung eins" not in page.text
    assert 'aria-label="Gesetzte Filter"' in page.text
    page = await fremd.get("/offerings?q=sicherung+druckerei")
    assert "mit mindestens einem Wort" in page.text
    page = await fremd.get("/offerings?q=nirgendwo")
    assert 'href="/demands"' in page.text
    page = await fremd.get("/offerings?q=x&category=kaputt&size=7&sort=falsch&member=1")
    assert page.status_code == 200
    assert (await fremd.get("/offerings?after=gefälscht")).status_code == 422


@pytest.mark.parametrize(("sort", "q"), [("title", ""), ("newest", ""), ("relevance", "Sicherung")])
async def test_pieces_hold_every_hit_once(
    client: Client, cast: Cast, conn: Conn, sort: str, q: str
):
    made = {(await an_offering(conn, cast.nord, f"Sicherung Nr. {n:02d}")).title for n in range(30)}
    url, seen = f"/offerings?sort={sort}&q={q}", []
    for _n in range(3):
        page = await client.as_(cast.sued.viewer).get(url)
        text = page.text.replace("<mark>", "").replace("</mark>", "")
        seen += re.findall(r'<a href="/offerings/[0-9a-f-]{36}">([^<]+)</a>', text)
        onward = re.search(r'rel="next" href="([^"]+)"', page.text)
        if not onward:
            break
        url = onward[1].replace("&amp;", "&")
    assert len(seen) == 30
    assert set(seen) == made


async def test_own_drafts_are_found_under_mine_only(client: Client, cast: Cast, conn: Conn):
    await a_draft(conn, cast.nord.viewer, "Noch ein Entwurf")
    nord = client.as_(cast.nord.viewer)
    assert "Noch ein Entwurf" not in (await nord.get("/offerings")).text
    assert "Noch ein Entwurf" in (await nord.get("/offerings?view=mine")).text
    assert (
        "Noch ein Entwurf"
        not in (await client.as_(cast.sued.viewer).get("/offerings?view=mine")).text
    )
    assert (await client.as_(cast.committee).get("/offerings?view=mine")).status_code == 200


async def test_a_restricted_offering_leaks_nowhere(client: Client, cast: Cast, conn: Conn):
    await an_offering(conn, cast.sued, "Offene Leistung")
    head = await an_offering(conn, cast.nord, MARK, audiences=[only_for(cast.sued.id)], reference="ZWF",
                             category_id=PRINTING, prices=[FLAT], cpv=["79810000-5"])  # fmt: skip
    await a_draft(conn, cast.nord.viewer, MARK + " Entwurf")
    urls = [f"/offerings{tail}{q}" for tail in ("", "/file.csv") for q in (
        "", f"?q={MARK}", "?q=ZWF", f"?q={head.number}", f"?category={PRINTING}", f"?member={cast.nord.id}", "?base=flat",
        "?view=mine", "?sort=newest",
    )]  # fmt: skip
    urls += [f"/search?q={MARK}", f"/search?q={head.number}", "/", "/tasks", f"/api/v1/offerings?q={MARK}", "/api/v1/offerings",
             f"/api/v1/offerings?member={cast.nord.id}", f"/api/v1/offerings/{head.id}", f"/api/v1/offerings/{head.id}/versions",
             f"/members/{cast.nord.id}"]  # fmt: skip
    for viewer in (cast.fremd.viewer, cast.committee):
        for url in urls:
            answer = await client.as_(viewer).get(url)
            text = (
                answer.text.replace(f"q={MARK}", "")
                .replace(f'value="{MARK}"', "")
                .replace(f"„{MARK}“", "")
            )
            # slots carry the question on in their own addresses
            text = (
                text.replace(f"Suche: {MARK}", "")
                .replace(f"q%3D{MARK}", "")
                .replace(f"q%3D{head.number}", "")
                .replace(f"q={head.number}", "")
                .replace(f'"{head.number}"', "")
            )
            text = text.replace(f"„{head.number}“", "").replace(f"Suche: {head.number}", "")
            assert MARK not in text, url
            assert head.number not in text, url
        page = await client.as_(viewer).get("/offerings")
        assert "1 Leistung" in page.text
        facet = re.search(r"<legend>Mitglied</legend>(.*?)</fieldset>", page.text, re.DOTALL)
        assert facet
        assert "Nordrechen" not in facet[1]
        assert "Druck &amp; Output" not in page.text
    assert MARK in (await client.as_(cast.sued.viewer).get(f"/offerings?q={MARK}")).text
    assert MARK in (await client.as_(cast.office).get("/offerings")).text


async def test_search_over_everything_and_tiles(conn: Conn, cast: Cast):
    head = await an_offering(conn, cast.nord, "Backup-Dienst")
    await conn.act_as(cast.sued.viewer)
    hits = await find_everywhere(conn, cast.sued.viewer, head.number, 8)
    assert [(h.title, h.url) for h in hits] == [
        (f"{head.number} Backup-Dienst", f"/offerings/{head.id}")
    ]
    assert await find_everywhere(conn, cast.sued.viewer, "ich brauche einen backup service", 8)
    tiles = await load_tiles(conn, cast.sued.viewer)
    assert [(t.title, t.value) for t in tiles] == [
        ("Leistungen im Katalog", "1"),
        ("Leistungen meines Hauses", "0"),
    ]
    await conn.act_as(cast.nord.viewer)
    assert (await store.list_found(conn, cast.nord.viewer, Criteria(view=View.MINE)))[
        0
    ].id == head.id


async def test_the_file_is_for_german_spreadsheets(client: Client, cast: Cast, conn: Conn):
    await an_offering(conn, cast.nord, "Sicherung", summary="=1+1")
    answer = await client.as_(cast.sued.viewer).get("/offerings/file.csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.content.startswith(b"\xef\xbb\xbf")
    lines = answer.text.splitlines()
    assert len(lines) == 2
    assert lines[1].startswith("KL-")
    assert ";'=1+1;" in lines[1]
    assert ";4,50;je Arbeitsplatz und Monat;" in lines[1]
