"""What comes in about documents, and what goes out."""

from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from kdnx.documents.model import Document, Kind, Visibility
from kdnx.web.api import Body, Query

NO_NUL = r"^[^\x00]*$"  # PostgreSQL keeps none in text


class UploadForm(BaseModel):
    """A new document; `place` is the signed word of the page that offered the form."""

    model_config = ConfigDict(str_strip_whitespace=True)
    place: str = Field(max_length=2000)
    title: str = Field("", max_length=200, pattern=NO_NUL)
    visibility: Visibility
    kind: Kind = Kind.OTHER
    sha256: str = Field("", pattern=r"^([0-9a-fA-F]{64})?$")


class VersionForm(BaseModel):
    """A new version of a document; `sha256` is what the sender computed, if anything."""

    model_config = ConfigDict(str_strip_whitespace=True)
    sha256: str = Field("", pattern=r"^([0-9a-fA-F]{64})?$")


class WithdrawForm(BaseModel):
    """The version that the person saw, and why."""

    model_config = ConfigDict(str_strip_whitespace=True)
    row_version: int = Field(ge=1)
    reason: str = Field(min_length=3, max_length=500, pattern=NO_NUL)


class DocumentQuery(Query):
    """The object whose documents are asked for."""

    object_kind: str = Field(min_length=1, max_length=60, pattern=NO_NUL)
    object_id: UUID


class VersionBody(Body):
    """A new version; `content` is Base64, `sha256` its checksum in hexadecimal."""

    file_name: str = Field(min_length=1, max_length=200)
    content: str = Field(min_length=1)
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")


class DocumentOut(BaseModel):
    """One version of a document; its bytes are at `/api/v1/documents/{id}/content`."""

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
    sha256: str
    kind: Literal["contract", "annex", "other"]
    visibility: Literal["public", "parties", "office", "sealed"]
    scan_state: Literal["pending", "clean", "infected", "not_scanned"]
    created_at: AwareDatetime
    withdrawn_at: AwareDatetime | None
    row_version: int


class DocumentList(BaseModel):
    """The latest versions of the documents of an object."""

    items: list[DocumentOut]
    next: str | None = None


def document_out(document: Document) -> DocumentOut:
    """A document for machines."""
    names = DocumentOut.model_fields.keys() - {"sha256"}
    values = {n: getattr(document, n) for n in names}
    return DocumentOut(**values, sha256=document.sha256.hex())
