"""A frozen survey as CSV, XLSX and PDF; the JSON is its canonical bytes themselves."""

import csv
import io
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter

from catalog.surveys.content import read
from catalog.surveys.model import Frozen
from kdnx.text import _
from kdnx.web.formats import eur, instant
from kdnx.web.typesetting import typeset

MEDIA = {
    "json": "application/json",
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
}
FORMULA = ("=", "+", "-", "@", "\t", "\r")
EXCEL_CELL = 32_767
TEMPLATE = Path(__file__).parent / "templates" / "frozen.typ"


async def write(frozen: Frozen, form: str) -> bytes:
    """The bytes of one of the four forms."""
    match form:
        case "json":
            return frozen.content.encode()
        case "csv":
            return write_csv(frozen)
        case "xlsx":
            return write_xlsx(frozen)
        case _:
            return await write_pdf(frozen)


def _head(frozen: Frozen, values: Mapping[str, Any]) -> list[tuple[str, str]]:
    counts = values["counts"]
    return [
        (_("Nummer"), frozen.number),
        (_("Gegenstand"), frozen.title),
        (_("Haus"), values["owner"]["name"]),
        (_("Festgeschrieben"), instant(frozen.frozen_at)),
        (_("Gesucht"), values["criteria"]["sentence"]),
        (_("Adresse der Suche"), values["criteria"]["address"] or "–"),
        (_("Treffer"), str(counts["hits"])),
        (_("Engere Wahl"), str(counts["kept"])),
        (_("Ausgeschlossen"), str(counts["excluded"])),
        (_("Bemerkung"), values["remark"] or "–"),
        (_("Prüfsumme SHA-256"), frozen.sha256.hex()),
    ]


def _headings() -> list[str]:
    return [
        _("Nr."), _("Leistung"), _("Titel"), _("Fassung"), _("Mitglied"), _("Kategorie"), _("Preis netto in Euro"),
        _("Preise"), _("Entscheidung"), _("Grund"), _("Erläuterung"),
    ]  # fmt: skip


def _cells(hit: Mapping[str, Any]) -> list[Any]:
    prices = hit["prices"]
    micro = prices[0]["unit_price_micro"] if prices else None
    return [
        hit["ordinal"], hit["number"], hit["title"], hit["version"], hit["provider"], hit["category"],
        None if micro is None else Decimal(micro) / 1_000_000, "; ".join(" – ".join(p["text"]) for p in prices),
        hit["decision_label"], hit["reason_label"], hit["note"],
    ]  # fmt: skip


def write_csv(frozen: Frozen) -> bytes:
    """For German spreadsheets: semicolon, byte order mark, decimal comma; first the head, then the hits."""
    values = read(frozen)
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    for label, text in _head(frozen, values):
        writer.writerow([label, _safe(text)])
    writer.writerow([])
    writer.writerow(_headings())
    for hit in values["hits"]:
        writer.writerow([_safe(_german(cell)) for cell in _cells(hit)])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _german(cell: Any) -> str:
    if isinstance(cell, Decimal):
        return f"{cell.normalize():f}".replace(".", ",")
    return "" if cell is None else str(cell)


def _safe(cell: str) -> str:
    return "'" + cell if cell.startswith(FORMULA) else cell


def write_xlsx(frozen: Frozen) -> bytes:
    """Three sheets: the head, the hits as a table, the comparison."""
    values = read(frozen)
    out = io.BytesIO()
    with xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    ) as book:
        bold = book.add_format({"bold": True, "bottom": 1})
        wrap = book.add_format({"text_wrap": True, "valign": "top"})
        sheet = book.add_worksheet(_("Beleg"))
        for y, (label, text) in enumerate(_head(frozen, values)):
            sheet.write_string(y, 0, label, bold)
            sheet.write_string(y, 1, text[:EXCEL_CELL], wrap)
        sheet.set_column(0, 0, 24)
        sheet.set_column(1, 1, 90)
        _hit_sheet(book, values["hits"], bold, wrap)
        if values["comparison"]:
            _comparison_sheet(book, values["comparison"], bold, wrap)
    return out.getvalue()


def _hit_sheet(book: Any, hits: Sequence[Mapping[str, Any]], bold: Any, wrap: Any) -> None:
    sheet = book.add_worksheet(_("Treffer"))
    price = book.add_format({"num_format": "#,##0.00####", "valign": "top"})
    for x, title in enumerate(_headings()):
        sheet.write_string(0, x, title, bold)
    for y, hit in enumerate(hits, start=1):
        for x, cell in enumerate(_cells(hit)):
            if isinstance(cell, Decimal | int):
                sheet.write_number(y, x, float(cell), price if isinstance(cell, Decimal) else wrap)
            elif cell:
                sheet.write_string(y, x, str(cell)[:EXCEL_CELL], wrap)
    for x, width in enumerate((6, 16, 40, 9, 28, 24, 14, 50, 16, 40, 50)):
        sheet.set_column(x, x, width)
    sheet.freeze_panes(1, 3)
    if hits:
        sheet.autofilter(0, 0, len(hits), len(_headings()) - 1)


def _comparison_sheet(book: Any, table: Mapping[str, Any], bold: Any, wrap: Any) -> None:
    sheet = book.add_worksheet(_("Vergleich"))
    sheet.write_string(0, 0, _("Angabe"), bold)
    for x, column in enumerate(table["columns"], start=1):
        sheet.write_string(0, x, f"{column['title']} ({column['owner']})"[:EXCEL_CELL], bold)
    for y, row in enumerate(table["rows"], start=1):
        sheet.write_string(y, 0, f"{row['group']}: {row['label']}", wrap)
        for x, cell in enumerate(row["cells"], start=1):
            sheet.write_string(y, x, "\n".join(cell)[:EXCEL_CELL], wrap)
    sheet.set_column(0, 0, 36)
    sheet.set_column(1, 4, 44)
    sheet.freeze_panes(1, 1)


async def write_pdf(frozen: Frozen) -> bytes:
    """A tagged PDF (PDF/UA-1) by typst in a short-lived process, so that its memory does not stay."""
    values = read(frozen)
    given = {
        "head": _head(frozen, values), "title": frozen.title, "number": frozen.number, "hits": values["hits"],
        "comparison": _paper_comparison(values["comparison"]), "sha256": frozen.sha256.hex(),
        "at": int(frozen.frozen_at.timestamp()),
    }  # fmt: skip
    return await typeset(TEMPLATE, given)


def _paper_comparison(table: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    if table is None:
        return None
    columns = [f"{c['title']} ({c['owner']})" for c in table["columns"]]
    sums = [_("{sum} im Jahr").format(sum=eur(c["yearly_cents"])) for c in table["columns"]]
    rows = [[r["label"], *["\n".join(c) for c in r["cells"]]] for r in table["rows"]]
    return {"columns": columns, "sums": sums, "rows": rows}
