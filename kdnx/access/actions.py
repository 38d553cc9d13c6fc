"""Give and end roles, name deputies: dated, by a second person, never for oneself."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from kdnx.access import store
from kdnx.access.model import (
    MAX_AUDIT_DAYS,
    RoleGrant,
    check_audit_term,
    check_deputy,
    check_deputy_term,
    check_granting,
    check_term,
    is_console,
)
from kdnx.audit.actions import record
from kdnx.auth.model import ALLIANCE_ROLES
from kdnx.db.conn import Conn
from kdnx.errors import NotFound, Refused, Stale
from kdnx.ids import new_id
from kdnx.rules.store import find_rule
from kdnx.text import _
from kdnx.viewer import ROLE_LABELS, Permission, Role, Scope, Viewer, require


async def grant_role(
    conn: Conn,
    viewer: Viewer,
    person_id: UUID,
    member_id: UUID,
    role: Role,
    valid_from: date,
    valid_to: date | None = None,
    limit_cents: int | None = None,
) -> UUID:
    """Give a role from a day on (to a day: the first one without it); the id of the grant.

    Raises Forbidden when the viewer may not give it there, Refused for oneself or a term twice.
    """
    if not is_console(viewer):
        require(viewer, Permission.ROLE_GRANT)
        check_term(role, valid_from, valid_to)
    check_granting(viewer, member_id, role)
    if role == Role.AUDITOR and valid_to is not None:
        check_audit_term(valid_from, valid_to, await max_audit_days(conn))
    _not_oneself(viewer, person_id)
    if not await store.lock_person(conn, person_id):
        raise NotFound(_("Diese Person gibt es nicht."))
    if await store.overlaps(conn, person_id, member_id, role, valid_from, valid_to):
        raise Refused(
            _("Die Person hat die Rolle „{role}“ in dieser Zeit schon.").format(
                role=ROLE_LABELS[role]
            ),
            remedy=_("Bitte zuerst die laufende Rolle beenden oder eine andere Zeit wählen."),
        )
    grant_id = new_id()
    values = (
        grant_id,
        person_id,
        member_id,
        role.value,
        limit_cents,
        valid_from,
        valid_to,
        viewer.person_id,
    )
    await store.insert_grant(conn, values)
    after = {
        "person": person_id,
        "role": role,
        "valid_from": valid_from,
        "valid_to": valid_to,
        "limit_cents": limit_cents,
    }
    record(
        conn,
        viewer,
        "role.grant",
        object_kind="role_grant",
        object_id=grant_id,
        owner_id=member_id,
        after=after,
    )
    return grant_id


async def max_audit_days(conn: Conn) -> int:
    """How long a right to audit may last at most, in days: the rule `audit_term` of today."""
    rule = await find_rule(conn, "audit_term", "auditor", conn.today)
    return int(rule.value["days"]) if rule else MAX_AUDIT_DAYS


async def own_audit_term(conn: Conn, viewer: Viewer) -> RoleGrant | None:
    """The running right to audit of the viewer, the one that ends last; None for everybody else."""
    if viewer.person_id is None or viewer.scope != Scope.AUDIT:
        return None
    grants = await store.list_grants(conn, None, person_id=viewer.person_id)
    running = [
        g
        for g in grants
        if g.role == Role.AUDITOR and g.valid_to and g.state_on(conn.today) == "running"
    ]
    return max(running, key=lambda g: g.valid_to or g.valid_from, default=None)


def _not_oneself(viewer: Viewer, person_id: UUID) -> None:
    if viewer.principal is not None and person_id in {viewer.principal, viewer.on_behalf_of}:
        raise Refused(
            _("Niemand gibt sich selbst eine Rolle."),
            rule=_("Vier Augen: Wer vergibt, ist eine andere Person als wer erhält."),
            remedy=_("Bitte eine andere Person der Systemadministration darum bitten."),
        )


async def visible_grant(conn: Conn, viewer: Viewer, grant_id: UUID) -> RoleGrant:
    """A grant the viewer may know of: of the own member, for the hub's office also what it may give."""
    grant = await store.get_grant(conn, grant_id)
    reach = ALLIANCE_ROLES | {Role.ADMINISTRATOR} if viewer.scope == Scope.OFFICE else frozenset()
    if is_console(viewer) or viewer.acts_for(grant.member_id) or grant.role in reach:
        return grant
    raise NotFound(_("Diese Rolle gibt es nicht, oder sie ist für Sie nicht sichtbar."))


