"""What comes in and goes out about announced prices: one schema for form and JSON."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, Field

from catalog.contents.schemas import Micro, Text, TierBody
from catalog.prices.model import PriceItem, Tier
from catalog.schedules.model import Scheduled
from kdnx.errors import FieldError
from kdnx.money import MICRO, plain_number
from kdnx.text import _
from kdnx.web.api import Body, JsonInt


class NewPriceBody(Body):
    """The new price of one position; tiers whole, or empty where the position has none."""

    ordinal: Annotated[JsonInt, Field(ge=1, le=40)]
    unit_price_micro: Micro
    tiers: list[TierBody] = Field(default_factory=list, max_length=20)


class ScheduleBody(Body):
    """Prices of an offering from a day on; what is not named stays as it is."""

    valid_from: date
    frozen_until: date | None = None
    reason: Text = Field(min_length=3, max_length=1000)
    prices: list[NewPriceBody] = Field(min_length=1, max_length=20)


class BeginBody(Body):
    """All prices of an offering that begin on this day."""

    valid_from: date
    reason: Text = Field("", max_length=1000)


class BeginForm(BaseModel):
    """The act of a page: the offering as seen, the day, a reason where one is needed."""

    row_version: int = Field(ge=1)
    valid_from: date
    reason: str = Field("", max_length=1000)


class ScheduledOut(BaseModel):
    """An announced price."""

    ordinal: int
    valid_from: date
    state: str
    unit_price_micro: int | None
    tiers: list[TierBody]
    frozen_until: date | None
    reason: str
    approved_at: datetime | None
    version: int | None


class ScheduledList(BaseModel):
    """What is announced, by day; there is never a further page."""

    offering_id: UUID
    items: list[ScheduledOut]
    next: str | None = None


def as_json(s: Scheduled) -> ScheduledOut:
    """One announced price as others read it."""
    tiers = [
        TierBody(from_quantity=t.from_quantity, unit_price_micro=t.unit_price_micro)
        for t in s.tiers
    ]
    return ScheduledOut(
        ordinal=s.ordinal, valid_from=s.valid_from, state=s.state, unit_price_micro=s.unit_price_micro, tiers=tiers,
        frozen_until=s.frozen_until, reason=s.reason, approved_at=s.approved_at, version=s.version,
    )  # fmt: skip


def read_micro(text: str) -> int:
    """'2,70' → 2700000 millionths of a euro; ValueError for what is no price of at most six places."""
    try:
        micro = Decimal(plain_number(text.replace("€", ""))) * MICRO
    except InvalidOperation:
        raise ValueError(text) from None
    if not micro.is_finite() or micro != micro.to_integral_value() or micro < 0:
        raise ValueError(text)
    return int(micro)


def read_prices(
    fields: Mapping[str, Any], items: list[PriceItem]
) -> tuple[list[NewPriceBody], list[FieldError]]:
    """The new prices of a form, one field a position and tier ('price.2', 'tier.2.0'); empty = stays."""
    found: list[NewPriceBody] = []
    wrong: list[FieldError] = []
    for item in items:
        if item.unit_price_micro is None:
            continue
        names = [f"price.{item.ordinal}"] + [f"tier.{item.ordinal}.{n}" for n in range(len(item.tiers))]  # fmt: skip
        old = [item.unit_price_micro, *(t.unit_price_micro for t in item.tiers)]
        new = []
        for name, before in zip(names, old, strict=True):
            text = str(fields.get(name, "")).strip()
            try:
                new.append(read_micro(text) if text else before)
            except ValueError:
                said = _("Bitte einen Preis eingeben, zum Beispiel 2,70.")
                wrong.append(FieldError(name, said, "number"))
                new.append(before)
        if new != old:
            tiers = [
                TierBody(from_quantity=t.from_quantity, unit_price_micro=micro)
                for t, micro in zip(item.tiers, new[1:], strict=True)
            ]
            found.append(NewPriceBody(ordinal=item.ordinal, unit_price_micro=new[0], tiers=tiers))
    return found, wrong


def tiers_of(body: NewPriceBody) -> tuple[Tier, ...]:
    """The tiers of a body as the model knows them."""
    return tuple(Tier(t.from_quantity, t.unit_price_micro) for t in body.tiers)
