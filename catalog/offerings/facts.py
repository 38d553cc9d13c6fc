"""What a reader wants to know first about an offering, in German words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from catalog.classification.model import cpv_name, full_cpv
from catalog.contents.meaning import LEGAL_BASIS_HELP, TAX_HELP
from catalog.contents.model import (
    LEGAL_BASIS_LABELS,
    PROTECTION_LABELS,
    TAX_LABELS,
    LegalBasis,
    Protection,
    TaxCase,
    Version,
    audience_text,
)
from catalog.offerings.model import Offering
from catalog.prices.model import price_text
from kdnx.text import _, ngettext
from kdnx.web.formats import day, micro_eur, num


@dataclass(frozen=True)
class AudienceRow:
    """One audience as its reader sees it, with the paragraph and what it means."""

    text: str
    legal: str
    legal_help: str
    tax: str
    tax_help: str


def audience_rows(
    version: Version, members: Mapping[UUID, str], *, sees_names: bool
) -> list[AudienceRow]:
    """The audiences the viewer may read; who else is named is told to the owner, office and audit alone."""
    return [
        AudienceRow(
            audience_text(a, members) if sees_names or a.kind != "members" else _("Ihr Haus"),
            _(LEGAL_BASIS_LABELS[LegalBasis(a.legal_basis)]),
            _(LEGAL_BASIS_HELP[LegalBasis(a.legal_basis)]),
            _(TAX_LABELS[TaxCase(a.tax_code)]),
            _(TAX_HELP[TaxCase(a.tax_code)]),
        )
        for a in version.audiences
    ]


def key_facts(head: Offering, v: Version, users: int, *, today: date) -> list[tuple[str, str]]:
    """(term, value) of what is asked first; what is not known is left out."""
    facts = [
        (_("Preis ab, netto"), _price(v)),
        (_("Bereitstellung"), _lead_time(v)),
        (_("Verfügbarkeit"), _availability(v)),
        (_("Servicezeiten"), str(v.sla.get("service_hours") or "")),
        (_("Schutzbedarf"), _(PROTECTION_LABELS[Protection(v.protection_level)]) if v.protection_level else ""),
        (_("Betriebsort"), v.site),
        (_("Kapazität"), capacity_text(head, v)),
        (_("Kündigungsfrist"), _months(v.notice_months)),
        (_("Mindestlaufzeit"), _months(v.min_term_months)),
        (_("Nachweise"), _proof(head, today)),
        (_("Genutzt von"), _users(users)),
    ]  # fmt: skip
    return [(term, value) for term, value in facts if value]


def _users(users: int) -> str:
    if not users:
        return _("noch niemandem")
    return ngettext("{n} Mitglied", "{n} Mitgliedern", users).format(n=users)


def _price(v: Version) -> str:
    item = next((p for p in v.prices if p.kind != "one_off"), None) or next(iter(v.prices), None)
    if item is None:
        return ""
    unit = price_text(item.base, item.per)
    return unit if item.unit_price_micro is None else f"{micro_eur(item.unit_price_micro)} {unit}"


def _lead_time(v: Version) -> str:
    if v.lead_time_days is None:
        return ""
    return ngettext("nach {n} Tag", "nach {n} Tagen", v.lead_time_days).format(n=v.lead_time_days)


def _availability(v: Version) -> str:
    given = v.sla.get("availability_pct")
    return f"{given} %".replace(".", ",") if given else ""


def _months(months: int | None) -> str:
    if months is None:
        return ""
    return ngettext("{n} Monat", "{n} Monate", months).format(n=months) if months else _("keine")


def _proof(head: Offering, today: date) -> str:
    until = head.certified_until
    if until is None:
        return ""
    if until < today:
        return _("abgelaufen am {day}").format(day=day(until))
    return _("gültig bis {day}").format(day=day(until))


def capacity_text(head: Offering, v: Version) -> str:
    """Capacity as number, unit and what is free, with the words."""
    parts = []
    if v.capacity_amount is not None:
        parts.append(f"{num(v.capacity_amount)} {v.capacity_unit}".strip())
    if head.capacity_free is not None:
        free = f"{num(head.capacity_free)} {'' if parts else v.capacity_unit}".strip()
        parts.append(
            _("davon frei {n} (Stand {day})").format(n=free, day=day(head.capacity_free_on))
        )
    if v.capacity:
        parts.append(v.capacity)
    return ", ".join(parts)


def name_codes(codes: Sequence[str]) -> list[tuple[str, str]]:
    """CPV codes with their German name where it is known."""
    return [(full_cpv(code), cpv_name(code)) for code in codes]
