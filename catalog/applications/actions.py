"""What people do with declarations: declare, confirm, remind; and the yearly reminder."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from uuid import UUID

from catalog.applications import store
from catalog.applications.model import REMIND_MONTHS, Use, changes, due_on, fault_of, has_reported
from catalog.capabilities.store import list_capabilities, list_products
from kdnx.audit.actions import record
from kdnx.clock import end_of_day
from kdnx.db.conn import Conn
from kdnx.errors import FieldError, Forbidden, Invalid, NotFound, Stale
from kdnx.members.store import list_members
from kdnx.rules.calendar import add_months
from kdnx.tasks.actions import close_tasks, open_tasks
from kdnx.tasks.model import NewTask
from kdnx.text import _
from kdnx.viewer import Permission, Role, Scope, Viewer, require

BATCH = 200
ANSWER_DAYS = 30


def require_house(viewer: Viewer, owner_id: UUID) -> None:
    """Raise Forbidden unless the viewer declares for that member: its own people, or the office."""
    if viewer.acts_for(owner_id) or viewer.scope in (Scope.OFFICE, Scope.SYSTEM):
        return
    raise Forbidden(
        _("Für dieses Mitglied können Sie nichts eintragen."),
        rule=_("Welche Anwendungen ein Haus betreibt, trägt es selbst ein."),
    )


async def declare_uses(
    conn: Conn, viewer: Viewer, owner_id: UUID, wanted: Sequence[Use],
    *, seen: Mapping[tuple[UUID, UUID, UUID], str] | None = None,
) -> list[Use]:  # fmt: skip
    """Write what a member says about its applications from today on; returns what was new.

    Only what differs from the last word becomes a row; saying the same twice changes nothing.
    `seen` (key → `Use.seen`) raises Stale where somebody said something else in between.
    """
    require(viewer, Permission.DEMAND_ANSWER)
    return await write_checked(conn, viewer, owner_id, wanted, seen=seen)


async def write_checked(
    conn: Conn, viewer: Viewer, owner_id: UUID, wanted: Sequence[Use],
    *, seen: Mapping[tuple[UUID, UUID, UUID], str] | None = None,
) -> list[Use]:  # fmt: skip
    """As `declare_uses` for a caller that asked for its own permission (import, succession)."""
    require_house(viewer, owner_id)
    await store.lock_house(conn, owner_id)
    now = await store.list_own(conn, [owner_id])
    await _check(conn, owner_id, wanted)
    new = changes(now, wanted)
    known = {u.key: u.seen for u in now}
    if seen is not None and any(seen.get(u.key, "") != known.get(u.key, "") for u in new):
        raise Stale(
            _("Jemand hat diese Angaben inzwischen geändert."),
            remedy=_("Bitte die Seite neu laden und die Änderung noch einmal eintragen."),
        )
    if new:
        await store.write_uses(conn, new, conn.today, viewer.principal)
        record(
            conn, viewer, "application.declare", object_kind="application", object_id=owner_id,
            owner_id=owner_id, audience="public", reason=f"{len(new)} Angaben",
            after={str(u.key): vars(u) for u in new},
        )  # fmt: skip
    return new


async def _check(conn: Conn, owner_id: UUID, wanted: Sequence[Use]) -> None:
    tasks = {c.id for c in await list_capabilities(conn) if c.parent_id}
    products = {p.id for p in await list_products(conn)}
    members = {m.id for m in await list_members(conn)}
    for use in wanted:
        if use.owner_id != owner_id or use.capability_id not in tasks:
            raise NotFound(_("Diese Aufgabe gibt es nicht."))
        if use.product_id not in products:
            raise NotFound(_("Dieses Produkt gibt es nicht."))
        if use.from_member_id is not None and use.from_member_id not in members:
            raise NotFound(_("Dieses Mitglied gibt es nicht."))
        if use.mode is not None and (fault := fault_of(use)):
            raise Invalid(_(fault[1]), errors=[FieldError(fault[0], _(fault[1]))])


async def confirm_declarations(conn: Conn, viewer: Viewer, owner_id: UUID) -> None:
    """The house says that its declarations are complete and right; counts for twelve months."""
    require(viewer, Permission.DEMAND_ANSWER)
    require_house(viewer, owner_id)
    await store.lock_house(conn, owner_id)
    await store.confirm(conn, owner_id, viewer.principal)
    await close_tasks(conn, owner_id, ["application.confirm"])
    record(
        conn, viewer, "application.confirm", object_kind="application", object_id=owner_id,
        owner_id=owner_id, audience="public",
    )  # fmt: skip


async def remind_missing(conn: Conn, viewer: Viewer) -> int:
    """The office asks every house that has not reported; how many were asked anew."""
    require(viewer, Permission.DEMAND_CALL)
    require_office_or_system(viewer)
    reports = await store.list_reports(conn)
    missing = [
        m.id
        for m in await list_members(conn)
        if m.state == "active" and not m.is_hub and not has_reported(reports.get(m.id), conn.today)
    ]
    asked = await ask_to_confirm(conn, missing)
    for member in missing:
        record(
            conn, viewer, "application.remind", object_kind="application", object_id=member,
            owner_id=member,
        )  # fmt: skip
    return asked


def require_office_or_system(viewer: Viewer) -> None:
    """Raise Forbidden unless the office acts."""
    if viewer.scope not in (Scope.OFFICE, Scope.SYSTEM):
        raise Forbidden(_("Erinnern kann nur die Geschäftsstelle."))


async def remind_yearly(conn: Conn) -> int:
    """One bounded batch: whoever confirmed eleven months ago is asked again. Running it twice changes nothing."""
    found = await store.list_due(conn, add_months(conn.today, -REMIND_MONTHS), BATCH)
    await ask_to_confirm(conn, [r.owner_id for r in found], {r.owner_id: due_on(r) for r in found})
    await store.mark_reminded(conn, [r.owner_id for r in found])
    return len(found)


async def ask_to_confirm(
    conn: Conn, owner_ids: Sequence[UUID], due: Mapping[UUID, date] | None = None
) -> int:
    """A task for each of these members to confirm, due on its day or in thirty days; how many were new."""
    until = conn.today + timedelta(days=ANSWER_DAYS)
    return await open_tasks(conn, [NewTask(
        owner_id=m, kind="application.confirm", title=_("Anwendungen des Hauses eintragen und bestätigen"),
        object_kind="application", object_id=m, url="/landscape/mine", assignee_role=Role.DEMAND_EDITOR,
        due_at=end_of_day((due or {}).get(m, until)),
    ) for m in owner_ids])  # fmt: skip
