"""What comes in for an answer, as a form or as JSON, and what goes out."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from catalog.answers.model import FLAT, Answer, Content, PriceLine, Reply, Total
from catalog.prices.model import Per
from catalog.requests.model import Criterion, CriterionKind
from kdnx.errors import FieldError
from kdnx.money import plain_number
from kdnx.text import _
from kdnx.web.api import Body, JsonInt
from kdnx.web.form import Form, read_form

Text = Annotated[str, StringConstraints(strip_whitespace=True)]
PRICE_ROWS, MOST_PRICES = 4, 20
MOST_MICRO = 10**15


class ReplyBody(Body):
    """What the answer says to a criterion; `is_met` only for a must."""

    criterion: Annotated[JsonInt, Field(ge=1, le=20)]
    is_met: bool | None = None
    said: Annotated[Text, Field(max_length=4000)] = ""


class PriceBody(Body):
    """A price line: `item` is the ordinal of the quantity asked for, 0 a flat amount; net micro-euro."""

    label: Annotated[Text, Field(max_length=120)] = ""
    item: Annotated[JsonInt, Field(ge=0, le=20)] = FLAT
    per: Per
    unit_price_micro: Annotated[JsonInt, Field(ge=0, le=MOST_MICRO)]


class AnswerBody(Body):
    """A whole answer: it becomes a new version."""

    summary: Annotated[Text, Field(min_length=10, max_length=5000)]
    valid_until: date
    conditions: Annotated[Text, Field(max_length=5000)] = ""
    offering_id: UUID | None = None
    replies: Annotated[list[ReplyBody], Field(max_length=20, default_factory=list)]
    prices: Annotated[list[PriceBody], Field(max_length=MOST_PRICES, default_factory=list)]

    def read(self) -> Content:
        """As the model has it."""
        return Content(
            self.summary, self.valid_until, self.conditions, self.offering_id,
            replies=tuple(Reply(r.criterion, r.is_met, r.said) for r in self.replies),
            prices=tuple(PriceLine(n, p.label, p.item, p.per.value, p.unit_price_micro)
                         for n, p in enumerate(self.prices, start=1)),
        )  # fmt: skip


class AnswerForm(BaseModel):
    """The head of an answer as the form posts it."""

    summary: Annotated[Text, Field(min_length=10, max_length=5000)]
    valid_until: date
    conditions: Annotated[Text, Field(max_length=5000)] = ""
    offering_id: UUID | None = None


class MoveIn(BaseModel):
    """Which button was pressed, and the version the page was made from."""

    move: str = "save"
    row_version: int | None = None


class PriceOut(BaseModel):
    """A price line with what it comes to, a year or once, net cents."""

    ordinal: int
    label: str
    item: int
    per: str
    unit_price_micro: int
    cents: int


class ReplyOut(BaseModel):
    """A reply to a criterion."""

    criterion: int
    is_met: bool | None
    said: str


class AnswerOut(BaseModel):
    """An answer with one version of its content."""

    id: UUID
    owner_id: UUID
    request_id: UUID
    state: str
    version: int
    submitted_version: int | None
    submitted_at: datetime | None
    receipt: str | None
    outcome_reason: str | None
    row_version: int
    summary: str
    conditions: str
    valid_until: date
    offering_id: UUID | None
    offering_version: int | None
    yearly_cents: int
    once_cents: int
    whole_cents: int
    replies: list[ReplyOut]
    prices: list[PriceOut]


def answer_out(answer: Answer, content: Content, total: Total) -> AnswerOut:
    """As JSON."""
    names = ("id", "owner_id", "request_id", "state", "version", "submitted_version", "submitted_at",
             "outcome_reason", "row_version")  # fmt: skip
    terms = ("summary", "conditions", "valid_until", "offering_id", "offering_version")
    return AnswerOut(
        **{n: getattr(answer, n) for n in names}, **{n: getattr(content, n) for n in terms},
        receipt=answer.receipt_hash.hex() if answer.receipt_hash else None,
        yearly_cents=total.yearly_cents, once_cents=total.once_cents, whole_cents=total.whole_cents,
        replies=[ReplyOut(**vars(r)) for r in content.replies],
        prices=[PriceOut(**vars(p), cents=total.lines[p.ordinal]) for p in content.prices],
    )  # fmt: skip


def read_answer(fields: Mapping[str, Any], criteria: Sequence[Criterion]) -> Form[AnswerBody]:
    """The posted form with its replies and price rows; errors stand at their fields."""
    head = read_form(AnswerForm, fields)
    errors = list(head.errors)
    replies = [_reply(fields, c) for c in criteria if c.kind != CriterionKind.PRICE]
    prices = _prices(fields, errors)
    if head.value is None or errors:
        return Form(raw=head.raw, errors=errors)
    body = AnswerBody.model_validate(
        {**head.value.model_dump(), "replies": replies, "prices": prices}, strict=False
    )
    return Form(raw=head.raw, value=body)


def _text(fields: Mapping[str, Any], name: str) -> str:
    return str(fields.get(name, "")).replace("\x00", "").strip()


def _reply(fields: Mapping[str, Any], criterion: Criterion) -> dict[str, Any]:
    n = criterion.ordinal
    met = {"yes": True, "no": False}.get(_text(fields, f"met_{n}"))
    is_must = criterion.kind == CriterionKind.MUST
    return {
        "criterion": n,
        "is_met": met if is_must else None,
        "said": _text(fields, f"said_{n}")[:4000],
    }


def _prices(fields: Mapping[str, Any], errors: list[FieldError]) -> list[dict[str, Any]]:
    out: list[dict[str, Any]] = []
    for n in range(1, MOST_PRICES + 1):
        euro = _text(fields, f"price_euro_{n}")
        if not euro and not _text(fields, f"price_label_{n}"):
            continue
        micro = _micro(euro)
        if micro is None:
            errors.append(
                FieldError(f"price_euro_{n}", _("Bitte einen Preis eingeben, zum Beispiel 12,50."))
            )
        per, item = _text(fields, f"price_per_{n}"), _text(fields, f"price_item_{n}")
        if per not in {p.value for p in Per}:
            errors.append(
                FieldError(f"price_per_{n}", _("Bitte sagen, wie oft dieser Preis anfällt."))
            )
        out.append({
            "label": _text(fields, f"price_label_{n}")[:120], "per": per, "unit_price_micro": micro or 0,
            "item": int(item) if item.isdigit() and len(item) < 3 else FLAT,
        })  # fmt: skip
    return out


def _micro(text: str) -> int | None:
    """Euro with up to six places as millionths; None when it is none or out of range."""
    try:
        micro = Decimal(plain_number(text.removesuffix("€").strip())) * 1_000_000
        return (
            int(micro) if micro == micro.to_integral_value() and 0 <= micro <= MOST_MICRO else None
        )
    except ArithmeticError:
        return None
