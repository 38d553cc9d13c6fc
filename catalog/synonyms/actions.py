"""What people do with synonyms: enter a group, change it, take it away. The search follows at once."""

from uuid import UUID

from catalog.synonyms import store
from catalog.synonyms.model import Synonym, wrong
from kdnx.audit.actions import record
from kdnx.db.conn import Conn
from kdnx.errors import FieldError, Forbidden, Invalid, Refused, Stale
from kdnx.ids import new_id
from kdnx.members.store import hub_on
from kdnx.text import _
from kdnx.viewer import Permission, Scope, Viewer, require


def may_edit(viewer: Viewer) -> bool:
    """Synonyms are the alliance's own: the system administration of the hub's office keeps them."""
    return viewer.scope in (Scope.OFFICE, Scope.SYSTEM) and viewer.may(Permission.MEMBER_EDIT)


def require_office(viewer: Viewer) -> None:
    """Raise Forbidden unless the viewer keeps the synonyms."""
    require(viewer, Permission.MEMBER_EDIT)
    if not may_edit(viewer):
        raise Forbidden(
            _("Synonyme gelten für den ganzen Verbund."),
            rule=_("Sie pflegt die Systemadministration der Geschäftsstelle."),
            remedy=_("Schlagen Sie der Geschäftsstelle die fehlenden Wörter vor."),
        )


async def add_synonym(conn: Conn, viewer: Viewer, group: Synonym) -> Synonym:
    """A new group; its id is given here. Invalid names the field, Refused the group that has a term already."""
    require_office(viewer)
    group = Synonym(new_id(), group.one_way, group.terms, group.finds, group.note)
    await _check(conn, group)
    await store.insert_synonym(conn, group)
    await _note(conn, viewer, "synonym.add", group.id, 1)
    return await store.get_synonym(conn, group.id)


async def change_synonym(conn: Conn, viewer: Viewer, group: Synonym) -> Synonym:
    """New content for the group of this id, read at its row_version; Stale when somebody changed it first."""
    require_office(viewer)
    await store.get_synonym(conn, group.id)
    await _check(conn, group)
    if not await store.write_synonym(conn, group):
        raise _stale()
    await _note(conn, viewer, "synonym.change", group.id, group.row_version + 1)
    return await store.get_synonym(conn, group.id)


async def drop_synonym(conn: Conn, viewer: Viewer, synonym_id: UUID, row_version: int) -> Synonym:
    """Take a group away; gives what it was. Stale when somebody changed it first."""
    require_office(viewer)
    group = await store.get_synonym(conn, synonym_id)
    if not await store.drop_synonym(conn, synonym_id, row_version):
        raise _stale()
    await _note(conn, viewer, "synonym.drop", synonym_id, row_version + 1, gone=True)
    return group


async def _check(conn: Conn, group: Synonym) -> None:
    if reason := wrong(group.one_way, group.terms, group.finds):
        field, words = reason
        raise Invalid(_(words), errors=[FieldError(field, _(words), "terms")])
    # in two groups that both find one another a word would mean two things
    if not group.one_way and (other := await store.find_same(conn, group)):
        raise Refused(
            _("Eines dieser Wörter steht schon in der Gruppe „{other}“.").format(other=other),
            rule=_("Ein Wort steht in einer beidseitigen Gruppe nur einmal."),
            remedy=_("Ergänzen Sie jene Gruppe, oder legen Sie eine einseitige an."),
        )


def _stale() -> Stale:
    return Stale(
        _("Diese Wortgruppe wurde inzwischen geändert."), remedy=_("Bitte die Liste neu laden.")
    )


async def _note(
    conn: Conn,
    viewer: Viewer,
    action: str,
    synonym_id: UUID,
    row_version: int,
    *,
    gone: bool = False,
) -> None:
    # synonyms belong to the alliance: the hub keeps their trail
    owner = await hub_on(conn, conn.today)
    record(
        conn, viewer, action, object_kind="synonym", object_id=synonym_id, owner_id=owner,
        row_version=row_version, audience="public", gone=gone,
    )  # fmt: skip
