"""From bytes to a table: CSV in the forms German offices send it, XLSX, and JSON as the export writes it."""

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from python_calamine import CalamineError, CalamineWorkbook

from kdnx.errors import Invalid
from kdnx.text import _

MAX_ROWS = 100_000
MAX_COLUMNS = 200
ZIP_MAGIC = b"PK\x03\x04"
Cell = str | int | float | Decimal | bool | date | datetime | time | timedelta | None


@dataclass(frozen=True)
class Table:
    """Headings as they stand in the file and rows with their line number (heading = 1).

    `has_points`: the file separates columns by commas, so numbers in it have a decimal point.
    `in_cents`: amounts are whole cents, as in JSON everywhere.
    """

    headings: Sequence[str]
    rows: Sequence[tuple[int, Sequence[Cell]]]
    has_points: bool = False
    in_cents: bool = False


def read_table(content: bytes, file_name: str = "") -> Table:
    """The table of a CSV, XLSX or JSON file; Invalid says what is wrong with the file as a whole."""
    if not content.strip():
        raise Invalid(
            _("Die Datei ist leer."), remedy=_("Eine Vorlage gibt es auf der Importseite.")
        )
    is_json = content.removeprefix(b"\xef\xbb\xbf").lstrip().startswith((b"[", b"{"))
    if content.startswith(ZIP_MAGIC):
        raw, has_points = _read_xlsx(content), False
    elif is_json:
        raw, has_points = _read_json(content), True
    else:
        raw, has_points = _read_csv(content, file_name)
    while raw and not any(_filled(c) for c in raw[0][1]):
        raw = raw[1:]
    if not raw:
        raise Invalid(_("Die Datei enthält keine Zeilen."))
    headings = [str(c or "").strip() for c in raw[0][1]]
    rows = [(n, cells) for n, cells in raw[1:] if any(_filled(c) for c in cells)]
    if len(headings) > MAX_COLUMNS:
        raise Invalid(_("Die Datei hat mehr als 200 Spalten."))
    if len(rows) > MAX_ROWS:
        raise Invalid(
            _("Die Datei hat mehr als 100.000 Zeilen."),
            remedy=_("Bitte in mehrere Dateien teilen."),
        )
    return Table(headings, rows, has_points, is_json)


def _filled(cell: Cell) -> bool:
    return cell is not None and str(cell).strip() != ""


def _read_xlsx(content: bytes) -> list[tuple[int, Sequence[Cell]]]:
    try:
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0)
        rows = sheet.to_python(skip_empty_area=False)
    except (CalamineError, ValueError, IndexError) as error:
        raise Invalid(
            _("Diese Excel-Datei lässt sich nicht lesen."),
            remedy=_("Bitte als .xlsx oder .csv speichern."),
        ) from error
    return [(n, row) for n, row in enumerate(rows, start=1)]


def _read_json(content: bytes) -> list[tuple[int, Sequence[Cell]]]:
    # a heading that some objects lack is an empty cell there; nothing lies deeper than a cell
    shape = _("eine Liste von Objekten, wie der Export sie schreibt")
    try:
        found = json.loads(content.decode("utf-8-sig"), parse_float=Decimal)
    except (ValueError, RecursionError) as error:
        place = (
            f" ({error.lineno}:{error.colno})" if isinstance(error, json.JSONDecodeError) else ""
        )
        raise Invalid(_("Das ist kein lesbares JSON.") + place, remedy=shape) from error
    if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
        raise Invalid(_("Diese JSON-Datei hat eine andere Form als erwartet."), remedy=shape)
    headings = list(dict.fromkeys(name for row in found for name in row))
    for n, row in enumerate(found, start=2):
        deep = next((name for name, cell in row.items() if isinstance(cell, list | dict)), None)
        if deep is not None:
            message = _("Zeile {n}, {name}: hier steht mehr als ein Wert.").format(n=n, name=deep)
            raise Invalid(message, remedy=shape)
    return [
        (1, headings),
        *((n, [row.get(name) for name in headings]) for n, row in enumerate(found, start=2)),
    ]


def _read_csv(content: bytes, file_name: str) -> tuple[list[tuple[int, Sequence[Cell]]], bool]:
    if b"\x00" in content[:4096]:
        raise Invalid(
            _("Das ist weder eine CSV- noch eine Excel-Datei (.xlsx)."),
            remedy=_("Bitte die Tabelle als .xlsx oder .csv speichern.")
            + (f" ({file_name})" if file_name else ""),
        )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = (
            content.decode("cp1252", errors="strict")
            if _is_cp1252(content)
            else content.decode("latin-1")
        )
    first = text.lstrip("\r\n").split("\n", 1)[0]
    delimiter = max(";,\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[tuple[int, Sequence[Cell]]] = []
    before = 0
    try:
        for row in reader:
            rows.append((before + 1, row))
            before = reader.line_num
    except csv.Error as error:
        raise Invalid(
            _("Zeile {line} lässt sich nicht lesen: die Anführungszeichen gehen nicht auf.").format(
                line=before + 1
            )
        ) from error
    return rows, delimiter == ","


def _is_cp1252(content: bytes) -> bool:
    try:
        content.decode("cp1252")
    except UnicodeDecodeError:
        return False
    return True
