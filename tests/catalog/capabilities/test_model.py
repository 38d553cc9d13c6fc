"""When two names mean one product."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from catalog.capabilities.model import (
    Product,
    alike,
    doubles,
    find_product,
    folded,
    grouped,
    split_label,
)
from kdnx.ids import new_id


def product(name: str, vendor: str = "", merged: UUID | None = None) -> Product:
    return Product(new_id(), name, vendor, merged_into_id=merged)


def test_a_label_is_split_into_name_and_vendor():
    assert split_label("Melde-Kompass (Musterhaus Software)") == (
        "Melde-Kompass",
        "Musterhaus Software",
    )
    assert split_label("  Melde   Kompass ") == ("Melde Kompass", "")


def test_a_product_is_found_by_its_words_whatever_the_spelling():
    kompass = product("Melde-Kompass", "Musterhaus")
    assert find_product("melde kompass (MUSTERHAUS)", [kompass]) is kompass
    assert find_product("Meldekompass", [kompass]) is kompass
    assert find_product("Meldekompass (Andere)", [kompass]) is None


def test_a_name_that_two_products_bear_needs_its_vendor():
    both = [product("Forum", "Eins"), product("Forum", "Zwei")]
    assert find_product("Forum", both) is None
    assert find_product("Forum (Zwei)", both) is both[1]


def test_nearly_equal_names_are_suggested_and_merged_ones_are_not():
    kept = product("Kassenblick", "Fiktiv")
    gone = product("Kassenblik", merged=kept.id)
    assert alike("Kassenblick 5", [kept, gone]) == [kept]
    assert alike("Ruheplan", [kept, gone]) == []
    assert doubles([kept, gone, product("Kassenblick NKF")])[0][0] is kept


def test_a_group_without_tasks_is_still_a_group():
    assert grouped([]) == []


@given(st.text(max_size=60))
def test_folding_twice_changes_nothing(text: str):
    assert folded(folded(text)) == folded(text)
