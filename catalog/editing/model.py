"""The sections of an offering, what is done and what is missing in each, and how two hands are joined; pure."""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from kdnx.text import _

Pieces = Mapping[str, Any]
# these are joined entry by entry, everything else as a whole
SPLIT = ("sla", "attributes", "contacts")


@dataclass(frozen=True)
class Section:
    """A short page of the form; `names` are the entries of OfferingBody it changes."""

    key: str
    title: str
    hint: str
    names: tuple[str, ...]


SECTIONS = (
    Section(
        "description", "Beschreibung", "Titel, Kategorie, worum es geht",
        ("title", "category_id", "summary", "description", "prerequisites", "cpv", "leika", "valid_from", "valid_to"),
    ),
    Section("prices", "Preise", "Preispositionen mit Staffel und Preisanpassung", ("prices",)),
    Section("audiences", "Zielgruppen und Recht", "Für wen, auf welcher Grundlage, mit welcher Steuer", ("audiences",)),
    Section(
        "operation", "Betrieb und Service", "Fristen, Service, Datenschutz und was die Kategorie wissen will",
        ("site", "lead_time_days", "notice_months", "min_term_months", "capacity", "capacity_amount",
         "capacity_unit", "sla", "attributes"),
    ),
    Section("security", "Daten und Sicherheit", "Schutzbedarf und Nachweise", ("protection_level",)),
    Section("contacts", "Ansprechpersonen", "Wen man fragt und wer vertritt", ("contacts",)),
)  # fmt: skip
BY_KEY = {s.key: s for s in SECTIONS}


def section_of(field: str) -> Section:
    """The section in which a field of the form stands ('prices.0.base' → Preise)."""
    first = field.partition(".")[0]
    return next((s for s in SECTIONS if first in s.names), SECTIONS[0])


def address_of(offering_id: object, field: str) -> str:
    """Where exactly a field is filled in."""
    anchor = field.replace(".", "-")
    return f"/offerings/{offering_id}/edit/{section_of(field).key}#{anchor}"


@dataclass(frozen=True)
class Step:
    """A line of the task list: a section with what is missing in it."""

    section: Section
    missing: tuple[str, ...]

    @property
    def words(self) -> str:
        """The state in words."""
        if self.missing:
            return _("fehlt noch: {names}").format(names=", ".join(self.missing))
        return _(self.section.hint)

    @property
    def is_done(self) -> bool:
        """Nothing is missing before it can be published."""
        return not self.missing


def steps(gaps: Sequence[tuple[str, str]]) -> list[Step]:
    """The task list from what is missing: (field, German words)."""
    return [
        Step(s, tuple(words for field, words in gaps if section_of(field).key == s.key))
        for s in SECTIONS
    ]


def pieces_of(section: Section, body: Mapping[str, Any]) -> dict[str, Any]:
    """The part of a body (as JSON) that a section changes, as 'sla.reaction_hours' → value; empty ones are left out."""
    found: dict[str, Any] = {}
    for name in section.names:
        value = body.get(name)
        if name in SPLIT:
            found |= {f"{name}.{k}": v for k, v in (value or {}).items() if not _is_empty(v)}
        elif not _is_empty(value):
            found[name] = value
    return found


def _is_empty(value: Any) -> bool:
    if isinstance(value, dict):
        return all(_is_empty(v) for v in value.values())
    return value is None or value in ("", [])


def put_pieces(section: Section, body: Mapping[str, Any], pieces: Pieces) -> dict[str, Any]:
    """The body with the section replaced by `pieces`; everything else stays."""
    changed = deepcopy({k: v for k, v in body.items() if k not in section.names})
    for name in section.names:
        if name in SPLIT:
            mark = name + "."
            changed[name] = {
                k.removeprefix(mark): v for k, v in pieces.items() if k.startswith(mark)
            }
        elif name in pieces:
            changed[name] = pieces[name]
    return changed


def join(was: Pieces, theirs: Pieces, mine: Pieces) -> tuple[dict[str, Any], list[str]]:
    """Two hands on one section: (joined, fields both changed in different ways).

    `was` is what I saw when I began. What only one of us changed counts; where both changed the same
    field differently the joined pieces hold mine, and the field is named.
    """
    joined: dict[str, Any] = {}
    both: list[str] = []
    for field in dict.fromkeys([*theirs, *mine, *was]):
        w, t, m = was.get(field), theirs.get(field), mine.get(field)
        if m not in (w, t) and t != w:
            both.append(field)
        value = t if m == w else m
        if value is not None:
            joined[field] = value
    return joined, both
