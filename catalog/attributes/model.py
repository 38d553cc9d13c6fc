"""Attributes of a category and the answers of an offering to them; pure.

One source for everybody: `check` (form, JSON, file), `clean` (what is stored), `missing_answers` (before
submitting), `facets_of` (search); `texts.present` and `texts.text_of` say answers in German (page, comparison).
Answers are a dict of attribute key to value: text, long text and url as str; yes/no as bool; a number as int,
with decimals as str ('99.5'); one choice as its value; several as a sorted list of values; a date as '2026-11-30'.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any
from uuid import UUID

from kdnx.errors import FieldError
from kdnx.text import _

Answers = Mapping[str, Any]


class AttributeType(StrEnum):
    """What kind of answer is asked for."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    YES_NO = "yes_no"
    NUMBER = "number"
    ONE = "one"
    MANY = "many"
    DATE = "date"
    URL = "url"


TYPE_LABELS = {
    AttributeType.TEXT: "Text, eine Zeile",
    AttributeType.LONG_TEXT: "Text, mehrere Zeilen",
    AttributeType.YES_NO: "ja oder nein",
    AttributeType.NUMBER: "Zahl",
    AttributeType.ONE: "Auswahl, eines",
    AttributeType.MANY: "Auswahl, mehreres",
    AttributeType.DATE: "Datum",
    AttributeType.URL: "Adresse im Netz",
}
# in the order of form and page
GROUPS = {
    "scope": "Leistungsumfang",
    "support": "Unterstützung und Service",
    "availability": "Verfügbarkeit und Sicherung",
    "data": "Daten und Datenschutz",
    "security": "Sicherheit und Betrieb",
    "access": "Anmeldung und Schnittstellen",
    "change": "Einführung und Ausstieg",
    "more": "Weitere Angaben",
}
MAX_TEXT = {AttributeType.TEXT: 300, AttributeType.LONG_TEXT: 4000, AttributeType.URL: 300}
NOT_STORABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
YEARS = range(1900, 2200)
WEB = re.compile(r"https?://[^\s<>\"']+\.[^\s<>\"']+")
PLAIN = (
    "key", "label", "group", "help", "unit", "decimals", "required", "facet", "compare", "since", "retired_in",
)  # fmt: skip


@dataclass(frozen=True)
class Option:
    """One choice; a retired one keeps its label for old answers and is no longer offered."""

    value: str
    label: str
    retired: bool = False


@dataclass(frozen=True)
class Attribute:
    """One question. `since` and `retired_in` are versions of the schema; `minimum`, `maximum` bound a number."""

    key: str
    label: str
    type: AttributeType
    group: str = "more"
    help: str = ""
    unit: str = ""
    decimals: int = 0
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    options: Sequence[Option] = ()
    required: bool = False
    facet: bool = False
    compare: bool = True
    since: int = 1
    retired_in: int | None = None

    @property
    def is_active(self) -> bool:
        """Whether the question is still asked."""
        return self.retired_in is None

    def label_of(self, value: str) -> str:
        """The words of a choice."""
        return next((o.label for o in self.options if o.value == value), value)


@dataclass(frozen=True)
class Schema:
    """What one category asks in one version; versions never change."""

    category_id: UUID
    version: int
    attributes: Sequence[Attribute] = ()
    note: str = ""
    created_at: datetime | None = None

    @property
    def active(self) -> list[Attribute]:
        """The questions asked today, by group and in their order."""
        asked = [a for a in self.attributes if a.is_active]
        order = list(GROUPS)
        return sorted(asked, key=lambda a: order.index(a.group) if a.group in order else len(order))

    def find(self, key: str) -> Attribute | None:
        """The attribute of a key, also a retired one."""
        return next((a for a in self.attributes if a.key == key), None)

    def groups(self) -> list[tuple[str, list[Attribute]]]:
        """The questions asked today as (German title of the group, attributes)."""
        return [
            (_(label), found)
            for group, label in GROUPS.items()
            if (found := [a for a in self.active if a.group == group])
        ]


def is_answered(value: Any) -> bool:
    """False and 0 are answers; nothing, an empty text and an empty list are none."""
    return value is not None and value not in ("", [])


def check(values: Answers, schema: Schema, *, prefix: str = "attributes.") -> list[FieldError]:
    """What is wrong with the answers: unknown keys and wrong types; what is missing is not wrong (drafts)."""
    errors = []
    for key, value in values.items():
        attribute = schema.find(key)
        if attribute is None:
            message = _("Diese Angabe kennt die Kategorie nicht: {key}").format(key=key[:60])
            errors.append(FieldError(prefix + key, message, "unknown"))
        elif is_answered(value) and (message := wrong(attribute, value)):
            errors.append(FieldError(prefix + key, message, "attribute"))
    return errors


def wrong(a: Attribute, value: Any) -> str:
    """Why this is no answer to the question, '' when it is one."""
    if a.type == AttributeType.YES_NO:
        return "" if isinstance(value, bool) else _("Bitte ja oder nein wählen.")
    if a.type == AttributeType.NUMBER:
        return _wrong_number(a, value)
    if a.type in (AttributeType.ONE, AttributeType.MANY):
        return _wrong_choice(a, value)
    if not isinstance(value, str):
        return _("Bitte einen Text eingeben.")
    if a.type == AttributeType.DATE:
        return "" if to_day(value) else _("Bitte ein Datum wählen, zum Beispiel 30.11.2026.")
    return _wrong_text(a, value)


