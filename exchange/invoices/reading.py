"""What pages and JSON share when they list invoices."""

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from exchange.invoices import store
from exchange.invoices.model import read_term
from exchange.invoices.store import Invoice, InvoiceFilter
from exchange.ledger.reading import own_or_all
from kdnx.db.conn import Conn
from kdnx.errors import Invalid, Refused
from kdnx.text import _
from kdnx.viewer import Viewer
from kdnx.web.paging import decode_cursor, encode_cursor

MAX_DOWNLOAD = 1_000
ZIP_DAY = (1980, 1, 1, 0, 0, 0)  # the same documents make the same file


@dataclass(frozen=True)
class Piece:
    """Invoices of one page and the cursor of the next."""

    items: Sequence[Invoice]
    next: str | None


def filter_of(
    secret: str, direction: str, state: str | None, period: str | None, cursor: str | None
) -> InvoiceFilter:
    """The filter of a query; Invalid for a cursor or period that is none."""
    term = read_term(period) if period else None
    return InvoiceFilter(
        direction, state, term.first if term else None, term.last if term else None, _after(secret, cursor)
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
