"""What comes in and goes out about standards."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from kdnx.web.api import Body, JsonInt

BindingWord = Literal["recommended", "agreed", "mandatory"]
Title = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True,
        min_length=3,
        max_length=160,
        pattern=r"^[^\x00-\x1f]*\w\w[^\x00-\x1f]*$",
    ),
]
Group = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True,
        min_length=3,
        max_length=120,
        pattern=r"^[^\x00-\x1f]*\w\w[^\x00-\x1f]*$",
    ),
]
Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=20_000)]
Note = Annotated[str, StringConstraints(strip_whitespace=True, max_length=1000)]
Reason = Annotated[str, StringConstraints(strip_whitespace=True, max_length=1000)]


class StandardBody(Body):
    """The content of a draft; days as ISO dates."""

    working_group: Group
    title: Title
    text: Text = ""
    binding: BindingWord = "recommended"
    change_note: Note = ""
    valid_from: date | None = Field(None, strict=False)
    review_on: date | None = Field(None, strict=False)


class StandardForm(BaseModel):
    """The same from a form, with the version seen (0 for a new one)."""

    working_group: Group
    title: Title
    text: Text = ""
    binding: BindingWord = "recommended"
    change_note: Note = ""
    valid_from: date | None = None
    review_on: date | None = None
    row_version: int = Field(0, ge=0)

    def body(self) -> StandardBody:
        """Without the version."""
        return StandardBody.model_validate(self.model_dump(exclude={"row_version"}), strict=False)


class SeenForm(BaseModel):
    """An act on a version that was seen, with a reason where one is asked for."""

    row_version: int = Field(ge=1)
    reason: Reason = ""


class TasksForm(BaseModel):
    """The tasks ticked on the page."""

    row_version: int = Field(ge=1)
    task: list[UUID] = Field(default_factory=list, max_length=200)


class ReasonBody(Body):
    """Why a standard is withdrawn."""

    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=1000)]


class StandardTasksBody(Body):
    """The tasks a standard is about; all others are dropped."""

    capability_ids: list[Annotated[UUID, Field(strict=False)]] = Field(max_length=200)


class StatementIn(Body):
    """What an offering says about a standard; a deviation needs a reason of at least ten characters."""

    standard_id: UUID = Field(strict=False)
    conforms: bool
    deviation_reason: Reason = ""


class StatementsIn(Body):
    """All statements of an offering; what is not named is dropped."""

    items: list[StatementIn] = Field(max_length=50)


class StatementOut(BaseModel):
    """A statement; `version` is the version that was current when it was made."""

    standard_id: UUID
    title: str
    version: JsonInt
    current_version: JsonInt
    conforms: bool
    deviation_reason: str


class StatementList(BaseModel):
    """Statements of an offering."""

    items: list[StatementOut]
    next: str | None = None


class StandardOut(BaseModel):
    """A standard with its current version, or the draft where none is adopted yet."""

    id: UUID
    working_group: str
    version: JsonInt
    state: str
    title: str
    text: str
    binding: str
    valid_from: date | None
    review_on: date | None
    current_version: JsonInt | None
    draft_version: JsonInt | None
    capability_ids: list[UUID]
    quota: Decimal | None = None
    row_version: JsonInt


class StandardList(BaseModel):
    """Every standard the viewer may see; there is never a further page."""

    items: list[StandardOut]
    next: str | None = None
