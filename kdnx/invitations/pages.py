"""Admin page of people and invitations, and the page an invitation link opens."""

from starlette.responses import Response

from kdnx.access.pages import members_to_serve, roles_to_give
from kdnx.access.store import list_people
from kdnx.auth.errand import public_url
from kdnx.auth.once import clear_once, read_once, set_once
from kdnx.auth.store import list_sign_in_ways
from kdnx.errors import NotFound
from kdnx.invitations import actions, store
from kdnx.invitations.model import LABELS
from kdnx.invitations.schemas import InvitationForm, InvitationQuery
from kdnx.text import _
from kdnx.viewer import ROLE_LABELS, Permission, Role
from kdnx.web.routing import Call, get, post

LINK = "kdnx_invitation"
USERS = "/admin/users"


async def list_users(call: Call) -> Response:
    """Everybody with a role at the own member, the invitations, and the form for a new one."""
    return await _users_page(call)


async def _users_page(call: Call, status: int = 200, form: object = None) -> Response:
    link = read_once(call.house, call.request, LINK)
    viewer = call.viewer
    response = await call.page(
        "invitations/users.html",
        status=status,
        form=form,
        link=link,
        people=await list_people(call.conn, viewer.members),
        invitations=await store.list_invitations(call.conn, viewer.members, viewer.person_id),
        roles=[r for r in roles_to_give(viewer) if r[0] != Role.AUDITOR],
        members=await members_to_serve(call),
        role_labels=ROLE_LABELS,
        labels=LABELS,
    )
    return clear_once(call.house, response, LINK, USERS) if link else response


async def invite(call: Call) -> Response:
    """Invite somebody; the link is shown once on the next page."""
    form = call.form(InvitationForm)
    if form.value is None:
        return await _users_page(call, 422, form)
    value = form.value
    invited = await actions.invite(
        call.conn, call.viewer, email=value.email, display_name=value.display_name, member_id=value.member_id,
        roles=value.roles,
    )  # fmt: skip
    response = call.redirect(USERS, _("Die Einladung ist angelegt."))
    url = public_url(call.house, call.request, "/invitation?token=" + invited.token)
    set_once(call.house, response, LINK, USERS, {"url": url, "email": value.email})
    return response


async def withdraw_invitation(call: Call) -> Response:
    """Close an open invitation."""
    await actions.withdraw_invitation(call.conn, call.viewer, call.path_id())
    return call.redirect(USERS, _("Die Einladung ist zurückgezogen."))


async def show_invitation(call: Call) -> Response:
    """What somebody is invited to, and the ways to sign in for it."""
    # in the query, not in the path: the access log keeps paths
    token = call.query(InvitationQuery).token
    invitation = await actions.open_invitation(call.conn, token)
    ways = await list_sign_in_ways(call.conn)
    return await call.page(
        "invitations/invitation.html",
        invitation=invitation,
        token=token,
        providers=ways,
        role_labels=ROLE_LABELS,
    )


async def accept_invitation(call: Call) -> Response:
    """Take the roles with the account that is signed in already."""
    token = call.form(InvitationQuery).valid().token
    if not await actions.accept_token(call.conn, call.viewer, token):
        raise NotFound(_("Diese Einladung gibt es nicht, oder sie ist nicht mehr offen."))
    return call.redirect(
        "/account", _("Die Einladung ist angenommen. Wählen Sie unten, für wen Sie handeln.")
    )


DOORS = (
    get(USERS, list_users, permission=Permission.ROLE_GRANT),
    post("/admin/invitations", invite, permission=Permission.ROLE_GRANT),
    post("/admin/invitations/{id}/withdraw", withdraw_invitation, permission=Permission.ROLE_GRANT),
    get("/invitation", show_invitation, permission=Permission.PUBLIC),
    post("/invitation", accept_invitation, permission=Permission.SIGNED_IN),
)
