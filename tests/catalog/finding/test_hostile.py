"""Another member's restricted offering leaks into no address of the search: list, counts, spelling, suggestions, file, JSON."""

import re

import pytest

from catalog.finding.model import Criteria
from catalog.finding.searching import correct, suggest
from catalog.finding.store import understand
from kdnx.db.conn import Conn
from kdnx.viewer import Viewer
from tests.cast import Cast
from tests.catalog.build import FLAT, PRINTING, a_draft, an_offering, only_for
from tests.client import Client

# whatever is asked is a beginning, a misspelling or a part: the rest may stand nowhere
BEGIN = "Zwiebelf"
WORD = BEGIN + "isch"
TITLE = f"{WORD}verfahren und Quarzsandprüfung"
SECRET = re.compile("Zwiebelfisch|Quarzsand|Kranichzug|ZWF-1", re.IGNORECASE)
QUESTIONS = (
    BEGIN, "zwiebel", "Zwiebelfsch", "Quarz", "Quarzsnad", "Quarzsan", "fischverfahre", "sandprüfun", "ZWF",
    "Kranic", "kranichzgu", "zwiebelf quarz", "Offene Zwiebelf", "Zwiebelfsch Leistung offen",
)  # fmt: skip


@pytest.fixture
async def planted(conn: Conn, cast: Cast) -> None:
    """One offering for all, one for Suedrechen alone, one draft."""
    await an_offering(
        conn, cast.sued, "Offene Leistung", summary="Für alle", description="Ein Text."
    )
    await an_offering(
        conn, cast.nord, TITLE, audiences=[{**only_for(cast.sued.id), "legal_basis": "tendered"}], reference="ZWF-1",
        summary=f"{WORD} für Kranichzug", description=f"{WORD} und Kranichzug im Text", category_id=PRINTING,
        prices=[FLAT], protection_level="very_high", lead_time_days=500,
    )  # fmt: skip
    await a_draft(conn, cast.nord.viewer, TITLE + " Entwurf", summary=f"{WORD} Kranichzug")


def strangers(cast: Cast) -> list[Viewer]:
    return [cast.fremd.viewer, cast.committee]


@pytest.mark.usefixtures("planted")
async def test_no_address_gives_a_restricted_word_away(client: Client, cast: Cast):
    for viewer in strangers(cast):
        for q in QUESTIONS:
            for url in ("/offerings", "/offerings/file.csv", "/search", "/api/v1/offerings", "/api/v1/offerings/facets",
                        "/api/v1/offerings/suggestions"):  # fmt: skip
                answer = await client.as_(viewer).get(f"{url}?q={q}")
                assert answer.status_code == 200
                assert not SECRET.search(answer.text), (url, q)


@pytest.mark.usefixtures("planted")
async def test_no_count_includes_it(client: Client, cast: Cast):
    asked = (
        "q=&category=&sort=used",
        "protection=very_high",
        "lead=later",
        "route=tendered",
        "base=flat",
        f"category={PRINTING}",
    )
    for viewer in strangers(cast):
        answer = (await client.as_(viewer).get("/api/v1/offerings/facets")).json()
        assert answer["total"] == 1
        for facet in answer["facets"]:
            assert sum(v["count"] for v in facet["values"]) == 1, facet
        for query in asked[1:]:
            answer = (await client.as_(viewer).get(f"/api/v1/offerings/facets?{query}")).json()
            assert answer["total"] == 0, query
            assert (await client.as_(viewer).get(f"/api/v1/offerings?{query}")).json()[
                "items"
            ] == []
            page = await client.as_(viewer).get(f"/offerings?{query}")
            assert "Nichts gefunden" in page.text
    shown = (
        await client.as_(cast.sued.viewer).get("/api/v1/offerings/facets?route=tendered")
    ).json()
    assert shown["total"] == 1


@pytest.mark.usefixtures("planted")
async def test_spelling_and_suggestions_know_only_what_can_be_read(conn: Conn, cast: Cast):
    for viewer, knows in (
        (cast.fremd.viewer, False),
        (cast.committee, False),
        (cast.sued.viewer, True),
        (cast.office, True),
    ):
        await conn.act_as(viewer)
        assert bool(await suggest(conn, BEGIN)) == knows
        asked = await understand(conn, Criteria(q="Kranichzgu"))
        assert await correct(conn, "Kranichzgu", asked) == ("Kranichzug" if knows else "")
        assert list(await conn.fetchval("SELECT catalog.seen_words('{quarzsandprufung,kranichzug}')")) == (
            ["kranichzug", "quarzsandprufung"] if knows else []
        )  # fmt: skip


async def test_the_vocabulary_itself_is_nobodys_to_read(conn: Conn):
    with pytest.raises(Exception, match="permission denied"):
        async with conn.savepoint():
            await conn.fetch("SELECT * FROM catalog.word LIMIT 1")


async def test_a_legal_basis_is_told_to_its_own_audience(client: Client, cast: Cast, conn: Conn):
    everybody = {"kind": "all", "legal_basis": "gwb_108_6", "tax_code": "N2B"}
    special = {**only_for(cast.sued.id), "legal_basis": "tendered"}
    await an_offering(conn, cast.nord, "Zwei Grundlagen", audiences=[everybody, special])
    for viewer, routes in ((cast.fremd.viewer, {"gwb_108_6"}), (cast.sued.viewer, {"gwb_108_6", "tendered"}),
                           (cast.nord.viewer, {"gwb_108_6", "tendered"})):  # fmt: skip
        answer = (await client.as_(viewer).get("/api/v1/offerings/facets")).json()
        facet = next(f for f in answer["facets"] if f["name"] == "route")
        assert {v["value"] for v in facet["values"]} == routes
