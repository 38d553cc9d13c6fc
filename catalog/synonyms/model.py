"""Groups of words that find one another; pure."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from catalog.indexing.model import fold

MOST, LONGEST = 20, 60
BREAK = re.compile(r"[,;\n\r]+")
OF_WORDS = 4


@dataclass(frozen=True)
class Synonym:
    """A group: all `terms` find one another; with `one_way` the terms also find what stands under `finds`."""

    id: UUID
    one_way: bool
    terms: Sequence[str]
    finds: Sequence[str] = ()
    note: str = ""
    row_version: int = 1
    updated_at: datetime | None = None


def split_terms(text: str) -> list[str]:
    """Terms from a field with commas or lines between; doubles (Straße, Strasse) once."""
    return distinct(" ".join(t.split()) for t in BREAK.split(text))


def distinct(terms: Iterable[str]) -> list[str]:
    """Each term once, as it was first written; what has no letter or digit is none."""
    found: dict[str, str] = {}
    for term in terms:
        if key := fold(term):
            found.setdefault(key, term)
    return list(found.values())


def wrong(one_way: bool, terms: Sequence[str], finds: Sequence[str]) -> tuple[str, str] | None:
    """(field, German reason) why this is no group, or None."""
    for name, given in (("terms", terms), ("finds", finds)):
        if len(given) > MOST:
            return name, f"Höchstens {MOST} Begriffe sind möglich."
        for term in given:
            if len(term) > LONGEST or len(fold(term).split(" ")) > OF_WORDS:
                return (
                    name,
                    f"„{term[:LONGEST]}“ ist zu lang: höchstens vier Wörter und {LONGEST} Zeichen je Begriff.",
                )
    if one_way and not finds:
        return "finds", "Bitte angeben, was diese Suchwörter auch finden sollen."
    if not terms or (not one_way and len(terms) < 2):  # one alone has no other
        return (
            "terms",
            "Bitte mindestens zwei Begriffe angeben, getrennt durch Kommas."
            if not one_way
            else "Bitte ein Suchwort angeben.",
        )
    return None
