"""The columns of the offerings' file: fixed ones, and one for each question a category asks.

A row is an offering with its first price, audience and contact; rows of the same reference below it add a
price, a tier of the last price, an audience or a contact (column „Zeile“).
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

from catalog.attributes.model import Schema
from catalog.contents.model import (
    AUDIENCE_LABELS,
    CONTACT_LABELS,
    LEGAL_BASIS_LABELS,
    PROTECTION_LABELS,
    TAX_LABELS,
)
from catalog.offerings.model import LABELS, State
from catalog.prices.model import (
    ALLOCATION_LABELS,
    BASE_LABELS,
    KIND_LABELS,
    PER_LABELS,
    PRO_RATA_LABELS,
    TIER_LABELS,
)
from kdnx.imports.kinds import CellKind, Column
from kdnx.text import _


def _choices(labels: Mapping[Any, str]) -> dict[str, str]:
    return {label: str(value) for value, label in labels.items()}


class Line(StrEnum):
    """What a row of the file adds."""

    OFFERING = "offering"
    PRICE = "price"
    TIER = "tier"
    AUDIENCE = "audience"
    CONTACT = "contact"


LINE_LABELS = {
    Line.OFFERING: "Leistung",
    Line.PRICE: "Preis",
    Line.TIER: "Staffel",
    Line.AUDIENCE: "Zielgruppe",
    Line.CONTACT: "Ansprechperson",
}
K = CellKind
# the terms of a price (catalog.prices.model.Terms), by their own names
TERMS = tuple(
    Column(f"terms_{name}", _("Preis: ") + title, kind, **more)
    for name, title, kind, more in (
        ("counted_on", _("Stichtag der Einwohnerzahl"), K.DAY, {}),
        ("source", _("Quelle der Einwohnerzahl"), K.TEXT, {"max_length": 200}),
        ("minimum_quantity", _("Mindestmenge"), K.DECIMAL, {}),
        ("minimum_cents", _("Mindestbetrag"), K.MONEY, {}),
        ("setup_cents", _("Einrichtung"), K.MONEY, {}),
        ("change_notice_months", _("Ankündigung in Monaten"), K.INTEGER, {}),
        ("allocation", _("Schlüssel"), K.CHOICE, {"choices": _choices(ALLOCATION_LABELS)}),
        ("pool_cents", _("verteilte Kosten im Jahr"), K.MONEY, {}),
        ("fixed_pct", _("Anteil zu gleichen Teilen in Prozent"), K.DECIMAL, {}),
        ("key_total", _("Summe der Schlüssel"), K.DECIMAL, {}),
        ("participants", _("Zahl der Beteiligten"), K.INTEGER, {}),
        ("index_name", _("Index"), K.TEXT, {"max_length": 200}),
        ("index_month", _("Basismonat des Index"), K.TEXT, {"note": _("JJJJ-MM")}),
        ("index_value", _("Indexstand im Basismonat"), K.DECIMAL, {}),
        ("index_threshold_pct", _("Schwelle in Prozent"), K.DECIMAL, {}),
        ("index_share_pct", _("angepasster Anteil in Prozent"), K.DECIMAL, {}),
        ("index_earliest", _("Anpassung frühestens"), K.DAY, {}),
    )
)
ANSWER = "answer_"


def answer_columns(schemas: Iterable[Schema]) -> list[Column]:
    """One column for each question any category asks; the same words asked twice carry their key."""
    labels: dict[str, str] = {}
    for schema in schemas:
        for attribute in schema.attributes:
            labels.setdefault(attribute.key, attribute.label)
    often = Counter(label.casefold() for label in labels.values())
    return [
        Column(
            ANSWER + key,
            _("Angabe: ") + (f"{label} ({key})" if often[label.casefold()] > 1 else label),
            max_length=30_000,
        )
        for key, label in sorted(labels.items(), key=lambda x: x[1].casefold())
    ]


COLUMNS = (
    Column(
        "member_code",
        _("Mitglied"),
        required=True,
        example="M07",
        note=_("Kennung des anbietenden Mitglieds"),
        aliases=("member", "Anbieter"),
    ),
    Column(
        "reference",
        _("Eigene Kennung"),
        required=True,
        example="SICH-01",
        note=_("bleibt für immer; daran wird die Leistung erkannt"),
        max_length=60,
        aliases=("Kennung",),
    ),
    Column(
        "line",
        _("Zeile"),
        CellKind.CHOICE,
        choices=_choices(LINE_LABELS),
        example="Leistung",
        note=_(
            "Leistung: die Datei nennt alles zu ihr. Leer: weitere Preise, Zielgruppen, Ansprechpersonen "
            "und Angaben bleiben, wie sie sind. Die anderen Arten ergänzen die Leistung derselben Kennung."
        ),
    ),
    Column(
        "title",
        _("Titel"),
        required=True,
        may_continue=True,
        example="Datensicherung für Kommunen",
        max_length=160,
        aliases=("Leistung", "name"),
    ),
    Column(
        "category",
        _("Kategorie"),
        required=True,
        may_continue=True,
        example="RZ/Hosting/Backup",
        note=_("Name oder Kennung der Kategorie"),
        max_length=120,
    ),
    Column(
        "summary",
        _("Kurzbeschreibung"),
        example="Tägliche Sicherung in zwei Rechenzentren",
        max_length=400,
    ),
    Column(
        "description",
        _("Beschreibung"),
        example="Sicherung von Servern und Arbeitsplätzen, verschlüsselt und geprüft.",
        max_length=8000,
    ),
    Column(
        "prerequisites",
        _("Voraussetzungen"),
        example="Netzanbindung mit 100 Mbit/s",
        max_length=4000,
    ),
    Column(
        "price_kind",
        _("Preisart"),
        CellKind.CHOICE,
        choices=_choices(KIND_LABELS),
        example="laufend",
    ),
    Column(
        "price_base",
        _("Bezugsgröße"),
        CellKind.CHOICE,
        choices=_choices(BASE_LABELS),
        example="je Arbeitsplatz",
    ),
    Column(
        "price_per",
        _("Zeitraum"),
        CellKind.CHOICE,
        choices=_choices(PER_LABELS),
        example="je Monat",
    ),
    Column(
        "unit_price",
        _("Preis netto in Euro"),
        CellKind.DECIMAL,
        example="4,50",
        note=_("bis zu sechs Stellen nach dem Komma"),
        aliases=("Preis", "Einzelpreis"),
    ),
    Column("price_label", _("Bezeichnung des Preises"), example="Grundpaket", max_length=120),
    Column("tier_mode", _("Staffelart"), CellKind.CHOICE, choices=_choices(TIER_LABELS)),
    Column(
        "tier_from", _("Staffel ab Menge"), CellKind.DECIMAL, note=_("in einer Zeile „Staffel“")
    ),
    Column("pro_rata", _("Angebrochenes Jahr"), CellKind.CHOICE, choices=_choices(PRO_RATA_LABELS)),
    Column("frozen_until", _("Preis fest bis"), CellKind.DAY),
    Column("index_clause", _("Anpassung in Worten"), max_length=300),
    Column("price_valid_from", _("Preis gültig ab"), CellKind.DAY),
    *TERMS,
    Column(
        "audience",
        _("Zielgruppe"),
        CellKind.CHOICE,
        choices=_choices(AUDIENCE_LABELS),
        example="alle Mitglieder",
    ),
    Column(
        "audience_names",
        _("Zielgruppe genauer"),
        note=_("Kennungen der Mitglieder, Ebenen oder Bezirke, durch Komma getrennt"),
        max_length=2000,
    ),
    Column(
        "legal_basis",
        _("Rechtsgrundlage"),
        CellKind.CHOICE,
        choices=_choices(LEGAL_BASIS_LABELS),
        example="§ 108 Abs. 6 GWB – Zusammenarbeit",
    ),
    Column(
        "tax_code",
        _("Umsatzsteuer"),
        CellKind.CHOICE,
        choices=_choices(TAX_LABELS),
        example="nicht steuerbar, § 2b UStG",
    ),
    Column(
        "protection_level",
        _("Schutzbedarf"),
        CellKind.CHOICE,
        choices=_choices(PROTECTION_LABELS),
        example="hoch",
    ),
    Column("site", _("Betriebsort"), example="Rechenzentrum Nord, Deutschland", max_length=200),
    Column("lead_time_days", _("Vorlauf in Tagen"), CellKind.INTEGER, example="30"),
    Column("notice_months", _("Kündigungsfrist in Monaten"), CellKind.INTEGER, example="6"),
    Column("min_term_months", _("Mindestlaufzeit in Monaten"), CellKind.INTEGER, example="12"),
    Column("capacity", _("Kapazität"), example="bis 500 Server", max_length=200),
    Column("capacity_amount", _("Kapazität als Zahl"), CellKind.DECIMAL, example="500"),
    Column("capacity_unit", _("Einheit der Kapazität"), example="Server", max_length=40),
    Column("availability_pct", _("Verfügbarkeit in Prozent"), CellKind.DECIMAL, example="99,5"),
    Column("service_hours", _("Servicezeiten"), example="Mo–Fr 7–18 Uhr", max_length=200),
    Column("reaction_hours", _("Reaktionszeit in Stunden"), CellKind.INTEGER, example="4"),
    Column("recovery_hours", _("Wiederherstellung in Stunden"), CellKind.INTEGER),
    Column("maintenance_window", _("Wartungsfenster"), max_length=200),
    Column(
        "cpv",
        _("CPV"),
        example="72000000-5",
        note=_("mehrere durch Komma getrennt"),
        max_length=300,
    ),
    Column("leika", _("LeiKa-Schlüssel"), note=_("mehrere durch Komma getrennt"), max_length=400),
    Column("valid_from", _("Gültig ab"), CellKind.DAY, example="01.01.2026"),
    Column(
        "valid_to",
        _("Gültig bis vor dem"),
        CellKind.DAY,
        note=_("der erste Tag, an dem die Leistung nicht mehr gilt"),
    ),
    Column(
        "contact_role",
        _("Aufgabe der Ansprechperson"),
        CellKind.CHOICE,
        choices=_choices(CONTACT_LABELS),
    ),
    Column("contact_name", _("Ansprechperson"), example="Team Sicherung", max_length=120),
    Column("contact_email", _("E-Mail"), example="sicherung@example.org", max_length=200),
    Column("contact_phone", _("Telefon"), max_length=60),
    Column("contact_deputy", _("Vertretung"), max_length=120),
    Column("contact_deputy_email", _("E-Mail der Vertretung"), max_length=200),
    Column(
        "state",
        _("Stand"),
        CellKind.CHOICE,
        choices=_choices({s: LABELS[s] for s in State}),
        example="Entwurf",
        note=_(
            "Anderes als Entwurf trägt nur die Geschäftsstelle ein, für schon veröffentlichte Leistungen"
        ),
    ),
    Column("published_on", _("Veröffentlicht am"), CellKind.DAY, note=_("nur die Geschäftsstelle")),
)

# where an error of the schema stands in the file
COLUMN_OF = {
    "prices": "unit_price",
    "prices.kind": "price_kind",
    "prices.base": "price_base",
    "prices.per": "price_per",
    "prices.unit_price_micro": "unit_price",
    "prices.label": "price_label",
    "prices.valid_from": "price_valid_from",
    "prices.tiers": "tier_from",
    "prices.tiers.from_quantity": "tier_from",
    "prices.tiers.unit_price_micro": "unit_price",
    "prices.terms": "terms_index_name",
    "audiences": "audience_names",
    "audiences.kind": "audience",
    "contacts.lead": "contact_name",
}
SLA = (
    "availability_pct",
    "service_hours",
    "reaction_hours",
    "recovery_hours",
    "maintenance_window",
)
CONTACT = ("name", "email", "phone", "deputy", "deputy_email")


def column_of(path: str) -> str:
    """The column in which a field of the content stands; '' for none."""
    steps = [step for step in path.split(".") if not step.isdigit()]
    if steps[:1] == ["contacts"] and len(steps) == 3:
        return f"contact_{steps[2]}"
    if steps[:2] == ["prices", "terms"] and len(steps) == 3:
        return f"terms_{steps[2]}"
    return COLUMN_OF.get(".".join(steps), steps[-1] if steps else "")
