"""What comes in for answers: the grid of the page, JSON lines; and what goes out."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints, model_validator

from kdnx.money import parse_euro
from kdnx.text import _
from kdnx.web.api import Body, JsonInt
from procurement.demands.model import BINDING_LABELS, Binding, DemandCall, Position
from procurement.demands.schemas import CpvCode
from procurement.responses.model import (
    OUTCOME_LABELS,
    Amount,
    GridErrors,
    Line,
    amount,
    parse_quantity,
)

Text = Annotated[str, StringConstraints(strip_whitespace=True)]
Quantity = Annotated[
    Decimal, Field(ge=0, le=Decimal(999999999999), decimal_places=4, allow_inf_nan=False)
]
MONEY_LIMIT = 10**15


class YearBody(Body):
    """Quantity of one year."""

    year: Annotated[JsonInt, Field(ge=2000, le=2100)]
    qty_min: Quantity = Decimal()
    qty_expected: Quantity
    qty_max: Quantity | None = None

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        self.amount()
        return self

    def amount(self) -> Amount:
        """As the model has it; ValueError when out of order."""
        return amount(self.qty_min, self.qty_expected, self.qty_max)


class LineBody(Body):
    """One answered position."""

    position: Annotated[JsonInt, Field(ge=1, le=10_000)]
    years: Annotated[list[YearBody], Field(min_length=1, max_length=10)]
    binding: Binding = Binding.NON_BINDING
    needed_from: date | None = None
    needed_to: date | None = None
    place: Annotated[Text, Field(max_length=200)] = ""
    price_today_cents: Annotated[JsonInt, Field(ge=0, le=MONEY_LIMIT)] | None = None
    existing_contract_end: date | None = None
    budget_confirmed: bool = False
    deviation_reason: Annotated[Text, Field(max_length=1000)] = ""


class MatchBody(Body):
    """What the member says about an offering of its peers."""

    position: Annotated[JsonInt, Field(ge=1, le=10_000)]
    offering_id: UUID
    outcome: Literal["suits", "partly", "not_suitable"]
    reason: Annotated[Text, Field(max_length=1000)] = ""


class ResponseBody(Body):
    """A whole answer: it replaces what was saved before."""

    lines: Annotated[list[LineBody], Field(max_length=500)]
    matches: Annotated[list[MatchBody], Field(max_length=500, default_factory=list)]


class ReturnBody(Body):
    """Why an answer goes back."""

    reason: Annotated[Text, Field(min_length=5, max_length=1000)]


class FreeIn(BaseModel):
    """A demand outside any call."""

    title: Annotated[Text, Field(min_length=3, max_length=200)]
    cpv: CpvCode
    unit: Annotated[Text, Field(min_length=1, max_length=40)]
    spec: Annotated[Text, Field(max_length=4000)] = ""


class YearOut(BaseModel):
    """Quantity of one year."""

    year: int
    qty_min: Decimal
    qty_expected: Decimal
    qty_max: Decimal


class LineOut(BaseModel):
    """One line of an answer."""

    position: int
    title: str
    cpv: str
    unit: str
    years: list[YearOut]
    binding: str
    needed_from: date | None
    needed_to: date | None
    place: str
    price_today_cents: int | None
    existing_contract_end: date | None
    budget_confirmed: bool
    deviation_reason: str


class ResponseOut(BaseModel):
    """An answer with its lines."""

    id: UUID
    owner_id: UUID
    call_id: UUID | None
    state: str
    version: int
    edition: int
    submitted_at: datetime | None
    receipt: str | None
    row_version: int
    lines: list[LineOut]


class AnswerOut(BaseModel):
    """A submitted line of a member, for the lead."""

    member_id: UUID
    member_name: str
    line: LineOut


class AnswerList(BaseModel):
    """All submitted lines of a call."""

    items: list[AnswerOut]
    next: str | None = None


def line_out(line: Line) -> LineOut:
    """As JSON."""
    years = [
        YearOut(year=y, qty_min=a.low, qty_expected=a.expected, qty_max=a.high)
        for y, a in sorted(line.years.items())
    ]
    rest = {n: getattr(line, n) for n in LineOut.model_fields if n not in ("position", "years")}
    return LineOut(position=line.call_position or line.ordinal, years=years, **rest)


def lines_from_json(
    call: DemandCall, positions: Sequence[Position], bodies: Sequence[LineBody]
) -> list[Line]:
    """Lines of a JSON answer; Invalid for unknown positions, years outside the call, doubles."""
    known = {p.ordinal: p for p in positions}
    errors, lines, seen = GridErrors(), [], set()
    for n, body in enumerate(bodies):
        position = known.get(body.position)
        years = {y.year: y.amount() for y in body.years}
        if position is None or body.position in seen:
            errors.add(
                f"lines.{n}.position",
                _("Diese Position gibt es in der Abfrage nicht, oder sie kommt doppelt vor."),
            )
            continue
        if len(years) != len(body.years) or any(y not in call.years for y in years):
            errors.add(f"lines.{n}.years", _("Jedes Jahr einmal, und nur Jahre der Abfrage."))
            continue
        seen.add(body.position)
        extra = {k: v for k, v in body.model_dump().items() if k not in ("position", "years")}
        lines.append(make_line(position, years, extra | {"binding": body.binding.value}))
    errors.stop()
    return [line for line in lines if not line.total.is_zero]


def make_line(position: Position, years: Mapping[int, Amount], rest: Mapping[str, Any]) -> Line:
    """A line answering a position."""
    return Line(
        ordinal=position.ordinal,
        call_position=position.ordinal,
        title=position.title,
        cpv=position.cpv,
        unit=position.unit,
        spec=position.spec,
        spec_hash=position.spec_hash,
        years=years,
        **rest,
    )


def read_grid(
    call: DemandCall, positions: Sequence[Position], fields: Mapping[str, Any]
) -> tuple[list[Line], GridErrors]:
    """Lines from the posted grid, and what is wrong in it; rows without a quantity are left out."""
    errors, lines = GridErrors(), []
    for position in positions:
        years = read_years(position.ordinal, call.years, fields, errors)
        rest = read_rest(position.ordinal, call.binding, fields, errors)
        line = make_line(position, years, rest)
        if not line.total.is_zero:
            lines.append(line)
    return lines, errors


def read_years(
    ordinal: int, years: range, fields: Mapping[str, Any], errors: GridErrors
) -> dict[int, Amount]:
    """The three rows of a position's grid."""
    out: dict[int, Amount] = {}
    for year in years:
        cells = [
            _cell(f"q_{ordinal}_{year}_{which}", fields, errors) for which in ("min", "exp", "max")
        ]
        if all(c is None for c in cells):
            continue
        try:
            out[year] = amount(*cells)
        except ValueError as error:
            errors.add(f"q_{ordinal}_{year}_exp", f"{year}: {error}")
    return out


