"""The frozen record on paper: texts for the template, and the PDF made by a process of its own."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from catalog.choosing.evidence import thaw
from catalog.choosing.store import Evidence
from catalog.prices.model import BASE_LABELS, PER_LABELS, Per, PriceBase
from catalog.requests.model import CRITERION_LABELS, CriterionKind
from kdnx.text import _
from kdnx.web.formats import day, eur, instant, micro_eur, num
from kdnx.web.typesetting import typeset

TEMPLATE = Path(__file__).parent / "templates" / "evidence.typ"


async def print_evidence(evidence: Evidence) -> bytes:
    """The PDF."""
    return await typeset(TEMPLATE, values_of(evidence))


def values_of(evidence: Evidence) -> dict[str, Any]:
    """Everything the template shows, as texts."""
    paper = thaw(evidence.body)
    request, decision = paper["request"], paper["decision"]
    names = {c["ordinal"]: c["name"] for c in paper["criteria"]}
    items = {i["ordinal"]: i["label"] for i in paper["items"]}
    head = [
        [_("Suchendes Haus"), request["owner_name"]], [_("Kategorie"), request["category_name"]],
        [_("Gefragt waren"), request["audience"]], [_("Veröffentlicht"), _at(request["announced_at"])],
        [_("Fristende"), _at(request["closes_at"])], [_("Ergebnis"), decision["label"]],
        [_("Begründung"), decision["reason"]], [_("Entschieden"), _at(decision["decided_at"])],
    ]  # fmt: skip
    if request["extension_reason"]:
        head.insert(5, [_("Frist verlängert"), request["extension_reason"]])
    return {
        "at": int(evidence.created_at.timestamp()), "number": request["number"], "title": request["title"],
        "need": request["need"], "sha256": evidence.hash.hex(), "frozen": instant(evidence.created_at), "head": head,
        "price_rule": f"{paper['price_rule']} ({request['compare_years']} {_('Jahre')})",
        "items": [[i["label"], BASE_LABELS[PriceBase(i["base"])], num(Decimal(i["quantity"]))] for i in paper["items"]],
        "criteria": [[c["name"], CRITERION_LABELS[CriterionKind(c["kind"])], _weight(c["weight"])]
                     for c in paper["criteria"]],
        "answers": [_answer(a, names, items) for a in paper["answers"]],
    }  # fmt: skip


def _at(text: str | None) -> str:
    return instant(datetime.fromisoformat(text)) if text else "–"


def _weight(text: str) -> str:
    return f"{num(Decimal(text))} %" if Decimal(text) else "–"


def _answer(
    answer: Mapping[str, Any], names: Mapping[int, str], items: Mapping[int, str]
) -> dict[str, Any]:
    weighted = answer["weighted"]
    prices = [
        f"{p['label'] or items.get(p['item']) or _('pauschal')}: "
        f"{micro_eur(p['unit_price_micro'])} {PER_LABELS[Per(p['per'])]}"
        for p in answer["prices"]
    ]  # fmt: skip
    said = {r["criterion"]: r for r in answer["replies"]}
    marks = {m["criterion"]: m for m in answer["marks"]}
    rows = []
    for n, name in names.items():
        mark = marks.get(n, {})
        points = answer["points"].get(str(n))
        judged = _met(mark.get("is_met")) or (num(Decimal(points)) if points is not None else "–")
        reply = said.get(n, {})
        rows.append([name, " ".join(t for t in (_met(reply.get("is_met")), reply.get("said", "")) if t) or "–",
                     judged, mark.get("reason", "")])  # fmt: skip
    return {
        "member": answer["member"], "summary": answer["summary"], "rows": rows, "prices": prices,
        "costs": f"{eur(answer['yearly_cents'])} {_('im Jahr')}, {eur(answer['once_cents'])} {_('einmalig')}, "
                 f"{eur(answer['whole_cents'])} {_('im Vergleich')}",
        "sum": "–" if weighted is None else num(Decimal(weighted)), "rank": _rank(answer),
        "reason": answer["reason"] or "", "valid": day(date.fromisoformat(answer["valid_until"])),
        "submitted": _at(answer["submitted_at"]), "receipt": answer["receipt"],
    }  # fmt: skip


def _met(value: bool | None) -> str:
    return "" if value is None else _("ja") if value else _("nein")


def _rank(answer: Mapping[str, Any]) -> str:
    if answer["is_admitted"] is False:
        return _("nicht zugelassen (Muss nicht erfüllt)")
    if answer["rank"] is None:
        return _("nicht vollständig bewertet")
    place = _("Platz {n}").format(n=answer["rank"])
    return f"{place} ({_('Gleichstand')})" if answer["is_tied"] else place
