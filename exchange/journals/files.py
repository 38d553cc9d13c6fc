"""A journal as CSV or Excel, amounts in euro."""

from exchange.journals.actions import Journal
from exchange.journals.model import LABELS, Entry
from kdnx.imports.kinds import CellKind, Column
from kdnx.imports.writing import write_table
from kdnx.text import _

C, MONEY = Column, CellKind.MONEY
COLUMNS = (
    C("day", "Datum", CellKind.DAY), C("document", "Beleg"), C("text", "Text"), C("entry", "Art"),
    C("partner", "Partner"),
    C("account", "Konto"), C("contra", "Gegenkonto"), C("tax_key", "Steuerschlüssel"),
    C("rate", "Steuersatz %", CellKind.DECIMAL), C("net", "Netto", MONEY), C("vat", "Umsatzsteuer", MONEY),
    C("gross", "Brutto", MONEY), C("id", "Zeilen-ID"),
)  # fmt: skip


def write_journal(journal: Journal, form: str) -> bytes:
    """The same period gives the same CSV, byte for byte."""
    rows = [
        {"day": x.day, "document": x.document, "text": x.text, "entry": LABELS[Entry(x.entry)], "partner": x.partner,
         "account": x.account.account, "contra": x.account.contra, "tax_key": x.account.tax_key, "rate": x.rate_pct,
         "net": x.net_cents, "vat": x.vat_cents, "gross": x.gross_cents, "id": str(x.id)}
        for x in journal.lines
    ]  # fmt: skip
    return write_table(_("Journal"), COLUMNS, rows, form)
