"""German is the source language: `_` marks a text for Babel and returns it in the reader's language."""

from collections.abc import Callable
from contextvars import ContextVar
from gettext import NullTranslations

CATALOGUE: ContextVar[NullTranslations | None] = ContextVar("catalogue", default=None)


def _(text: str) -> str:
    """The text in the language of the request; German (the msgid itself) without a catalogue."""
    catalogue = CATALOGUE.get()
    return catalogue.gettext(text) if catalogue else text


def ngettext(singular: str, plural: str, n: int) -> str:
    """Singular or plural form for `n`."""
    catalogue = CATALOGUE.get()
    if catalogue:
        return catalogue.ngettext(singular, plural, n)
    return singular if n == 1 else plural


Translate = Callable[[str], str]
