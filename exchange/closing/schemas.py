"""What comes in about a close, and what goes out."""

from datetime import datetime

from pydantic import BaseModel, Field

from kdnx.web.api import Query


class StepForm(BaseModel):
    """A step; `version` is what the person saw, `month` 1 to 12, nothing for the whole year."""

    version: int | None = None
    month: int | None = Field(None, ge=1, le=12)
    lists_open: bool = False


class ClosingQuery(Query):
    """No filters."""


class PeriodOut(BaseModel):
    """A month (1 to 12) or a year (month 13)."""

    year: int
    month: int
    state: str
    row_version: int


class ItemOut(BaseModel):
    """A line of the checklist: weight is done, noted or stops."""

    key: str
    title: str
    weight: str
    finding: str
    listed: list[str]


class YearOut(BaseModel):
    """A year: state, fingerprints once closed; checklist and totals in cents for office and audit."""

    year: int
    state: str
    row_version: int
    months: list[PeriodOut]
    closed_at: datetime | None = None
    locked_at: datetime | None = None
    root: str | None = None
    evidence: str | None = None
    reported_cents: int | None = None
    current_cents: int | None = None
    checklist: list[ItemOut] | None = None


class YearList(BaseModel):
    """All years that were begun, oldest first."""

    items: list[PeriodOut]
