"""A document, who may read it, and which content is accepted."""

import io
import zipfile
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import PurePosixPath
from uuid import UUID


class Visibility(StrEnum):
    """Who may read a document besides its owner."""

    PUBLIC = "public"
    PARTIES = "parties"
    OFFICE = "office"
    SEALED = "sealed"


VISIBILITY_LABELS = {
    Visibility.PUBLIC: "alle Mitglieder",
    Visibility.PARTIES: "die Beteiligten und die Geschäftsstelle",
    Visibility.OFFICE: "das eigene Haus und die Geschäftsstelle",
    Visibility.SEALED: "niemand bis zur Öffnung",
}


# objects whose papers for the office are evidence of contracts (the policy document_read names the same)
EVIDENCE_OF = frozenset({"declaration", "cooperation", "cooperation_year", "order", "self_billing"})
EVIDENCE_LABEL = (
    "das eigene Haus; in der Geschäftsstelle Recht, Steuern, Vertragsmanagement und Revision"
)


def readers_label(visibility: str, object_kind: str) -> str:
    """Who may read a document of such an object."""
    is_evidence = visibility == Visibility.OFFICE and object_kind in EVIDENCE_OF
    return EVIDENCE_LABEL if is_evidence else VISIBILITY_LABELS[Visibility(visibility)]


class Kind(StrEnum):
    """What a document is to its object."""

    CONTRACT = "contract"
    ANNEX = "annex"
    OTHER = "other"


KIND_LABELS = {Kind.CONTRACT: "Vertrag", Kind.ANNEX: "Anlage", Kind.OTHER: "Sonstiges"}


class ScanState(StrEnum):
    """What the virus scanner said; `not_scanned` where no scanner is set."""

    PENDING = "pending"
    CLEAN = "clean"
    INFECTED = "infected"
    NOT_SCANNED = "not_scanned"


SCAN_LABELS = {
    ScanState.PENDING: "wird geprüft",
    ScanState.CLEAN: "geprüft",
    ScanState.INFECTED: "gesperrt: Schadsoftware gefunden",
    ScanState.NOT_SCANNED: "nicht auf Schadsoftware geprüft",
}


@dataclass(frozen=True)
class Document:
    """One version of a document; `size` in bytes, `sha256` of its bytes, `versions` in its series."""

    id: UUID
    owner_id: UUID
    series_id: UUID
    version: int
    object_kind: str
    object_id: UUID
    title: str
    file_name: str
    media_type: str
    size: int
    sha256: bytes
    visibility: str
    scan_state: str
    created_at: datetime
    row_version: int = 1
    party_ids: tuple[UUID, ...] = field(default_factory=tuple)
    scanned_at: datetime | None = None
    uploaded_by: UUID | None = None
    uploaded_by_name: str = ""
    withdrawn_at: datetime | None = None
    versions: int = 1
    kind: str = Kind.OTHER.value

    @property
    def type_label(self) -> str:
        """The format in a word."""
        return TYPE_LABELS.get(self.media_type, self.media_type)

    @property
    def kind_label(self) -> str:
        """What it is to its object."""
        return KIND_LABELS[Kind(self.kind)]

    @property
    def visibility_label(self) -> str:
        """Who may read it."""
        return readers_label(self.visibility, self.object_kind)

    @property
    def scan_label(self) -> str:
        """What the scanner said."""
        return SCAN_LABELS[ScanState(self.scan_state)]

    @property
    def is_open(self) -> bool:
        """The bytes may be handed out."""
        return self.withdrawn_at is None and self.scan_state in {
            ScanState.CLEAN,
            ScanState.NOT_SCANNED,
        }


DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
ODT = "application/vnd.oasis.opendocument.text"
ODS = "application/vnd.oasis.opendocument.spreadsheet"
# accepted formats: media type by ending; the content must show the same format
ENDINGS = {
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".docx": DOCX,
    ".xlsx": XLSX,
    ".pptx": PPTX,
    ".odt": ODT,
    ".ods": ODS,
    ".zip": "application/zip",
    ".csv": "text/csv",
    ".txt": "text/plain",
    ".xml": "application/xml",
    ".json": "application/json",
}
TYPE_LABELS = {
    "application/pdf": "PDF",
    "image/png": "Bild (PNG)",
    "image/jpeg": "Bild (JPEG)",
    DOCX: "Word",
    XLSX: "Excel",
    PPTX: "PowerPoint",
    ODT: "OpenDocument Text",
    ODS: "OpenDocument Tabelle",
    "application/zip": "ZIP",
    "text/csv": "CSV",
    "text/plain": "Text",
    "application/xml": "XML",
    "application/json": "JSON",
}
ACCEPT = ",".join(ENDINGS)
SIGNATURES = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
)
OFFICE_FOLDERS = (("word/", DOCX), ("xl/", XLSX), ("ppt/", PPTX))
TEXT_TYPES = {"text/csv", "text/plain", "application/xml", "application/json"}
CONTROL = frozenset(range(32)) - {9, 10, 13}


class Unfit(ValueError):
    """The content is not one of the accepted formats; the text says why, in German."""


def media_type_of(body: bytes, file_name: str) -> str:
    """The media type that both the ending and the content show; Unfit otherwise."""
    ending = PurePosixPath(file_name.lower()).suffix
    expected = ENDINGS.get(ending)
    if expected is None:
        raise Unfit("Dieses Dateiformat wird nicht angenommen.")
    found = _by_content(body, expected)
    if found != expected:
        raise Unfit("Der Inhalt der Datei passt nicht zu ihrer Endung.")
    return expected


def safe_name(file_name: str) -> str:
    """The last part of the name without control characters, at most 120 characters, ending kept."""
    last = file_name.replace("\\", "/").rpartition("/")[2]
    name = "".join(c for c in last if c.isprintable() and c not in '"<>|:*?').strip(" .") or "Datei"
    suffix = PurePosixPath(name).suffix
    stem = name[: len(name) - len(suffix)] if suffix else name
    return stem[: 120 - len(suffix)] + suffix


def _by_content(body: bytes, expected: str) -> str | None:
    for signature, media_type in SIGNATURES:
        if body.startswith(signature):
            return media_type
    if body.startswith(b"PK\x03\x04"):
        return _zip_type(body)
    return expected if expected in TEXT_TYPES and _is_text(body, expected) else None


def _zip_type(body: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            names = archive.namelist()
            if any(n.lower().endswith("vbaproject.bin") for n in names):
                raise Unfit("Office-Dateien mit Makros werden nicht angenommen.")
            if "mimetype" in names and archive.getinfo("mimetype").file_size < 200:
                declared = archive.read("mimetype").decode("ascii", "replace").strip()
                return declared if declared in {ODT, ODS} else "application/zip"
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError):
        raise Unfit("Das Archiv ist beschädigt oder verschlüsselt.") from None
    if "[Content_Types].xml" in names:
        for folder, media_type in OFFICE_FOLDERS:
            if any(n.startswith(folder) for n in names):
                return media_type
    return "application/zip"


def _is_text(body: bytes, expected: str) -> bool:
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            text = body.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        return False
    if any(ord(c) in CONTROL for c in text):
        return False
    start = text.lstrip()[:200].lower()
    if expected == "application/xml":
        return start.startswith("<") and not start.startswith(("<!doctype html", "<html", "<svg"))
    if expected == "application/json":
        return start.startswith(("{", "["))
    return not start.startswith(("<!doctype", "<html", "<script", "<svg"))
