"""Transfers as a file: written out only, for they come from confirmations alone."""

from collections.abc import Mapping, Sequence
from typing import Any

from exchange.ledger import store
from exchange.ledger.reading import own_or_all, sees_chain
from exchange.ledger.store import TransferFilter
from kdnx.db.conn import Conn
from kdnx.errors import Refused
from kdnx.imports.kinds import CellKind, Column, FileKind, Outcome, Row
from kdnx.text import _
from kdnx.viewer import Permission, Viewer

LIMIT = 1_000_000
COLUMNS = (
    Column("seq", "Nr. in der Kette", CellKind.INTEGER),
    Column("recorded_at", "Gebucht am", CellKind.INSTANT),
    Column("provider", "Bereitsteller"),
    Column("recipient", "Abnehmer"),
    Column("kind", "Art"),
    Column("leg", "Vertragsbein", CellKind.INTEGER),
    Column("debit", "Soll"),
    Column("credit", "Haben"),
    Column("amount", "Betrag", CellKind.MONEY),
    Column("sign", "Vorzeichen", CellKind.INTEGER),
    Column("book_year", "Buchungsjahr", CellKind.INTEGER),
    Column("book_month", "Buchungsmonat", CellKind.INTEGER),
    Column("service_year", "Leistungsjahr", CellKind.INTEGER),
    Column("service_month", "Leistungsmonat", CellKind.INTEGER),
    Column("source_id", "Beleg"),
    Column("hash", "Prüfsumme"),
)


async def write(_conn: Conn, _viewer: Viewer, _rows: Sequence[Row]) -> Outcome:
    """Never: a transfer has two signatures behind it."""
    raise Refused(
        _("Buchungszeilen lassen sich nicht importieren."),
        rule=_("Jede Zeile entsteht aus einer von beiden Seiten bestätigten Buchung."),
        remedy=_("Bitte Buchungen importieren („bookings“)."),
    )


async def read(conn: Conn, viewer: Viewer) -> Sequence[Mapping[str, Any]]:
    """What the viewer may see, oldest first."""
    lines = await store.list_transfers(conn, own_or_all(viewer), TransferFilter(), LIMIT)
    return [
        {
            "seq": t.seq if sees_chain(viewer, t) else None, "recorded_at": t.recorded_at, "provider": t.provider_name,
            "recipient": t.recipient_name, "kind": t.kind, "leg": t.leg, "debit": f"{t.debit_kind} {t.debit_member}",
            "credit": f"{t.credit_kind} {t.credit_member}", "amount": t.cents, "sign": t.sign, "book_year": t.book_year,
            "book_month": t.book_month, "service_year": t.service_year, "service_month": t.service_month,
            "source_id": str(t.source_id), "hash": t.hash.hex() if sees_chain(viewer, t) else None,
        }
        for t in reversed(lines)
    ]  # fmt: skip


KIND = FileKind(
    "transfers", "Buchungszeilen", Permission.LEDGER_READ, COLUMNS, write, read, order=900
)
