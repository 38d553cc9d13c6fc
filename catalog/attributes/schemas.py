"""What comes in and goes out about the questions of a category."""

import re
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints, field_validator, model_validator

from catalog.attributes.model import GROUPS, Attribute, AttributeType, Option, Schema
from kdnx.text import _
from kdnx.web.api import JsonInt, Query

Line = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=300, pattern=r"^[^\x00-\x1f]*$")
]
Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,39}$")]
OPTION = re.compile(r"(?:(?P<value>[a-z0-9_]{1,40})\s*=\s*)?(?P<label>\S.*)")
UMLAUTS: dict[int, str] = {ord("ä"): "ae", ord("ö"): "oe", ord("ü"): "ue", ord("ß"): "ss"}
CHOICES = {AttributeType.ONE, AttributeType.MANY}


def option_value(label: str) -> str:
    """A stable value for a new choice, from its words."""
    plain = label.lower().translate(UMLAUTS)
    return re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:40] or "option"


class AttributeForm(BaseModel):
    """One question as the office writes it; `options` has one choice a line, 'value = words' or just words."""

    schema_version: int = Field(ge=1)
    key: Key
    label: Annotated[Line, StringConstraints(min_length=2, max_length=120)]
    type: AttributeType
    group: str = "more"
    help: Line = ""
    unit: Annotated[Line, StringConstraints(max_length=20)] = ""
    minimum: Decimal | None = Field(None, allow_inf_nan=False)
    maximum: Decimal | None = Field(None, allow_inf_nan=False)
    options: str = Field("", max_length=6000)
    required: bool = False
    facet: bool = False
    compare: bool = False
    note: Line = ""
    then: str = "preview"

    @field_validator("group")
    @classmethod
    def _known(cls, group: str) -> str:
        if group not in GROUPS:
            raise ValueError(_("Bitte einen der angebotenen Werte wählen."))
        return group

    @field_validator("minimum", "maximum", mode="before")
    @classmethod
    def _german(cls, value: Any) -> Any:
        return value.replace(".", "").replace(",", ".") if isinstance(value, str) else value

    @model_validator(mode="after")
    def _fits(self) -> "AttributeForm":
        if self.type in CHOICES and len(self.choices()) < 2:  # one choice is none
            raise ValueError(
                _("Eine Auswahl braucht mindestens zwei Möglichkeiten, je eine in einer Zeile.")
            )
        if len({o.value for o in self.choices()}) != len(self.choices()):
            raise ValueError(_("Zwei Möglichkeiten haben dieselbe Kennung."))
        if self.minimum is not None and self.maximum is not None and self.minimum > self.maximum:
            raise ValueError(_("Der kleinste Wert ist größer als der größte."))
        if self.facet and self.type not in CHOICES | {AttributeType.YES_NO}:
            raise ValueError(_("Filtern lässt sich nur nach Auswahl oder ja und nein."))
        return self

    def choices(self) -> list[Option]:
        """The choices in their order."""
        if self.type not in CHOICES:
            return []
        lines = [m for x in self.options.splitlines() if (m := OPTION.fullmatch(x.strip()))]
        return [
            Option(m["value"] or option_value(m["label"]), m["label"].strip()[:120]) for m in lines
        ]


class RetireForm(BaseModel):
    """The version seen."""

    schema_version: int = Field(ge=1)


class OptionOut(BaseModel):
    """One choice."""

    value: str
    label: str
    retired: bool = False


class AttributeOut(BaseModel):
    """One question; `retired_in` is the version since which it is no longer asked."""

    key: str
    label: str
    type: AttributeType
    group: str
    help: str
    unit: str
    decimals: int
    minimum: Decimal | None
    maximum: Decimal | None
    options: list[OptionOut]
    required: bool
    facet: bool
    compare: bool
    since: int
    retired_in: int | None


class SchemaQuery(Query):
    """An older version to read."""

    version: int | None = Field(None, ge=1, le=100_000)


class SchemaOut(BaseModel):
    """What a category asks in one version."""

    category_id: UUID
    version: JsonInt
    note: str
    attributes: list[AttributeOut]


def to_out(schema: Schema) -> SchemaOut:
    """The schema as JSON."""
    return SchemaOut.model_validate(schema, from_attributes=True)


def to_attribute(form: AttributeForm, old: Attribute | None) -> Attribute:
    """The question as written; what the form does not ask stays as it was."""
    number = form.type == AttributeType.NUMBER
    return Attribute(
        key=form.key, label=form.label, type=form.type, group=form.group, help=form.help,
        unit=form.unit if number else "", decimals=old.decimals if old else (2 if number else 0),
        minimum=form.minimum if number else None, maximum=form.maximum if number else None,
        options=tuple(form.choices()), required=form.required, facet=form.facet, compare=form.compare,
        since=old.since if old else 0,
    )  # fmt: skip


def form_of(attribute: Attribute) -> dict[str, Any]:
    """The fields of the form as a person would have typed them."""
    values: dict[str, Any] = {
        n: getattr(attribute, n) for n in ("key", "label", "group", "help", "unit")
    }
    values["type"] = attribute.type.value
    values["options"] = "\n".join(
        f"{o.value} = {o.label}" for o in attribute.options if not o.retired
    )
    for name in ("minimum", "maximum"):
        number = getattr(attribute, name)
        values[name] = "" if number is None else str(number).replace(".", ",")
    for name in ("required", "facet", "compare"):
        values[name] = "on" if getattr(attribute, name) else ""
    return values
