"""Real questions and what they must find: golden.csv over the base services of the demonstration.

`expected` are the hits somebody wants, the best one first; `tolerated` come too and are known noise. Nothing else
may be found. Precision at 5 counts the noise among the first five hits, recall what is missing.
"""

import csv
from collections.abc import AsyncIterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import asyncpg
import pytest

from catalog.finding.model import Criteria, Outcome, Sort
from catalog.finding.searching import search
from kdnx.clock import read_clock
from kdnx.db.conn import Conn
from kdnx.viewer import Scope, Viewer
from tests.cast import Cast, make_cast
from tests.catalog.finding.stock import stock


@dataclass(frozen=True)
class Question:
    """One line of the file."""

    query: str
    stage: str
    corrected: str
    expected: list[str]
    tolerated: list[str]


def golden() -> list[Question]:
    text = Path(__file__).with_name("golden.csv").read_text(encoding="utf-8")
    return [
        Question(
            r["query"],
            r["stage"],
            r["corrected"],
            r["expected"].split("|") if r["expected"] else [],
            r["tolerated"].split("|") if r["tolerated"] else [],
        )
        for r in csv.DictReader(text.splitlines(), delimiter=";")
    ]


@pytest.fixture
async def stocked(pool: asyncpg.Pool) -> AsyncIterator[tuple[Conn, Cast]]:
    """The catalogue filled, read by a member that offers nothing; rolled back afterwards."""
    async with pool.acquire() as raw:
        outer = raw.transaction()
        await outer.start()
        try:
            conn = Conn(raw, read_clock(), "golden")
            await conn.act_as(Viewer(scope=Scope.SYSTEM))
            cast = await make_cast(conn)
            await stock(conn, cast)
            await conn.act_as(cast.fremd.viewer)
            yield conn, cast
        finally:
            await outer.rollback()


def wrong(question: Question, outcome: Outcome) -> list[str]:
    found = [h.title for h in outcome.answer.hits]
    said = []
    if missing := [t for t in question.expected if t not in found]:
        said.append(f"fehlt: {', '.join(missing)}")
    if extra := [t for t in found if t not in question.expected + question.tolerated]:
        said.append(f"zu viel: {', '.join(extra)}")
    if question.expected and found[:1] != question.expected[:1]:
        said.append(f"zuerst {found[:1]} statt {question.expected[:1]}")
    if (outcome.stage.value, outcome.corrected) != (question.stage, question.corrected):
        said.append(f"Stufe {outcome.stage.value} „{outcome.corrected}“")
    return [f"{question.query}: {s}" for s in said]


async def test_real_questions_find_what_they_must(stocked: tuple[Conn, Cast]):
    conn, cast = stocked
    questions = golden()
    assert len(questions) >= 60
    failures: list[str] = []
    shown, good, wanted, met = 0, 0, 0, 0
    for question in questions:
        criteria = Criteria(q=question.query, sort=Sort.RELEVANCE)
        outcome = await search(conn, cast.fremd.viewer, criteria, limit=100)
        failures += wrong(question, outcome)
        titles = [h.title for h in outcome.answer.hits]
        shown += len(titles[:5])
        good += sum(t in question.expected for t in titles[:5])
        wanted += len(question.expected)
        met += sum(t in titles for t in question.expected)
        assert outcome.answer.counts.total == len(titles)
    assert not failures, "\n" + "\n".join(failures)
    assert Fraction(met, wanted) == 1
    assert Fraction(good, shown) > Fraction(4, 5), f"{good} von {shown} unter den ersten fünf"


@pytest.mark.parametrize(("part", "titles"), [
    ("Wesen", {"Einwohnermeldewesen als Vollbetrieb", "Friedhofswesen", "Ausländerwesen", "Personenstandswesen"}),
    ("Verfahren", {"Einwohnerfachverfahren", "Deichverbandsverfahren", "Bewerbungsverfahren und Personalakte"}),
    ("Kataster", {"ALKIS-Betrieb"}),
])  # fmt: skip
async def test_the_end_of_a_compound_is_enough(
    stocked: tuple[Conn, Cast], part: str, titles: set[str]
):
    conn, cast = stocked
    criteria = Criteria(q=part, sort=Sort.RELEVANCE)
    found = await search(conn, cast.fremd.viewer, criteria, limit=100)
    assert titles <= {h.title for h in found.answer.hits}


async def test_a_question_taken_as_it_is_finds_no_synonyms(stocked: tuple[Conn, Cast]):
    conn, cast = stocked
    for q, total in (("EWO", 0), ("Colocation", 1), ("Einwoner", 0)):
        outcome = await search(conn, cast.fremd.viewer, Criteria(q=q, exact=True), limit=5)
        assert (outcome.answer.counts.total, outcome.corrected) == (total, ""), q
