"""Members of the alliance and the words for their legal forms and levels."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from stdnum import iban, lei
from stdnum.de import leitweg, vat


class LegalForm(StrEnum):
    """Legal form of a member (domain.md 1.4)."""

    ZWECKVERBAND = "zweckverband"
    EIGENBETRIEB = "eigenbetrieb"
    AOER = "aoer"
    GMBH = "gmbh"
    CITY_OFFICE = "city_office"
    VEREIN = "verein"
    GENOSSENSCHAFT = "genossenschaft"
    OTHER = "other"


LEGAL_FORM_LABELS = {
    LegalForm.ZWECKVERBAND: "Zweckverband",
    LegalForm.EIGENBETRIEB: "Eigenbetrieb",
    LegalForm.AOER: "Anstalt öffentlichen Rechts",
    LegalForm.GMBH: "GmbH",
    LegalForm.CITY_OFFICE: "Amt der Stadtverwaltung",
    LegalForm.VEREIN: "eingetragener Verein",
    LegalForm.GENOSSENSCHAFT: "Genossenschaft",
    LegalForm.OTHER: "andere Rechtsform",
}
# an office or municipal enterprise is no party of a contract: the city is (domain.md 1.4)
WITHOUT_PERSONALITY = {LegalForm.CITY_OFFICE, LegalForm.EIGENBETRIEB}
LEVEL_LABELS = {"local": "lokal", "regional": "regional", "supraregional": "überregional"}
TAX_CASE_LABELS = {
    "S": "steuerpflichtig",
    "E": "steuerfrei (§ 4 Nr. 29 UStG)",
    "O": "nicht steuerbar (§ 2b UStG)",
}
KIND_LABELS = {"merger": "Zusammenschluss", "takeover": "Übernahme"}


@dataclass(frozen=True)
class Member:
    """One member as the register shows it; `inhabitants` are the people served."""

    id: UUID
    code: str
    name: str
    short_name: str
    legal_form: str
    legal_personality: bool
    seat: str
    state: str
    row_version: int = 1
    parent_member_id: UUID | None = None
    ags: str | None = None
    nuts3: str | None = None
    inhabitants: int | None = None
    inhabitants_as_of: date | None = None
    focus: str = ""
    vat_id: str | None = None
    iban: str | None = None
    lei: str | None = None
    website: str | None = None
    street: str = ""
    postal_code: str = ""
    email: str = ""
    provider_level: str | None = None
    leitweg_id: str | None = None
    tax_case: str | None = None
    is_hub: bool = False

    @property
    def legal_form_label(self) -> str:
        """The legal form in German."""
        return LEGAL_FORM_LABELS[LegalForm(self.legal_form)]

    @property
    def level_label(self) -> str:
        """lokal, regional, überregional or ''."""
        return LEVEL_LABELS.get(self.provider_level or "", "")


@dataclass(frozen=True)
class Alliance:
    """The alliance itself: full and short name; `is_demo` marks invented data."""

    name: str
    short_name: str
    is_demo: bool


@dataclass(frozen=True)
class Link:
    """A succession as the register shows it: who followed whom, from which day, on which basis."""

    predecessor_id: UUID
    predecessor: str
    successor_id: UUID
    successor: str
    effective_on: date
    kind: str
    basis: str


@dataclass(frozen=True)
class Plan:
    """A proposed succession that waits for its second person."""

    id: UUID
    predecessor_id: UUID
    successor_id: UUID
    effective_on: date
    kind: str
    basis: str
    state: str
    proposed_by: UUID
    row_version: int


@dataclass(frozen=True)
class Term:
    """A dated fact of a member: what it is and from when (to exclusive, None = open)."""

    label: str
    valid_from: date
    valid_to: date | None = None
    note: str = ""


def check_identifiers(values: Mapping[str, str | None]) -> list[tuple[str, str]]:
    """(field, German message) for every identifier whose check digits are wrong (standards.md 7)."""
    found = []
    for name, (valid, message) in IDENTIFIERS.items():
        if values.get(name) and not valid(values[name]):
            found.append((name, message))
    return found


IDENTIFIERS: Mapping[str, tuple[Callable[[Any], bool], str]] = {
    "leitweg_id": (leitweg.is_valid, "Die Prüfziffer der Leitweg-ID stimmt nicht."),
    "vat_id": (vat.is_valid, "Diese Umsatzsteuer-ID gibt es so nicht (Prüfziffer)."),
    "iban": (iban.is_valid, "Die Prüfziffer der IBAN stimmt nicht."),
    "lei": (lei.is_valid, "Die Prüfziffer des LEI stimmt nicht."),
}
