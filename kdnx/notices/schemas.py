"""What comes in about notices, and what goes out."""

from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from kdnx.web.api import Query


class ActivityQuery(BaseModel):
    """`after` continues the list, `all` shows what was read too."""

    after: str = Field("", max_length=500)
    all: bool = False


class ReadForm(BaseModel):
    """One notice, or all when absent."""

    notice: UUID | None = None


class NoticeQuery(Query):
    """`unread` leaves out what was read."""

    unread: bool = False
    after: str | None = Field(None, max_length=500)
    limit: int = Field(50, ge=1, le=200)


class NoticeOut(BaseModel):
    """One notice to the caller."""

    model_config = ConfigDict(from_attributes=True)
    id: UUID
    kind: str
    title: str
    url: str
    object_kind: str
    object_id: UUID
    created_at: AwareDatetime
    read_at: AwareDatetime | None


class NoticeList(BaseModel):
    """Notices, newest first, and how many are unread in all (at most 1000 are counted)."""

    items: list[NoticeOut]
    next: str | None = None
    unread: int


class ReadOut(BaseModel):
    """How many notices were marked."""

    read: int
