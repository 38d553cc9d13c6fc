"""One version of an offering beside the one before; here the second person reads what it publishes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from starlette.responses import Response

from catalog.categories import store as categories
from catalog.contents import store as contents
from catalog.contents.model import (
    LEGAL_BASIS_LABELS,
    PROTECTION_LABELS,
    TAX_LABELS,
    Audience,
    LegalBasis,
    TaxCase,
    Version,
    audience_text,
)
from catalog.offerings import store
from catalog.offerings.pages import labels, moves_of
from catalog.prices.model import KIND_LABELS, TIER_LABELS, price_text
from kdnx.members.store import list_members
from kdnx.text import _
from kdnx.viewer import Permission
from kdnx.web.formats import day, micro_eur, num
from kdnx.web.routing import Call, get


async def show_version(call: Call) -> Response:
    """One version and how it differs from the one before."""
    head = await store.get_offering(call.conn, call.viewer, call.path_id())
    text = call.path_text("version")
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 8 else 0
    version = await contents.get_version(call.conn, call.viewer, head.id, number)
    older = [
        v
        for v in await contents.list_versions(call.conn, call.viewer, head.id)
        if v.version < number
    ]
    members = {m.id: m.short_name or m.name for m in await list_members(call.conn)}
    names = {c.id: c.name for c in await categories.list_categories(call.conn)}
    before = older[0] if older else None
    return await call.page(
        "versions/show.html",
        head=head,
        version=version,
        before=before,
        changes=compare(before, version, members, names),
        moves=moves_of(call, head, version),
        is_draft=version.version == head.draft_version,
        members=members,
        **labels(),
    )


@dataclass(frozen=True)
class Change:
    """One field that differs between two versions."""

    label: str
    before: str
    after: str


def describe(
    version: Version, members: Mapping[UUID, str], category_names: Mapping[UUID, str]
) -> dict[str, str]:
    """A version as German label → text, for comparison."""
    protection = {k.value: v for k, v in PROTECTION_LABELS.items()}
    sla = version.sla
    return {
        _("Titel"): version.title,
        _("Kategorie"): category_names.get(version.category_id, ""),
        _("Kurzbeschreibung"): version.summary,
        _("Beschreibung"): version.description,
        _("Voraussetzungen"): version.prerequisites,
        _("Betriebsort"): version.site,
        _("Schutzbedarf"): protection.get(version.protection_level or "", ""),
        _("Vorlauf in Tagen"): ""
        if version.lead_time_days is None
        else str(version.lead_time_days),
        _("Kapazität"): version.capacity,
        _("Kündigungsfrist in Monaten"): ""
        if version.notice_months is None
        else str(version.notice_months),
        _("Mindestlaufzeit in Monaten"): ""
        if version.min_term_months is None
        else str(version.min_term_months),
        _("Gültig ab"): day(version.valid_from) if version.valid_from else "",
        _("Gültig bis"): day(version.valid_to) if version.valid_to else "",
        _("CPV"): ", ".join(version.cpv),
        _("LeiKa"): ", ".join(version.leika),
        _("Servicezeiten"): str(sla.get("service_hours", "")),
        _("Verfügbarkeit in Prozent"): str(sla.get("availability_pct", "")).replace(".", ","),
        _("Reaktionszeit in Stunden"): str(sla.get("reaction_hours", "")),
        _("Wiederherstellung in Stunden"): str(sla.get("recovery_hours", "")),
        _("Wartungsfenster"): str(sla.get("maintenance_window", "")),
        _("Preise"): "\n".join(_price_words(p) for p in version.prices),
        _("Zielgruppen"): "\n".join(_audience_words(a, members) for a in version.audiences),
    }


def _audience_words(a: Audience, members: Mapping[UUID, str]) -> str:
    legal, tax = LEGAL_BASIS_LABELS[LegalBasis(a.legal_basis)], TAX_LABELS[TaxCase(a.tax_code)]
    return f"{audience_text(a, members)}; {legal}; {tax}"


def _price_words(p: Any) -> str:
    price = "" if p.unit_price_micro is None else micro_eur(p.unit_price_micro)
    tiers = "; ".join(
        _("ab {n}: {p}").format(n=num(t.from_quantity), p=micro_eur(t.unit_price_micro))
        for t in p.tiers
    )
    words = [
        p.label,
        KIND_LABELS[p.kind],
        price,
        price_text(p.base, p.per),
        TIER_LABELS[p.tier_mode] if tiers else "",
        tiers,
        p.index_clause,
    ]
    return ", ".join(w for w in words if w)


def compare(
    before: Version | None,
    after: Version,
    members: Mapping[UUID, str],
    category_names: Mapping[UUID, str],
) -> list[Change]:
    """What differs, in the order of the form; against nothing, all that is filled in."""
    new = describe(after, members, category_names)
    old = describe(before, members, category_names) if before else dict.fromkeys(new, "")
    return [Change(label, old[label], text) for label, text in new.items() if old[label] != text]


DOORS = (
    get("/offerings/{id}/versions/{version}", show_version, permission=Permission.CATALOG_READ),
)
