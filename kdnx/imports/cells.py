"""From a cell to a value, and back: German and technical notation, one clear message a cell."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from kdnx.clock import BERLIN
from kdnx.imports.kinds import CellKind, Column, Row, RowError
from kdnx.imports.reading import Cell, Table
from kdnx.money import parse_euro
from kdnx.text import _

YES = {"ja", "j", "true", "wahr", "1", "x", "yes"}
NO = {"nein", "n", "false", "falsch", "0", "-", "no"}
GERMAN_DAY = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
# no powers of ten: 1e999999999 is a number that nobody means and no memory holds
PLAIN_NUMBER = re.compile(r"[+-]?(\d{1,30}(\.\d{0,30})?|\.\d{1,30})")
NUMBERS = (CellKind.INTEGER, CellKind.DECIMAL, CellKind.MONEY)
EXPECTED = {
    CellKind.TEXT: "Text",
    CellKind.INTEGER: "ganze Zahl, z. B. 1200",
    CellKind.DECIMAL: "Zahl, z. B. 1.234,5",
    CellKind.MONEY: "Betrag in Euro, z. B. 1.234,50",
    CellKind.DAY: "Datum, z. B. 31.12.2026",
    CellKind.INSTANT: "Zeitpunkt, z. B. 2026-12-31T12:00:00+01:00",
    CellKind.FLAG: "ja oder nein",
}
RISKY = ("=", "+", "-", "@", "\t")


def match_headings(headings: Sequence[str], columns: Sequence[Column]) -> dict[str, int]:
    """Which column of the file is which of ours: German, English or alias headings, case ignored."""
    known: dict[str, str] = {}
    for column in columns:
        for name in (column.name, column.title, *column.aliases):
            known[_fold(name)] = column.name
    found: dict[str, int] = {}
    for place, heading in enumerate(headings):
        match = known.get(_fold(heading))
        if match and match not in found:
            found[match] = place
    return found


def _fold(text: str) -> str:
    return re.sub(r"[^a-z0-9äöüß]", "", text.lower())


def read_rows(
    table: Table, columns: Sequence[Column], mapping: Mapping[str, int], *, is_office: bool
) -> tuple[list[Row], list[RowError]]:
    """Rows with typed values and an error for every cell that cannot be read; faulty rows are left out."""
    rows: list[Row] = []
    errors: list[RowError] = []
    given = [(c, mapping[c.name]) for c in columns if c.name in mapping]
    # a required column that the file lacks is told once for the file, not for each row
    nothing: dict[str, Any] = dict.fromkeys(c.name for c in columns)
    for number, cells in table.rows:
        values = nothing.copy()
        faults: list[RowError] = []
        for column, place in given:
            cell = cells[place] if place < len(cells) else None
            if (cell is None or cell == "") and not column.required:
                continue
            try:
                values[column.name] = read_cell(column, _as_meant(table, column, cell))
            except ValueError as error:
                faults.append(
                    RowError(number, column.title, _shown(cell), expected(column), str(error))
                )
                continue
            if column.hub_only and not is_office and values[column.name] is not None:
                message = _("Diese Spalte füllt nur die Geschäftsstelle.")
                faults.append(RowError(number, column.title, _shown(cell), _("leer"), message))
        if faults:
            errors += faults
        else:
            rows.append(Row(number, values))
    return rows, errors


def _as_meant(table: Table, column: Column, cell: Cell) -> Cell:
    if table.in_cents and column.kind == CellKind.MONEY and type(cell) is int:
        return Decimal(cell) / 100
    return technical(cell) if table.has_points and column.kind in NUMBERS else cell


def technical(cell: Cell) -> Cell:
    """A number with a decimal point, from a file that separates columns by commas: 1.234 is not 1234 there."""
    text = cell.strip() if isinstance(cell, str) else ""
    return Decimal(text) if PLAIN_NUMBER.fullmatch(text) else cell


def expected(column: Column) -> str:
    """What may stand in the cell, in words."""
    if column.kind == CellKind.CHOICE:
        return _("eines von: ") + ", ".join(column.choices)
    return _(EXPECTED[column.kind])


def _shown(cell: Cell) -> str:
    return "" if cell is None else str(cell)[:80]


def read_cell(column: Column, cell: Cell) -> Any:
    """The typed value, None when empty; ValueError carries the German message."""
    if cell is None or (isinstance(cell, str) and cell.strip() == ""):
        if column.required and not column.may_continue:
            raise ValueError(_("Diese Angabe fehlt."))
        return None
    try:
        return READERS[column.kind](column, cell)
    except (ValueError, InvalidOperation, OverflowError) as error:
        said = str(error) if isinstance(error, CellError) else _("Diese Angabe ist nicht lesbar.")
        raise ValueError(said) from None


class CellError(ValueError):
    """A message of its own for the cell."""


def _text(column: Column, cell: Cell) -> str:
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    text = str(cell).strip()
    if text.startswith("'") and text[1:2] in RISKY:
        text = text[1:].strip()
    if len(text) > column.max_length:
        raise CellError(_("Höchstens {n} Zeichen sind möglich.").format(n=column.max_length))
    return text


def _integer(_column: Column, cell: Cell) -> int:
    if isinstance(cell, bool):
        raise CellError(_("Diese Angabe ist nicht lesbar."))
    value = _number(cell)
    if value != value.to_integral_value():
        raise ValueError
    return int(value)


def _decimal(_column: Column, cell: Cell) -> Decimal:
    return _number(cell)


def _number(cell: Cell) -> Decimal:
    if isinstance(cell, bool):
        raise CellError(_("Diese Angabe ist nicht lesbar."))
    if isinstance(cell, int | float | Decimal):
        value = Decimal(str(cell))
    else:
        text = str(cell).strip().replace("\u00a0", "").replace(" ", "")
        if "," in text:
            text = text.replace(".", "").replace(",", ".")
        elif re.fullmatch(r"[+-]?[1-9]\d{0,2}(\.\d{3})+", text):
            text = text.replace(".", "")
        if not PLAIN_NUMBER.fullmatch(text):
            raise ValueError
        value = Decimal(text)
    if not value.is_finite():
        raise ValueError
    return value


def _money(_column: Column, cell: Cell) -> int:
    if isinstance(cell, bool):
        raise CellError(_("Diese Angabe ist nicht lesbar."))
    if isinstance(cell, int | float | Decimal):
        cents = Decimal(str(cell)) * 100
        if cents != cents.to_integral_value():
            raise CellError(_("Höchstens zwei Stellen nach dem Komma sind möglich."))
        return int(cents)
    return parse_euro(str(cell))


def _day(_column: Column, cell: Cell) -> date:
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    text = str(cell).strip()
    if match := GERMAN_DAY.fullmatch(text):
        return date(int(match[3]), int(match[2]), int(match[1]))
    return date.fromisoformat(text)


def _instant(_column: Column, cell: Cell) -> datetime:
    value = cell if isinstance(cell, datetime) else datetime.fromisoformat(str(cell).strip())
    return (value if value.tzinfo else value.replace(tzinfo=BERLIN)).astimezone(UTC)


def _flag(_column: Column, cell: Cell) -> bool:
    text = str(cell).strip().lower()
    if isinstance(cell, bool):
        return cell
    if text in YES:
        return True
    if text in NO:
        return False
    raise ValueError


def _choice(column: Column, cell: Cell) -> str:
    text = _fold(str(cell))
    for label, value in column.choices.items():
        if text in {_fold(label), _fold(value)}:
            return value
    raise CellError(_("Dieser Wert ist nicht vorgesehen."))


READERS: Mapping[CellKind, Any] = {
    CellKind.TEXT: _text, CellKind.INTEGER: _integer, CellKind.DECIMAL: _decimal, CellKind.MONEY: _money,
    CellKind.DAY: _day, CellKind.INSTANT: _instant, CellKind.FLAG: _flag, CellKind.CHOICE: _choice,
}  # fmt: skip


def write_cell(column: Column, value: Any) -> str:  # noqa: PLR0911  # one line a kind
    """The value in German notation for CSV; free text cannot start a formula."""
    if value is None:
        return ""
    match column.kind:
        case CellKind.MONEY:
            return f"{'-' if value < 0 else ''}{abs(value) // 100},{abs(value) % 100:02d}"
        case CellKind.DECIMAL:
            return format(value.normalize(), "f").replace(".", ",")
        case CellKind.DAY:
            return f"{value:%d.%m.%Y}"
        case CellKind.INSTANT:
            return str(value.isoformat())
        case CellKind.FLAG:
            return "ja" if value else "nein"
        case CellKind.CHOICE:
            return next((label for label, v in column.choices.items() if v == value), str(value))
        case _:
            text = str(value)
            return "'" + text if text.startswith(RISKY) else text
