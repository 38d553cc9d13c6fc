"""What may still be proposed for a day of service while its period is being closed, or is closed."""

from datetime import date

from exchange.ledger import store
from kdnx.db.conn import Conn
from kdnx.errors import Refused
from kdnx.text import _

SHUT = {"closed", "locked"}


async def check_proposable(conn: Conn, day: date) -> bool:
    """True when the day's year is closed, so that what is proposed for it is an adjustment.

    Refused (code period_closing) while its month or year is being closed: then only reversals,
    adjustments, VAT and settlement pass.
    """
    year_state, month_state = await store.gate_states(conn, day.year, day.month)
    if "closing" in (year_state, month_state):
        word = str(day.year) if year_state == "closing" else f"{day:%m/%Y}"
        raise Refused(
            _("{period} wird gerade abgeschlossen; neue Leistungen lassen sich nicht vorschlagen.").format(period=word),
            code="period_closing",
            rule=_("Im Abschluss sind nur Stornos, Berichtigungen, Umsatzsteuer und Verrechnung möglich."),
            remedy=_("Eine bestätigte Buchung berichtigen, oder nach dem Abschluss vorschlagen: "
                     "Sie zählt dann als Nachtrag im nächsten offenen Jahr."),
            remedy_url=f"/closings/{day.year}",
        )  # fmt: skip
    return year_state in SHUT
