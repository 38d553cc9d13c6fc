"""From an address of the catalogue to its query and back, its sentence in German, its hits and its news."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit
from uuid import UUID

from starlette.datastructures import QueryParams

from catalog.finding import searching
from catalog.finding.facets import Names, facets_of, schema_of
from catalog.finding.model import Counts, Criteria, Found, Sort, Stage, View
from catalog.finding.schemas import ListQuery, address_pairs
from catalog.finding.store import list_found
from catalog.searches import store
from kdnx.db.conn import Conn
from kdnx.text import _
from kdnx.viewer import Viewer
from kdnx.web.form import read_form

PAGE = 100
MOST_NEWS = 100
# where the list is looked at, not what is looked for
PLACE = {"after", "size"}


@dataclass(frozen=True)
class Search:
    """What is looked for: the criteria that gave the hits, how the words were taken, and how many hits there are.

    `corrected` is the spelling that was searched instead, '' for none.
    """

    criteria: Criteria
    total: int
    stage: Stage = Stage.ALL
    corrected: str = ""


@dataclass(frozen=True)
class News:
    """A hit that was published since; `is_first` where nothing of it could be seen before."""

    hit: Found
    is_first: bool


def from_address(address: str) -> ListQuery:
    """The query of a catalogue address or query string; what the catalogue does not know is left out."""
    text = urlsplit(address).query if address.startswith(("/", "http")) else address.lstrip("?")
    return _read(parse_qsl(text, max_num_fields=1000))


def from_json(values: Mapping[str, Any]) -> ListQuery:
    """The query as it was kept; fields that no longer exist and values that no longer fit are left out."""
    pairs = [
        (k, str(v))
        for k, vs in values.items()
        for v in (vs if isinstance(vs, list) else [vs])
        if v is not None
    ]
    return _read(pairs)


def _read(pairs: Sequence[tuple[str, str]]) -> ListQuery:
    form = read_form(ListQuery, QueryParams(list(pairs)))
    if form.value is None:
        wrong = {e.field.partition(".")[0] for e in form.errors}
        form = read_form(ListQuery, QueryParams([(k, v) for k, v in pairs if k not in wrong]))
    query = form.valid()
    # what belongs to the own house only is nobody else's market
    return query.model_copy(update={"view": View.PUBLISHED, "after": None, "size": 25})


def to_json(query: ListQuery) -> dict[str, Any]:
    """What is kept of a query: everything that is not the default, without the place in the list."""
    return query.model_dump(mode="json", exclude=PLACE, exclude_defaults=True)


def address_of(query: ListQuery) -> str:
    """The catalogue's address of the query."""
    pairs = [(k, v) for k, v in address_pairs(query) if k not in PLACE]
    return "/offerings" + (f"?{urlencode(pairs)}" if pairs else "")


async def sentence_of(
    conn: Conn, query: ListQuery, names: Names, *, stage: str = Stage.ALL, corrected: str = ""
) -> str:
    """What is looked for, in one German sentence; `stage` and `corrected` as the search took the words."""
    parts = []
    if query.q:
        words = _("mit mindestens einem Wort aus „{q}“") if stage == Stage.ANY else _("zu „{q}“")
        said = words.format(q=query.q)
        if corrected:
            said += _(" (gesucht als „{other}“)").format(other=corrected)
        parts.append(said + (_(" ohne Synonyme") if query.exact else ""))
    schema = await schema_of(conn, query)
    for facet in facets_of(query, Counts(), names, schema):
        values = _(" oder ").join(o.label for o in facet.options if o.chosen)
        parts.append(f"{facet.legend}: {values}")
    return (_("Leistungen ") + "; ".join(parts) if parts else _("Alle Leistungen")) + "."


async def search(conn: Conn, viewer: Viewer, query: ListQuery) -> Search:
    """How many hits there are now, and how the words had to be taken to find them."""
    found = await searching.search(conn, viewer, query.criteria(), limit=1)
    return Search(found.criteria, found.answer.counts.total, found.stage, found.corrected)


async def list_hits(conn: Conn, viewer: Viewer, criteria: Criteria, most: int) -> list[Found]:
    """All hits in the order of the list, at most so many."""
    hits: list[Found] = []
    while len(hits) < most:
        after = (hits[-1].sort_text, str(hits[-1].id)) if hits else None
        limit = min(PAGE, most - len(hits))
        piece = await list_found(conn, viewer, criteria, after=after, limit=limit)
        hits += piece
        if len(piece) < limit:
            break
    return hits


async def list_news(
    conn: Conn, viewer: Viewer, query: ListQuery, since: datetime, most: int = MOST_NEWS
) -> list[News]:
    """Hits whose valid version was published after that instant, newest first, at most so many."""
    newest = query.model_copy(update={"sort": Sort.NEWEST})
    hits: list[Found] = []
    criteria = (await search(conn, viewer, newest)).criteria
    while len(hits) < most:
        after = (hits[-1].sort_text, str(hits[-1].id)) if hits else None
        piece = await list_found(conn, viewer, criteria, after=after, limit=PAGE)
        new = [h for h in piece if h.published_at and h.published_at > since]
        hits += new
        if len(new) < PAGE:
            break
    hits = hits[:most]
    known: set[UUID] = await store.seen_before(conn, [h.id for h in hits], since)
    return [News(h, h.id not in known) for h in hits]
