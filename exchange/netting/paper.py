"""A member's statement on paper: texts for the template."""

from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

from exchange.netting.files import statement_rows
from exchange.netting.model import LABELS, MODE_WORDS, Mode, RunState
from exchange.netting.reading import Statement
from exchange.netting.store import Run
from kdnx.clock import berlin_day
from kdnx.members.model import Member
from kdnx.text import _
from kdnx.web.formats import day, eur
from kdnx.web.typesetting import typeset

TEMPLATE = Path(__file__).parent / "templates" / "statement.typ"


async def print_statement(run: Run, house: Member, found: Statement) -> bytes:
    """A tagged PDF (PDF/UA-1); Unavailable when typesetting fails."""
    return await typeset(TEMPLATE, values_of(run, house, found))


def values_of(run: Run, house: Member, found: Statement) -> dict[str, Any]:
    """Everything the template shows, as texts; dated with the freezing, so that a copy equals the first print."""
    frozen = run.frozen_at or run.created_at
    cut = run.up_to or berlin_day(frozen)
    noon = datetime.combine(cut, time(12), UTC)
    line = found.line
    return {
        "at": int(noon.timestamp()), "title": _("Kontoauszug {n}").format(n=run.number), "house": house.name,
        "cut": day(cut), "head": _head(run, house, found),
        "hint": _("Gezeigt sind die ersten {n} Bewegungen; die CSV-Datei enthält alle.").format(n=len(found.movements))
        if found.is_cut_off else "",
        "rows": [
            [day(r["day"]), r["account"], r["kind"], r["label"] or "–", eur(r["cents"])]
            for r in statement_rows(found)
        ],
        "closing": [
            [_("Stand am Stichtag"), eur(line.payable_cents), eur(line.receivable_cents)],
            [_("Verrechnung"), eur(-line.netted_cents), eur(-line.netted_cents)],
            [_("Zahlung"), eur(-line.out_cents), eur(-line.in_cents)],
            [_("Danach"), eur(0), eur(0)],
        ],
        "outcome": _outcome(found),
    }  # fmt: skip


def _head(run: Run, house: Member, found: Statement) -> list[list[str]]:
    since = day(found.opened_on) if found.opened_on else _("Beginn des Buchungsbuchs")
    rows = [
        [_("Bankverbindung"), house.iban or ""], [_("Bewegungen seit"), since],
        [_("Stand"), LABELS[RunState(run.state)]], [_("Verrechnung"), MODE_WORDS[Mode(run.mode)]],
        [_("Banktag"), day(run.bank_day) if run.bank_day else ""],
    ]  # fmt: skip
    return [row for row in rows if row[1]]


def _outcome(found: Statement) -> str:
    line = found.line
    said = []
    if line.out_cents:
        said.append(_("Das Mitglied bekommt {amount}.").format(amount=eur(line.out_cents)))
    if line.in_cents:
        said.append(_("Das Mitglied zahlt {amount}.").format(amount=eur(line.in_cents)))
    if not line.offsets:
        said.append(_("Guthaben und Schuld werden getrennt gezahlt."))
    return " ".join(said) or _("Guthaben und Schuld heben sich auf; es ist nichts zu zahlen.")
