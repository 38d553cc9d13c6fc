"""Synonyms: what the office keeps, and that the search follows at once."""

import re
from dataclasses import replace

import pytest

from catalog.finding.model import Criteria
from catalog.finding.store import list_found
from catalog.synonyms import actions, store
from catalog.synonyms.model import Synonym, distinct, split_terms, wrong
from kdnx.db.conn import Conn
from kdnx.errors import Forbidden, Invalid, Refused, Stale
from kdnx.ids import new_id
from tests.cast import Cast
from tests.catalog.build import an_offering
from tests.client import Client


def group(*terms: str, finds: tuple[str, ...] = (), note: str = "") -> Synonym:
    return Synonym(new_id(), bool(finds), terms, finds, note)


async def found(conn: Conn, cast: Cast, q: str, **over: bool) -> list[str]:
    await conn.act_as(cast.sued.viewer)
    return [f.title for f in await list_found(conn, cast.sued.viewer, Criteria(q=q, **over))]


def test_terms_from_one_field():
    assert split_terms("DMS,  E-Akte ;dms\nStraße, Strasse,, – ") == ["DMS", "E-Akte", "Straße"]
    assert distinct(["Größe", "groesse"]) == ["Größe"]
    assert wrong(one_way=False, terms=["a", "b"], finds=[]) is None
    assert wrong(one_way=True, terms=["a"], finds=["b"]) is None
    for one_way, terms, finds, field in (
        (False, ["a"], [], "terms"), (False, [], [], "terms"), (True, ["a"], [], "finds"), (True, [], ["a"], "terms"),
        (False, ["x" * 61, "b"], [], "terms"), (False, ["a b c d e", "b"], [], "terms"), (False, list("abcdefghijklmnopqrstu"), [], "terms"),
    ):  # fmt: skip
        assert (wrong(one_way, terms, finds) or ("", ""))[0] == field, (terms, finds)


async def test_field_language_is_there_from_the_start(conn: Conn):
    groups = await store.list_synonyms(conn, "", limit=200)
    assert len(groups) >= 80
    for g in groups:
        assert wrong(g.one_way, g.terms, g.finds) is None, g.terms
    both = [t for g in groups if not g.one_way for t in g.terms]
    assert len(distinct(both)) == len(both), "a word in two groups"


async def test_both_ways_and_one_way(conn: Conn, cast: Cast):
    await an_offering(conn, cast.nord, "Quarzmühle")
    await an_offering(conn, cast.nord, "Sandsieb")
    await conn.act_as(cast.office)
    both = await actions.add_synonym(
        conn, cast.office, group("Quarzmühle", "Steinbrecher", "grobe Mühle")
    )
    one = await actions.add_synonym(
        conn, cast.office, group("Feinkorn", finds=("Sandsieb", "Quarzmühle"))
    )
    for q in ("Steinbrecher", "steinbrechern", "grobe Mühle", "grobe muehle"):
        assert await found(conn, cast, q) == ["Quarzmühle"], q
    assert await found(conn, cast, "Steinbrecher", exact=True) == []
    assert await found(conn, cast, "Feinkorn") == ["Quarzmühle", "Sandsieb"]
    assert await found(conn, cast, "Sandsieb") == ["Sandsieb"]
    await conn.act_as(cast.office)
    changed = replace(both, terms=("Sandsieb", "Steinbrecher"), note="neu")
    assert (await actions.change_synonym(conn, cast.office, changed)).row_version == 2
    assert await found(conn, cast, "Steinbrecher") == ["Sandsieb"]
    await conn.act_as(cast.office)
    await actions.drop_synonym(conn, cast.office, one.id, one.row_version)
    assert await found(conn, cast, "Feinkorn") == []


async def test_what_is_refused(conn: Conn, cast: Cast):
    await conn.act_as(cast.office)
    made = await actions.add_synonym(conn, cast.office, group("Quarzmühle", "Steinbrecher"))
    with pytest.raises(Refused, match="Quarzmühle"):
        await actions.add_synonym(conn, cast.office, group("Quarzmuehlen", "Kies"))
    with pytest.raises(Invalid):
        await actions.add_synonym(conn, cast.office, group("allein"))
    with pytest.raises(Stale):
        await actions.change_synonym(
            conn, cast.office, replace(made, terms=("a", "b"), row_version=7)
        )
    with pytest.raises(Stale):
        await actions.drop_synonym(conn, cast.office, made.id, 7)
    for viewer in (cast.nord.viewer, cast.committee, cast.auditor):
        await conn.act_as(viewer)
        with pytest.raises(Forbidden):
            await actions.add_synonym(conn, viewer, group("Kies", "Schotter"))


async def test_the_page(client: Client, cast: Cast):
    office = client.as_(cast.office)
    page = await client.as_(cast.sued.viewer).get("/synonyms?q=eAkte")
    assert "Dokumentenmanagement" in page.text
    assert "Anlegen" not in page.text
    done = await office.post("/synonyms", {"terms": "Quarzmühle, Steinbrecher", "note": "Probe"})
    assert done.status_code == 303
    page = await office.get("/synonyms?q=steinbrecher")
    assert "Quarzmühle, Steinbrecher" in page.text
    href = re.search(r'action="(/synonyms/[0-9a-f-]{36})"', page.text)
    assert href
    wrong_one = await office.post("/synonyms", {"terms": "allein"})
    assert wrong_one.status_code == 422
    assert "mindestens zwei Begriffe" in wrong_one.text
    taken = await office.post("/synonyms", {"terms": "Steinbrecher, Kies"})
    assert taken.status_code == 409
    assert "steht schon in der Gruppe" in taken.text
    done = await office.post(
        href[1], {"terms": "Kies", "one_way": "1", "finds": "Steinbrecher", "row_version": "1"}
    )
    assert done.status_code == 303
    assert (await office.post(href[1], {"terms": "a, b", "row_version": "1"})).status_code == 409
    assert "nicht umgekehrt" in (await office.get("/synonyms?q=kies")).text
    assert (await office.post(href[1] + "/remove", {"row_version": "2"})).status_code == 303
    assert "Keine Synonyme mit diesem Wort" in (await office.get("/synonyms?q=kies")).text
    assert (
        await client.as_(cast.nord.viewer).post("/synonyms", {"terms": "a, b"})
    ).status_code == 403
    assert (await office.get("/synonyms?after=falsch")).status_code == 422


async def test_every_group_stands_once_in_the_pieces(client: Client, cast: Cast):
    seen, url = [], "/api/v1/synonyms?limit=40"
    for _n in range(9):
        answer = (await client.as_(cast.sued.viewer).get(url)).json()
        seen += [g["id"] for g in answer["items"]]
        if not answer["next"]:
            break
        url = f"/api/v1/synonyms?limit=40&after={answer['next']}"
    assert len(seen) == len(set(seen)) >= 80