def _wrong_text(a: Attribute, value: str) -> str:
    if NOT_STORABLE.search(value) or (a.type != AttributeType.LONG_TEXT and "\n" in value):
        return _("Bitte unsichtbare Zeichen entfernen.")
    if len(value) > MAX_TEXT[a.type]:
        return _("Höchstens {n} Zeichen sind möglich.").format(n=MAX_TEXT[a.type])
    if a.type == AttributeType.URL and not WEB.fullmatch(value.strip()):
        return _("Bitte eine vollständige Adresse angeben, die mit https:// beginnt.")
    return ""


def _wrong_choice(a: Attribute, value: Any) -> str:
    chosen = value if isinstance(value, list) else [value]
    known = {o.value for o in a.options}
    if (isinstance(value, list) != (a.type == AttributeType.MANY)) or not all(
        isinstance(v, str) and v in known for v in chosen
    ):
        offered = ", ".join(o.label for o in a.options if not o.retired)
        return _("Bitte aus der Liste wählen: {offered}").format(offered=offered)
    return ""


def _wrong_number(a: Attribute, value: Any) -> str:
    number = to_number(value)
    if number is None:
        return _("Bitte eine Zahl eingeben.")
    if number != round(number, a.decimals):
        if a.decimals == 0:
            return _("Bitte eine ganze Zahl eingeben.")
        return _("Höchstens {n} Stellen nach dem Komma.").format(n=a.decimals)
    if a.minimum is not None and number < a.minimum:
        return _("Bitte mindestens {n} eingeben.").format(n=a.minimum)
    if number > (a.maximum if a.maximum is not None else Decimal(10) ** 12):
        return _("Bitte höchstens {n} eingeben.").format(n=a.maximum or Decimal(10) ** 12)
    return ""


def to_number(value: Any) -> Decimal | None:
    """A stored or posted number, None when it is none."""
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number) < Decimal(10) ** 15 else None


def to_day(value: str) -> date | None:
    """A stored day ('2026-11-30'), None when it is none."""
    try:
        found = date.fromisoformat(value) if len(value) == len("2026-11-30") else None
    except ValueError:
        return None
    return found if found and found.year in YEARS else None


def clean(values: Answers, schema: Schema) -> dict[str, Any]:
    """The checked answers as they are stored: one writing for each value, nothing empty, keys in order."""
    found = {}
    for key in sorted(values):
        attribute, value = schema.find(key), values[key]
        if (
            attribute is not None
            and is_answered(value)
            and is_answered(one := _one_writing(attribute, value))
        ):
            found[key] = one
    return found


def _one_writing(a: Attribute, value: Any) -> Any:
    if a.type == AttributeType.NUMBER:
        number = to_number(value) or Decimal(0)
        return f"{number.normalize():f}" if a.decimals else int(number)
    if isinstance(value, list):
        return sorted(set(value))
    return value.strip() if isinstance(value, str) else value


def carry_over(values: Answers, schema: Schema) -> dict[str, Any]:
    """Answers given under another version or category: what this schema understands is kept."""
    fitting = {k: v for k, v in values.items() if (a := schema.find(k)) and not wrong(a, v)}
    return clean(fitting, schema)


def missing_answers(values: Answers, schema: Schema) -> list[Attribute]:
    """The required questions without an answer."""
    return [a for a in schema.active if a.required and not is_answered(values.get(a.key))]


def facets_of(values: Answers, schema: Schema) -> list[str]:
    """'key=value' of each answer to a question marked as facet: yes/no as 'yes'/'no', several one by one."""
    return sorted(
        f"{a.key}={v}" for a in schema.active if a.facet for v in _facet_values(a, values)
    )


def _facet_values(a: Attribute, values: Answers) -> Iterator[str]:
    value = values.get(a.key)
    if a.type == AttributeType.YES_NO and isinstance(value, bool):
        yield "yes" if value else "no"
    elif a.type == AttributeType.MANY and isinstance(value, list):
        yield from (str(v) for v in value)
    elif a.type == AttributeType.ONE and is_answered(value):
        yield str(value)


def read_attribute(row: Mapping[str, Any]) -> Attribute:
    """An attribute from its stored JSON."""
    options = tuple(
        Option(o["value"], o["label"], bool(o.get("retired"))) for o in row.get("options", ())
    )
    values = {k: row[k] for k in PLAIN if k in row}
    for name in ("minimum", "maximum"):
        if row.get(name) is not None:
            values[name] = Decimal(str(row[name]))
    return Attribute(type=AttributeType(row["type"]), options=options, **values)


def write_attribute(a: Attribute) -> dict[str, Any]:
    """The stored JSON of an attribute; what is as usual is left out."""
    usual = Attribute(a.key, a.label, a.type)
    row: dict[str, Any] = {"key": a.key, "label": a.label, "type": a.type.value, "group": a.group}
    for name in PLAIN[3:]:
        if getattr(a, name) != getattr(usual, name):
            row[name] = getattr(a, name)
    for name in ("minimum", "maximum"):
        if getattr(a, name) is not None:
            row[name] = str(getattr(a, name))
    if a.options:
        row["options"] = [
            {"value": o.value, "label": o.label} | ({"retired": True} if o.retired else {})
            for o in a.options
        ]
    return row


def merge_options(old: Sequence[Option], wanted: Sequence[Option]) -> tuple[Option, ...]:
    """The new list of choices; what is no longer wanted stays as retired, so old answers keep their words."""
    kept = {o.value for o in wanted}
    return (*wanted, *(replace(o, retired=True) for o in old if o.value not in kept))
