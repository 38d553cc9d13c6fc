"""Comparison, watching, saved searches, surveys and questions, joined for the catalogue's module."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from catalog.comparison import api as comparison_api
from catalog.comparison import pages as comparison_pages
from catalog.questions import actions as questions
from catalog.questions import api as questions_api
from catalog.questions import demo
from catalog.questions import pages as questions_pages
from catalog.questions import store as question_store
from catalog.searches import actions as searches
from catalog.searches import api as searches_api
from catalog.searches import pages as searches_pages
from catalog.searches import store as search_store
from catalog.surveys import api as surveys_api
from catalog.surveys import checks, evidence
from catalog.surveys import pages as surveys_pages
from catalog.surveys import store as survey_store
from catalog.watching import api as watching_api
from catalog.watching import pages as watching_pages
from catalog.watching import store as watch_store
from kdnx.db.conn import Conn
from kdnx.module import DueJob, SuccessionPart
from kdnx.text import _
from kdnx.viewer import Viewer


async def preview(
    conn: Conn, _viewer: Viewer, predecessor_id: UUID, _successor_id: UUID, _on: date
) -> Sequence[str]:
    """What becomes of these at a succession: everything stays as it is and is read by the successor."""
    drafts, frozen = await survey_store.count_of_house(conn, predecessor_id)
    asked = await question_store.count_of_house(conn, predecessor_id)
    saved = await search_store.count_of_house(conn, predecessor_id)
    watched = await watch_store.count_of_house(conn, predecessor_id)
    if not any((drafts, frozen, asked, saved, watched)):
        return []
    text = _(
        "Die Nachfolgerin liest weiter: {frozen} Markterkundungen als Beleg, {drafts} in Arbeit, {asked} Fragen, "
        "geteilte Suchen; {saved} gemerkte Suchen und {watched} Beobachtungen melden künftig dorthin."
    )
    return [text.format(frozen=frozen, drafts=drafts, asked=asked, saved=saved, watched=watched)]


async def carry_out(
    _conn: Conn, _viewer: Viewer, _predecessor_id: UUID, _successor_id: UUID, _on: date
) -> None:
    """Nothing moves: the rows keep their owner, and the successor's mandate reads and leads them."""


# before the pages of one offering: '/offerings/compare' is no id
DOORS = (
    *comparison_pages.DOORS,
    *watching_pages.DOORS,
    *surveys_pages.DOORS,
    *evidence.DOORS,
    *searches_pages.DOORS,
    *questions_pages.DOORS,
)
APIS = (
    comparison_api.api,
    watching_api.api,
    surveys_api.api,
    searches_api.api,
    questions_api.api,
)
TEMPLATES = {
    "comparison": "catalog.comparison",
    "watching": "catalog.watching",
    "surveys": "catalog.surveys",
    "searches": "catalog.searches",
    "questions": "catalog.questions",
}
SLOTS = (
    *watching_pages.SLOTS,
    *searches_pages.SLOTS,
    *surveys_pages.SLOTS,
    *questions_pages.SLOTS,
)
TILES = questions_pages.TILES
CHECKS = checks.CHECKS
DUE_JOBS = (
    DueJob("searches.tell", searches.tell_news, every_minutes=5),
    DueJob("questions.overdue", questions.mark_overdue, every_minutes=60),
)
DEMO_STEPS = demo.STEPS
SUCCESSIONS = (SuccessionPart(25, preview, carry_out),)
