"""What comes in for marks and the decision, and what goes out."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from catalog.answers.schemas import AnswerOut
from catalog.choosing.model import Score
from catalog.requests.schemas import Reason, Text
from kdnx.errors import FieldError, Invalid
from kdnx.text import _
from kdnx.web.api import Body, JsonInt

Points = Annotated[Decimal, Field(ge=0, le=10, decimal_places=2, allow_inf_nan=False)]
NONE = "none"


class DecideIn(BaseModel):
    """The decision as the form posts it: the id of an answer, or 'none'."""

    choice: Annotated[Text, Field(min_length=4, max_length=40)]
    reason: Reason

    def chosen(self) -> UUID | None:
        """The chosen answer, None for none of them."""
        if self.choice == NONE:
            return None
        try:
            return UUID(self.choice)
        except ValueError:
            message = _("Bitte ein Angebot wählen oder keines.")
            raise Invalid(message, errors=[FieldError("choice", message)]) from None


class MarkBody(Body):
    """One mark: points from 0 to 10, or for a must whether it is met; always with a reason."""

    answer_id: UUID
    criterion: Annotated[JsonInt, Field(ge=1, le=20)]
    points: Points | None = None
    is_met: bool | None = None
    reason: Reason

    def read(self) -> Score:
        """As the model has it."""
        return Score(self.answer_id, self.criterion, self.points, self.is_met, self.reason)


class MarksBody(Body):
    """Marks to keep; those not named stay."""

    marks: Annotated[list[MarkBody], Field(min_length=1, max_length=2000)]


class ToldBody(Body):
    """What a member that is not chosen is told."""

    answer_id: UUID
    reason: Reason


class DecideBody(Body):
    """The decision: an answer or none (null), why, and a reason for everybody else."""

    answer_id: UUID | None = None
    reason: Reason
    told: Annotated[list[ToldBody], Field(max_length=200, default_factory=list)]


class MarkOut(BaseModel):
    """A mark."""

    criterion: int
    points: Decimal | None
    is_met: bool | None
    reason: str


class StandingOut(BaseModel):
    """An answer in the comparison; `weighted` is null while marks are missing or a must is not met."""

    member_name: str
    answer: AnswerOut
    marks: list[MarkOut]
    points: dict[int, Decimal]
    is_admitted: bool | None
    weighted: Decimal | None
    rank: int | None
    is_tied: bool


class ComparisonOut(BaseModel):
    """All answers side by side; `row_version` is the request's."""

    items: list[StandingOut]
    open_marks: int
    next: str | None = None
    row_version: int


class EvidenceOut(BaseModel):
    """The frozen record: canonical JSON as text and its SHA-256."""

    body: str
    sha256: str
    created_at: datetime
