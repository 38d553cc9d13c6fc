"""From a question to an answer: all words, then their parts, then another spelling, then at least one word."""

from collections.abc import Sequence
from dataclasses import replace

from catalog.finding import store
from catalog.finding.model import Answer, Asked, Criteria, Outcome, Stage
from catalog.indexing.model import allowed_errors, fold, nearest, words_of
from catalog.indexing.store import near_words, words_beginning
from kdnx.db.conn import Conn
from kdnx.viewer import Viewer

SHORTEST_BEGINNING, MOST_CORRECTED = 2, 4


async def search(
    conn: Conn,
    viewer: Viewer,
    criteria: Criteria,
    *,
    after: Sequence[str] | None = None,
    limit: int = 25,
    count: bool = True,
) -> Outcome:
    """The first stage that finds something; where none does, the answer to the question as it was put.

    Facets count at the stage that found; `exact` questions are taken as they are.
    """
    # the counts tell whether there is anything, also where the piece asked for is behind the last hit
    first = await store.find(
        conn, viewer, criteria, after=after, limit=limit, count=count or after is not None
    )
    outcome = Outcome(first, criteria, Stage.ANY if criteria.any_word else Stage.ALL)
    if not criteria.q or criteria.exact or criteria.any_word or _something(first):
        return outcome
    corrected = ""
    for stage in (Stage.PARTS, Stage.CORRECTED, Stage.ANY):
        if stage == Stage.CORRECTED:
            corrected = await correct(conn, criteria.q, first.asked)
        if (attempt := _attempt(criteria, stage, first.asked, corrected)) is None:
            continue
        answer = await store.find(
            conn, viewer, attempt, after=after, limit=limit, count=count or after is not None
        )
        if _something(answer):
            return Outcome(answer, attempt, stage, corrected)
    return outcome


def _something(answer: Answer) -> bool:
    return bool(answer.hits) or answer.counts.total > 0


def _attempt(criteria: Criteria, stage: Stage, asked: Asked, corrected: str) -> Criteria | None:
    if stage == Stage.PARTS:
        return replace(criteria, parts=True)
    if stage == Stage.CORRECTED:
        return replace(criteria, q=corrected, parts=True) if corrected else None
    if len(asked.words) > 1:
        return replace(criteria, q=corrected or criteria.q, any_word=True, parts=bool(corrected))
    return None


async def correct(conn: Conn, q: str, asked: Asked) -> str:
    """The question with misspelled words replaced by near words that the viewer could read; '' for none."""
    counts = await store.count_holders(conn, asked.atoms) if asked.atoms else []
    unheld = [w for w, n in zip(asked.words, counts, strict=True) if not n and allowed_errors(w)]
    if not unheld:
        return ""
    terms = [(fold(t), t, 0) for t in await store.list_terms(conn)]
    better: dict[str, str] = {}
    for word in unheld[:MOST_CORRECTED]:
        alike = [t for t in terms if t[0][:1] == word[:1]]
        if found := nearest(word, [*await near_words(conn, word), *alike]):
            better[word] = found
    return _with_better(q, better)


def _with_better(q: str, better: dict[str, str]) -> str:
    if not better:
        return ""
    for word, written in words_of(q):
        if word in better:
            q = q.replace(written, better.pop(word), 1)
    return q


async def suggest(conn: Conn, q: str) -> list[str]:
    """How the question could go on: its last word completed by words that the viewer could read; at most eight."""
    before, _blank, last = q.rpartition(" ")
    beginning = fold(last)
    if len(beginning) < SHORTEST_BEGINNING or " " in beginning:
        return []
    words = [w for w in await words_beginning(conn, beginning) if fold(w) != beginning]
    return [f"{before} {w}".strip() for w in words]
