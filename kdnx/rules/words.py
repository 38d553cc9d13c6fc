"""Rules in words: from a value to German lines, from typed fields to a value, and what a change does."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from kdnx.errors import FieldError
from kdnx.money import parse_euro
from kdnx.rules.calendar import is_subdivision
from kdnx.rules.fields import VALUE_FIELDS, ValueField
from kdnx.rules.labels import EFFECTS
from kdnx.rules.model import Rule
from kdnx.text import _
from kdnx.web.formats import day, eur, num

PREFIX = "value_"
MOST_DAYS = 3660


def explain(kind: str, value: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The value as (label, text) in the order of its kind; kinds bound to the program show their text."""
    known = [f for f in VALUE_FIELDS.get(kind, ()) if f.name in value]
    if known:
        return [(_(f.label), show(f, value[f.name])) for f in known]
    return [(_("Fassung"), str(value.get("version", "–")))] + (
        [(_("Inhalt"), str(value["text"]))] if "text" in value else []
    )


def show(entry: ValueField, value: Any) -> str:
    """One entry as people read it."""
    if value is None or value in ("", []):
        return "–"
    shown = SHOWN.get(entry.type)
    if shown is not None:
        return shown(value)
    return _(dict(entry.choices).get(value, str(value))) if entry.choices else str(value)


SHOWN: dict[str, Callable[[Any], str]] = {
    "money": lambda v: eur(int(v)),
    "percent": lambda v: f"{num(Decimal(str(v)))}\u00a0%",
    "number": lambda v: num(Decimal(str(v))),
    "flag": lambda v: _("ja") if v else _("nein"),
    "dates": lambda v: ", ".join(day(date.fromisoformat(d)) for d in v),
}


def as_typed(entry: ValueField, value: Any) -> str:
    """One entry as it stands in the form field."""
    if value is None:
        return ""
    if entry.type == "money":
        return eur(int(value)).replace("\u00a0€", "")
    if entry.type in {"percent", "number"}:
        return num(Decimal(str(value)))
    if entry.type == "dates":
        return ", ".join(value)
    return str(value)


def read_value(
    kind: str, fields: Mapping[str, Any], names: Collection[str]
) -> tuple[dict[str, Any], Sequence[FieldError]]:
    """The value typed for that kind (fields named `value_…`), with an error at each wrong field.

    `names` are the entries the form showed: a box left empty among them means no.
    """
    value: dict[str, Any] = {}
    errors: list[FieldError] = []
    for entry in (f for f in VALUE_FIELDS.get(kind, ()) if f.name in names):
        raw = str(fields.get(PREFIX + entry.name, "")).replace("\0", "").strip()[:500]
        if not raw and entry.type != "flag":
            continue
        try:
            value[entry.name] = _read_entry(entry, raw)
        except ValueError as error:
            errors.append(FieldError(PREFIX + entry.name, str(error)))
    if not value and not errors:
        first = next((f.name for f in VALUE_FIELDS.get(kind, ()) if f.name in names), "")
        errors.append(FieldError(PREFIX + first, _("Bitte mindestens einen Wert angeben.")))
    return value, errors


def check_value(kind: str, value: Mapping[str, Any]) -> list[FieldError]:
    """Errors of a value that came as JSON: the same types as typed ones, no unknown entries."""
    known = {f.name: f for f in VALUE_FIELDS.get(kind, ())}
    errors = [
        FieldError(f"value.{n}", _("Dieses Feld ist unbekannt."), "extra_forbidden")
        for n in value
        if n not in known
    ]
    for name, found in value.items():
        if name in known and not _fits(known[name], found):
            errors.append(FieldError(f"value.{name}", _("Dieser Wert ist nicht möglich.")))
    return errors or (
        [] if value else [FieldError("value", _("Bitte mindestens einen Wert angeben."))]
    )


