"""What an amendment changes, in the words of the page."""

from collections.abc import Sequence
from dataclasses import dataclass

from exchange.amendments.model import notice_text
from exchange.clearing.model import CAP_POLICIES
from exchange.clearing.store import Cap
from exchange.orders.model import (
    BILLING_LABELS,
    LEGAL_ROUTE_LABELS,
    PERIOD_LABELS,
    LegalRoute,
    Line,
    Version,
)
from kdnx.text import _, ngettext
from kdnx.web.formats import day, eur, micro_eur, num, pct


@dataclass(frozen=True)
class Change:
    """One line of what an amendment changes; German text, empty = nothing."""

    what: str
    before: str
    after: str


def changes(old: Version, new: Version) -> list[Change]:
    """What differs between two versions, in the words of the page."""
    rows = [
        (_("Läuft bis"), _until(old), _until(new)),
        (_("Kündigungsfrist"), notice_text(old.notice_months), notice_text(new.notice_months)),
        (_("Abrechnung"), BILLING_LABELS[old.billing], BILLING_LABELS[new.billing]),
        (_("Umlage der Drehscheibe"), _surcharge(old), _surcharge(new)),
        (_("Frist zum Bestätigen"), _days(old.confirm_days), _days(new.confirm_days)),
        (_("Rechtsweg"), _route(old), _route(new)),
        (_("Begründung des Rechtswegs"), old.legal_reason, new.legal_reason),
        (_("Betrauungsakt oder Vereinbarung"), old.entrustment, new.entrustment),
        (_("Ansprechstelle und Anmerkung"), old.note, new.note),
        *_legs(old, new),
        *_lines(old.lines, new.lines),
        (_("Jahreswert netto"), eur(old.yearly_net_cents), eur(new.yearly_net_cents)),
    ]
    return [Change(what, a, b) for what, a, b in rows if a != b]


def cap_changes(before: Cap | None, after: Cap | None) -> list[Change]:
    """What differs in the yearly maximum."""
    a, b = _cap(before), _cap(after)
    return [Change(_("Jahreshöchstbetrag netto"), a, b)] if a != b else []


def _cap(cap: Cap | None) -> str:
    if cap is None or cap.cap_cents is None:
        return _("keiner")
    return f"{eur(cap.cap_cents)} ({CAP_POLICIES[cap.policy]})"


def _until(v: Version) -> str:
    return day(v.ends_on) if v.ends_on else _("unbefristet")


def _days(n: int) -> str:
    return ngettext("{n} Tag", "{n} Tage", n).format(n=n)


def _surcharge(v: Version) -> str:
    fee = _(" und {fee} je Buchung").format(fee=eur(v.surcharge_fee_cents))
    return pct(v.surcharge_pct, 2) + (fee if v.surcharge_fee_cents else "")


def _route(v: Version) -> str:
    return LEGAL_ROUTE_LABELS[LegalRoute(v.legal_route)]


def _legs(old: Version, new: Version) -> list[tuple[str, str, str]]:
    before = {x.leg: x for x in old.legs}
    rows = []
    for x in new.legs:
        was = before.get(x.leg)
        rows += [
            (_("Vertrag {n}: Zeichen").format(n=x.leg), was.contract_ref if was else "", x.contract_ref),
            (_("Vertrag {n}: Leitweg-ID").format(n=x.leg), was.leitweg_id if was else "", x.leitweg_id),
        ]  # fmt: skip
    return rows


def _lines(old: Sequence[Line], new: Sequence[Line]) -> list[tuple[str, str, str]]:
    before, after = ({x.label: _line(x) for x in lines} for lines in (old, new))
    names = [*before, *(n for n in after if n not in before)]
    gone, fresh = _("entfällt"), _("bisher nicht enthalten")
    return [
        (_("Position „{label}“").format(label=n), before.get(n, fresh), after.get(n, gone))
        for n in names
    ]


def _line(x: Line) -> str:
    return _("{quantity} × {price} {period} = {net}").format(
        quantity=num(x.quantity), price=micro_eur(x.unit_price_micro), period=PERIOD_LABELS[x.period],
        net=eur(x.net_cents),
    )  # fmt: skip
