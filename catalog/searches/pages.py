"""Saved searches: the list with what is new, saving, one search, deleting with a way back."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from catalog.finding.facets import Names, read_names
from catalog.prices.model import price_text
from catalog.searches import actions, store
from catalog.searches.model import RHYTHM_LABELS, Rhythm, SavedSearch
from catalog.searches.reading import (
    News,
    address_of,
    from_address,
    from_json,
    list_news,
    search,
    sentence_of,
    to_json,
)
from catalog.searches.schemas import ChangeForm, FollowForm, NewQuery, NewSearch, SearchesQuery
from kdnx.db.conn import Conn
from kdnx.errors import NotFound
from kdnx.module import Slot
from kdnx.text import _
from kdnx.viewer import Permission, Viewer
from kdnx.web.form import Form
from kdnx.web.routing import Call, get, post

MOST_SHOWN = 100
RHYTHMS = [(r.value, label) for r, label in RHYTHM_LABELS.items()]


@dataclass(frozen=True)
class Standing:
    """A saved search as it stands now for the viewer."""

    search: SavedSearch
    sentence: str
    address: str
    hits: int
    news: list[News]
    is_cut: bool

    @property
    def news_text(self) -> str:
        """How many are new, in words."""
        return _("mehr als {n}").format(n=MOST_SHOWN) if self.is_cut else str(len(self.news))


async def standing_of(conn: Conn, viewer: Viewer, saved: SavedSearch, names: Names) -> Standing:
    """Sentence, hits now, and what is new since this viewer looked last."""
    query = from_json(saved.query)
    found = await search(conn, viewer, query)
    news = await list_news(conn, viewer, query, saved.since, MOST_SHOWN + 1) if found.total else []
    sentence = await sentence_of(conn, query, names, stage=found.stage, corrected=found.corrected)
    cut = len(news) > MOST_SHOWN
    return Standing(saved, sentence, address_of(query), found.total, news[:MOST_SHOWN], cut)


async def list_searches(call: Call) -> Response:
    """Mine and those of my house, with hits now and what is new."""
    query = call.query(SearchesQuery)
    person = actions.saving_person(call.viewer)
    names = await read_names(call.conn)
    found = await store.list_searches(call.conn, person)
    rows = [await standing_of(call.conn, call.viewer, s, names) for s in found]
    deleted = None
    if query.deleted:
        try:
            deleted = await store.get_search(call.conn, person, query.deleted)
        except NotFound:
            deleted = None
    is_back = deleted is None or deleted.deleted_at is None or deleted.person_id != person
    return await call.page(
        "searches/list.html",
        mine=[r for r in rows if r.search.person_id == person],
        shared=[r for r in rows if r.search.person_id != person],
        deleted=None if is_back else deleted,
        rhythm_labels=RHYTHM_LABELS,
    )


async def new_search(call: Call) -> Response:
    """Ask for the name of what is to be saved."""
    address = call.query(NewQuery).address
    return await _new(call, address, Form())


async def _new(call: Call, address: str, form: Form[Any], status: int = 200) -> Response:
    actions.saving_person(call.viewer)
    query = from_address(address)
    names = await read_names(call.conn)
    found = await search(call.conn, call.viewer, query)
    return await call.page(
        "searches/new.html",
        status=status,
        form=form,
        address=address_of(query).partition("?")[2],
        back=address_of(query),
        sentence=await sentence_of(
            call.conn, query, names, stage=found.stage, corrected=found.corrected
        ),
        hits=found.total,
        suggestion=query.q or _("Alle Leistungen") if not to_json(query) else query.q,
        rhythms=RHYTHMS,
    )


async def save_search(call: Call) -> Response:
    """Save it."""
    form = call.form(NewSearch)
    if form.value is None:
        return await _new(call, str(call.fields.get("address", ""))[:6000], form, 422)
    made = await actions.save_search(
        call.conn, call.viewer, from_address(form.value.address), form.value.name,
        rhythm=form.value.rhythm, is_shared=form.value.is_shared,
    )  # fmt: skip
    return call.redirect(f"/searches/{made.id}", _("Die Suche ist gemerkt."))


async def show_search(call: Call) -> Response:
    """One search: its sentence, hits, and what is new since I looked last."""
    return await _show(call, Form())


async def _show(call: Call, form: Form[Any], status: int = 200) -> Response:
    person = actions.saving_person(call.viewer)
    saved = await store.get_search(call.conn, person, call.path_id())
    names = await read_names(call.conn)
    standing = await standing_of(call.conn, call.viewer, saved, names)
    address = standing.address.partition("?")[2]
    return await call.page(
        "searches/show.html",
        status=status,
        standing=standing,
        saved=saved,
        is_mine=saved.person_id == person,
        form=form,
        names=names,
        unit_of=price_text,
        rhythms=RHYTHMS,
        rhythm_label=RHYTHM_LABELS[Rhythm(saved.rhythm)],
        survey_href="/searches/frozen/new?" + urlencode({"address": address}),
    )


async def change_search(call: Call) -> Response:
    """Name, rhythm, sharing."""
    form = call.form(ChangeForm)
    if form.value is None:
        return await _show(call, form, 422)
    v = form.value
    saved = await actions.change_search(
        call.conn, call.viewer, call.path_id(), v.row_version, name=v.name, rhythm=v.rhythm, is_shared=v.is_shared
    )  # fmt: skip
    return call.redirect(f"/searches/{saved.id}", _("Gespeichert."))


async def follow_search(call: Call) -> Response:
    """How often I am told of a colleague's search."""
    rhythm = call.form(FollowForm).valid().rhythm
    saved = await actions.follow_search(call.conn, call.viewer, call.path_id(), rhythm)
    return call.redirect(f"/searches/{saved.id}", _("Gespeichert."))


