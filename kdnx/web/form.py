"""From posted fields to a schema, with German messages at each field and nothing lost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar, get_args, get_origin

from pydantic import BaseModel, ValidationError

from kdnx.errors import FieldError, Invalid
from kdnx.text import _

M = TypeVar("M", bound=BaseModel)
NUL = "\x00"
MESSAGES = {
    "missing": "Bitte ausfüllen.",
    "string_too_short": "Bitte mindestens {min_length} Zeichen eingeben.",
    "string_too_long": "Höchstens {max_length} Zeichen sind möglich.",
    "string_pattern_mismatch": "Das Format stimmt nicht.",
    "int_parsing": "Bitte eine ganze Zahl eingeben.",
    "int_type": "Bitte eine ganze Zahl eingeben.",
    "decimal_parsing": "Bitte eine Zahl eingeben, zum Beispiel 1.234,50.",
    "decimal_max_places": "Höchstens {decimal_places} Stellen nach dem Komma.",
    "greater_than": "Bitte einen Wert größer als {gt} eingeben.",
    "greater_than_equal": "Bitte mindestens {ge} eingeben.",
    "less_than": "Bitte einen Wert kleiner als {lt} eingeben.",
    "less_than_equal": "Bitte höchstens {le} eingeben.",
    "date_from_datetime_parsing": "Bitte ein Datum wählen, zum Beispiel 30.11.2026.",
    "date_parsing": "Bitte ein Datum wählen, zum Beispiel 30.11.2026.",
    "date_type": "Bitte ein Datum wählen, zum Beispiel 30.11.2026.",
    "enum": "Bitte einen der angebotenen Werte wählen.",
    "literal_error": "Bitte einen der angebotenen Werte wählen.",
    "uuid_parsing": "Bitte aus der Liste wählen.",
    "bool_parsing": "Bitte ja oder nein wählen.",
    "too_short": "Bitte mindestens {min_length} Einträge angeben.",
    "too_long": "Höchstens {max_length} Einträge sind möglich.",
    "extra_forbidden": "Dieses Feld ist unbekannt.",
    "json_invalid": "Das ist kein gültiges JSON.",
}


@dataclass
class Form(Generic[M]):
    """What was posted: `value` when valid, else `errors`; `raw` keeps what the person typed."""

    raw: Mapping[str, Any] = field(default_factory=dict)
    value: M | None = None
    errors: Sequence[FieldError] = ()

    def error(self, name: str) -> str:
        """The message at a field, or ''."""
        return next((e.message for e in self.errors if e.field == name), "")

    def valid(self) -> M:
        """The value; raises Invalid with all field errors otherwise."""
        if self.value is None:
            raise Invalid(_("Bitte die markierten Felder prüfen."), errors=self.errors)
        return self.value


def field_errors(error: ValidationError) -> list[FieldError]:
    """German field errors without echoing the input."""
    out = []
    for e in error.errors(include_url=False, include_input=False):
        name = ".".join(str(p) for p in e["loc"] if not str(p).startswith("function-"))
        text = MESSAGES.get(e["type"])
        if text:
            message = _(text).format(**e.get("ctx", {}))
        elif e["type"] == "value_error":
            message = str(e["ctx"]["error"]) if "ctx" in e else _("Dieser Wert ist nicht möglich.")
        else:
            message = _("Dieser Wert ist nicht möglich.")
        out.append(FieldError(name, message, e["type"]))
    return out


def read_form(schema: type[M], fields: Mapping[str, Any]) -> Form[M]:
    """Validate posted fields; an empty text counts as absent, lists are read with all their values.

    A NUL, which neither a page nor a column can hold, is an error at its field and is not echoed.
    """
    multi = getattr(fields, "getlist", None)
    values: dict[str, Any] = {}
    for name, info in schema.model_fields.items():
        key = info.alias or name
        if multi and _is_list(info.annotation):
            values[key] = [v for v in multi(key) if v != ""]
        elif key in fields and fields[key] != "":
            values[key] = fields[key]
    raw = {k: v.replace(NUL, "") if isinstance(v, str) else v for k, v in fields.items()}
    if unreadable := [k for k, v in values.items() if NUL in str(v)]:
        said = _("Bitte unsichtbare Zeichen entfernen.")
        return Form(raw=raw, errors=[FieldError(k, said, "not_storable") for k in unreadable])
    try:
        return Form(raw=raw, value=schema.model_validate(values))
    except ValidationError as error:
        return Form(raw=raw, errors=field_errors(error))


def _is_list(annotation: Any) -> bool:
    origin = get_origin(annotation)
    if origin in (list, tuple, set, frozenset):
        return True
    return any(get_origin(a) in (list, tuple, set, frozenset) for a in get_args(annotation))
