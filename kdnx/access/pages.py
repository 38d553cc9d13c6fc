"""Admin page of dated roles, account page of deputies."""

from starlette.responses import Response

from kdnx.access import actions, store
from kdnx.access.model import LABELS
from kdnx.access.schemas import DeputyForm, RoleEndForm, RoleForm, RoleQuery, day_after
from kdnx.auth.model import ALLIANCE_ROLES
from kdnx.errors import Forbidden
from kdnx.members.store import list_members
from kdnx.text import _
from kdnx.viewer import ROLE_LABELS, Permission, Role, Scope, Viewer, missing_role
from kdnx.web.routing import Call, get, post


def roles_to_give(viewer: Viewer) -> list[tuple[str, str]]:
    """The roles this viewer may give at all, by German name."""
    given = [r for r in Role if viewer.scope == Scope.OFFICE or r not in ALLIANCE_ROLES]
    return sorted(((r.value, ROLE_LABELS[r]) for r in given), key=lambda x: x[1])


async def members_to_serve(call: Call) -> list[tuple[str, str]]:
    """The members this viewer may give a role at: the own one, for the hub's office all."""
    if call.viewer.scope == Scope.OFFICE:
        return [(str(m.id), m.name) for m in await list_members(call.conn) if m.state == "active"]
    return [(str(call.viewer.member_id), call.viewer.member_name)]


async def show_admin(call: Call) -> Response:
    """The first area of administration the viewer may enter."""
    areas = (
        (Permission.ROLE_GRANT, "/admin/users"),
        (Permission.AUDIT_READ, "/admin/audit"),
        (Permission.RULE_READ, "/admin/rules"),
    )
    for permission, url in areas:
        if call.viewer.may(permission):
            return call.redirect(url)
    raise missing_role(Permission.ROLE_GRANT)


async def list_roles(call: Call) -> Response:
    """Who holds which role from when to when, and the form to give one."""
    return await _roles_page(call)


async def _roles_page(call: Call, status: int = 200, form: object = None) -> Response:
    viewer, today = call.viewer, call.conn.today
    with_ended = call.query(RoleQuery).ended
    is_office = viewer.scope == Scope.OFFICE
    grants = await store.list_grants(call.conn, None if is_office else viewer.members)
    theirs = {Role.ADMINISTRATOR, *ALLIANCE_ROLES}
    shown = [g for g in grants if viewer.acts_for(g.member_id) or g.role in theirs]
    ended = [g for g in shown if g.state_on(today) == "ended"]
    people = {g.person_id: g.person_name for g in grants}
    return await call.page(
        "access/roles.html",
        status=status,
        form=form,
        grants=shown if with_ended else [g for g in shown if g not in ended],
        ended_count=0 if with_ended else len(ended),
        people=sorted(people.items(), key=lambda p: p[1].lower()),
        roles=roles_to_give(viewer),
        members=await members_to_serve(call),
        role_labels=ROLE_LABELS,
        labels=LABELS,
        audit_days=await actions.max_audit_days(call.conn),
    )


async def grant_role(call: Call) -> Response:
    """Give a role."""
    form = call.form(RoleForm)
    if form.value is None:
        return await _roles_page(call, 422, form)
    value = form.value
    await actions.grant_role(
        call.conn, call.viewer, value.person_id, value.member_id, value.role, value.valid_from,
        day_after(value.last_day), value.limit_cents,
    )  # fmt: skip
    return call.redirect("/admin/roles", _("Die Rolle ist vergeben."))


async def show_role(call: Call) -> Response:
    """One role with the form that ends it."""
    grant = await actions.visible_grant(call.conn, call.viewer, call.path_id())
    return await call.page(
        "access/role.html", grant=grant, state=grant.state_on(call.conn.today), labels=LABELS, role_labels=ROLE_LABELS,
        form=None,
    )  # fmt: skip


async def end_role(call: Call) -> Response:
    """End a role."""
    form = call.form(RoleEndForm)
    if form.value is None:
        grant = await actions.visible_grant(call.conn, call.viewer, call.path_id())
        return await call.page(
            "access/role.html", status=422, grant=grant, state=grant.state_on(call.conn.today), labels=LABELS,
            role_labels=ROLE_LABELS, form=form,
        )  # fmt: skip
    until = day_after(form.value.last_day)
    await actions.end_role(
        call.conn, call.viewer, call.path_id(), until or call.conn.today, form.value.row_version
    )
    return call.redirect("/admin/roles", _("Die Rolle endet am gewählten Tag."))


async def list_deputies(call: Call) -> Response:
    """Who stands in for me, for whom I stand in, and the form to name somebody."""
    return await _deputies_page(call)


async def _deputies_page(call: Call, status: int = 200, form: object = None) -> Response:
    viewer = call.viewer
    if viewer.person_id is None:
        raise Forbidden(_("Diese Seite gibt es nur für Personen."))
    colleagues = await store.list_people(call.conn, [viewer.member_id]) if viewer.member_id else []
    return await call.page(
        "access/deputies.html",
        status=status,
        form=form,
        deputies=await store.list_deputies(call.conn, person_id=viewer.person_id),
        colleagues=[
            (p.id, p.display_name) for p in colleagues if p.id != viewer.person_id and p.role_count
        ],
        roles=sorted(((r.value, ROLE_LABELS[r]) for r in viewer.roles), key=lambda x: x[1]),
        role_labels=ROLE_LABELS,
        can_name=viewer.on_behalf_of is None and bool(viewer.roles - ALLIANCE_ROLES),
    )


async def name_deputy(call: Call) -> Response:
    """Let somebody stand in for me."""
    form = call.form(DeputyForm)
    if form.value is None:
        return await _deputies_page(call, 422, form)
    value = form.value
    until = day_after(value.last_day) or value.last_day
    await actions.name_deputy(
        call.conn, call.viewer, value.deputy_id, value.roles, value.valid_from, until
    )
    return call.redirect("/account/deputies", _("Die Vertretung ist eingetragen."))


async def end_deputy(call: Call) -> Response:
    """End a deputy of mine."""
    await actions.end_deputy(call.conn, call.viewer, call.path_id())
    return call.redirect("/account/deputies", _("Die Vertretung ist beendet."))


DOORS = (
    get("/admin", show_admin, permission=Permission.SIGNED_IN),
    get("/admin/roles", list_roles, permission=Permission.ROLE_GRANT),
    post("/admin/roles", grant_role, permission=Permission.ROLE_GRANT),
    get("/admin/roles/{id}", show_role, permission=Permission.ROLE_GRANT),
    post("/admin/roles/{id}/end", end_role, permission=Permission.ROLE_GRANT),
    get("/account/deputies", list_deputies, permission=Permission.SIGNED_IN),
    post("/account/deputies", name_deputy, permission=Permission.SIGNED_IN),
    post("/account/deputies/{id}/end", end_deputy, permission=Permission.SIGNED_IN),
)
