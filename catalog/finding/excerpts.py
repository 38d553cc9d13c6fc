"""Words found, shown in their place: marked in title and summary, and one piece of the description; pure."""

import re
from collections.abc import Sequence

from markupsafe import Markup, escape

from catalog.indexing.model import TOKEN, fold

AROUND = 80
ANYWHERE = 4  # a mark of this length may also stand inside a compound


def marked(text: str, marks: Sequence[str]) -> Markup:
    """The text, escaped, with the words found in `<mark>`; `marks` are folded words or terms of several."""
    out, end = Markup(), 0
    for start, stop in _spans(text, marks):
        out += (
            escape(text[end:start])
            + Markup("<mark>")
            + escape(text[start:stop])
            + Markup("</mark>")
        )
        end = stop
    return out + escape(text[end:])


def excerpt(text: str, marks: Sequence[str]) -> Markup:
    """The surroundings of the first word found, '' where none is."""
    first = next(iter(_spans(text, marks)), None)
    if first is None:
        return Markup()
    start, stop = max(0, first[0] - AROUND), min(len(text), first[1] + AROUND)
    start = 0 if start == 0 else text.find(" ", start, first[0]) + 1 or first[0]
    if stop < len(text):
        stop = text.rfind(" ", first[1], stop) if " " in text[first[1] : stop] else stop
    piece = marked(" ".join(text[start:stop].split()), marks)
    before, behind = "… " if start else "", " …" if stop < len(text) else ""
    return escape(before) + piece + escape(behind)


def _spans(text: str, marks: Sequence[str]) -> list[tuple[int, int]]:
    single = [m for m in marks if " " not in m]
    spans = [m.span() for m in TOKEN.finditer(text) if _is_found(fold(m[0]), single)]
    for term in (m for m in marks if " " in m):
        # terms of several words stand as written: blanks or hyphens between
        pattern = r"\b" + r"[\W_]+".join(re.escape(w) for w in term.split(" ")) + r"\w*"
        spans += [m.span() for m in re.finditer(pattern, text, re.IGNORECASE)]
    found: list[tuple[int, int]] = []
    for start, stop in sorted(spans):
        if found and start < found[-1][1]:
            found[-1] = (found[-1][0], max(stop, found[-1][1]))
        else:
            found.append((start, stop))
    return found


def _is_found(word: str, marks: Sequence[str]) -> bool:
    return any(
        word == m or (len(m) > 2 and word.startswith(m)) or (len(m) >= ANYWHERE and m in word)
        for m in marks
    )
