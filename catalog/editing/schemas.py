"""From the form of an offering to the same strict schema that JSON uses, and back."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from pydantic import ValidationError

from catalog.attributes.model import Schema
from catalog.attributes.texts import read_answers, typed_answers
from catalog.contents.schemas import OfferingBody
from catalog.prices.schemas import CENT_FIELDS, NUMBER_FIELDS, WHOLE_FIELDS
from kdnx.errors import FieldError
from kdnx.money import parse_euro
from kdnx.text import _
from kdnx.web.form import Form, field_errors
from kdnx.web.formats import eur, micro_eur

WHOLE = {"lead_time_days", "notice_months", "min_term_months", "reaction_hours", "recovery_hours"}
SPLIT = {"cpv", "leika"}
COMMA = {"availability_pct", "from_quantity", "capacity_amount", *NUMBER_FIELDS}
MANY = {"member_ids", "levels", "regions"}


def read_offering_form(
    fields: Mapping[str, Any],
    schema: Schema | None = None,
    *,
    names: Sequence[str] = (),
    rest: Mapping[str, Any] | None = None,
) -> Form[OfferingBody]:
    """Posted fields named by dotted paths ('prices.0.base') → the same strict schema as JSON.

    The answers to what the category asks are read by `schema`; without one there are none.
    Rows without a kind are empty rows of the form and left out; what cannot be read stays as typed.
    With `names` only these entries are read and everything else is taken from `rest` (a body as JSON).
    """
    wrong: list[FieldError] = []
    tree = _read_tree(fields, schema, wrong)
    if names:
        tree = {**(rest or {}), **{n: v for n, v in tree.items() if n in names}}
    try:
        value = OfferingBody.model_validate_json(json.dumps(tree))
    except ValidationError as error:
        # a row is not blamed as a whole for a cell that could not be read
        named = {e.field for e in wrong} | {e.field.rpartition(".")[0] for e in wrong}
        found = [e for e in field_errors(error) if e.field not in named]
        return Form(raw=_as_typed(fields), errors=[*wrong, *found])
    return Form(raw=_as_typed(fields), value=None if wrong else value, errors=wrong)


def _read_tree(
    fields: Mapping[str, Any], schema: Schema | None, wrong: list[FieldError]
) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    multi = getattr(fields, "getlist", None)
    for name in fields:
        given = multi(name) if multi else [fields[name]]
        values = [str(v).replace("\r\n", "\n") for v in given if v != ""]
        if values:
            _plant(tree, name.split("."), _convert(name, values, wrong))
    for name in {n for n in tree if n not in OfferingBody.model_fields}:
        del tree[name]
    tree["attributes"] = read_answers(fields, schema) if schema else {}
    for group in ("prices", "audiences"):
        tree[group] = [row for row in _rows(tree.get(group)) if "kind" in row]
    for row in tree["prices"]:
        row["tiers"] = _rows(row.get("tiers"))
    return tree


def _as_typed(fields: Mapping[str, Any]) -> dict[str, Any]:
    multi = getattr(fields, "getlist", None)
    return {
        n: multi(n)
        if multi
        and (n.rpartition(".")[2] in MANY or (len(multi(n)) > 1 and n.startswith("attributes.")))
        else fields[n]
        for n in fields
    }


def form_values(body: OfferingBody, schema: Schema | None = None) -> dict[str, Any]:
    """The fields of the form as a person would have typed them."""
    flat: dict[str, Any] = {}
    _flatten("", body.model_dump(mode="json", exclude={"attributes"}), flat)
    return flat | (typed_answers(body.attributes, schema) if schema else {})


def _flatten(path: str, value: Any, flat: dict[str, Any]) -> None:
    last = path.rpartition(".")[2]
    if isinstance(value, dict):
        for name, inner in value.items():
            _flatten(f"{path}.{name}" if path else name, inner, flat)
    elif last in SPLIT:
        flat[path] = ", ".join(value)
    elif isinstance(value, list) and last not in MANY:
        for n, inner in enumerate(value):
            _flatten(f"{path}.{n}", inner, flat)
    else:
        flat[path] = _typed(last, value)


def _typed(last: str, value: Any) -> Any:
    if value is None:
        return ""
    if last == "unit_price_micro":
        return micro_eur(value).removesuffix("\u00a0€")
    if last in CENT_FIELDS:
        return eur(value).removesuffix("\u00a0€")
    return str(value).replace(".", ",") if last in COMMA else value


def _rows(group: Any) -> list[dict[str, Any]]:
    numbered = group.items() if isinstance(group, dict) else ()
    return [
        row
        for key, row in sorted(numbered)
        if re.fullmatch(r"\d{1,2}", key) and isinstance(row, dict)
    ]


def _plant(tree: dict[str, Any], path: list[str], value: Any) -> None:
    for step in path[:-1]:
        deeper = tree.setdefault(step, {})
        if not isinstance(deeper, dict):
            return
        tree = deeper
    tree[path[-1]] = value


def _convert(name: str, values: list[str], wrong: list[FieldError]) -> Any:
    last = name.rpartition(".")[2]
    text = values[0].strip()
    if last in MANY:
        return values
    if last in SPLIT:
        return text.replace(",", " ").replace(";", " ").split()
    try:
        return READERS[last](text) if last in READERS else text
    except (ValueError, ArithmeticError):
        wrong.append(
            FieldError(name, _("Bitte eine Zahl eingeben, zum Beispiel 1.234,50."), "number")
        )
        return None


def _german(text: str) -> Decimal:
    plain = text.replace("\u00a0", "").replace(" ", "").removesuffix("€").removesuffix("%")
    if "," in plain or re.fullmatch(r"[1-9]\d{0,2}(\.\d{3})+", plain):
        plain = plain.replace(".", "").replace(",", ".")
    value = Decimal(plain)
    if not value.is_finite():
        raise ValueError(text)
    return value


def _micro(text: str) -> int:
    micro = _german(text) * 1_000_000
    if micro != micro.to_integral_value():
        raise ValueError(text)
    return int(micro)


READERS: Mapping[str, Callable[[str], Any]] = {
    **dict.fromkeys((*WHOLE, *WHOLE_FIELDS), int),
    **dict.fromkeys(CENT_FIELDS, parse_euro),
    **dict.fromkeys(NUMBER_FIELDS, lambda text: str(_german(text))),
    "unit_price_micro": _micro,
    "capacity_amount": lambda text: str(_german(text)),
    "availability_pct": lambda text: str(_german(text)),
    "from_quantity": lambda text: str(_german(text)),
}