async def end_role(
    conn: Conn, viewer: Viewer, grant_id: UUID, valid_to: date, row_version: int | None = None
) -> None:
    """End a role: `valid_to` is the first day without it, today at the earliest.

    Raises NotFound for a grant of another member, Stale for an old version, Refused when it has ended.
    """
    if not is_console(viewer):
        require(viewer, Permission.ROLE_GRANT)
    grant = await visible_grant(conn, viewer, grant_id)
    check_granting(viewer, grant.member_id, grant.role)
    version = await store.lock_grant(conn, grant_id)
    if row_version is not None and row_version != version:
        raise Stale(
            _("Die Rolle wurde inzwischen geändert."), remedy=_("Bitte die Seite neu laden.")
        )
    if grant.valid_to is not None and grant.valid_to <= conn.today:
        raise Refused(_("Die Rolle ist schon beendet."))
    if valid_to < conn.today or valid_to <= grant.valid_from:
        raise Refused(
            _("Eine Rolle endet frühestens heute und nach ihrem Beginn."),
            rule=_("Vergangenes bleibt, wie es war: Handlungen von gestern behalten ihre Rolle."),
        )
    if grant.role == Role.AUDITOR:
        check_audit_term(grant.valid_from, valid_to, await max_audit_days(conn))
    new_version = await store.end_grant(conn, grant_id, valid_to)
    record(
        conn, viewer, "role.end", object_kind="role_grant", object_id=grant_id, owner_id=grant.member_id,
        row_version=new_version, before={"valid_to": grant.valid_to}, after={"valid_to": valid_to},
    )  # fmt: skip


async def name_deputy(
    conn: Conn,
    viewer: Viewer,
    deputy_id: UUID,
    roles: Sequence[Role],
    valid_from: date,
    valid_to: date,
) -> UUID:
    """The viewer lets somebody of the same member stand in, for some of the own roles and a term.

    Raises Refused by `check_deputy`, and for a deputy who has no role there.
    """
    member_id = viewer.owner_id
    person_id = check_deputy(viewer, deputy_id, roles)
    check_deputy_term(conn.today, valid_from, valid_to)
    people = {p.id for p in await store.list_people(conn, [member_id]) if p.role_count}
    if deputy_id not in people:
        raise Refused(
            _("Die Vertretung braucht selbst eine Rolle im Haus."),
            remedy=_("Bitte die Systemadministration bitten, die Person einzuladen."),
        )
    new = new_id()
    await store.insert_deputy(
        conn,
        (
            new,
            person_id,
            deputy_id,
            member_id,
            sorted(r.value for r in roles),
            valid_from,
            valid_to,
        ),
    )
    after = {
        "deputy": deputy_id,
        "roles": sorted(roles),
        "valid_from": valid_from,
        "valid_to": valid_to,
    }
    record(
        conn,
        viewer,
        "deputy.name",
        object_kind="deputy",
        object_id=new,
        owner_id=member_id,
        after=after,
    )
    return new


async def end_deputy(conn: Conn, viewer: Viewer, deputy_id: UUID) -> None:
    """End an own deputy at once; NotFound when it is somebody else's."""
    member = await store.end_deputy(conn, deputy_id, viewer.person_id) if viewer.person_id else None
    if member is None:
        raise NotFound(_("Diese Vertretung gibt es nicht, oder sie ist für Sie nicht sichtbar."))
    record(conn, viewer, "deputy.end", object_kind="deputy", object_id=deputy_id, owner_id=member)
