"""From the posted form of a request, with its rows of quantities and criteria, to its schema."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from pydantic import ValidationError

from catalog.prices.model import PriceBase
from catalog.requests.model import CriterionKind
from catalog.requests.schemas import MONEY_LIMIT, MOST, RequestBody, RequestForm
from kdnx.errors import FieldError
from kdnx.money import parse_euro, plain_number
from kdnx.text import _
from kdnx.web.form import Form, read_form


def read_request(fields: Mapping[str, Any]) -> Form[RequestBody]:
    """The posted form with its rows of quantities and criteria; errors stand at their fields."""
    head = read_form(RequestForm, fields)
    errors = list(head.errors)
    items = _items(fields, errors)
    criteria = _criteria(fields, errors)
    budget = _budget(fields, errors)
    if head.value is None or errors:
        return Form(raw=head.raw, errors=errors)
    values = head.value.model_dump(exclude={"budget", "regions"})
    regions = [r for r in head.value.regions.upper().replace(",", " ").split() if r]
    try:
        body = RequestBody.model_validate(
            {
                **values,
                "regions": regions,
                "budget_cents": budget,
                "items": items,
                "criteria": criteria,
            },
            strict=False,
        )
    except ValidationError as error:
        found = [FieldError(*_place(dict(e))) for e in error.errors(include_url=False)]
        return Form(raw=head.raw, errors=found)
    return Form(raw=head.raw, value=body)


def _place(error: Mapping[str, Any]) -> tuple[str, str]:
    loc = [str(p) for p in error["loc"]]
    message = str(error["ctx"]["error"]) if "error" in error.get("ctx", {}) else ""
    if loc[:1] == ["criteria"] and len(loc) > 1:
        return f"crit_weight_{int(loc[1]) + 1}", message or _("Bitte dieses Kriterium prüfen.")
    if loc[:1] == ["regions"]:
        return "regions", _("Regionen als Kürzel der NUTS-Ebene 2 angeben, zum Beispiel DEA2.")
    return (loc[0] if loc else "audience"), message or _("Dieser Wert ist nicht möglich.")


def _text(fields: Mapping[str, Any], name: str) -> str:
    return str(fields.get(name, "")).strip()


def _number(fields: Mapping[str, Any], name: str, errors: list[FieldError]) -> Decimal | None:
    try:
        return Decimal(plain_number(_text(fields, name)))
    except ArithmeticError:
        errors.append(
            FieldError(name, _("Bitte eine Zahl eingeben, zum Beispiel 1.250 oder 12,5."))
        )
        return None


def _items(fields: Mapping[str, Any], errors: list[FieldError]) -> list[dict[str, Any]]:
    out = []
    for n in range(1, MOST + 1):
        label = _text(fields, f"item_label_{n}")
        if not label and not _text(fields, f"item_quantity_{n}"):
            continue
        quantity = _number(fields, f"item_quantity_{n}", errors)
        base = _text(fields, f"item_base_{n}")
        if len(label) < 2:
            errors.append(FieldError(f"item_label_{n}", _("Bitte sagen, was gezählt wird.")))
        if base not in {b.value for b in PriceBase}:
            errors.append(FieldError(f"item_base_{n}", _("Bitte eine Zähleinheit wählen.")))
        if quantity is not None and (not quantity.is_finite() or not 0 < quantity < 10**12):
            errors.append(
                FieldError(f"item_quantity_{n}", _("Bitte eine Menge größer als 0 eingeben."))
            )
        out.append({"label": label[:120], "base": base, "quantity": quantity})
    return out


def _criteria(fields: Mapping[str, Any], errors: list[FieldError]) -> list[dict[str, Any]]:
    out = []
    for n in range(1, MOST + 1):
        name = _text(fields, f"crit_name_{n}")
        if not name:
            continue
        kind = _text(fields, f"crit_kind_{n}") or CriterionKind.POINTS.value
        weight: Decimal | None = Decimal(0)
        if kind != CriterionKind.MUST:
            weight = _number(fields, f"crit_weight_{n}", errors)
        if weight is not None and not (weight.is_finite() and 0 <= weight <= 100):
            errors.append(
                FieldError(f"crit_weight_{n}", _("Das Gewicht liegt zwischen 0 und 100 Prozent."))
            )
        out.append({"kind": kind, "name": name[:120], "weight": weight,
                    "description": _text(fields, f"crit_text_{n}")[:1000]})  # fmt: skip
    return out


def _budget(fields: Mapping[str, Any], errors: list[FieldError]) -> int | None:
    text = _text(fields, "budget")
    if not text:
        return None
    try:
        cents = parse_euro(text)
        if not 0 <= cents <= MONEY_LIMIT:
            raise ValueError(text)
    except ValueError:
        errors.append(
            FieldError("budget", _("Bitte einen Betrag eingeben, zum Beispiel 25.000,00."))
        )
        return None
    return cents
