"""A budget letter: its content from a forecast, as texts and cents, frozen when it is issued; pure."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from hashlib import sha256
from json import dumps
from typing import Any

from exchange.planning.model import ASSUMPTION_LABELS, Assumption, Forecast, Row, Side
from kdnx.text import _
from kdnx.web.formats import day, eur

# said once for all rows
USUAL = (Assumption.RUNS_ON, Assumption.BY_HAND)
SEALED = ("member", "year", "pay", "receive", "sums")


def letter_of(f: Forecast, alliance: str) -> dict[str, Any]:
    """The content: rows of both sides with cents, sums, and the day it rests on."""
    pay, receive = f.sums[Side.PAY], f.sums[Side.RECEIVE]
    return {
        "alliance": alliance, "member": f.member_name, "year": f.year, "as_of": f.as_of.isoformat(),
        "pay": [_line(r) for r in f.of(Side.PAY)], "receive": [_line(r) for r in f.of(Side.RECEIVE)],
        "sums": {
            side: {"expected": t.expected_cents, "next": t.next_cents, "vat": t.vat_cents, "vat_risk": t.vat_risk_cents}
            for side, t in (("pay", pay), ("receive", receive))
        },
        "assumptions": [
            ASSUMPTION_LABELS[a] for a in Assumption if any(a in r.assumptions for r in f.rows)
        ],
    }  # fmt: skip


def _line(r: Row) -> dict[str, Any]:
    return {
        "number": r.number, "title": r.title, "partner": r.partner, "expected": r.expected_cents,
        "next": r.next_cents, "vat": r.vat_cents, "vat_risk": r.vat_risk_cents,
        "assumptions": [ASSUMPTION_LABELS[a] for a in r.assumptions if a not in USUAL] + _apart(r),
    }  # fmt: skip


def _apart(r: Row) -> list[str]:
    return [_("laut Vertrag {amount}").format(amount=eur(r.apart_cents))] if r.apart_cents else []


def seal(body: Mapping[str, Any]) -> bytes:
    """SHA-256 of what the letter says, whatever day it was written on."""
    kept = {k: body[k] for k in SEALED}
    return sha256(dumps(kept, sort_keys=True, ensure_ascii=False).encode()).digest()


def words(body: Mapping[str, Any]) -> dict[str, Any]:
    """The German letter around the figures; page and paper say the same."""
    year, sums = body["year"], body["sums"]
    return {
        "subject": _("Haushalt {year}: voraussichtliche Leistungsbeziehungen im Verbund").format(year=year),
        "greeting": _("Guten Tag,"),
        "opening": _(
            "für die Aufstellung des Haushalts- oder Wirtschaftsplans {year} stehen hier die Beträge, die sich aus den "
            "laufenden Leistungsscheinen ergeben. Alle Beträge sind netto und, wo eine Drehscheibe beteiligt ist, "
            "einschließlich ihrer Umlage. Daneben steht, was für {base} zu erwarten ist."
        ).format(year=year, base=year - 1),
        "tax": _tax(sums, year),
        "closing": _(
            "Es ist eine Vorausschau aus den Verträgen, keine Rechnung und keine Zusage. "
            "Grundlage ist der Stand vom {day}. Weicht Ihre eigene Planung ab, tragen Sie sie unter "
            "„Planung“ ein; der Vertrag selbst ändert sich dadurch nicht."
        ).format(day=day(date.fromisoformat(body["as_of"]))),
        "sender": _("Geschäftsstelle {alliance}").format(alliance=body["alliance"]),
    }  # fmt: skip


def _tax(sums: Mapping[str, Any], year: int) -> str:
    pay = sums["pay"]
    said = _(
        "Umsatzsteuer auf die zu zahlenden Beträge nach den getroffenen Entscheidungen: {vat}."
    ).format(vat=eur(pay["vat"]))
    if pay["vat_risk"]:
        said += " " + _(
            "Für einen Teil der Verträge ist die Umsatzsteuer ab {year} noch nicht entschieden (§ 27 Abs. 22a UStG). "
            "Vorsorglich wären dafür bis zu {risk} zusätzlich einzuplanen (Regelsatz, § 12 Abs. 1 UStG)."
        ).format(year=year, risk=eur(pay["vat_risk"]))
    return said


def paper_values(body: Mapping[str, Any]) -> dict[str, Any]:
    """Everything the PDF shows, as texts."""
    noon = datetime.combine(date.fromisoformat(body["as_of"]), time(12), UTC)
    return {
        "at": int(noon.timestamp()), "member": body["member"], "alliance": body["alliance"], **words(body),
        "day": day(date.fromisoformat(body["as_of"])), "year": str(body["year"]), "base": str(body["year"] - 1),
        "sides": [_side(body, "pay", _("Zu zahlen")), _side(body, "receive", _("Zu erhalten"))],
        "assumptions": body["assumptions"], "is_draft": "version" not in body,
    }  # fmt: skip


def _side(body: Mapping[str, Any], side: str, title: str) -> dict[str, Any]:
    lines: Sequence[Mapping[str, Any]] = body[side]
    sums = body["sums"][side]
    return {
        "title": title,
        "rows": [
            [
                f"{x['number']} {x['title']}", x["partner"], "; ".join(x["assumptions"]),
                eur(x["expected"]), eur(x["next"]),
            ]
            for x in lines
        ],
        "expected": eur(sums["expected"]), "next": eur(sums["next"]),
    }  # fmt: skip
