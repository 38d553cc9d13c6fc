"""Words of German text: folded, cut into the parts of compounds, compared for typing errors; pure.

Folding is that of `catalog.fold`: small letters, ä and ae alike, ß as ss, everything else a blank.
"""

import re
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import pairwise

# raise it whenever folding, parts.txt or the vector change: the due job then indexes everything again
INDEX_VERSION = 1
UMLAUTS = str.maketrans("äöüéèêáàâóòôúùûíìîçñ", "aoueeeaaaooouuuiiicn")
DIGRAPH = re.compile(r"(?<![aeiouq])([aou])e")
OTHER = re.compile(r"[^a-z0-9]+")
TOKEN = re.compile(r"[^\W_]+")
# what German puts between the parts of a compound, and behind the last of them
LINKS = ("s", "es", "n", "en", "e", "er", "ens")
ENDINGS = ("en", "e", "n", "s", "es", "er", "ern", "em", "innen", "in")
SHORTEST_PART, SHORTEST_COMPOUND, SHORTEST_HEAD = 3, 7, 6
LEARNED_PART = 5
LONGEST = 60
# words that say nothing about what is looked for (folded), beyond those the database leaves out itself
FILLER_TEXT = """
aber als am an anbieten anbieter anbietet auch auf aus bei beim benotige benotigen benotigt
biete bieten bietet brauche brauchen braucht das dem den der des die diese dieser ein eine
einem einen einer eines es fur gesucht gibt hat haben ich ihr im in ist jemand jemanden kann konnen
konnte leistung leistungen macht man mit nach oder sich sie sind suche suchen sucht uber um
und uns unser unsere unserer unter vom von was welche welcher welches wer wie wir wird wo
wurde zu zum zur
"""
FILLERS = frozenset(FILLER_TEXT.split())


def fold(text: str) -> str:
    """The text as the index has it: folded words with one blank between."""
    small = DIGRAPH.sub(r"\1", text.lower().replace("ß", "ss")).translate(UMLAUTS)
    return OTHER.sub(" ", small).strip()


def words_of(text: str) -> Iterator[tuple[str, str]]:
    """(folded, as written) of every word."""
    for match in TOKEN.finditer(text):
        written = match[0]
        for word in fold(written).split(" "):
            if word:
                yield word, written


@cache
def curated_parts() -> frozenset[str]:
    """Parts of compounds in the language of municipal IT (`parts.txt`), folded."""
    text = files("catalog.indexing").joinpath("parts.txt").read_text(encoding="utf-8")
    lines = (line.partition("#")[0] for line in text.splitlines())
    return frozenset(fold(word) for line in lines for word in line.split())


def part_candidates(word: str) -> set[str]:
    """Beginnings and ends of a long word that could be words of their own."""
    if len(word) < SHORTEST_COMPOUND:
        return set()
    cuts = range(LEARNED_PART, len(word) - SHORTEST_PART + 1)
    found = {word[:i] for i in cuts} | {word[i:] for i in range(3, len(word) - LEARNED_PART + 1)}
    return found | {base for end in list(found) for base in _bases(end)}


def part_starts(word: str, known: Container[str]) -> tuple[int, ...]:
    """Where the second and later parts of a compound begin; empty when it is none.

    The fewest parts win; a part that is a compound itself is cut again.
    """
    starts: set[int] = set()
    _cut(word, 0, known, starts)
    return tuple(sorted(starts))


def compound_ends(word: str, known: Container[str]) -> list[str]:
    """The ends of a compound from each of its parts on: 'Einwohnermeldewesen' → meldewesen, wesen."""
    return [word[i:] for i in part_starts(word, known)]


def compound_parts(word: str, known: Container[str]) -> list[str]:
    """The parts of a compound as they are looked for; empty when it is none.

    An unknown first part stands before a curated last one: Deichverfahren → deich, verfahren.
    """
    starts = _best(word, known) or _before_head(word)
    if not starts:
        return []
    pieces = [word[a:b] for a, b in pairwise([0, *starts, len(word)])]
    return [_bare(p, known) for p in pieces]


def _before_head(word: str) -> tuple[int, ...]:
    heads = range(4, len(word) - SHORTEST_HEAD + 1)
    return next(((i,) for i in heads if word[i:] in curated_parts()), ())


def _bare(piece: str, known: Container[str]) -> str:
    if piece in known:
        return piece
    for link in (*LINKS, *ENDINGS):
        if piece.endswith(link) and piece[: -len(link)] in known:
            return piece[: -len(link)]
    return piece


def _cut(word: str, offset: int, known: Container[str], starts: set[int]) -> None:
    found = _best(word, known)
    bounds = [0, *found, len(word)]
    starts.update(offset + i for i in found)
    if len(bounds) > 2:  # more than the word itself
        for a, b in pairwise(bounds):
            if b - a >= SHORTEST_COMPOUND:
                _cut(word[a:b], offset + a, known, starts)


