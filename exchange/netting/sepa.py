"""The payments of one payer as a SEPA credit transfer (pain.001.001.09), validated against its schema."""

from collections.abc import Sequence
from datetime import date, datetime
from xml.etree import ElementTree as ET

from sepaxml import SepaTransfer
from sepaxml.validation import try_valid_xml

from exchange.netting.store import Paid
from kdnx.clock import berlin_time

SCHEMA = "pain.001.001.09"  # DFÜ-Abkommen Anlage 3, in force since November 2023


GERMAN = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss"}
)


def _plain(name: str) -> str:
    return name.translate(GERMAN)  # banks need not take umlauts; the library drops only their dots


def write_pain001(
    payments: Sequence[Paid], execution: date, *, message_id: str, created_at: datetime
) -> bytes:
    """A file for the bank of the payer, who is the same in all of them; one batch, amounts in cents.

    `message_id` (at most 35 characters) is the same each time the file is made: a bank refuses the second one.
    ValueError without payments. The result is checked against the schema of ISO 20022.
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
    made = _named(transfer.export(validate=False), message_id, created_at)
    try_valid_xml(made, SCHEMA)
    return made


def _named(made: bytes, message_id: str, created_at: datetime) -> bytes:
    """The library draws ids by chance and reads the clock: here both come from the run."""
    tree = ET.fromstring(made)  # noqa: S314  # our own file
    space = f"{{urn:iso:std:iso:20022:tech:xsd:{SCHEMA}}}"
    for name, value in (
        ("MsgId", message_id),
        ("PmtInfId", message_id),
        ("CreDtTm", berlin_time(created_at).strftime("%Y-%m-%dT%H:%M:%S")),
    ):
        for found in tree.iter(space + name):
            found.text = value
    written: bytes = ET.tostring(tree, encoding="UTF-8", xml_declaration=True)
    return written
