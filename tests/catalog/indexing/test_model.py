"""Words: folding as the database folds, compounds, typing errors."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.indexing.model import (
    compound_ends,
    compound_parts,
    curated_parts,
    distance,
    ends_of,
    fold,
    learn_from,
    learn_parts,
    nearest,
    part_starts,
)
from kdnx.db.conn import Conn

GERMAN = st.text(alphabet="abcdeiounrstäöüÄÖÜßAEZé -/.,1250", max_size=60)


@settings(
    max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(text=GERMAN)
async def test_folding_is_that_of_the_database(conn: Conn, text: str):
    assert fold(text) == (await conn.fetchval("SELECT catalog.fold($1)", text)).strip()


@pytest.mark.parametrize(("a", "b"), [
    ("Gebühren", "Gebuehren"), ("Straße", "STRASSE"), ("Größe", "groesse"), ("Übergabe", "uebergabe"),
])  # fmt: skip
def test_one_word_written_in_two_ways_folds_alike(a: str, b: str):
    assert fold(a) == fold(b)


def test_steuer_keeps_its_letters():
    assert fold("Steuer, Bauer, Quelle, neue") == "steuer bauer quelle neue"


@pytest.mark.parametrize(("word", "ends"), [
    ("Einwohnermeldewesen", ["meldewesen", "wesen"]),
    ("Einwohnerfachverfahren", ["fachverfahren", "verfahren"]),
    ("Kraftfahrzeugzulassungsstelle", ["fahrzeugzulassungsstelle", "zulassungsstelle", "stelle"]),
    ("Gebührenbescheide", ["bescheide"]), ("Sicherheitsüberwachung", ["uberwachung"]), ("Straßenverkehrsamt", ["verkehrsamt", "amt"]),
    ("Zeiterfassung", ["erfassung"]), ("Apparat", []), ("Gesamt", []), ("Ausweis", []), ("Verwaltung", []), ("2025202620", []),
])  # fmt: skip
def test_compounds_are_cut_where_german_cuts_them(word: str, ends: list[str]):
    assert compound_ends(fold(word), curated_parts()) == ends


def test_words_of_the_catalogue_are_parts_too():
    known = curated_parts() | {"zwiebel", "fisch"}
    assert compound_ends("zwiebelfischerei", curated_parts()) == []
    assert compound_ends("zwiebelfische", known) == ["fische"]
    assert compound_parts("zwiebelfisch", known) == ["zwiebel", "fisch"]
    assert ends_of(["Zwiebelverfahren"], curated_parts()) == "verfahren"
    assert compound_parts("deichverfahren", curated_parts()) == ["deich", "verfahren"]


@given(word=st.text(alphabet="abcdefghilmnorstuw", min_size=1, max_size=80))
def test_cutting_never_loses_a_letter(word: str):
    known = curated_parts() | {"abc", "mel", "sta"}
    starts = part_starts(word, known)
    assert list(starts) == sorted(set(starts))
    assert all(0 < i < len(word) for i in starts)
    assert all(word.endswith(end) for end in compound_ends(word, known))


@given(a=st.text(alphabet="abc", max_size=7), b=st.text(alphabet="abc", max_size=7))
def test_distance_is_one(a: str, b: str):
    d = distance(a, b)
    assert (d == 0) == (a == b)
    assert d == distance(b, a)
    assert abs(len(a) - len(b)) <= d <= max(len(a), len(b))


@given(
    word=st.text(alphabet="abcdefgh", min_size=8, max_size=14),
    at=st.integers(0, 6),
    how=st.integers(0, 3),
)
def test_one_slip_of_the_finger_is_one_error(word: str, at: int, how: int):
    slips = (word[:at] + word[at + 1 :], word[:at] + "z" + word[at:], word[:at] + "z" + word[at + 1 :],
             word[:at] + word[at + 1] + word[at] + word[at + 2 :])  # fmt: skip
    assert distance(slips[how], word) <= 1


@settings(
    max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(
    word=st.text(alphabet="aeinrst", min_size=5, max_size=12),
    slips=st.lists(
        st.tuples(st.integers(0, 11), st.sampled_from("xyz"), st.booleans()), max_size=2
    ),
)
async def test_words_within_two_errors_share_a_key(
    conn: Conn, word: str, slips: list[tuple[int, str, bool]]
):
    typed = word
    for place, letter, drop in slips:
        at = place % len(typed)
        typed = typed[:at] + ("" if drop and len(typed) > 4 else letter) + typed[at + 1 :]
    shares = "SELECT catalog.near_keys($1) && catalog.near_keys($2)"
    assert await conn.fetchval(shares, word, typed)


def test_short_words_are_not_guessed():
    assert nearest("kfz", [("kfa", "Kfa", 3)]) is None
    assert nearest("kita", [("kitas", "Kitas", 3), ("kilo", "Kilo", 9)]) == "Kitas"
    assert (
        nearest("einwoner", [("einwohner", "Einwohner", 1), ("einwohnen", "Einwohnen", 9)])
        == "Einwohner"
    )
    assert nearest("einwohner", [("einwohner", "Einwohner", 1)]) is None


def test_what_is_learned():
    learned = {
        w.word: w
        for w in learn_from(["Die Gebührenbescheide der Stadt, 12 für den Druck", "e-mail"])
    }
    assert set(learned) == {"gebuhrenbescheide", "stadt", "druck", "mail"}
    assert learned["gebuhrenbescheide"].is_part
    assert not learned["mail"].is_part
    parts = {p.word: p.shown for p in learn_parts(learned.values(), curated_parts())}
    assert parts == {"gebuhr": "Gebühr", "bescheide": "Bescheide"}