async def run_search(call: Call) -> Response:
    """Show the hits in the catalogue; what is there now counts as seen."""
    saved = await actions.look_at_search(call.conn, call.viewer, call.path_id())
    return call.redirect(address_of(from_json(saved.query)))


async def mark_seen(call: Call) -> Response:
    """What is there now counts as seen."""
    saved = await actions.look_at_search(call.conn, call.viewer, call.path_id())
    return call.redirect(f"/searches/{saved.id}", _("Alle Treffer gelten als gesehen."))


async def delete_search(call: Call) -> Response:
    """Delete; the list offers the way back."""
    saved = await store.get_search(call.conn, actions.saving_person(call.viewer), call.path_id())
    await actions.delete_search(call.conn, call.viewer, saved.id, saved.row_version)
    return call.redirect(f"/searches?deleted={saved.id}")


async def restore_search(call: Call) -> Response:
    """Bring it back."""
    saved = await actions.restore_search(call.conn, call.viewer, call.path_id())
    return call.redirect(f"/searches/{saved.id}", _("Die gemerkte Suche ist wieder da."))


async def save_button(
    _conn: Conn, viewer: Viewer, key: Any
) -> tuple[str, Mapping[str, Any]] | None:
    """Among the actions of the catalogue's list: save this search, see the saved ones; key = its query string."""
    if viewer.person_id is None or not viewer.members:
        return None
    address = address_of(from_address(str(key))).partition("?")[2]
    return "searches/button.html", {"new_href": "/searches/new?" + urlencode({"address": address})}


R = Permission.CATALOG_READ
SLOTS = (Slot("finding.actions", 20, save_button),)
DOORS = (
    get("/searches", list_searches, permission=R),
    get("/searches/new", new_search, permission=R),
    post("/searches", save_search, permission=R),
    get("/searches/{id}", show_search, permission=R),
    post("/searches/{id}", change_search, permission=R),
    post("/searches/{id}/follow", follow_search, permission=R),
    post("/searches/{id}/run", run_search, permission=R),
    post("/searches/{id}/seen", mark_seen, permission=R),
    post("/searches/{id}/delete", delete_search, permission=R),
    post("/searches/{id}/restore", restore_search, permission=R),
)
