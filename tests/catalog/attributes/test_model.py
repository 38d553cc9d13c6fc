"""What a category asks and how answers are checked, stored and told: one source."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.attributes.actions import drop_attribute, put_attribute
from catalog.attributes.model import (
    Attribute,
    AttributeType,
    Option,
    Schema,
    carry_over,
    check,
    clean,
    facets_of,
    missing_answers,
    read_attribute,
    write_attribute,
)
from catalog.attributes.texts import (
    answer_of,
    present,
    read_answers,
    text_of,
    typed_answers,
)
from kdnx.errors import Invalid, NotFound
from kdnx.ids import named_id

CATEGORY = named_id("category", "hosting")
T = AttributeType
PLACES = (Option("nrw", "Nordrhein-Westfalen"), Option("eu", "Europa, ohne Schweiz"))
ASKED = (
    Attribute("name", "Produkt", T.TEXT, "scope"),
    Attribute("story", "Ausstieg: wie", T.LONG_TEXT, "change"),
    Attribute("on_call", "Rufbereitschaft", T.YES_NO, "support", facet=True),
    Attribute("days", "Aufbewahrung", T.NUMBER, "availability", unit="Tage", minimum=Decimal(0), maximum=Decimal(4000)),
    Attribute("share", "Im Ziel", T.NUMBER, "support", unit="%", decimals=2, maximum=Decimal(100)),
    Attribute("place", "Datenort", T.ONE, "data", options=PLACES, required=True, facet=True),
    Attribute("ways", "Wege", T.MANY, "support", options=PLACES, facet=True),
    Attribute("since", "Seit", T.DATE, "more"),
    Attribute("link", "Erklärung", T.URL, "access"),
)  # fmt: skip
SCHEMA = Schema(CATEGORY, 1, ASKED)
GOOD: dict[str, Any] = {
    "name": "Produkt X", "story": "Wir helfen.\nDann löschen wir.", "on_call": False, "days": 30, "share": "99.5", "place": "nrw",
    "ways": ["eu", "nrw"], "since": "2026-01-31", "link": "https://kommune.example/erklaerung",
}  # fmt: skip


def test_good_answers_pass_and_are_stored_in_one_writing():
    assert check(GOOD, SCHEMA) == []
    assert clean(GOOD, SCHEMA) == dict(sorted(GOOD.items()))
    written = {
        "share": Decimal("99.50"),
        "days": Decimal("30.0"),
        "ways": ["nrw", "eu", "nrw"],
        "name": "  Produkt X ",
    }
    assert clean(written, SCHEMA) == {
        "days": 30,
        "name": "Produkt X",
        "share": "99.5",
        "ways": ["eu", "nrw"],
    }
    assert clean({"name": "", "ways": [], "days": None, "gone": 1}, SCHEMA) == {}


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("on_call", "ja"), ("on_call", 1), ("days", -1), ("days", 4001), ("days", "1.5"), ("days", True), ("days", "viele"),
        ("days", "NaN"), ("share", "99.555"), ("place", "mars"), ("place", ["nrw"]), ("ways", "nrw"), ("ways", [1]),
        ("since", "31.01.2026"), ("since", "2026-02-30"), ("link", "kommune.example"), ("link", "javascript:alert(1)"),
        ("name", "x" * 301), ("name", "zwei\nZeilen"), ("name", "\x00"), ("name", 5), ("unknown", "x"),
    ],
)  # fmt: skip
def test_wrong_answers_are_named_at_their_field(key: str, value: Any):
    errors = check({key: value}, SCHEMA)
    assert [e.field for e in errors] == [f"attributes.{key}"]
    assert errors[0].message


def test_what_is_missing_is_required_and_unanswered():
    assert [a.key for a in missing_answers({}, SCHEMA)] == ["place"]
    assert missing_answers({"place": "nrw"}, SCHEMA) == []


def test_answers_in_words_and_as_facets():
    words = {label: text for _group, label, text in present(GOOD, SCHEMA)}
    assert words["Rufbereitschaft"] == "nein"
    assert words["Aufbewahrung"] == "30 Tage"
    assert words["Im Ziel"] == "99,5 %"
    assert words["Wege"] == "Nordrhein-Westfalen, Europa, ohne Schweiz"
    assert words["Seit"] == "31.01.2026"
    assert facets_of(GOOD, SCHEMA) == ["on_call=no", "place=nrw", "ways=eu", "ways=nrw"]


def test_the_form_gives_back_what_was_stored():
    assert read_answers(typed_answers(GOOD, SCHEMA), SCHEMA) | {"share": "99.5"} == GOOD
    assert answer_of(ASKED[3], "1.200 Tage") == 1200


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "name": st.text(st.characters(blacklist_categories=("C", "Z")), min_size=1, max_size=50),
            "on_call": st.booleans(),
            "days": st.integers(0, 4000),
            "share": st.decimals(0, 100, places=2),
            "place": st.sampled_from(["nrw", "eu"]),
            "ways": st.lists(st.sampled_from(["nrw", "eu"]), max_size=4),
            "since": st.dates(date(1900, 1, 1), date(2199, 12, 31)).map(lambda d: d.isoformat()),
        },
    )
)  # fmt: skip
def test_cleaning_is_stable_and_survives_form_and_file(values: dict[str, Any]):
    assert check(values, SCHEMA) == []
    stored = clean(values, SCHEMA)
    assert clean(stored, SCHEMA) == stored
    assert clean(read_answers(typed_answers(stored, SCHEMA), SCHEMA), SCHEMA) == stored
    assert (
        clean(
            {a.key: answer_of(a, text_of(a, stored[a.key])) for a in ASKED if a.key in stored},
            SCHEMA,
        )
        == stored
    )


@given(
    st.dictionaries(
        st.text(max_size=10),
        st.recursive(st.none() | st.booleans() | st.floats() | st.text(), st.lists, max_leaves=5),
    )
)
def test_nothing_breaks_the_check(values: dict[str, Any]):
    check(values, SCHEMA)
    for attribute in ASKED:
        for value in values.values():
            check({attribute.key: value}, SCHEMA)
            present(
                {attribute.key: value} if not check({attribute.key: value}, SCHEMA) else {}, SCHEMA
            )


def test_an_attribute_survives_its_json():
    for attribute in ASKED:
        assert read_attribute(write_attribute(attribute)) == attribute


def test_changes_make_a_new_version_and_old_answers_stay():
    changed = put_attribute(
        SCHEMA, Attribute("place", "Datenort neu", T.ONE, "data", options=PLACES[:1], required=True)
    )
    assert (changed.version, SCHEMA.version) == (2, 1)
    place = changed.find("place")
    assert place is not None
    assert [(o.value, o.retired) for o in place.options] == [("nrw", False), ("eu", True)]
    assert check({"place": "eu"}, changed) == []  # given answers keep their words
    assert present({"place": "eu"}, changed)[0][2] == "Europa, ohne Schweiz"
    with pytest.raises(Invalid):
        put_attribute(SCHEMA, Attribute("place", "Datenort", T.TEXT, "data"))
    added = put_attribute(changed, Attribute("new", "Neu", T.YES_NO, "more", required=True))
    assert [a.key for a in missing_answers({"place": "nrw"}, added)] == ["new"]
    gone = drop_attribute(added, "place")
    assert missing_answers({"new": True}, gone) == []
    assert carry_over({"place": "eu", "foreign": 1}, gone) == {"place": "eu"}
    assert "place=eu" not in facets_of({"place": "eu"}, gone)
    with pytest.raises(NotFound):
        drop_attribute(gone, "place")
