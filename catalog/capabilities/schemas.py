"""What comes in and goes out about tasks and products."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from catalog.categories.schemas import Code, Description, Name
from kdnx.web.api import Body, JsonInt

Target = Literal["central", "regional", "local"]
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=400)]
Vendor = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=120, pattern=r"^[^\x00-\x1f]*$")
]


class CapabilityNew(Body):
    """A new task of a group (`parent_id`), or a new group without one."""

    code: Code
    name: Name
    description: Description = ""
    parent_id: UUID | None = Field(None, strict=False)
    target_level: Target | None = None


class CapabilityChange(Body):
    """New words and Zielbild of a task."""

    name: Name
    description: Description = ""
    target_level: Target | None = None


class CapabilityForm(BaseModel):
    """The same from a form, with the version seen."""

    name: Name
    description: Description = ""
    target_level: Target | None = None
    row_version: int = Field(ge=1)


class CapabilityOut(BaseModel):
    """A task or group as JSON."""

    id: UUID
    code: str
    name: str
    description: str
    parent_id: UUID | None
    target_level: str | None
    position: int
    row_version: JsonInt


class CapabilityList(BaseModel):
    """The whole tree; there is never a further page."""

    items: list[CapabilityOut]
    next: str | None = None


class ProductNew(Body):
    """A product; with `is_new` also where a similar name exists."""

    name: Name
    vendor: Vendor = ""
    is_new: bool = False


class ProductForm(BaseModel):
    """The same from a form."""

    name: Name
    vendor: Vendor = ""
    is_new: bool = False


class ProductMerge(Body):
    """The product that stays, and why both are one."""

    kept_id: UUID = Field(strict=False)
    reason: Reason


class ProductMergeForm(BaseModel):
    """The same from a form."""

    kept_id: UUID
    reason: Reason


class ProductOut(BaseModel):
    """A product as JSON; `members` is how many use it today."""

    id: UUID
    name: str
    vendor: str
    merged_into_id: UUID | None
    members: JsonInt = 0


class ProductList(BaseModel):
    """All products; there is never a further page."""

    items: list[ProductOut]
    next: str | None = None


class TaskIn(Body):
    """A task that an offering serves."""

    capability_id: UUID = Field(strict=False)
    product_id: UUID | None = Field(None, strict=False)


class TasksIn(Body):
    """All tasks of an offering; what is not named is dropped."""

    tasks: list[TaskIn] = Field(max_length=20)


class TasksOut(BaseModel):
    """The tasks of an offering."""

    items: list[TaskIn]


class OfferingTasksForm(BaseModel):
    """The tasks ticked on the page."""

    task: list[UUID] = Field(default_factory=list, max_length=100)
