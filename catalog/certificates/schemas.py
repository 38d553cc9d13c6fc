"""What comes in and goes out about proofs."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints, model_validator

from catalog.certificates.model import Certificate, CertificateKind, Validity
from kdnx.text import _
from kdnx.web.api import Body, JsonInt

Line = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=200, pattern=r"^[^\x00-\x1f]*$")
]


class _Fields(BaseModel):
    """What is said about a proof; `valid_to` is its last day."""

    kind: CertificateKind
    title: Line = ""
    issuer: Line = ""
    number: Line = ""
    scope: Line = ""
    valid_from: date | None = None
    valid_to: date
    document_id: UUID | None = None
    is_required: bool = False

    @model_validator(mode="after")
    def _fits(self) -> Any:
        if self.kind == CertificateKind.OTHER and not self.title:
            raise ValueError(_("Bitte sagen, was für ein Nachweis es ist."))
        if self.valid_from and self.valid_to <= self.valid_from:
            raise ValueError(_("Das Ende der Gültigkeit liegt vor dem Beginn."))
        return self


class CertificateBody(Body, _Fields):
    """A proof from JSON."""


class CertificateForm(_Fields):
    """A proof from the form; `row_version` of the one that is changed."""

    row_version: int = Field(0, ge=0)

    def body(self) -> CertificateBody:
        """The same as from JSON."""
        return CertificateBody.model_validate(self.model_dump(exclude={"row_version"}))


class DropForm(BaseModel):
    """The version seen."""

    row_version: int = Field(ge=1)


class CertificateOut(_Fields):
    """A proof as JSON with how it stands today."""

    id: UUID
    validity: Validity
    row_version: JsonInt


class CertificateList(BaseModel):
    """All proofs of an offering; there is never a further page."""

    items: list[CertificateOut]
    next: str | None = None


def to_out(c: Certificate, today: date) -> CertificateOut:
    """The proof as JSON."""
    values = {n: getattr(c, n) for n in CertificateOut.model_fields if n != "validity"}
    return CertificateOut.model_validate({**values, "validity": c.validity(today)})
