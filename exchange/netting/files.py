"""A run's lines and a member's statement as CSV, amounts in euro."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from exchange.ledger.model import TRANSFER_LABELS, TransferKind
from exchange.netting.reading import Shown, Statement
from exchange.netting.store import Run
from kdnx.clock import berlin_day
from kdnx.imports.kinds import CellKind, Column
from kdnx.imports.writing import write_csv
from kdnx.text import _

C, MONEY = Column, CellKind.MONEY
LINE_COLUMNS = (
    C("member", "Mitglied"), C("payable_cents", "Guthaben brutto", MONEY),
    C("receivable_cents", "Schuld brutto", MONEY),
    C("netted_cents", "verrechnet", MONEY), C("out_cents", "bekommt", MONEY), C("in_cents", "zahlt", MONEY),
)  # fmt: skip
STATEMENT_COLUMNS = (
    C("day", "Gebucht am", CellKind.DAY), C("account", "Konto"), C("kind", "Vorgang"), C("label", "Beleg"),
    C("cents", "Betrag", MONEY),
)  # fmt: skip
PAYABLE, RECEIVABLE = "Guthaben", "Schuld"


def write_lines(shown: Shown, names: Mapping[UUID, str]) -> bytes:
    """One row a member."""
    amounts = [c.name for c in LINE_COLUMNS[1:]]
    return write_csv(
        LINE_COLUMNS,
        [
            {"member": names[x.member_id], **{a: getattr(x, a) for a in amounts}}
            for x in shown.lines
        ],
    )


def statement_rows(found: Statement) -> list[dict[str, Any]]:
    """Opening and every movement up to the cut: day, account, kind, label, cents (owed to and by the member)."""
    rows: list[dict[str, Any]] = []
    for account, cents in (
        (PAYABLE, found.opening_payable),
        (RECEIVABLE, found.opening_receivable),
    ):
        if cents:
            rows.append(_row(found.opened_on, account, _("Vortrag"), "", cents))
    for m in found.movements:
        is_payable = m.account == "payable"
        kind = TRANSFER_LABELS[TransferKind(m.kind)]
        on, cents = berlin_day(m.recorded_at), -m.cents if is_payable else m.cents
        rows.append(_row(on, PAYABLE if is_payable else RECEIVABLE, kind, m.label, cents))
    return rows


def _row(on: date | None, account: str, kind: str, label: str, cents: int) -> dict[str, Any]:
    return {"day": on, "account": account, "kind": kind, "label": label, "cents": cents}


def write_statement(run: Run, found: Statement) -> bytes:
    """Opening, every movement, and what the run does; each account's rows sum to zero."""
    x = found.line
    done = [
        _row(run.up_to, PAYABLE, _("Verrechnung"), run.number, -x.netted_cents),
        _row(run.up_to, RECEIVABLE, _("Verrechnung"), run.number, -x.netted_cents),
        _row(run.up_to, PAYABLE, _("Auszahlung"), run.number, -x.out_cents),
        _row(run.up_to, RECEIVABLE, _("Einzahlung"), run.number, -x.in_cents),
    ]
    return write_csv(STATEMENT_COLUMNS, [*statement_rows(found), *(r for r in done if r["cents"])])
