"""What the reports take and give."""

from datetime import date

from pydantic import BaseModel, Field

from exchange.reports.model import As, Basis, By
from kdnx.web.api import Query


class ReportPageQuery(BaseModel):
    """What the address of a report page carries; no year = the running one."""

    year: int | None = Field(None, ge=2000, le=2100)
    by: By = By.PROVIDER
    basis: Basis = Basis.CURRENT
    as_: As = Field(As.MEMBER, alias="as")
    sort: str = Field("volume", pattern="^(volume|name)$")


class VolumeQuery(Query):
    """The JSON report."""

    year: int = Field(ge=2000, le=2100)
    by: By = By.PROVIDER
    basis: Basis = Basis.CURRENT
    as_: As = Field(As.MEMBER, alias="as")


class VolumeRowOut(BaseModel):
    """One row; `key` is stable (code, code>code, yyyy-mm, id)."""

    key: str
    label: str
    cents: int


class VolumeOut(BaseModel):
    """A year's volume; the rows sum to the total."""

    year: int
    definition: str
    basis: Basis
    by: By
    as_: As = Field(serialization_alias="as")
    currency: str = "EUR"
    total_cents: int
    open_cents: int
    confirmed_share: float
    as_of: date
    frozen_on: date | None = Field(
        description="Day the closed year was frozen with this definition; null while it is open."
    )
    rule_version: int | None = Field(
        description="Version of the rule volume_definition stored with the freeze."
    )
    rows: list[VolumeRowOut]
