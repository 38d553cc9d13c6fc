"""The terms of a price as they come in from form, file and JSON, and as they are stored."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from pydantic import Field, StringConstraints, model_validator

from catalog.prices.model import SETTLED, Allocation, Per, PriceBase, PriceKind, Terms
from kdnx.text import _
from kdnx.web.api import Body, JsonInt

Words = Annotated[
    str, StringConstraints(strip_whitespace=True, pattern=r"^[^\x00-\x08\x0b\x0c\x0e-\x1f]*$")
]
Month = Annotated[str, StringConstraints(pattern=r"^([12][0-9]{3}-(0[1-9]|1[0-2]))?$")]
Cents = Annotated[JsonInt, Field(ge=0, le=10**13)]
Percent = Annotated[Decimal, Field(ge=0, le=100, decimal_places=4, allow_inf_nan=False)]
Amount = Annotated[Decimal, Field(gt=0, le=10**12, decimal_places=4, allow_inf_nan=False)]
# how a form shows and reads the terms: euros, numbers with a comma, whole numbers
CENT_FIELDS = ("minimum_cents", "setup_cents", "pool_cents")
NUMBER_FIELDS = (
    "minimum_quantity", "fixed_pct", "key_total", "index_value", "index_threshold_pct", "index_share_pct",
)  # fmt: skip
WHOLE_FIELDS = ("change_notice_months", "participants")
BY_KEY = ("allocation", "pool_cents", "fixed_pct", "key_total", "participants")


class TermsBody(Body):
    """What a price adds where it applies; meaning and units as in `catalog.prices.model.Terms`."""

    counted_on: date | None = None
    source: Words = Field("", max_length=200)
    minimum_quantity: Amount | None = None
    minimum_cents: Cents | None = None
    setup_cents: Cents | None = None
    change_notice_months: Annotated[JsonInt, Field(ge=0, le=36)] | None = None
    allocation: Allocation | None = None
    pool_cents: Cents | None = None
    fixed_pct: Percent | None = None
    key_total: Amount | None = None
    participants: Annotated[JsonInt, Field(ge=1, le=1000)] | None = None
    index_name: Words = Field("", max_length=200)
    index_month: Month = ""
    index_value: Amount | None = None
    index_threshold_pct: Percent | None = None
    index_share_pct: Percent | None = None
    index_earliest: date | None = None

    @model_validator(mode="after")
    def _whole(self) -> "TermsBody":
        named = (bool(self.index_name), bool(self.index_month), self.index_value is not None)
        if any(named) != all(named):
            raise ValueError(
                _("Eine Indexklausel braucht Name, Basismonat und Indexstand im Basismonat.")
            )
        more = (self.index_threshold_pct, self.index_share_pct, self.index_earliest)
        if not any(named) and any(x is not None for x in more):
            raise ValueError(_("Schwelle, Anteil und Beginn gehören zu einer Indexklausel."))
        if self.allocation is None and any(getattr(self, n) is not None for n in BY_KEY[1:]):
            raise ValueError(_("Zu verteilten Kosten gehört der Schlüssel, nach dem sie verteilt werden."))  # fmt: skip
        return self


def check_price(kind: PriceKind, base: PriceBase, per: Per, terms: TermsBody) -> None:
    """ValueError in German where the terms do not belong to this kind of price."""
    if kind not in SETTLED and any(getattr(terms, n) is not None for n in BY_KEY):
        raise ValueError(_("Nach Schlüssel verteilt wird nur ein Anteil oder eine Kostenerstattung."))  # fmt: skip
    if base != PriceBase.INHABITANT and terms.counted_on is not None:
        raise ValueError(_("Der Stichtag der Einwohnerzahl gehört zu einem Preis je Einwohner."))
    if per == Per.ONCE and terms.index_name:
        raise ValueError(_("Ein einmaliger Preis wird nicht nach einem Index angepasst."))


def read_terms(stored: Mapping[str, Any] | None) -> Terms:
    """Terms from JSON as stored or as a body gives it; unknown names are left out."""
    given = dict(stored or {})
    values: dict[str, Any] = {}
    for field in fields(Terms):
        value = given.get(field.name)
        if value is None:
            continue
        values[field.name] = READ.get(field.name, lambda v: v)(value)
    return Terms(**values)


def _number(value: Any) -> Decimal:
    return Decimal(f"{Decimal(str(value)).normalize():f}")


def _day(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(value)


READ = {
    **dict.fromkeys(NUMBER_FIELDS, _number),
    "counted_on": _day,
    "index_earliest": _day,
}


def terms_values(terms: Terms) -> dict[str, Any]:
    """What is said in the terms, ready for JSON: numbers as text without trailing zeros, days as ISO."""
    found: dict[str, Any] = {}
    for field in fields(Terms):
        value = getattr(terms, field.name)
        if value is None or value == "":
            continue
        if isinstance(value, Decimal):
            value = f"{value.normalize():f}"
        found[field.name] = value.isoformat() if isinstance(value, date) else value
    return found
