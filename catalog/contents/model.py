"""What an offering says: versions, whom it is for, what is missing before it can be published; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from catalog.attributes.model import Schema, missing_answers
from catalog.prices.model import PriceItem
from kdnx.errors import Refused
from kdnx.members.model import LEVEL_LABELS
from kdnx.text import _


class AudienceKind(StrEnum):
    """Whom an offering is for."""

    ALL = "all"
    MEMBERS = "members"
    LEVEL = "level"
    REGION = "region"
    NONE = "none"


AUDIENCE_LABELS = {
    AudienceKind.ALL: "alle Mitglieder",
    AudienceKind.MEMBERS: "bestimmte Mitglieder",
    AudienceKind.LEVEL: "Mitglieder einer Ebene",
    AudienceKind.REGION: "Mitglieder eines Regierungsbezirks",
    AudienceKind.NONE: "niemand (nur das eigene Haus)",
}


# NUTS 2 of North Rhine-Westphalia
REGION_LABELS = {
    "DEA1": "Düsseldorf", "DEA2": "Köln", "DEA3": "Münster", "DEA4": "Detmold", "DEA5": "Arnsberg",
}  # fmt: skip


class Protection(StrEnum):
    """Need of protection after BSI standard 200-2."""

    NORMAL = "normal"
    HIGH = "high"
    VERY_HIGH = "very_high"


PROTECTION_LABELS = {
    Protection.NORMAL: "normal",
    Protection.HIGH: "hoch",
    Protection.VERY_HIGH: "sehr hoch",
}


class LegalBasis(StrEnum):
    """Why it may be given without a tender, or by which one (domain.md 3.1)."""

    GWB_108_1 = "gwb_108_1"
    GWB_108_3 = "gwb_108_3"
    GWB_108_4 = "gwb_108_4"
    GWB_108_6 = "gwb_108_6"
    PUBLIC_LAW_AGREEMENT = "public_law_agreement"
    TASK_TRANSFER = "task_transfer"
    TENDERED = "tendered"
    BELOW_THRESHOLD = "below_threshold"


LEGAL_BASIS_LABELS = {
    LegalBasis.GWB_108_1: "§ 108 Abs. 1 GWB – In-house",
    LegalBasis.GWB_108_3: "§ 108 Abs. 3 GWB – In-house, umgekehrt oder Schwester",
    LegalBasis.GWB_108_4: "§ 108 Abs. 4 GWB – gemeinsame Kontrolle",
    LegalBasis.GWB_108_6: "§ 108 Abs. 6 GWB – Zusammenarbeit",
    LegalBasis.PUBLIC_LAW_AGREEMENT: "öffentlich-rechtliche Vereinbarung",
    LegalBasis.TASK_TRANSFER: "Aufgabenübertragung",
    LegalBasis.TENDERED: "ausgeschrieben",
    LegalBasis.BELOW_THRESHOLD: "unterhalb der Wertgrenze",
}


class TaxCase(StrEnum):
    """How the delivery is taxed (domain.md 4.1)."""

    U19 = "U19"
    F29 = "F29"
    FX = "FX"
    N2B = "N2B"
    NALT = "NALT"
    KU = "KU"
    OPEN = "OPEN"


TAX_LABELS = {
    TaxCase.U19: "steuerpflichtig, 19 %",
    TaxCase.F29: "steuerfrei, § 4 Nr. 29 UStG",
    TaxCase.FX: "steuerfrei, andere Vorschrift",
    TaxCase.N2B: "nicht steuerbar, § 2b UStG",
    TaxCase.NALT: "nicht steuerbar, § 2 Abs. 3 UStG alt (bis 31.12.2026)",
    TaxCase.KU: "Kleinunternehmer, § 19 UStG",
    TaxCase.OPEN: "noch nicht entschieden",
}


CONTACT_LABELS = {
    "lead": "Leistungsverantwortung", "deputy": "Vertretung", "technical": "Technik", "contract": "Vertrag",
}  # fmt: skip


@dataclass(frozen=True)
class Audience:
    """One group an offering is for, with the legal basis and tax case that hold towards it."""

    ordinal: int
    kind: str
    legal_basis: str
    tax_code: str
    member_ids: Sequence[UUID] = ()
    levels: Sequence[str] = ()
    regions: Sequence[str] = ()

    def keys(self) -> set[str]:
        """What the database compares with the keys of a viewer."""
        if self.kind == AudienceKind.ALL:
            return {"all"}
        return (
            {f"m:{m}" for m in self.member_ids}
            | {f"l:{x}" for x in self.levels}
            | {f"r:{r}" for r in self.regions}
        )


@dataclass(frozen=True)
class Contact:
    """A function mailbox or person to ask, and who steps in."""

    role: str
    name: str
    email: str = ""
    phone: str = ""
    deputy: str = ""
    deputy_email: str = ""


@dataclass(frozen=True)
class Version:
    """One version of the content; approved versions never change."""

    offering_id: UUID
    version: int
    category_id: UUID
    title: str
    schema_version: int = 1
    summary: str = ""
    description: str = ""
    prerequisites: str = ""
    attributes: dict[str, Any] = field(default_factory=dict)
    sla: dict[str, Any] = field(default_factory=dict)
    site: str = ""
    protection_level: str | None = None
    lead_time_days: int | None = None
    capacity: str = ""
    capacity_amount: Decimal | None = None
    capacity_unit: str = ""
    notice_months: int | None = None
    min_term_months: int | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    cpv: Sequence[str] = ()
    leika: Sequence[str] = ()
    author: UUID | None = None
    editors: Sequence[UUID] = ()
    submitted_by: UUID | None = None
    approver: UUID | None = None
    approved_at: datetime | None = None
    origin: str = "entered"
    content_hash: bytes = b""
    created_at: datetime | None = None
    prices: Sequence[PriceItem] = ()
    audiences: Sequence[Audience] = ()


def check_second_person(version: Version, person_id: UUID | None) -> None:
    """Refused when the person wrote, edited or submitted the version, or is nobody (four eyes)."""
    if person_id is None or person_id in {version.author, version.submitted_by, *version.editors}:
        raise Refused(
            _("Diese Fassung haben Sie selbst bearbeitet oder zur Prüfung gegeben."),
            rule=_("Vier-Augen-Prinzip: Veröffentlichen muss eine zweite Person."),
            remedy=_(
                "Bitten Sie eine Kollegin oder einen Kollegen mit der Rolle „Leistungsfreigabe“."
            ),
        )


def missing(
    version: Version, contacts: Sequence[Contact], schema: Schema | None = None
) -> list[tuple[str, str]]:
    """What is missing before the version can be submitted: (form field, German words).

    `schema` is what the category asks; without one (history approved elsewhere) no answers are asked for.
    """
    wanted = [
        ("summary", _("Kurzbeschreibung"), bool(version.summary)),
        ("description", _("Beschreibung"), bool(version.description)),
        ("prices.0.base", _("mindestens eine Preisposition"), bool(version.prices)),
        (
            "audiences.0.kind",
            _("für wen die Leistung ist, mit Rechtsgrundlage und Steuerfall"),
            bool(version.audiences),
        ),
        ("protection_level", _("Schutzbedarf"), version.protection_level is not None),
        ("notice_months", _("Kündigungsfrist"), version.notice_months is not None),
        ("lead_time_days", _("Vorlauf bis zur Bereitstellung"), version.lead_time_days is not None),
        ("contacts.lead.name", _("Ansprechperson"), any(c.role == "lead" for c in contacts)),
    ]
    asked = missing_answers(version.attributes, schema) if schema else []
    return [(name, words) for name, words, there in wanted if not there] + [
        (f"attributes.{a.key}", a.label) for a in asked
    ]


def audience_text(audience: Audience, members: Mapping[UUID, str]) -> str:
    """Whom an audience is, in words."""
    named = [members.get(m, _("unbekannt")) for m in audience.member_ids]
    named += [LEVEL_LABELS[x] for x in audience.levels] + [
        REGION_LABELS[r] for r in audience.regions
    ]
    words = AUDIENCE_LABELS[AudienceKind(audience.kind)]
    return f"{words}: {', '.join(named)}" if named else words
