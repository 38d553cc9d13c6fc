"""What must be decided before an order is approved; pure."""

from collections.abc import Sequence
from datetime import date

from exchange.orders.model import UNDECIDED
from kdnx.errors import Refused
from kdnx.text import _

TAX_NEEDED_FROM = date(2027, 1, 1)  # § 27 Abs. 22a UStG: from then on no service without a decision


def check_tax_decided(starts_on: date, codes: Sequence[str]) -> None:
    """What starts in 2027 or after needs a decided tax case for each leg."""
    if starts_on >= TAX_NEEDED_FROM and UNDECIDED in codes:
        raise Refused(
            _(
                "Für Leistungen ab dem 01.01.2027 muss die Umsatzsteuer je Vertrag entschieden sein."
            ),
            rule=_("§ 27 Abs. 22a UStG: Die Übergangsregelung endet am 31.12.2026."),
            remedy=_("Den Steuerfall vorschlagen und von einer zweiten Person prüfen lassen."),
            code="tax_undecided",
        )
