"""Files as offices send them: separators, marks, encodings, notations, and what is no table at all."""

import io
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
import xlsxwriter

from kdnx.errors import Invalid
from kdnx.imports.cells import match_headings, read_cell, read_rows, write_cell
from kdnx.imports.kinds import CellKind, Column
from kdnx.imports.reading import read_table

K = CellKind
NAMES = Column("name", "Name", required=True)
AMOUNT = Column("net", "Netto", K.MONEY)


def xlsx(rows):
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for y, row in enumerate(rows):
            for x, value in enumerate(row):
                sheet.write(y, x, value)
    return out.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        "Name;Netto\nMünster;1.234,50\n".encode(),
        "Name,Netto\r\nMünster,1234.50\r\n".encode(),
        "\ufeffName;Netto\r\nMünster;1.234,50\r\n".encode(),
        "Name;Netto\nMünster;1.234,50\n".encode("cp1252"),
        "Name\tNetto\nMünster\t1234,50\n".encode(),
        '"Name";"Netto"\n"Münster";"1.234,50 €"\n'.encode(),
        "\n\nName;Netto\n\nMünster;1234,5\n;;\n".encode(),
        xlsx([["Name", "Netto"], ["Münster", 1234.5]]),
        xlsx([["Name", "Netto"], ["Münster", "1.234,50"]]),
    ],
    ids=[
        "semicolon",
        "comma",
        "bom",
        "cp1252",
        "tab",
        "quoted",
        "blank-lines",
        "xlsx-number",
        "xlsx-text",
    ],
)
def test_the_same_table_comes_out_of_every_form(content):
    table = read_table(content)
    mapping = match_headings(table.headings, [NAMES, AMOUNT])
    rows, errors = read_rows(table, [NAMES, AMOUNT], mapping, is_office=False)
    assert not errors
    assert [dict(r.values) for r in rows] == [{"name": "Münster", "net": 123450}]


@pytest.mark.parametrize(
    ("content", "quantity", "cents"),
    [
        (b"q,net\n1.234,1234.50\n", Decimal("1.234"), 123450),
        (b"q,net\n0.412,7\n", Decimal("0.412"), 700),
        (b'q,net\n"1.234,5","1.234,50"\n', Decimal("1234.5"), 123450),
        (b"q;net\n1.234;1.234\n", Decimal(1234), 123400),
        (b"q;net\n0.412;0.41\n", Decimal("0.412"), 41),
    ],
)
def test_a_point_is_decimal_where_commas_separate_columns(content, quantity, cents):
    columns = (Column("q", "Menge", K.DECIMAL), Column("net", "Netto", K.MONEY))
    rows, errors = read_rows(read_table(content), columns, {"q": 0, "net": 1}, is_office=False)
    assert not errors
    assert rows[0].values == {"q": quantity, "net": cents}


def test_money_with_three_places_is_refused_where_points_are_decimal():
    column = Column("net", "Netto", K.MONEY)
    _rows, errors = read_rows(
        read_table(b"net,x\n1.234,\n"), (column,), {"net": 0}, is_office=False
    )
    assert "zwei Stellen" in errors[0].message


def test_line_numbers_are_those_of_the_file():
    table = read_table(b'Name\n"zwei\nzeilen"\n\nletzter\n')
    assert [n for n, _cells in table.rows] == [2, 5]


@pytest.mark.parametrize("content", [b"", b"  \n\n", b";;\n;;\n"])
def test_an_empty_file_is_refused_in_words(content):
    with pytest.raises(Invalid) as refused:
        read_table(content)
    assert "Datei" in refused.value.detail


@pytest.mark.parametrize(
    "content",
    [
        b"%PDF-1.7\x00\x00binary",
        b"PK\x03\x04 not really a workbook",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\x00\x00",
    ],
    ids=["pdf", "broken-zip", "old-excel"],
)
def test_a_wrong_file_is_refused_with_what_to_do(content):
    with pytest.raises(Invalid) as refused:
        read_table(content, "bericht.pdf")
    assert refused.value.remedy


def test_quotes_that_do_not_close_name_the_line():
    with pytest.raises(Invalid, match="Zeile 3"):
        read_table(b'Name;Netto\nA;1\n"B;2\nC;3\n')


