"""What comes in about reviewing and approving an order."""

from pydantic import BaseModel, ConfigDict, Field

from exchange.orders.schemas import Code, Day, Reason, Text
from kdnx.web.api import Body, JsonInt


class ReviewBody(Body):
    """The legal review with its reason; `confirm_tax` reviews the proposed tax cases in the same act."""

    reason: Reason
    confirm_tax: bool = False


class ApproveBody(Body):
    """A signature; the note is read by all sides."""

    note: Text = Field("", max_length=2000)


class TaxBody(Body):
    """A proposed tax case of one contract from a day on."""

    leg: JsonInt = Field(ge=1, le=2)
    tax_code: Code
    valid_from: Day
    reason: Reason


class TaxReviewBody(Body):
    """Which contract's proposal is confirmed."""

    leg: JsonInt = Field(ge=1, le=2)


class ReviewForm(BaseModel):
    """The review as the form posts it."""

    model_config = ConfigDict(str_strip_whitespace=True)

    row_version: int
    reason: Reason
    confirm_tax: bool = False


class ApproveForm(BaseModel):
    """The signature as the form posts it."""

    row_version: int
    note: Text = Field("", max_length=2000)


class TaxForm(BaseModel):
    """A proposed tax case as the form posts it."""

    row_version: int
    leg: int = Field(ge=1, le=2)
    tax_code: Code
    valid_from: Day
    reason: Reason


class TaxReviewForm(BaseModel):
    """The confirmation of a proposal as the form posts it."""

    row_version: int
    leg: int = Field(ge=1, le=2)
