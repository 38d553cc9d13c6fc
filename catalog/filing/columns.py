"""The columns of the offerings' file."""

from collections.abc import Mapping
from typing import Any

from catalog.contents.model import (
    AUDIENCE_LABELS,
    LEGAL_BASIS_LABELS,
    PROTECTION_LABELS,
    TAX_LABELS,
)
from catalog.offerings.model import LABELS, State
from catalog.prices.model import BASE_LABELS, KIND_LABELS, PER_LABELS
from kdnx.imports.kinds import CellKind, Column
from kdnx.text import _


def _choices(labels: Mapping[Any, str]) -> dict[str, str]:
    return {label: str(value) for value, label in labels.items()}


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
        "title",
        _("Titel"),
        required=True,
        example="Datensicherung für Kommunen",
        max_length=160,
        aliases=("Leistung", "name"),
    ),
    Column(
        "category",
        _("Kategorie"),
        required=True,
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
    Column("availability_pct", _("Verfügbarkeit in Prozent"), CellKind.DECIMAL, example="99,5"),
    Column("service_hours", _("Servicezeiten"), example="Mo–Fr 7–18 Uhr", max_length=200),
    Column("reaction_hours", _("Reaktionszeit in Stunden"), CellKind.INTEGER, example="4"),
    Column(
        "cpv",
        _("CPV"),
        example="72000000-5",
        note=_("mehrere durch Komma getrennt"),
        max_length=300,
    ),
    Column("valid_from", _("Gültig ab"), CellKind.DAY, example="01.01.2026"),
    Column("contact_name", _("Ansprechperson"), example="Team Sicherung", max_length=120),
    Column("contact_email", _("E-Mail"), example="sicherung@example.org", max_length=200),
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
    "audiences": "audience_names",
    "audiences.kind": "audience",
    "contacts.lead.name": "contact_name",
    "contacts.lead.email": "contact_email",
}