def test_too_many_columns_are_refused():
    with pytest.raises(Invalid, match="200 Spalten"):
        read_table(";".join(f"s{n}" for n in range(201)).encode() + b"\n1\n")


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (K.INTEGER, "1.200", 1200),
        (K.INTEGER, "1200", 1200),
        (K.INTEGER, 1200.0, 1200),
        (K.DECIMAL, "1.234,5", Decimal("1234.5")),
        (K.DECIMAL, "1234.5", Decimal("1234.5")),
        (K.DECIMAL, "0,074", Decimal("0.074")),
        (K.MONEY, "-12,30", -1230),
        (K.MONEY, "1.000", 100000),
        (K.MONEY, "12.30", 1230),
        (K.MONEY, 0.1, 10),
        (K.DAY, "1.2.2026", date(2026, 2, 1)),
        (K.DAY, "2026-02-01", date(2026, 2, 1)),
        (K.DAY, datetime(2026, 2, 1), date(2026, 2, 1)),  # noqa: DTZ001  # a sheet's cell has no zone
        (K.INSTANT, "2026-07-01T12:00:00+02:00", datetime(2026, 7, 1, 10, tzinfo=UTC)),
        (K.INSTANT, "2026-07-01T12:00:00", datetime(2026, 7, 1, 10, tzinfo=UTC)),
        (K.FLAG, "Ja", True),
        (K.FLAG, "0", False),
        (K.TEXT, 5299.0, "5299"),
        (K.TEXT, "  Haus  ", "Haus"),
    ],
)
def test_german_and_technical_notation(kind, text, value):
    assert read_cell(Column("x", "X", kind), text) == value


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (K.INTEGER, "12,5"),
        (K.INTEGER, True),
        (K.DECIMAL, "NaN"),
        (K.DECIMAL, "Infinity"),
        (K.DECIMAL, "1e999999999"),
        (K.MONEY, "1,234"),
        (K.MONEY, 0.001),
        (K.MONEY, "zwölf"),
        (K.DAY, "31.2.2026"),
        (K.DAY, "02/01/2026"),
        (K.FLAG, "vielleicht"),
    ],
)
def test_what_cannot_be_read_is_an_error_and_never_a_guess(kind, text):
    with pytest.raises(ValueError, match=r"\w"):
        read_cell(Column("x", "X", kind), text)


def test_a_choice_takes_label_or_value_and_nothing_else():
    column = Column(
        "form", "Form", K.CHOICE, choices={"Zweckverband": "zweckverband", "GmbH": "gmbh"}
    )
    assert read_cell(column, "zweckverband ") == "zweckverband"
    assert read_cell(column, "GMBH") == "gmbh"
    with pytest.raises(ValueError, match="nicht vorgesehen"):
        read_cell(column, "AG")


@pytest.mark.parametrize("text", ["=1+1", "+49 221 1", "-Haus", "@SUM(A1)", "\tX"])
def test_free_text_never_starts_a_formula_and_comes_back_equal(text):
    column = Column("x", "X")
    written = write_cell(column, text)
    assert written.startswith("'")
    assert read_cell(column, written) == text.strip()


def test_headings_are_german_english_or_known_by_another_name():
    columns = (Column("vat_id", "Umsatzsteuer-ID", aliases=("USt-IdNr.",)), NAMES)
    assert match_headings(["USt-IdNr", "NAME"], columns) == {"vat_id": 0, "name": 1}
    assert match_headings(["umsatzsteuer id", "Name", "name"], columns) == {"vat_id": 0, "name": 1}


def test_every_cell_has_its_own_error_and_the_row_is_left_out():
    table = read_table(b"Name;Netto\n;abc\nB;1,00\n")
    rows, errors = read_rows(table, [NAMES, AMOUNT], {"name": 0, "net": 1}, is_office=False)
    assert [(e.row, e.field, e.found) for e in errors] == [(2, "Name", ""), (2, "Netto", "abc")]
    assert [r.number for r in rows] == [3]


def test_hub_columns_are_filled_by_the_office_only():
    column = Column("state", "Stand", hub_only=True)
    table = read_table(b"Name;Stand\nA;x\nB;\n")
    mapping = {"name": 0, "state": 1}
    _rows, errors = read_rows(table, [NAMES, column], mapping, is_office=False)
    assert [(e.row, e.field) for e in errors] == [(2, "Stand")]
    rows, errors = read_rows(table, [NAMES, column], mapping, is_office=True)
    assert len(rows) == 2
    assert not errors
