"""What a version says, field by field in German words, and how two versions differ."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from catalog.attributes.model import Schema
from catalog.attributes.texts import text_of
from catalog.contents.model import (
    CONTACT_LABELS,
    LEGAL_BASIS_LABELS,
    PROTECTION_LABELS,
    TAX_LABELS,
    Audience,
    Contact,
    LegalBasis,
    Protection,
    TaxCase,
    Version,
    audience_text,
)
from catalog.prices.model import KIND_LABELS, PriceItem, PriceKind, price_text
from catalog.prices.wording import item_name, notes
from kdnx.text import _
from kdnx.web.formats import day, micro_eur, num

SLA = {
    "service_hours": "Servicezeiten",
    "availability_pct": "Verfügbarkeit in Prozent",
    "reaction_hours": "Reaktionszeit in Stunden",
    "recovery_hours": "Wiederherstellung in Stunden",
    "maintenance_window": "Wartungsfenster",
}


@dataclass(frozen=True)
class Names:
    """Words for the ids a version names: members, categories, and what its category asks."""

    members: Mapping[UUID, str]
    categories: Mapping[UUID, str]
    schemas: Mapping[UUID, Schema]


@dataclass(frozen=True)
class Said:
    """One field of a version: its place in the form ('prices.0', 'sla.service_hours'), label and text."""

    field: str
    label: str
    text: str


@dataclass(frozen=True)
class Change:
    """One field that differs between two versions."""

    label: str
    before: str
    after: str
    field: str = ""


def describe(version: Version, names: Names, contacts: Sequence[Contact] = ()) -> list[Said]:
    """All that is filled in, in the order of the form."""
    said = [
        *_plain(version, names),
        *(Said(f"prices.{n}", _price_label(p, n), price_words(p)) for n, p in enumerate(version.prices)),
        *(Said(f"audiences.{n}", _("Zielgruppe {n}").format(n=n + 1), _audience_words(a, names.members))
          for n, a in enumerate(version.audiences)),
        *_answers(version, names.schemas.get(version.category_id)),
        *(Said(f"contacts.{c.role}", CONTACT_LABELS.get(c.role, c.role), _contact_words(c)) for c in contacts),
    ]  # fmt: skip
    return [s for s in said if s.text]


def _plain(v: Version, names: Names) -> list[Said]:
    protection = _(PROTECTION_LABELS[Protection(v.protection_level)]) if v.protection_level else ""
    amount = "" if v.capacity_amount is None else f"{num(v.capacity_amount)} {v.capacity_unit}"
    return [
        Said("title", _("Titel"), v.title),
        Said("category_id", _("Kategorie"), names.categories.get(v.category_id, "")),
        Said("summary", _("Kurzbeschreibung"), v.summary),
        Said("description", _("Beschreibung"), v.description),
        Said("prerequisites", _("Voraussetzungen"), v.prerequisites),
        Said("cpv", _("CPV"), ", ".join(v.cpv)),
        Said("leika", _("LeiKa"), ", ".join(v.leika)),
        Said("valid_from", _("Gültig ab"), _day(v.valid_from)),
        Said("valid_to", _("Gültig bis vor dem"), _day(v.valid_to)),
        Said("site", _("Betriebsort"), v.site),
        Said("protection_level", _("Schutzbedarf"), protection),
        Said("lead_time_days", _("Vorlauf in Tagen"), _number(v.lead_time_days)),
        Said("notice_months", _("Kündigungsfrist in Monaten"), _number(v.notice_months)),
        Said("min_term_months", _("Mindestlaufzeit in Monaten"), _number(v.min_term_months)),
        Said("capacity", _("Kapazität in Worten"), v.capacity),
        Said("capacity_amount", _("Kapazität"), amount.strip()),
        *(Said(f"sla.{key}", _(label), str(v.sla.get(key, "")).replace(".", ",") if key == "availability_pct"
               else str(v.sla.get(key, ""))) for key, label in SLA.items()),
    ]  # fmt: skip


def _day(value: date | None) -> str:
    return day(value) if value else ""


def _number(value: int | None) -> str:
    return "" if value is None else str(value)


def _price_label(item: PriceItem, n: int) -> str:
    return _("Preis {n}: {name}").format(n=n + 1, name=item_name(item))


def price_words(p: PriceItem) -> str:
    """One price line as sentences, a line each: kind and amount, then every note."""
    amount = "" if p.unit_price_micro is None else micro_eur(p.unit_price_micro) + " "
    first = f"{_(KIND_LABELS[PriceKind(p.kind)])}: {amount}{price_text(p.base, p.per)}"
    return "\n".join([first, *notes(p)])


def _audience_words(a: Audience, members: Mapping[UUID, str]) -> str:
    legal, tax = LEGAL_BASIS_LABELS[LegalBasis(a.legal_basis)], TAX_LABELS[TaxCase(a.tax_code)]
    return f"{audience_text(a, members)}; {legal}; {tax}"


def _answers(version: Version, schema: Schema | None) -> list[Said]:
    if schema is None:
        return []
    return [
        Said(f"attributes.{a.key}", a.label, text_of(a, version.attributes.get(a.key)))
        for a in schema.attributes
    ]


def _contact_words(c: Contact) -> str:
    instead = ", ".join(x for x in (c.deputy, c.deputy_email) if x)
    words = [
        c.name,
        c.email,
        c.phone,
        _("Vertretung: {who}").format(who=instead) if instead else "",
    ]
    return "\n".join(w for w in words if w)


def differences(before: Sequence[Said], after: Sequence[Said]) -> list[Change]:
    """What differs, in the order of the form; what is only on one side has an empty other side."""
    old, new = {s.field: s for s in before}, {s.field: s for s in after}
    order: Callable[[str], Any] = list(dict.fromkeys([*new, *old])).index
    return [
        Change(
            (new.get(f) or old[f]).label,
            old[f].text if f in old else "",
            new[f].text if f in new else "",
            f,
        )
        for f in sorted({*old, *new}, key=order)
        if (old[f].text if f in old else "") != (new[f].text if f in new else "")
    ]
