"""Questions: what comes in and goes out."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from kdnx.web.api import Body, JsonInt, Query
from kdnx.web.paging import MAX_LIMIT

# control signs would not survive a file, and PostgreSQL takes no NUL
Text = Annotated[
    str,
    StringConstraints(strip_whitespace=True, pattern=r"^[^\x00-\x08\x0b\x0c\x0e-\x1f]*$"),
]
Words = Annotated[Text, Field(min_length=5, max_length=2000)]
AnswerText = Annotated[Text, Field(min_length=2, max_length=4000)]
Asked = Literal["public", "private"]


class AskForm(BaseModel):
    """The form of a question."""

    question: Words
    visibility: Asked = "public"
    is_named: bool = False


class EditForm(AskForm):
    """The same for a question that stands; with the version that was seen."""

    row_version: int = Field(ge=1)


class AnswerForm(BaseModel):
    """The answer."""

    row_version: int = Field(ge=1)
    answer: AnswerText


class PublishForm(BaseModel):
    """Question and answer in words that do not tell who asked."""

    row_version: int = Field(ge=1)
    public_question: Words
    public_answer: AnswerText


class VersionForm(BaseModel):
    """The version that was seen."""

    row_version: int = Field(ge=1)


class QuestionsQuery(BaseModel):
    """The list: what others ask my house, what my house asks, or all of one offering."""

    view: Literal["received", "asked"] = "received"
    offering: UUID | None = None
    after: str = Field("", max_length=1000)


class AskBody(Body):
    """A question to the provider of an offering."""

    question: Words
    visibility: Asked = "public"
    is_named: bool = False


class AnswerBody(Body):
    """The answer."""

    answer: AnswerText


class PublishBody(Body):
    """Question and answer in words that do not tell who asked."""

    public_question: Words
    public_answer: AnswerText


class QuestionListQuery(Query):
    """The JSON list; `view` as on the page, `offering` for all of one offering."""

    view: Literal["received", "asked", "all"] = "all"
    offering: UUID | None = None
    after: str = Field("", max_length=1000)
    limit: int = Field(50, ge=1, le=MAX_LIMIT)


class QuestionOut(BaseModel):
    """A question as the caller may see it; `owner_id` is absent where the asker stays hidden."""

    id: UUID
    offering_id: UUID
    provider_id: UUID
    owner_id: UUID | None
    state: str
    visibility: str
    is_named: bool
    question: str
    answer: str
    public_question: str
    public_answer: str
    due_on: date
    created_at: datetime
    answered_at: datetime | None
    row_version: JsonInt


class QuestionList(BaseModel):
    """A piece of the list; `next` is the cursor of the following one."""

    items: list[QuestionOut]
    next: str | None = None
