"""What comes in and goes out of remarks."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from kdnx.web.api import Body


class AnnotateForm(BaseModel):
    """A remark, and who may read it."""

    model_config = ConfigDict(str_strip_whitespace=True)
    remark: str = Field(min_length=1, max_length=1000)
    readers: Literal["own", "both"] = "own"


class AnnotateBody(Body):
    """A remark; `is_shared` lets the other side read it."""

    text: str = Field(min_length=1, max_length=1000)
    is_shared: bool = False


class AnnotationOut(BaseModel):
    """A remark of a house."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    by_member: UUID
    is_shared: bool
    text: str
    created_at: datetime


class AnnotationList(BaseModel):
    """Remarks, oldest first."""

    items: list[AnnotationOut]
