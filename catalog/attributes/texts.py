"""Answers in German words, and from words typed in a form or a file back to answers."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from catalog.attributes.model import (
    GROUPS,
    Answers,
    Attribute,
    AttributeType,
    Schema,
    is_answered,
    to_day,
    to_number,
)
from kdnx.text import _
from kdnx.web.formats import day, num


def text_of(a: Attribute, value: Any) -> str:
    """An answer in German words, '' for none."""
    if not is_answered(value):
        return ""
    if a.type == AttributeType.YES_NO:
        return _("ja") if value is True else _("nein")
    if a.type == AttributeType.NUMBER:
        number = to_number(value)
        return "" if number is None else f"{num(number)} {a.unit}".strip()
    if a.type in (AttributeType.ONE, AttributeType.MANY):
        chosen = value if isinstance(value, list) else [value]
        place = {o.value: n for n, o in enumerate(a.options)}
        chosen = sorted((str(v) for v in chosen), key=lambda v: place.get(v, len(place)))
        return ", ".join(a.label_of(v) for v in chosen)
    if a.type == AttributeType.DATE:
        found = to_day(str(value))
        return day(found) if found else ""
    return str(value)


def present(values: Answers, schema: Schema) -> list[tuple[str, str, str]]:
    """The answers as (title of the group, label, text) in the order of the page; unanswered ones are left out.

    Answers to questions that are no longer asked are shown too: they were promised.
    """
    order = list(GROUPS)
    known = [a for a in schema.attributes if a.group in order]
    known.sort(key=lambda a: order.index(a.group))
    return [
        (_(GROUPS[a.group]), a.label, text)
        for a in known
        if (text := text_of(a, values.get(a.key)))
    ]


def by_group(values: Answers, schema: Schema) -> list[tuple[str, list[tuple[str, str]]]]:
    """`present` by group: (title, [(label, text)]) for a page with a heading each."""
    found: dict[str, list[tuple[str, str]]] = {}
    for title, label, text in present(values, schema):
        found.setdefault(title, []).append((label, text))
    return list(found.items())


def facet_label(a: Attribute, value: str) -> str:
    """The words of one facet value as `facets_of` writes it."""
    if a.type == AttributeType.YES_NO:
        return {"yes": _("ja"), "no": _("nein")}.get(value, value)
    return a.label_of(value)


def answer_of(a: Attribute, typed: str | Sequence[str]) -> Any:
    """What a person typed or chose as an answer, None for nothing; what cannot be read comes back as typed.

    Choices are understood by value or by label, yes and no in German: `check` says what is wrong afterwards.
    """
    texts = [t.strip() for t in ([typed] if isinstance(typed, str) else typed) if t.strip()]
    if not texts:
        return None
    text = texts[0]
    if a.type == AttributeType.MANY:
        return [_choice(a, p) for p in (_split(a, text) if isinstance(typed, str) else texts)]
    return READERS[a.type](a, text) if a.type in READERS else text


def _yes_no(_a: Attribute, text: str) -> Any:
    return {"yes": True, "ja": True, "no": False, "nein": False}.get(text.lower(), text)


def _day(_a: Attribute, text: str) -> str:
    found = re.fullmatch(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", text)
    return f"{found[3]}-{found[2]:0>2}-{found[1]:0>2}" if found else text


def _number(a: Attribute, text: str) -> Any:
    plain = (text.removesuffix(a.unit) if a.unit else text).replace("\u00a0", "").replace(" ", "")
    if "," in plain or re.fullmatch(r"[1-9]\d{0,2}(\.\d{3})+", plain):
        plain = plain.replace(".", "").replace(",", ".")
    number = to_number(plain)
    if number is None:
        return text
    return int(number) if number == number.to_integral_value() else str(number)


def _choice(a: Attribute, text: str) -> str:
    by_label = {o.label.lower(): o.value for o in a.options}
    return by_label.get(text.lower(), text)


def _split(a: Attribute, text: str) -> list[str]:
    # labels hold commas themselves: take the longest label that fits, then the next
    rest, found = text, []
    labels = sorted((o.label for o in a.options), key=len, reverse=True)
    while rest := rest.strip(" ,;"):
        fitting = next((x for x in labels if rest.lower().startswith(x.lower())), None)
        piece = fitting or re.split(r"[,;]", rest, maxsplit=1)[0]
        found.append(piece.strip())
        rest = rest[len(piece) :]
    return found


def read_answers(
    fields: Mapping[str, Any], schema: Schema, prefix: str = "attributes."
) -> dict[str, Any]:
    """Posted fields 'attributes.<key>' as answers; keys the schema does not ask for are left out."""
    multi = getattr(fields, "getlist", None)
    found = {}
    for a in schema.active:
        name = prefix + a.key
        if name in fields:
            given = multi(name) if multi and a.type == AttributeType.MANY else fields[name]
            value = answer_of(a, given if isinstance(given, list) else str(given))
            if value is not None:
                found[a.key] = value
    return found


def typed_answers(values: Answers, schema: Schema, prefix: str = "attributes.") -> dict[str, Any]:
    """The fields of the form as a person would have typed them."""
    return {prefix + a.key: _typed(a, values[a.key]) for a in schema.active if a.key in values}


def _typed(a: Attribute, value: Any) -> Any:
    if a.type == AttributeType.YES_NO:
        return {True: "yes", False: "no"}.get(value, value) if isinstance(value, bool) else value
    if a.type == AttributeType.NUMBER:
        return str(value).replace(".", ",")
    return value


READERS: Mapping[AttributeType, Callable[[Attribute, str], Any]] = {
    AttributeType.YES_NO: _yes_no,
    AttributeType.NUMBER: _number,
    AttributeType.ONE: _choice,
    AttributeType.DATE: _day,
}
