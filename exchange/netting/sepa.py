"""The payments of one payer as a SEPA credit transfer (pain.001.001.09), validated against its schema."""

from collections.abc import Sequence
from datetime import date

from sepaxml import SepaTransfer

from exchange.netting.store import Paid

SCHEMA = "pain.001.001.09"  # DFÜ-Abkommen Anlage 3, in force since November 2023


GERMAN = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss"}
)


def _plain(name: str) -> str:
    return name.translate(GERMAN)  # banks need not take umlauts; the library drops only their dots


def write_pain001(payments: Sequence[Paid], execution: date) -> bytes:
    """A file for the bank of the payer, who is the same in all of them; one batch, amounts in cents.

    ValueError without payments. The library checks the result against the schema of ISO 20022.
    """
    if not payments or len({p.payer_id for p in payments}) != 1:
        raise ValueError("payments of exactly one payer are needed")
    first = payments[0]
    payer = {
        "name": _plain(first.payer_name),
        "IBAN": first.payer_iban,
        "batch": True,
        "currency": "EUR",
    }
    transfer = SepaTransfer(payer, schema=SCHEMA, clean=True)
    for p in payments:
        transfer.add_payment(
            {
                "name": _plain(p.payee_name),
                "IBAN": p.payee_iban,
                "amount": p.cents,
                "execution_date": execution,
                "description": f"Ausgleich {p.reference}",
                "endtoend_id": p.reference.replace(" ", "-"),
            }
        )
    made: bytes = transfer.export(validate=True)
    return made
