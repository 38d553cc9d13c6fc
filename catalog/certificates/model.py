"""Certificates of an offering and how long they hold; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from kdnx.text import _


class CertificateKind(StrEnum):
    """What is proven."""

    ISO_27001 = "iso_27001"
    ISO_27001_GRUNDSCHUTZ = "iso_27001_grundschutz"
    BSI_C5 = "bsi_c5"
    ISO_9001 = "iso_9001"
    ISO_20000 = "iso_20000"
    ISO_22301 = "iso_22301"
    TUEV = "tuev"
    EN_50600 = "en_50600"
    TR_RESISCAN = "tr_resiscan"
    EU_TRUST = "eu_trust"
    OTHER = "other"


KIND_LABELS = {
    CertificateKind.ISO_27001: "ISO/IEC 27001",
    CertificateKind.ISO_27001_GRUNDSCHUTZ: "ISO 27001 auf der Basis von IT-Grundschutz",
    CertificateKind.BSI_C5: "BSI C5 (Testat)",
    CertificateKind.ISO_9001: "ISO 9001",
    CertificateKind.ISO_20000: "ISO/IEC 20000-1",
    CertificateKind.ISO_22301: "ISO 22301",
    CertificateKind.TUEV: "TÜV-Zertifikat",
    CertificateKind.EN_50600: "EN 50600 (Rechenzentrum)",
    CertificateKind.TR_RESISCAN: "BSI TR-03138 (RESISCAN)",
    CertificateKind.EU_TRUST: "Vertrauensdienst nach eIDAS",
    CertificateKind.OTHER: "anderer Nachweis",
}
# days before the end on which the owner is told; the second time is the last
WARN_DAYS = (60, 30)


class Validity(StrEnum):
    """How a certificate stands on a day."""

    COMING = "coming"
    VALID = "valid"
    ENDING = "ending"
    EXPIRED = "expired"


VALIDITY_LABELS = {
    Validity.COMING: "gilt noch nicht",
    Validity.VALID: "gültig",
    Validity.ENDING: "läuft bald ab",
    Validity.EXPIRED: "abgelaufen",
}
VALIDITY_KINDS = {
    Validity.COMING: "info",
    Validity.VALID: "success",
    Validity.ENDING: "warning",
    Validity.EXPIRED: "danger",
}


@dataclass(frozen=True)
class Certificate:
    """One proof; `valid_to` is its last day. `warned_days` is the warning already given (60, then 30)."""

    id: UUID
    offering_id: UUID
    kind: str
    valid_to: date
    title: str = ""
    issuer: str = ""
    number: str = ""
    scope: str = ""
    valid_from: date | None = None
    document_id: UUID | None = None
    is_required: bool = False
    warned_days: int | None = None
    row_version: int = 1

    @property
    def label(self) -> str:
        """What it is, in words."""
        words = _(KIND_LABELS[CertificateKind(self.kind)])
        if self.kind == CertificateKind.OTHER:
            return self.title
        return f"{words}: {self.title}" if self.title else words

    def validity(self, today: date) -> Validity:
        """How it stands on a day."""
        if self.valid_to < today:
            return Validity.EXPIRED
        if self.valid_from and self.valid_from > today:
            return Validity.COMING
        return Validity.ENDING if (self.valid_to - today).days <= WARN_DAYS[0] else Validity.VALID


def due_warning(certificate: Certificate, today: date) -> int | None:
    """The warning to give today (60 or 30 days), None when it was given or is not due."""
    left = (certificate.valid_to - today).days
    stage = min((d for d in WARN_DAYS if left <= d), default=None)
    if stage is None or left < 0 or (certificate.warned_days or WARN_DAYS[0] + 1) <= stage:
        return None
    return stage


def certified_until(certificates: Sequence[Certificate]) -> date | None:
    """The last day on which some proof holds, for the facet; None without any."""
    return max((c.valid_to for c in certificates), default=None)


def expired_required(certificates: Sequence[Certificate], today: date) -> list[Certificate]:
    """Required proofs that ended and have no valid one of the same kind and title beside them."""
    valid = {
        (c.kind, c.title)
        for c in certificates
        if c.valid_to >= today and not (c.valid_from and c.valid_from > today)
    }
    return [
        c
        for c in certificates
        if c.is_required and c.valid_to < today and (c.kind, c.title) not in valid
    ]
