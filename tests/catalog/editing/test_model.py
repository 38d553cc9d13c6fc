"""Joining two hands on a section, taking a body apart and putting it together again."""

from hypothesis import given
from hypothesis import strategies as st

from catalog.contents.schemas import OfferingBody
from catalog.editing.actions import merge_patch
from catalog.editing.model import (
    SECTIONS,
    address_of,
    join,
    pieces_of,
    put_pieces,
    section_of,
    steps,
)
from tests.catalog.build import a_body

PIECES = st.dictionaries(st.sampled_from("abcd"), st.integers(1, 3))


@given(PIECES, PIECES, PIECES)
def test_joining_loses_nothing_silently(was: dict, theirs: dict, mine: dict):
    joined, both = join(was, theirs, mine)
    for field in {*was, *theirs, *mine}:
        w, t, m = was.get(field), theirs.get(field), mine.get(field)
        if m == w:
            assert joined.get(field) == t  # what I left alone is theirs
        elif t in (w, m):
            assert joined.get(field) == m
        else:
            assert field in both
    assert join(theirs, theirs, joined)[1] == []


@given(PIECES, PIECES)
def test_saving_twice_is_saving_once(was: dict, mine: dict):
    once, both = join(was, was, mine)
    assert both == []
    assert join(was, once, mine) == (once, [])


def test_every_entry_of_the_body_is_in_one_section():
    named = [n for s in SECTIONS for n in s.names]
    assert sorted(named) == sorted(set(OfferingBody.model_fields) - {"reference"})


def test_apart_and_together():
    whole = a_body(sla={"reaction_hours": 4}).model_dump(mode="json")
    again = whole
    for section in SECTIONS:
        again = put_pieces(section, again, pieces_of(section, whole))
    assert OfferingBody.model_validate(again, strict=False) == OfferingBody.model_validate(
        whole, strict=False
    )


def test_fields_have_an_address():
    assert section_of("prices.0.base").key == "prices"
    assert section_of("attributes.backup").key == "operation"
    assert address_of("x", "contacts.lead.name") == "/offerings/x/edit/contacts#contacts-lead-name"


def test_the_task_list_names_what_is_missing():
    found = {s.section.key: s for s in steps([("notice_months", "Kündigungsfrist")])}
    assert found["operation"].words == "fehlt noch: Kündigungsfrist"
    assert not found["operation"].is_done
    assert found["prices"].is_done


def test_a_merge_patch_follows_rfc_7396():
    assert merge_patch({"a": "b", "c": {"d": 1, "e": 2}}, {"a": None, "c": {"d": 3}}) == {
        "c": {"d": 3, "e": 2}
    }
    assert merge_patch({"a": [1]}, {"a": [2]}) == {"a": [2]}
