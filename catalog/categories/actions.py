"""What people do with categories: add one, rename one."""

from uuid import UUID

import asyncpg

from catalog.categories import store
from catalog.categories.model import Category
from catalog.indexing.actions import reindex_category
from kdnx.audit.actions import record
from kdnx.db.conn import Conn
from kdnx.errors import Forbidden, Refused, Stale
from kdnx.ids import new_id
from kdnx.members.store import hub_on
from kdnx.text import _
from kdnx.viewer import Permission, Scope, Viewer, require

DOUBLES = {
    "category_code": "Diese Kennung trägt schon eine andere Kategorie.",
    "category_name_once": "Eine Kategorie mit diesem Namen gibt es schon.",
}


def may_edit(viewer: Viewer) -> bool:
    """Categories are the alliance's own: the system administration of the hub's office keeps them."""
    return viewer.scope in (Scope.OFFICE, Scope.SYSTEM) and viewer.may(Permission.MEMBER_EDIT)


def require_office(viewer: Viewer) -> None:
    """Raise Forbidden unless the viewer keeps the categories."""
    require(viewer, Permission.MEMBER_EDIT)
    if not may_edit(viewer):
        raise Forbidden(
            _("Kategorien gelten für den ganzen Verbund."),
            rule=_("Sie pflegt die Systemadministration der Geschäftsstelle."),
        )


async def add_category(
    conn: Conn, viewer: Viewer, *, code: str, name: str, description: str = ""
) -> Category:
    """A new category; Refused when code or name are taken."""
    require_office(viewer)
    category_id = new_id()
    try:
        async with conn.savepoint():
            await store.insert_category(conn, category_id, code, name, description)
    except asyncpg.UniqueViolationError as error:
        raise _double(error) from None
    await _note(conn, viewer, "category.add", category_id, 1)
    return await store.get_category(conn, category_id)


async def rename_category(
    conn: Conn, viewer: Viewer, category_id: UUID, row_version: int, *, name: str, description: str
) -> Category:
    """New words; the code stays. Stale when somebody changed it first."""
    require_office(viewer)
    await store.get_category(conn, category_id)
    try:
        async with conn.savepoint():
            done = await store.rename_category(conn, category_id, row_version, name, description)
    except asyncpg.UniqueViolationError as error:
        raise _double(error) from None
    if not done:
        raise Stale(
            _("Diese Kategorie wurde inzwischen geändert."), remedy=_("Bitte die Liste neu laden.")
        )
    await reindex_category(conn, category_id)
    await _note(conn, viewer, "category.rename", category_id, row_version + 1)
    return await store.get_category(conn, category_id)


async def _note(
    conn: Conn, viewer: Viewer, action: str, category_id: UUID, row_version: int
) -> None:
    # categories belong to the alliance: the hub keeps their trail
    owner = await hub_on(conn, conn.today)
    record(
        conn, viewer, action, object_kind="category", object_id=category_id, owner_id=owner,
        row_version=row_version, audience="public",
    )  # fmt: skip


def _double(error: asyncpg.UniqueViolationError) -> Refused:
    return Refused(_(DOUBLES.get(error.constraint_name or "", "Diese Kategorie gibt es schon.")))