def _cell(name: str, fields: Mapping[str, Any], errors: GridErrors) -> Decimal | None:
    text = str(fields.get(name, "")).strip()
    if not text:
        return None
    try:
        return parse_quantity(text)
    except ValueError as error:
        errors.add(name, str(error))
        return None


def read_rest(
    ordinal: int, default_binding: str, fields: Mapping[str, Any], errors: GridErrors
) -> dict[str, Any]:
    """The further details of a position."""

    def text(name: str) -> str:
        return str(fields.get(f"{name}_{ordinal}", "")).strip()[:1000]

    def day(name: str) -> date | None:
        try:
            return date.fromisoformat(text(name)) if text(name) else None
        except ValueError:
            errors.add(f"{name}_{ordinal}", _("Bitte ein Datum wählen, zum Beispiel 30.11.2026."))
            return None

    price = None
    if text("price"):
        try:
            price = parse_euro(text("price"))
            if not 0 <= price <= MONEY_LIMIT:
                raise ValueError(price)
        except ValueError:
            errors.add(f"price_{ordinal}", _("Bitte einen Betrag eingeben, zum Beispiel 1.234,50."))
            price = None
    binding = text("binding") or default_binding
    if binding not in {b.value for b in BINDING_LABELS}:
        errors.add(f"binding_{ordinal}", _("Bitte einen der angebotenen Werte wählen."))
        binding = default_binding
    return {
        "binding": binding,
        "needed_from": day("needed_from"),
        "needed_to": day("needed_to"),
        "place": text("place")[:200],
        "price_today_cents": price,
        "existing_contract_end": day("contract_end"),
        "budget_confirmed": bool(text("budget")),
        "deviation_reason": text("deviation"),
    }


def read_outcomes(
    fields: Mapping[str, Any], errors: GridErrors
) -> list[tuple[int, UUID, str, str]]:
    """What was said about in-house matches: (ordinal, offering, outcome, reason)."""
    out = []
    for name, value in fields.items():
        if not name.startswith("match_") or not value:
            continue
        number, _sep, offering = name.removeprefix("match_").partition("_")
        reason = str(fields.get(f"why_{number}_{offering}", "")).strip()[:1000]
        if str(value) not in OUTCOME_LABELS or not number.isdigit():
            continue
        if value != "suits" and len(reason) < 5:
            errors.add(
                f"why_{number}_{offering}",
                _("Bitte kurz begründen, warum die Leistung nicht oder nur teilweise passt."),
            )
            continue
        try:
            out.append((int(number), UUID(offering), str(value), reason))
        except ValueError:
            continue
    return out
