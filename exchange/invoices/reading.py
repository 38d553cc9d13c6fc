"""What pages and JSON share when they list invoices."""

import csv
import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from exchange.invoices import store
from exchange.invoices.model import LABELS, InvoiceState, read_term
from exchange.invoices.schemas import Wanted
from exchange.invoices.store import Invoice, InvoiceFilter
from exchange.ledger.reading import own_or_all
from kdnx.db.conn import Conn
from kdnx.errors import Invalid, Refused
from kdnx.module import Hit
from kdnx.text import _
from kdnx.viewer import Permission, Viewer
from kdnx.web.formats import day, eur
from kdnx.web.paging import decode_cursor, encode_cursor

MAX_DOWNLOAD = 1_000
MAX_ROWS = 10_000
SHORTEST = 3
ZIP_DAY = (1980, 1, 1, 0, 0, 0)  # the same documents make the same file


@dataclass(frozen=True)
class Piece:
    """Invoices of one page and the cursor of the next."""

    items: Sequence[Invoice]
    next: str | None


def filter_of(secret: str, query: Wanted, *, whole: bool = False) -> InvoiceFilter:
    """The filter of a query, `whole` without its cursor; Invalid for a cursor or period that is none."""
    term = read_term(query.period) if query.period else None
    return InvoiceFilter(
        direction=query.direction, state=query.state, first=term.first if term else None,
        last=term.last if term else None,
        number=query.number or None, partner_id=query.partner, type=query.type,
        after=None if whole else _after(secret, query.cursor),
    )  # fmt: skip


def _after(secret: str, cursor: str | None) -> tuple[date, str, UUID] | None:
    if not cursor:
        return None
    on, number, id_ = decode_cursor(secret, cursor, 3)
    try:
        return date.fromisoformat(on), number, UUID(id_)
    except ValueError:
        raise Invalid(_("Diese Fortsetzung ist ungültig."), code="bad_cursor") from None


async def read_piece(
    conn: Conn, viewer: Viewer, wanted: InvoiceFilter, *, limit: int, secret: str
) -> Piece:
    """One piece of the list and how to go on."""
    rows = await store.list_invoices(conn, own_or_all(viewer), wanted, limit + 1)
    more, rows = len(rows) > limit, rows[:limit]
    cursor = None
    if more:
        cursor = encode_cursor(secret, [rows[-1].issued_on, rows[-1].number, rows[-1].id])
    return Piece(rows, cursor)


async def zip_invoices(conn: Conn, viewer: Viewer, wanted: InvoiceFilter) -> bytes:
    """The stored documents of a selection as one archive, a file a number; Refused when there is none or too many."""
    rows = await store.list_invoices(conn, own_or_all(viewer), wanted, MAX_DOWNLOAD + 1)
    if not rows:
        raise Refused(_("In dieser Auswahl gibt es keine Rechnung."), code="nothing_to_export")
    if len(rows) > MAX_DOWNLOAD:
        raise Refused(
            _("Das sind mehr als {n} Rechnungen.").format(n=MAX_DOWNLOAD), code="too_many_files",
            remedy=_("Einen kürzeren Zeitraum wählen."),
        )  # fmt: skip
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for i in sorted(rows, key=lambda r: r.number):
            archive.writestr(
                zipfile.ZipInfo(f"{i.number}.xml", ZIP_DAY), await store.get_xml(conn, i)
            )
    return out.getvalue()


async def write_table(conn: Conn, viewer: Viewer, wanted: InvoiceFilter) -> str:
    """The selection as CSV for spreadsheets: semicolon, decimal comma, byte order mark; Refused when too large."""
    rows = await store.list_invoices(conn, own_or_all(viewer), wanted, MAX_ROWS + 1)
    if len(rows) > MAX_ROWS:
        raise Refused(
            _("Das sind mehr als {n} Rechnungen.").format(n=MAX_ROWS), code="too_many_rows",
            remedy=_("Einen kürzeren Zeitraum wählen."),
        )  # fmt: skip
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(
        [_("Nummer"), _("Art"), _("Von"), _("An"), _("Zeitraum ab"), _("Zeitraum bis"), _("Datum"), _("Fällig"),
         _("Netto"), _("Umsatzsteuer"), _("Brutto"), _("Stand"), _("Beglichen"), _("Berichtigt"), _("Prüfsumme")]
    )  # fmt: skip
    for i in rows:
        writer.writerow(
            [i.number, i.label, _cell(i.seller_name), _cell(i.buyer_name), day(i.period_from), day(i.period_to),
             day(i.issued_on), day(i.due_on), _plain(i.net_cents), _plain(i.vat_cents), _plain(i.gross_cents),
             LABELS[InvoiceState(i.state)], day(i.settled_on) if i.settled_on else "", i.refers_number,
             i.xml_sha256.hex()]
        )  # fmt: skip
    return "\ufeff" + out.getvalue()


def _cell(text: str) -> str:
    """A spreadsheet must not take a name for a formula."""
    return "'" + text if text.startswith(("=", "+", "-", "@")) else text


def _plain(cents: int) -> str:
    return f"{Decimal(cents) / 100:.2f}".replace(".", ",")


async def find_invoices(conn: Conn, viewer: Viewer, text: str, limit: int) -> Sequence[Hit]:
    """Invoices by number, for the search over everything."""
    if len(text.strip()) < SHORTEST or not viewer.may(Permission.BOOKING_READ):
        return []
    wanted = InvoiceFilter(number=text.strip().upper())
    return [
        Hit(
            f"{i.number} {i.seller_name} → {i.buyer_name}", f"/invoices/{i.id}", i.label,
            f"{eur(i.gross_cents)}, {LABELS[InvoiceState(i.state)]}",
        )
        for i in await store.list_invoices(conn, own_or_all(viewer), wanted, limit)
    ]  # fmt: skip
