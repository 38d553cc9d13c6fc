"""What comes in and goes out about categories."""

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from kdnx.web.api import Body, JsonInt

# at least one letter or digit: a name of spaces or signs would be an empty row for the reader
Name = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True,
        min_length=2,
        max_length=120,
        pattern=r"^[^\x00-\x1f]*\w\w[^\x00-\x1f]*$",
    ),
]
Description = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=400, pattern=r"^[^\x00-\x1f]*$")
]
Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,39}$")]


class CategoryNew(Body):
    """A new category."""

    code: Code
    name: Name
    description: Description = ""


class CategoryRename(Body):
    """New words for a category."""

    name: Name
    description: Description = ""


class CategoryRenameForm(BaseModel):
    """The same from a form, with the version seen."""

    name: Name
    description: Description = ""
    row_version: int = Field(ge=1)


class CategoryOut(BaseModel):
    """A category as JSON."""

    id: UUID
    code: str
    name: str
    description: str
    position: int
    row_version: JsonInt


class CategoryList(BaseModel):
    """All categories; there is never a further page."""

    items: list[CategoryOut]
    next: str | None = None
