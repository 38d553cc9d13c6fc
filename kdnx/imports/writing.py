"""From rows to a file: CSV (semicolon, BOM, decimal comma), XLSX and JSON, and the empty template."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import xlsxwriter

from kdnx.imports.cells import expected, read_cell, write_cell
from kdnx.imports.kinds import CellKind, Column, FileKind

MEDIA = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
}
FORMATS = {CellKind.MONEY: "#,##0.00", CellKind.DAY: "dd.mm.yyyy", CellKind.DECIMAL: "#,##0.####"}
EXCEL_CELL = 32_767


def write_file(kind: FileKind, rows: Sequence[Mapping[str, Any]], form: str) -> bytes:
    """The rows as 'csv', 'xlsx' or 'json'."""
    if form == "csv":
        return write_csv(kind.columns, rows)
    if form == "xlsx":
        return write_xlsx(kind, rows)
    return json.dumps(
        [dict(r) for r in rows], default=_plain, ensure_ascii=False, indent=1
    ).encode()


def write_table(
    title: str, columns: Sequence[Column], rows: Sequence[Mapping[str, Any]], form: str
) -> bytes:
    """Rows of a report that is never read back, as 'csv' or 'xlsx'; `title` names the sheet."""
    return write_csv(columns, rows) if form == "csv" else _write_book(title, columns, rows)


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return format(value, "f")
    return value.isoformat() if isinstance(value, date | datetime) else str(value)


def write_csv(columns: Sequence[Column], rows: Sequence[Mapping[str, Any]]) -> bytes:
    """CSV as German spreadsheets open it by double click."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow([c.title for c in columns])
    for row in rows:
        writer.writerow([write_cell(c, row.get(c.name)) for c in columns])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def write_xlsx(kind: FileKind, rows: Sequence[Mapping[str, Any]]) -> bytes:
    """A real table with formats; the second sheet explains every column."""
    return _write_book(kind.title, kind.columns, rows)


def _write_book(title: str, columns: Sequence[Column], rows: Sequence[Mapping[str, Any]]) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    ) as book:
        sheet = book.add_worksheet(title[:31])
        head = book.add_format({"bold": True, "bottom": 1})
        formats = {k: book.add_format({"num_format": f}) for k, f in FORMATS.items()}
        for x, column in enumerate(columns):
            sheet.write_string(0, x, column.title, head)
            sheet.set_column(x, x, max(12, min(40, len(column.title) + 4)))
        for y, row in enumerate(rows, start=1):
            for x, column in enumerate(columns):
                _write_xlsx_cell(sheet, y, x, column, row.get(column.name), formats)
        sheet.freeze_panes(1, 1)
        if rows:
            sheet.autofilter(0, 0, len(rows), len(columns) - 1)
        _explain(book.add_worksheet("Erläuterung"), columns, head)
    return out.getvalue()


def _write_xlsx_cell(
    sheet: Any, y: int, x: int, column: Column, value: Any, formats: Mapping[CellKind, Any]
) -> None:
    if value is None:
        return
    look = formats.get(column.kind)
    if column.kind == CellKind.MONEY:
        sheet.write_number(y, x, float(Decimal(value) / 100), look)
    elif column.kind == CellKind.DAY:
        sheet.write_datetime(y, x, datetime(value.year, value.month, value.day), look)  # noqa: DTZ001  # a day has no zone
    elif column.kind == CellKind.INTEGER:
        sheet.write_number(y, x, value)
    elif column.kind == CellKind.DECIMAL and len(value.as_tuple().digits) <= 15:
        sheet.write_number(y, x, float(value), look)
    else:
        sheet.write_string(y, x, write_cell(column, value)[:EXCEL_CELL])


def _explain(sheet: Any, columns: Sequence[Column], head: Any) -> None:
    for x, title in enumerate(
        ("Spalte", "Name in der Schnittstelle", "Pflicht", "Was hier stehen darf", "Hinweis")
    ):
        sheet.write_string(0, x, title, head)
    for y, column in enumerate(columns, start=1):
        required = "ja" if column.required else "nein"
        for x, text in enumerate(
            (column.title, column.name, required, expected(column), column.note)
        ):
            sheet.write_string(y, x, text)
    sheet.set_column(0, 4, 30)


def template_rows(kind: FileKind) -> list[Mapping[str, Any]]:
    """One example row, typed, from the examples of the columns."""
    return [{c.name: read_cell(c, c.example) if c.example else None for c in kind.columns}]


def write_template(kind: FileKind, form: str) -> bytes:
    """The empty table: heading, one example row and, in CSV, a line with the accepted values."""
    return write_file(kind, template_rows(kind), form)
