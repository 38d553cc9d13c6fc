"""JSON goes in as it came out: whole cents, points in numbers, one value a cell."""

import json
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kdnx.errors import Invalid
from kdnx.imports.cells import match_headings, read_rows
from kdnx.imports.kinds import CellKind, Column, FileKind
from kdnx.imports.reading import read_table
from kdnx.imports.writing import write_file
from kdnx.viewer import Permission

K = CellKind
COLUMNS = (
    Column("name", "Name", required=True),
    Column("net", "Netto", K.MONEY),
    Column("quantity", "Menge", K.DECIMAL),
    Column("pieces", "Stück", K.INTEGER),
    Column("day", "Tag", K.DAY),
    Column("is_open", "Offen", K.FLAG),
    Column("kind", "Art", K.CHOICE, choices={"Kauf": "buy", "Miete": "rent"}),
)
KIND = FileKind("things", "Dinge", Permission.IMPORT_RUN, COLUMNS, None, None)  # type: ignore[arg-type]  # only columns count


def back(content: bytes) -> list[dict[str, object]]:
    table = read_table(content, "things.json")
    rows, errors = read_rows(
        table, COLUMNS, match_headings(table.headings, COLUMNS), is_office=False
    )
    assert errors == []
    return [dict(r.values) for r in rows]


texts = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=40).filter(
    lambda t: not t.startswith("'")
)
rows_of_things = st.fixed_dictionaries(
    {
        "name": texts,
        "net": st.none() | st.integers(-(10**14), 10**14),
        "quantity": st.none() | st.decimals(0, 10**9, places=4),
        "pieces": st.none() | st.integers(-(10**9), 10**9),
        "day": st.none() | st.dates(date(1990, 1, 1), date(2090, 1, 1)),
        "is_open": st.none() | st.booleans(),
        "kind": st.none() | st.sampled_from(["buy", "rent"]),
    }
)


@given(st.lists(rows_of_things, min_size=1, max_size=5))
def test_what_goes_out_comes_in_equal(rows: list[dict[str, object]]):
    assert back(write_file(KIND, rows, "json")) == rows


def test_cents_are_cents_and_never_euros():
    assert back(b'[{"name": "A", "net": 12345}]')[0]["net"] == 12345
    assert back(b'\xef\xbb\xbf [{"Name": "A", "Netto": "123.45"}]')[0]["net"] == 12345
    assert back(b'[{"name": "A", "quantity": 0.1}, {"name": "B", "pieces": 3}]')[0][
        "quantity"
    ] == Decimal("0.1")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("[{", "kein lesbares JSON"),
        ("{}", "andere Form"),
        ("[1]", "andere Form"),
        ("[]", "keine Zeilen"),
        (json.dumps([{"name": "A"}, {"name": ["B"]}]), "Zeile 3, name"),
        ("[" * 100_000, "kein lesbares JSON"),
    ],
)
def test_a_wrong_shape_is_refused_in_words(content: str, said: str):
    with pytest.raises(Invalid, match=said):
        read_table(content.encode(), "x.json")
