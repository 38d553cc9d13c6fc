"""Input that a schema accepts, made from its JSON Schema: so that a refusal is never one of shape."""

import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from pydantic import BaseModel

DAY = "2026-12-01"
ENDS = ("to", "last", "until", "end", "ends", "closes")
# a text that must look like something; the first that the pattern admits
SAMPLES = (
    "Grund genug", "30213100-6", "30213100", "a" * 64, "hosting", "abc", "ABC", "1", "", "2026", "2026-12", "all", "provider",
    "inbox", "local", "DEA1", "S", "merger", "99001001001000", "erika@example.org", "https://login.example.org", "DE123456789", "05915000",
)  # fmt: skip


# what only a rule of the schema knows
BY_NAME = {"cpv": "30213100-6", "limit": "100,00"}


def fill(schema: type[BaseModel], ids: Mapping[str, UUID], *, whole: bool = True) -> dict[str, Any]:
    """Values for every field (`whole`) or the needed ones; `ids` gives an id by the name of its field."""
    document = schema.model_json_schema()
    return _object(document, document.get("$defs", {}), ids, whole=whole)


def _object(
    schema: Mapping[str, Any], defs: Mapping[str, Any], ids: Mapping[str, UUID], *, whole: bool
) -> dict[str, Any]:
    wanted = schema.get("properties", {})
    needed = schema.get("required", ())
    return {
        name: _value(name, part, defs, ids, whole=whole)
        for name, part in wanted.items()
        if whole or name in needed
    }


def _value(
    name: str,
    schema: Mapping[str, Any],
    defs: Mapping[str, Any],
    ids: Mapping[str, UUID],
    *,
    whole: bool,
) -> Any:
    schema = _plain(schema, defs)
    match schema:
        case {"const": value} | {"enum": [value, *_]}:
            return value
        case {"type": "object"}:
            return _object(schema, defs, ids, whole=whole)
        case {"type": "array"}:
            inner = schema.get("items", {"type": "string"})
            return [_value(name, inner, defs, ids, whole=whole)] * max(1, schema.get("minItems", 0))
        case {"type": "boolean"}:
            return True
        case {"type": "integer" | "number"}:
            return _number(name, schema)
    return _text(name, schema, ids)


def _plain(schema: Mapping[str, Any], defs: Mapping[str, Any]) -> Mapping[str, Any]:
    """The schema behind references, and the first that is not null of several."""
    while "$ref" in schema or "anyOf" in schema:
        if "$ref" in schema:
            schema = defs[schema["$ref"].rpartition("/")[2]]
        else:
            schema = next(s for s in schema["anyOf"] if s.get("type") != "null")
    return schema


def _number(name: str, schema: Mapping[str, Any]) -> int:
    least = schema.get(
        "minimum", schema.get("exclusiveMinimum", 0) + 1 if "exclusiveMinimum" in schema else 1
    )
    if name.endswith("year"):
        return 2026
    return max(1, int(least))


def _text(name: str, schema: Mapping[str, Any], ids: Mapping[str, UUID]) -> str:
    if schema.get("format") == "uuid":
        return str(next((i for word, i in ids.items() if word in name), ids[""]))
    if schema.get("format") == "date":
        return "2026-12-31" if any(w in name for w in ENDS) else DAY
    if schema.get("format") == "date-time":
        return DAY + "T10:00:00Z"
    if name in BY_NAME:
        return BY_NAME[name]
    pattern, least = schema.get("pattern"), schema.get("minLength", 0)
    for sample in SAMPLES:
        if len(sample) >= least and (not pattern or re.search(pattern, sample)):
            return sample[: schema.get("maxLength", 10_000)]
    return "x" * max(least, 1)
