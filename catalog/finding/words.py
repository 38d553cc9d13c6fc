"""From what somebody typed to a query of the index: words, stems, synonyms, parts; pure."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass

from catalog.finding.model import Asked
from catalog.indexing.model import FILLERS, compound_parts, fold

MOST_WORDS, LONGEST_TERM = 12, 4
PREFIX, LONG_PREFIX, TERM_PREFIX = 3, 4, 5


@dataclass(frozen=True)
class Term:
    """A group of synonyms that a word or some words of the question belong to."""

    said: str
    terms: Sequence[str]


def asked_words(q: str) -> list[str]:
    """The folded words that say what is looked for."""
    return [w for w in fold(q[:200]).split(" ") if w and w not in FILLERS][:MOST_WORDS]


def grams_of(words: Sequence[str]) -> list[str]:
    """One to four words in a row: what may be a term of the synonyms."""
    size = len(words)
    return [
        " ".join(words[i : i + n]) for n in range(1, LONGEST_TERM + 1) for i in range(size - n + 1)
    ]


def atom(word: str, stem: str | None) -> str:
    """One word for the index: its beginning or its stem; very short ones as they are."""
    if len(word) < PREFIX:
        return f"'{word}'"
    found = f"'{word}':*"
    if stem and stem != word:
        found += f" | '{stem}':*" if len(stem) >= LONG_PREFIX else f" | '{stem}'"
    return f"({found})"


def _term(term: str) -> str:
    """A synonym for the index: its words in a row, the last one also as a beginning.

    Only in the texts (weights A to C): the names of category and member are found by what was typed.
    """
    words = [w for w in fold(term).split(" ") if w]
    last = "':*ABC" if words and len(words[-1]) >= TERM_PREFIX else "':ABC"
    return " <-> ".join([f"'{w}':ABC" for w in words[:-1]] + [f"'{w}{last}" for w in words[-1:]])


def build(
    words: Sequence[str],
    stems: Mapping[str, str | None],
    synonyms: Mapping[str, Sequence[str]],
    *,
    known_parts: Container[str] | None = None,
    any_word: bool = False,
) -> Asked:
    """The question for the index.

    `stems` gives None for words without meaning; `synonyms` by words in a row what else they find;
    with `known_parts` a compound is also looked for by its parts.
    """
    heard, atoms, also, marks = [], [], [], []
    i = 0
    while i < len(words):
        n = next(
            (
                n
                for n in range(LONGEST_TERM, 0, -1)
                if " ".join(words[i : i + n]) in synonyms and i + n <= len(words)
            ),
            1,
        )
        said = words[i : i + n]
        i += n
        literal = [w for w in said if stems.get(w, w) is not None]
        if not literal:
            continue
        marks += literal + [s for w in literal if (s := stems.get(w)) and len(s) >= LONG_PREFIX]
        choices = [" & ".join(_word(w, stems, known_parts, marks) for w in literal)]
        if terms := synonyms.get(" ".join(said)):
            others = [t for t in terms if fold(t) != " ".join(said)]
            choices += [x for x in (_term(t) for t in others) if x]
            marks += [fold(t) for t in others if len(fold(t)) >= PREFIX]
            also.append((" ".join(said), others))
        heard.append(" ".join(said))
        atoms.append("(" + " | ".join(f"({c})" for c in dict.fromkeys(choices)) + ")")
    query = (" | " if any_word else " & ").join(atoms)
    return Asked(query, tuple(heard), tuple(atoms), tuple(also), tuple(dict.fromkeys(marks)))


def _word(
    word: str, stems: Mapping[str, str | None], known: Container[str] | None, marks: list[str]
) -> str:
    literal = atom(word, stems.get(word))
    parts = compound_parts(word, known) if known is not None else []
    if not parts:
        return literal
    marks += parts
    return f"({literal} | ({' & '.join(atom(p, None) for p in parts)}))"