def _best(word: str, known: Container[str]) -> tuple[int, ...]:
    """The beginnings of the later parts in the cut with fewest parts, () for none."""
    size = len(word)
    if size < SHORTEST_COMPOUND or size > LONGEST or word.isdigit():
        return ()
    best: dict[int, tuple[int, ...]] = {0: ()}
    for i in range(size):
        if i not in best:
            continue
        for end, stop in _pieces(word, i, known):
            if end == size and i == 0:
                continue  # the word itself is no cut
            way = best[i] if stop == size else (*best[i], stop)
            if stop not in best or len(way) < len(best[stop]):
                best[stop] = way
    return best.get(size, ())


def _pieces(word: str, start: int, known: Container[str]) -> Iterator[tuple[int, int]]:
    """(end of a known piece, where the next begins behind its link), longest first."""
    size = len(word)
    rest = word[start:]
    if (
        start
        and len(rest) >= SHORTEST_PART
        and (rest in known or any(b in known for b in _bases(rest)))
    ):
        yield size, size
    for end in range(size - 1, start + SHORTEST_PART - 1, -1):
        if word[start:end] in known:
            yield end, end
            for link in LINKS:
                stop = end + len(link)
                if word.startswith(link, end) and stop <= size - SHORTEST_PART:
                    yield end, stop


def _bases(word: str) -> Iterator[str]:
    for ending in ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= SHORTEST_PART:
            yield word[: -len(ending)]


def distance(a: str, b: str) -> int:
    """How many letters must be typed differently: insert, leave out, change, swap two neighbours."""
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        two, before, row = before, row, [i]
        for j, y in enumerate(b, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                cost = min(cost, two[j - 2] + 1)
            row.append(cost)
    return row[-1]


def allowed_errors(word: str) -> int:
    """How many typing errors a word of this length may have: short words have too many neighbours."""
    if len(word) < 4 or word.isdigit():  # as said
        return 0
    return 1 if len(word) < 8 else 2  # as said


def nearest(word: str, candidates: Iterable[tuple[str, str, int]]) -> str | None:
    """The best spelling among (word, as written, how many offerings hold it), or None."""
    most = allowed_errors(word)
    alike = [c for c in candidates if abs(len(c[0]) - len(word)) <= most]
    near = [(distance(word, c), -n, c, shown) for c, shown, n in alike]
    near = [x for x in near if 0 < x[0] <= most]
    return min(near)[3] if near else None


@dataclass(frozen=True)
class Learned:
    """A word of an offering: folded, as written, and whether it may be a part of compounds."""

    word: str
    shown: str
    is_part: bool


def learn_from(texts: Iterable[str]) -> list[Learned]:
    """The words worth remembering; German nouns of some length may become parts of compounds."""
    found: dict[str, Learned] = {}
    for text in texts:
        for word, written in words_of(text):
            if (
                len(word) < 3 or len(word) > LONGEST or word in FILLERS or word.isdigit()
            ):  # shorter says nothing
                continue
            is_part = len(word) >= LEARNED_PART and written[0].isupper() and word.isalpha()
            kept = found.get(word)
            if kept is None or (is_part and not kept.is_part):
                found[word] = Learned(word, written, is_part)
    return list(found.values())


def learn_parts(words: Iterable[Learned], known: Container[str]) -> list[Learned]:
    """First parts and ends of compounds as words of their own: so that spelling is compared with them too."""
    found: dict[str, Learned] = {}
    for word in words:
        starts = part_starts(word.word, known)
        if not starts:
            continue
        first = _bare(word.word[: starts[0]], known)
        pieces = [first, *(word.word[i:] for i in starts)]
        for piece in (p for p in pieces if len(p) >= LEARNED_PART):
            found.setdefault(piece, Learned(piece, _shown(word, piece), is_part=False))
    return list(found.values())


def _shown(word: Learned, piece: str) -> str:
    """How a beginning or an end of a word is written."""
    cuts = range(1, len(word.shown))
    halves = (word.shown[:i] if word.word.startswith(piece) else word.shown[i:] for i in cuts)
    written = next((h for h in halves if fold(h) == piece), piece)
    return written[:1].upper() + written[1:]


def ends_of(texts: Sequence[str], known: Container[str]) -> str:
    """The ends of all compounds in the texts, for the index; a text of blanks between."""
    compounds = {
        w for text in texts for w, _written in words_of(text) if len(w) >= SHORTEST_COMPOUND
    }
    ends = {e for w in sorted(compounds) for e in _ends(w, known)}
    return " ".join(sorted(ends - compounds))


def _ends(word: str, known: Container[str]) -> list[str]:
    return compound_ends(word, known) or [word[i:] for i in _before_head(word)]
