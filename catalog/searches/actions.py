"""Save a search, follow it, look at it, delete and bring it back; tell people of new hits when it is due."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from catalog.finding.schemas import ListQuery
from catalog.searches import store
from catalog.searches.model import Follow, Rhythm, SavedSearch, next_due
from catalog.searches.reading import from_json, list_news, to_json
from kdnx.audit.actions import record
from kdnx.db.conn import Conn
from kdnx.errors import Forbidden, Refused, Stale
from kdnx.ids import new_id
from kdnx.members.store import acting_members
from kdnx.notices.actions import notify
from kdnx.text import _, ngettext
from kdnx.viewer import Permission, Scope, Viewer, require

MOST = 100
BATCH = 25
KEPT_DAYS = 30
SYSTEM = Viewer(scope=Scope.SYSTEM)


def saving_person(viewer: Viewer) -> UUID:
    """Whose search it is; Forbidden for programs and for those who act for no member."""
    if viewer.person_id is None or not viewer.members:
        raise Forbidden(
            _("Suchen merken sich nur Personen, die für ein Mitglied handeln."),
            rule=_("Der Lenkungsausschuss liest Zusammenfassungen; Programme fragen den Katalog selbst ab."),
        )  # fmt: skip
    return viewer.person_id


async def save_search(
    conn: Conn, viewer: Viewer, query: ListQuery, name: str, *, rhythm: Rhythm, is_shared: bool
) -> SavedSearch:
    """Keep a query of the catalogue under a name; Refused beyond a hundred."""
    require(viewer, Permission.CATALOG_READ)
    person = saving_person(viewer)
    mine = [s for s in await store.list_searches(conn, person) if s.person_id == person]
    if len(mine) >= MOST:
        raise Refused(
            _("Mehr als {n} Suchen lassen sich nicht merken.").format(n=MOST),
            remedy=_("Löschen Sie eine, die Sie nicht mehr brauchen."),
            remedy_url="/searches",
        )
    made = SavedSearch(
        owner_id=viewer.owner_id, id=new_id(), person_id=person, name=name, is_shared=is_shared,
        row_version=1, created_at=conn.now, query=to_json(query),
    )  # fmt: skip
    await store.insert_search(conn, made)
    await store.follow(conn, made, person, rhythm.value, next_due(rhythm, conn.now))
    _note(conn, viewer, "search.save", made)
    return await store.get_search(conn, person, made.id)


async def change_search(
    conn: Conn,
    viewer: Viewer,
    search_id: UUID,
    row_version: int,
    *,
    name: str,
    rhythm: Rhythm,
    is_shared: bool,
) -> SavedSearch:
    """Rename, share or no longer share the own search, and set the own rhythm."""
    search = await _own(conn, viewer, search_id, row_version)
    await store.mark_search(conn, replace(search, name=name, is_shared=is_shared))
    return await follow_search(conn, viewer, search_id, rhythm)


async def follow_search(conn: Conn, viewer: Viewer, search_id: UUID, rhythm: Rhythm) -> SavedSearch:
    """How often I am told of a search, also of one that a colleague shares."""
    require(viewer, Permission.CATALOG_READ)
    person = saving_person(viewer)
    search = await _there(conn, person, search_id)
    await store.follow(conn, search, person, rhythm.value, next_due(rhythm, conn.now))
    _note(conn, viewer, "search.follow", search)
    return await store.get_search(conn, person, search_id)


async def look_at_search(conn: Conn, viewer: Viewer, search_id: UUID) -> SavedSearch:
    """I have seen what there is now: from here on only later publications are new."""
    require(viewer, Permission.CATALOG_READ)
    person = saving_person(viewer)
    search = await _there(conn, person, search_id)
    await store.look(conn, search, person)
    return search


async def delete_search(conn: Conn, viewer: Viewer, search_id: UUID, row_version: int) -> None:
    """Put the own search aside; for thirty days it can be brought back."""
    search = await _own(conn, viewer, search_id, row_version)
    await store.mark_search(conn, replace(search, deleted_at=conn.now))
    _note(conn, viewer, "search.delete", search, gone=True)


async def restore_search(conn: Conn, viewer: Viewer, search_id: UUID) -> SavedSearch:
    """Bring back what was deleted; once more changes nothing."""
    require(viewer, Permission.CATALOG_READ)
    person = saving_person(viewer)
    search = await store.get_search(conn, person, search_id)
    if search.person_id != person:
        raise _not_mine()
    if search.deleted_at is not None:
        await store.lock_search(conn, search)
        await store.mark_search(conn, replace(search, deleted_at=None))
        _note(conn, viewer, "search.restore", search)
    return search


async def _there(conn: Conn, person: UUID, search_id: UUID) -> SavedSearch:
    search = await store.get_search(conn, person, search_id)
    if search.deleted_at is not None:
        raise Refused(
            _("Diese gemerkte Suche ist gelöscht."),
            remedy=_("Wer sie angelegt hat, kann sie dreißig Tage lang zurückholen."),
            remedy_url=f"/searches?deleted={search.id}",
        )
    return search


async def _own(conn: Conn, viewer: Viewer, search_id: UUID, row_version: int) -> SavedSearch:
    require(viewer, Permission.CATALOG_READ)
    person = saving_person(viewer)
    search = await _there(conn, person, search_id)
    if search.person_id != person:
        raise _not_mine()
    if await store.lock_search(conn, search) != row_version:
        raise Stale(
            _("Diese gemerkte Suche wurde inzwischen geändert."),
            remedy=_("Lesen Sie den neuen Stand und wiederholen Sie die Änderung."),
            remedy_url=f"/searches/{search.id}",
        )
    return search


def _not_mine() -> Forbidden:
    return Forbidden(
        _("Diese Suche hat eine Kollegin oder ein Kollege angelegt."),
        rule=_("Umbenennen, teilen und löschen kann eine Suche nur, wer sie angelegt hat."),
    )


def _note(
    conn: Conn, viewer: Viewer, action: str, search: SavedSearch, *, gone: bool = False
) -> None:
    record(
        conn, viewer, action, object_kind="saved_search", object_id=search.id, owner_id=search.owner_id,
        row_version=search.row_version, gone=gone,
    )  # fmt: skip


async def tell_news(conn: Conn) -> int:
    """Tell people of new hits when their rhythm says so; one bounded batch, how many searches were looked at.

    Each search is read as its own member, so that nobody hears of what is not meant for the house.
    What was told is not told again: the next look begins after the last publication told.
    """
    due = await store.claim_due(conn, BATCH)
    for one in due:
        told_at = await _tell(conn, one)
        await conn.act_as(SYSTEM)
        await store.mark_told(conn, one, told_at, next_due(one.rhythm, conn.now))
    gone = await store.purge(conn, conn.now - timedelta(days=KEPT_DAYS))
    return len(due) + gone


async def _tell(conn: Conn, one: Follow) -> datetime:
    viewer = await _reader(conn, one)
    await conn.act_as(viewer)
    news = await list_news(conn, viewer, from_json(one.query), one.told_at)
    await conn.act_as(SYSTEM)
    if not news:
        return one.told_at
    text = ngettext("%d neuer Treffer: {name}", "%d neue Treffer: {name}", len(news)) % len(news)
    await notify(
        conn, SYSTEM, kind="search.hits", owner_id=one.member_id, object_kind="saved_search",
        object_id=one.search_id, url=f"/searches/{one.search_id}", title=text.format(name=one.name),
        person_ids=[one.person_id],
    )  # fmt: skip
    return max(n.hit.published_at for n in news if n.hit.published_at)


async def _reader(conn: Conn, one: Follow) -> Viewer:
    members = await acting_members(conn, one.member_id)
    scope = Scope.OFFICE if await store.is_hub(conn, one.member_id) else Scope.MEMBER
    return Viewer(person_id=one.person_id, member_id=one.member_id, members=members, scope=scope)
