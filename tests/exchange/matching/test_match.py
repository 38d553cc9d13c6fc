"""Gaps between two books: by hand, as a property, and by clicks over a frozen run."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.matching.extracts import read_extract
from exchange.matching.model import Gap, Item, as_stored, from_stored, match_books
from kdnx.errors import Invalid
from kdnx.viewer import Role, Scope
from tests.cast import make_person
from tests.exchange.netting.test_run import books, to_frozen

DAY = date(2026, 5, 4)


def test_by_hand():
    own = [
        Item("l 1/1", -100, DAY), Item("L-1/2", 70, None), Item("R 9", 55, DAY), Item("Z", 3, DAY),
    ]  # fmt: skip
    hub = [
        Item("L-1/1", 60, DAY), Item("L-1/1", 40, DAY), Item("L-1/2", 71, DAY), Item("L-1/3", 55, DAY), Item("L-1/4", 9, DAY),
    ]  # fmt: skip
    matched, gaps = match_books(own, hub)
    assert matched == 1
    said = {(g.kind, g.reference, g.own_cents, g.hub_cents) for g in gaps}
    assert said == {
        (Gap.AMOUNT, "L-1/2", 70, 71), (Gap.REFERENCE, "L-1/3", 55, 55), (Gap.HUB_ONLY, "L-1/4", None, 9),
        (Gap.OWN_ONLY, "Z", 3, None),
    }  # fmt: skip
    assert [from_stored(as_stored(g)) for g in gaps] == gaps


ITEMS = st.lists(
    st.builds(Item, st.text("ab1/ -", max_size=4), st.integers(-(10**15), 10**15), st.sampled_from([None, DAY]))
)  # fmt: skip


@given(ITEMS, ITEMS)
def test_no_cent_is_lost(own, hub):
    _matched, gaps = match_books(own, hub)
    assert match_books(own, own)[1] == []
    back = match_books(hub, own)
    assert back[0] == _matched
    by_reference = {g.kind for g in gaps}
    assert not ({Gap.OWN_ONLY} & by_reference) or own


def test_headings_of_other_systems():
    rows = read_extract(b"Belegfeld 1;Buchungsdatum;Soll;Haben\nL-1;04.05.2026;1.234,50;\nL-2;;;7,00\n", "a.csv")  # fmt: skip
    assert rows == [Item("L-1", 1_234_50, DAY), Item("L-2", -7_00, None)]
    with pytest.raises(Invalid, match="gefunden: Farbe"):
        read_extract(b"Farbe;Form\nrot;rund\n", "a.csv")
    with pytest.raises(Invalid, match="Zeile 2, Betrag: viel"):
        read_extract(b"Beleg;Betrag\nL-1;viel\n", "a.csv")


def test_amounts_as_finance_systems_print_them():
    file = (
        "Beleg;Betrag\nA;(1.234,50)\nB;7,00-\nC;12,00 H\nD;12,00S\nE;-3,00\nF;5,00 €\nG;1.000,00\n"
    )
    assert [(x.reference, x.cents) for x in read_extract(file.encode(), "a.csv")] == [
        ("A", -1_234_50), ("B", -7_00), ("C", -12_00), ("D", 12_00), ("E", -3_00), ("F", 5_00), ("G", 1_000_00),
    ]  # fmt: skip
    marked = "Umsatz;Soll/Haben-Kennzeichen;Belegfeld 1\n10,00;S;A\n20,00;H;B\n-5,00;H;C\n1,00;;D\n"
    rows = read_extract(marked.encode(), "datev.csv")
    assert [(x.reference, x.cents) for x in rows] == [
        ("A", 1000),
        ("B", -2000),
        ("C", 500),
        ("D", 100),
    ]
    for odd in ("(7,00", "7,00 X", "--7", "(-7,00)"):
        with pytest.raises(Invalid, match="Zeile 2, Betrag"):
            read_extract(f"Beleg;Betrag\nA;{odd}\n".encode(), "a.csv")


async def test_by_clicks(conn, cast, client):
    await books(conn, cast)
    run = await to_frozen(conn, cast)
    url = f"/settlements/{run.id}/members/{cast.nord.id}"
    nord = client.as_(cast.nord.viewer)
    assert "Noch kein Vergleich" in (await nord.get(f"{url}/match")).text
    heads = await conn.fetch("SELECT id FROM exchange.transfer ORDER BY id")
    statement = (await nord.get(f"{url}/statement.csv")).text.splitlines()
    moved = [x for x in statement if run.number not in x]
    for content, words in (
        ("\n".join(moved), "Beide Bücher stimmen überein"),
        ("Beleg;Betrag\nFremd 1;5,00\n", "fehlt im Buchungsbuch"),
        ("Beleg;Betrag\nFremd 1;5,00\n", "fehlt in Ihrem Auszug"),
    ):
        sent = await nord.post(f"{url}/match", {}, files={"file": ("a.csv", content.encode(), "text/csv")})  # fmt: skip
        assert sent.status_code == 303
        assert words in (await nord.get(f"{url}/match")).text
    bad = await nord.post(f"{url}/match", {}, files={"file": ("a.csv", b"Farbe\nrot\n", "text/csv")})  # fmt: skip
    assert bad.status_code == 422
    assert "Gebraucht werden" in bad.text
    assert "Frühere Vergleiche" in (await nord.get(f"{url}/match")).text
    assert await conn.fetch("SELECT id FROM exchange.transfer ORDER BY id") == heads


async def test_the_books_of_a_house_are_its_own(conn, cast, client):
    await books(conn, cast)
    run = await to_frozen(conn, cast)
    url = f"/settlements/{run.id}/members/{cast.nord.id}/match"
    file = {"file": ("geheim.csv", b"Beleg;Betrag\nFremd 1;5,00\n", "text/csv")}
    assert (await client.as_(cast.nord.viewer).post(url, {}, files=file)).status_code == 303
    sued, office = client.as_(cast.sued.viewer), client.as_(cast.office)
    assert (await sued.get(url)).status_code == 404
    assert (await sued.post(url, {}, files=file)).status_code == 404
    assert "geheim" not in (await office.get(url)).text
    assert (await office.post(url, {}, files=file)).status_code == 403


@given(
    st.lists(st.integers(1, 10**12), min_size=1, max_size=30),
    st.sets(st.integers(0, 29)), st.sets(st.integers(0, 29)), st.sets(st.integers(0, 29)),
)  # fmt: skip
def test_as_many_gaps_as_rows_were_lost_changed_or_added(cents, lost, changed, added):
    """Days differ for every row, so that no two of them can be taken for each other."""
    hub = [Item(f"L-1/{n}", c, date(2000 + n, 1, 1)) for n, c in enumerate(cents)]
    own = [
        Item(x.reference, x.cents + (1 if n in changed else 0), x.day)
        for n, x in enumerate(hub) if n not in lost
    ]  # fmt: skip
    own += [Item(f"Fremd {n}", 7, date(2050 + n, 1, 1)) for n in added]
    matched, gaps = match_books(own, hub)
    kinds = [g.kind for g in gaps]
    everywhere = range(len(hub))
    assert kinds.count(Gap.HUB_ONLY) == sum(n in lost for n in everywhere)
    assert kinds.count(Gap.AMOUNT) == sum(n in changed and n not in lost for n in everywhere)
    assert kinds.count(Gap.OWN_ONLY) == len(added) and Gap.REFERENCE not in kinds
    assert matched == sum(n not in lost and n not in changed for n in everywhere)


async def test_gaps_as_csv_and_json_for_the_own_house_and_who_books_there(conn, cast, client):
    await books(conn, cast)
    run = await to_frozen(conn, cast)
    page, door = (f"{p}/settlements/{run.id}/members/{cast.nord.id}/match" for p in ("", "/api/v1"))
    nord = client.as_(cast.nord.viewer)
    assert (await nord.get(door)).status_code == 404
    assert (await nord.get(page + ".csv")).status_code == 404
    body = {"items": [{"reference": "Fremd 1", "cents": 500, "day": "2026-05-04"}]}
    made = await nord.json_post(door, body)
    assert made.status_code == 201, made.text
    assert {g["kind"] for g in made.json()["gaps"]} == {"own_only", "hub_only"}
    assert (await nord.get(door)).json() == made.json()
    lines = (await nord.get(page + ".csv")).text.splitlines()
    assert len(lines) == 1 + len(made.json()["gaps"]) and "Nächster Schritt" in lines[0]
    assert (await client.as_(cast.sued.viewer).get(door)).status_code == 404
    reader = await make_person(
        conn, "Lisa Liest", cast.nord.id, "Nord", roles=frozenset({Role.OFFERING_EDITOR}), scope=Scope.MEMBER
    )  # fmt: skip
    refused = await client.as_(reader).json_post(door, body)
    assert refused.status_code == 403
    assert "Vergleichen darf in Ihrem Haus" in (await client.as_(reader).get(page)).text
