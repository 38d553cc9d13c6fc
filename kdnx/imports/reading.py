"""From bytes to a table: CSV in the forms German offices send it, and XLSX."""

import csv
import io
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
    """

    headings: Sequence[str]
    rows: Sequence[tuple[int, Sequence[Cell]]]
    has_points: bool = False


def read_table(content: bytes, file_name: str = "") -> Table:
    """The table of a CSV or XLSX file; Invalid says what is wrong with the file as a whole."""
    if not content.strip():
        raise Invalid(
            _("Die Datei ist leer."), remedy=_("Eine Vorlage gibt es auf der Importseite.")
        )
    is_book = content.startswith(ZIP_MAGIC)
    raw, has_points = (_read_xlsx(content), False) if is_book else _read_csv(content, file_name)
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
    return Table(headings, rows, has_points)


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