def effect_of(before: Rule | None, after: Mapping[str, Any] | None, kind: str, *,
              valid_from: date, today: date, until: date | None) -> list[str]:  # fmt: skip
    """What a new version would change, in sentences."""
    lines = [_("Gilt ab {day}.").format(day=day(valid_from)) if until is None
             else _("Gilt ab {day}, bis am {until} die nächste eingetragene Fassung beginnt.").format(
                 day=day(valid_from), until=day(until))]  # fmt: skip
    if after is None:
        lines.append(_("Ab diesem Tag gilt keine Regel; wer sie braucht, erhält einen Hinweis."))
    else:
        old = dict(explain(kind, before.value)) if before and not before.ended else {}
        for label, text in explain(kind, after):
            if label not in old:
                lines.append(_("{label}: neu {text}.").format(label=label, text=text))
            elif old[label] != text:
                change = _("{label}: bisher {old}, künftig {text}.")
                lines.append(change.format(label=label, old=old[label], text=text))
        gone = old.keys() - dict(explain(kind, after)).keys()
        lines += [_("{label}: entfällt.").format(label=label) for label in sorted(gone)]
    if kind in EFFECTS:
        lines.append(_(EFFECTS[kind]))
    if valid_from <= today:
        lines.append(
            _(
                "Der Tag liegt nicht in der Zukunft: bereits berechnete Ergebnisse behalten ihre Fassung."
            )
        )
    return lines


def _read_entry(entry: ValueField, raw: str) -> Any:
    reader = READERS.get(entry.type)
    if reader is not None:
        return reader(raw)
    if entry.choices and raw not in dict(entry.choices):
        raise ValueError(_("Bitte einen der angebotenen Werte wählen."))
    if entry.name == "subdivision" and not is_subdivision(raw):
        raise ValueError(_("Dieses Kürzel eines Landes gibt es nicht, zum Beispiel NW."))
    return raw


def _read_count(raw: str) -> int:
    if not (raw.isascii() and raw.isdigit()) or int(raw) > MOST_DAYS:
        raise ValueError(_("Bitte eine ganze Zahl eingeben."))
    return int(raw)


def _read_money(raw: str) -> int:
    try:
        cents = parse_euro(raw)
    except ValueError:
        raise ValueError(_("Bitte einen Betrag eingeben, zum Beispiel 216.000,00.")) from None
    if cents < 0:
        raise ValueError(_("Der Betrag darf nicht negativ sein."))
    return cents


def _read_percent(raw: str) -> str:
    try:
        share = Decimal(raw.replace("%", "").strip().replace(",", "."))
    except InvalidOperation:
        raise ValueError(_("Bitte eine Zahl eingeben, zum Beispiel 2,5.")) from None
    if not share.is_finite() or not 0 <= share <= 100:
        raise ValueError(_("Bitte eine Zahl zwischen 0 und 100 eingeben."))
    return str(share)


def _read_number(raw: str) -> str:
    try:
        value = Decimal(raw.strip().replace(",", "."))
    except InvalidOperation:
        raise ValueError(_("Bitte eine Zahl eingeben, zum Beispiel 121,3.")) from None
    if not value.is_finite() or not 0 < value < 10**6:
        raise ValueError(_("Bitte eine Zahl über 0 eingeben."))
    return str(value)


def _read_dates(raw: str) -> list[str]:
    try:
        return sorted(
            date.fromisoformat(p.strip()).isoformat() for p in raw.split(",") if p.strip()
        )
    except ValueError:
        raise ValueError(_("Bitte Tage als JJJJ-MM-TT eingeben, durch Komma getrennt.")) from None


READERS: dict[str, Callable[[str], Any]] = {
    "days": _read_count,
    "months": _read_count,
    "count": _read_count,
    "money": _read_money,
    "percent": _read_percent,
    "number": _read_number,
    "dates": _read_dates,
    "flag": lambda raw: raw in {"on", "ja", "true", "1"},
}


def _fits(entry: ValueField, found: Any) -> bool:
    if entry.type == "flag":
        return isinstance(found, bool)
    if entry.type == "dates":
        return (
            isinstance(found, list)
            and all(isinstance(d, str) for d in found)
            and _readable(entry, ",".join(found))
        )
    if entry.type in {"money", "days", "months", "count"}:
        return isinstance(found, int) and not isinstance(found, bool) and 0 <= found < 10**14
    return (
        isinstance(found, str)
        and len(found) <= 500
        and "\0" not in found
        and (found == "" or _readable(entry, found))
    )


def _readable(entry: ValueField, raw: str) -> bool:
    try:
        _read_entry(entry, raw)
    except ValueError:
        return False
    return True
