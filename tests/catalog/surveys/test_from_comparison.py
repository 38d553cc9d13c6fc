"""The search travels with the comparison: ticked hits become evidence of the whole search, not of four picked ones."""

import re
from html import unescape
from urllib.parse import urlencode

from catalog.surveys import actions
from kdnx.db.conn import Conn
from tests.cast import Cast
from tests.catalog.build import an_offering
from tests.catalog.surveys.test_surveys import market
from tests.client import Client

SEARCH = "q=Sicherung"


def compare(ids: list[object], search: str = SEARCH, **more: str) -> str:
    pairs = [("id", str(i)) for i in ids] + [("search", search), *more.items()]
    return "/offerings/compare?" + urlencode(pairs)


async def test_the_list_sends_its_search_with_the_ticks(client: Client, cast: Cast, conn: Conn):
    await market(conn, cast)
    sued = client.as_(cast.sued.viewer)
    page = await sued.get("/offerings?q=Sicherung&sort=title")
    assert 'form="compare" name="search" value="q=Sicherung&amp;sort=title"' in page.text
    # nothing looked for, nothing to carry
    assert 'name="search"' not in (await sued.get("/offerings")).text


async def test_the_search_stays_on_every_address_of_the_comparison(
    client: Client, cast: Cast, conn: Conn
):
    one, two, _three = await market(conn, cast)
    sued = client.as_(cast.sued.viewer)
    page = await sued.get(compare([one.id, two.id], workplaces="50"))
    carried = urlencode({"search": SEARCH})
    links = [unescape(h) for h in re.findall(r'href="(/offerings/compare[^"]*)"', page.text)]
    assert links
    assert all(carried in h for h in links), links
    # the form of quantities and the button of the evidence
    assert page.text.count(f'name="search" value="{SEARCH}"') >= 1
    assert 'href="/offerings?q=Sicherung"' in page.text


async def test_all_hits_come_with_it(client: Client, cast: Cast, conn: Conn):
    one, two, three = await market(conn, cast)
    sued = client.as_(cast.sued.viewer)
    fields = {"id": [str(one.id), str(three.id)], "workplaces": "120", "search": SEARCH}
    r = await sued.post("/searches/frozen/comparison", fields)
    assert r.status_code == 303, r.text
    url = r.headers["location"]
    page = await sued.get(url)
    assert "3 Treffer: 2 in der engeren Wahl, 0 ausgeschlossen, 1 noch offen" in page.text
    assert "„Sicherung“" in page.text
    assert "Ohne Suche" not in page.text
    assert (await sued.post(url + "/freeze", {"row_version": "1"})).status_code == 409
    version = re.findall(r'name="row_version" value="(\d+)"', page.text)[0]
    saved = await sued.post(
        url, {"row_version": version, "title": "Sicherung", f"choice.{two.id}": "price"}
    )
    assert saved.status_code == 303, saved.text
    version = re.findall(r'name="row_version" value="(\d+)"', (await sued.get(url)).text)[0]
    assert (await sued.post(url + "/freeze", {"row_version": version})).status_code == 303
    proof = (await sued.get(url)).text
    assert "120 Arbeitsplätzen" in proof
    assert "Ausgeschlossen (1)" in proof


async def test_a_facet_travels_too(client: Client, cast: Cast, conn: Conn):
    one, two, _three = await market(conn, cast)
    sued = client.as_(cast.sued.viewer)
    search = f"q=Sicherung&member={cast.nord.id}"
    r = await sued.post("/searches/frozen/comparison", {"id": [str(one.id)], "search": search})
    page = await sued.get(r.headers["location"])
    assert "2 Treffer: 1 in der engeren Wahl, 0 ausgeschlossen, 1 noch offen" in page.text
    assert two.title in page.text


async def test_compared_and_no_hit_is_refused(client: Client, cast: Cast, conn: Conn):
    one, _two, three = await market(conn, cast)
    search = f"q=Sicherung&member={cast.nord.id}"
    ids = [str(one.id), str(three.id)]
    sued = client.as_(cast.sued.viewer)
    r = await sued.post("/searches/frozen/comparison", {"id": ids, "search": search})
    assert r.status_code == 409
    assert "Nicht unter den Treffern dieser Markterkundung: Sicherung Fremd" in r.text
    assert f'href="/offerings?q=Sicherung&amp;member={cast.nord.id}"' in r.text


async def test_too_many_hits_are_refused_with_the_way_back(
    client: Client, cast: Cast, conn: Conn, monkeypatch
):
    heads = await market(conn, cast)
    monkeypatch.setattr(actions, "MOST_HITS", 2)
    fields = {"id": [str(heads[0].id)], "search": SEARCH}
    r = await client.as_(cast.sued.viewer).post("/searches/frozen/comparison", fields)
    assert r.status_code == 409
    assert "Die Suche hat mehr als 2 Treffer." in r.text
    assert 'href="/offerings?q=Sicherung"' in r.text


async def test_an_order_alone_is_no_search(client: Client, cast: Cast, conn: Conn):
    heads = await market(conn, cast)
    fields = {"id": [str(heads[0].id)], "search": "sort=title&view=mine"}
    sued = client.as_(cast.sued.viewer)
    r = await sued.post("/searches/frozen/comparison", fields)
    assert "Ohne Suche" in (await sued.get(r.headers["location"])).text


async def test_none_and_too_many_ticks_are_told(client: Client, cast: Cast, conn: Conn):
    heads = [
        await an_offering(conn, cast.nord, f"Sicherung {n}", reference=f"S{n}") for n in range(5)
    ]
    sued = client.as_(cast.sued.viewer)
    none = await sued.get(compare([]))
    assert "Nichts angekreuzt" in none.text
    assert 'href="/offerings?q=Sicherung"' in none.text
    many = await sued.get(compare([h.id for h in heads]))
    assert many.status_code == 422
    assert "angekreuzt sind 5" in many.text
    assert 'href="/offerings?q=Sicherung"' in many.text


async def test_nothing_found_asks_the_others_first(client: Client, cast: Cast, conn: Conn):
    await market(conn, cast)
    page = await client.as_(cast.sued.viewer).get("/offerings?q=Raketenstart")
    primary = re.findall(r'kern-btn--primary" href="([^"]+)"', page.text)
    assert "/requests/new?q=Raketenstart" in primary


async def test_a_new_survey_begins_in_the_catalogue(client: Client, cast: Cast, conn: Conn):
    sued = client.as_(cast.sued.viewer)
    r = await sued.get("/searches/frozen/new")
    assert r.status_code == 303
    assert r.headers["location"] == "/offerings"
    assert (await sued.get("/searches/frozen/new?address=")).status_code == 200
