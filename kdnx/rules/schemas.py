"""What comes in about rules (form and JSON), and what goes out."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from kdnx.rules.model import Rule
from kdnx.web.api import Body, Query

# PostgreSQL keeps no NUL in text
Text = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$")]


class RuleFilter(BaseModel):
    """`kind` narrows the list, `on` is the day of the reading (today when absent)."""

    kind: Text = Field("", max_length=40)
    on: date | None = None


class EnterForm(BaseModel):
    """A new version as typed; its value stands in fields named `value_…`."""

    model_config = ConfigDict(str_strip_whitespace=True)
    valid_from: date
    source: Text = Field(min_length=3, max_length=500)
    note: Text = Field("", max_length=500)
    ends: bool = False
    step: Literal["preview", "enter"] = "preview"


class DecideForm(BaseModel):
    """The version decided on, and why (needed for a rejection)."""

    model_config = ConfigDict(str_strip_whitespace=True)
    row_version: int = Field(ge=1)
    note: Text = Field("", max_length=500)


class RuleQuery(Query):
    """`kind` narrows to a kind, `on` is the day of the reading."""

    kind: Text | None = Field(None, max_length=40)
    on: date | None = None


class RuleBody(Body):
    """A new version: money in cents, periods in days, shares as text in per cent; no value ends the rule."""

    kind: Text = Field(max_length=40)
    key: Text = Field(max_length=80)
    valid_from: date
    value: dict[str, Any] | None
    source: Text = Field(min_length=3, max_length=500)
    note: Text = Field("", max_length=500)


class DecideBody(Body):
    """Why."""

    note: Text = Field("", max_length=500)


class RuleOut(BaseModel):
    """One version of a rule; `value` is null when no rule holds from that day on."""

    model_config = ConfigDict(from_attributes=True)
    id: UUID
    kind: str
    key: str
    valid_from: date
    version: int
    value: dict[str, Any] | None
    source: str
    state: str
    approved_at: AwareDatetime | None
    row_version: int


class RuleList(BaseModel):
    """Rules that hold on the day."""

    items: list[RuleOut]
    next: str | None = None


def rule_out(rule: Rule) -> RuleOut:
    """A rule for machines."""
    approved_at: datetime | None = rule.approved_at
    return RuleOut(
        id=rule.id, kind=rule.kind, key=rule.key, valid_from=rule.valid_from, version=rule.version,
        value=None if rule.ended else dict(rule.value), source=rule.source, state=rule.state,
        approved_at=approved_at, row_version=rule.row_version,
    )  # fmt: skip
