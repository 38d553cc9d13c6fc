"""The file of a finance system: German headings and amounts as the usual systems write them, to signed items."""

import re
from dataclasses import replace

from exchange.matching.model import Item
from kdnx.errors import Invalid
from kdnx.imports.cells import match_headings, read_rows
from kdnx.imports.kinds import CellKind, Column, Row
from kdnx.imports.reading import Cell, Table, read_table
from kdnx.text import _

COLUMNS = (
    Column("reference", "Beleg", aliases=("Belegnummer", "Beleg-Nr.", "Belegfeld 1", "Referenz", "Rechnungsnummer",
           "Buchungsnummer", "Verwendungszweck", "Dokument")),
    Column("cents", "Betrag", CellKind.MONEY, aliases=("Umsatz", "Summe", "Betrag EUR", "Betrag in Euro", "Wert")),
    Column("debit", "Soll", CellKind.MONEY, aliases=("Soll EUR", "Betrag Soll")),
    Column("credit", "Haben", CellKind.MONEY, aliases=("Haben EUR", "Betrag Haben")),
    Column("mark", "Soll/Haben-Kennzeichen", aliases=("S/H", "SH", "Soll/Haben", "Kennzeichen")),
    Column("day", "Datum", CellKind.DAY, aliases=("Buchungsdatum", "Belegdatum", "Buchungstag", "Gebucht am")),
)  # fmt: skip
SHOWN_FAULTS = 5
CREDIT = {"h", "haben", "c", "cr"}
PRINTED = re.compile(r"\((?P<bracket>[^()+-]+)\)|(?P<amount>[^()+\-SHsh]+?)\s*(?P<after>[-+SHsh])")


def read_extract(content: bytes, file_name: str) -> list[Item]:
    """The rows of a finance system's file, cents; Invalid names the missing column or the first unreadable rows."""
    table = read_table(content, file_name)
    mapping = match_headings(table.headings, COLUMNS)
    table = _plain(table, {mapping[n] for n in ("cents", "debit", "credit") if n in mapping})
    if (
        not {"cents", "debit", "credit"} & mapping.keys()
        or not {"reference", "day"} & mapping.keys()
    ):
        raise Invalid(
            _("Gebraucht werden ein Betrag und ein Beleg oder Datum; gefunden: {found}.").format(
                found=", ".join(h for h in table.headings if h) or _("keine Überschrift")
            ),
            remedy=_("Die Überschriften heißen zum Beispiel Beleg, Datum, Betrag oder Soll und Haben."),
            code="columns_missing",
        )  # fmt: skip
    rows, faults = read_rows(table, COLUMNS, mapping, is_office=False)
    if faults:
        said = "; ".join(
            _("Zeile {n}, {field}: {found}").format(n=f.row, field=f.field, found=f.found)
            for f in faults[:SHOWN_FAULTS]
        )
        raise Invalid(
            _("Nicht lesbar: {said}.").format(said=said),
            remedy=_("Bitte berichtigen und noch einmal hochladen."),
        )
    found = [
        Item(
            r.values["reference"] or "",
            _side(r) * (r.values["cents"] or 0)
            + (r.values["debit"] or 0)
            - (r.values["credit"] or 0),
            r.values["day"],
        )
        for r in rows
    ]
    if not found:
        raise Invalid(_("Die Datei enthält keine Zeilen."))
    return found


def _plain(table: Table, places: set[int]) -> Table:
    """Amounts as finance systems print them become numbers: (12,50) and 12,50- and 12,50 H are less than zero."""
    rows = [
        (number, [_signed(c) if n in places else c for n, c in enumerate(cells)])
        for number, cells in table.rows
    ]
    return replace(table, rows=rows)


def _signed(cell: Cell) -> Cell:
    if not isinstance(cell, str) or (match := PRINTED.fullmatch(cell.strip())) is None:
        return cell
    amount = match["bracket"] or match["amount"]
    is_minus = match["bracket"] or match["after"] in ("-", "H", "h")
    return f"-{amount.strip()}" if is_minus else amount.strip()


def _side(row: Row) -> int:
    """-1 for an amount marked as credit; the sign of the amount itself counts besides."""
    mark = str(row.values["mark"] or "").strip().lower()
    return -1 if mark in CREDIT else 1
