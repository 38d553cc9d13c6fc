"""What comes in and goes out of journals."""

import re
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from exchange.journals.model import Entry
from kdnx.web.api import Query

CHARACTERS = re.compile(r"^[\w.\-/ ]*$")
Code = Annotated[str, StringConstraints(strip_whitespace=True, max_length=20, pattern=CHARACTERS)]


class JournalQuery(Query):
    """A period by days, both inclusive; without them the last full quarter."""

    first: date | None = None
    last: date | None = None
    member: UUID | None = None


class JournalPageQuery(JournalQuery):
    """The same by pages; `cursor` goes on behind the last line."""

    cursor: str | None = Field(None, max_length=1000)
    limit: int = Field(100, ge=1, le=1000)


class FileQuery(JournalQuery):
    """The same as a file."""

    form: Literal["csv", "xlsx"] = "csv"


class AccountForm(BaseModel):
    """One kind of entry; `row_version` is what the person saw, 0 = new."""

    model_config = ConfigDict(str_strip_whitespace=True)

    entry: Entry
    account: Code = ""
    contra: Code = ""
    tax_key: Code = ""
    row_version: int = Field(0, ge=0)


class LineOut(BaseModel):
    """A line; cents."""

    id: UUID
    day: date
    entry: str
    document: str
    text: str
    partner: str
    account: str
    contra: str
    tax_key: str
    rate_pct: Decimal | None
    net_cents: int
    vat_cents: int
    gross_cents: int


class JournalOut(BaseModel):
    """A house's journal of a period: sums and `count` over all of it, `items` a page.

    `missing` are kinds without an account.
    """

    member_id: UUID
    first: date
    last: date
    net_cents: int
    vat_cents: int
    gross_cents: int
    count: int
    missing: list[str]
    items: list[LineOut]
    next: str | None = None
