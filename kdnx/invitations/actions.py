"""Invite, withdraw, accept: the only way to the first role at a member."""

from collections.abc import Sequence
from uuid import UUID

from kdnx.access import store as access
from kdnx.access.model import check_granting, is_console
from kdnx.audit.actions import record
from kdnx.auth.actions import hash_token, new_token
from kdnx.db.conn import Conn
from kdnx.errors import NotFound, Refused
from kdnx.ids import new_id
from kdnx.invitations import store
from kdnx.invitations.model import VALID_FOR, Invitation, Invited
from kdnx.text import _
from kdnx.viewer import Permission, Role, Viewer, require


async def invite(
    conn: Conn,
    viewer: Viewer,
    *,
    email: str,
    display_name: str,
    member_id: UUID,
    roles: Sequence[Role],
) -> Invited:
    """Invite somebody to roles at a member, for 14 days; the token is given here and kept nowhere.

    Raises Forbidden for roles the viewer may not give there, Refused without a role.
    """
    if not is_console(viewer):
        require(viewer, Permission.ROLE_GRANT)
    if not roles:
        raise Refused(_("Eine Einladung braucht mindestens eine Rolle."))
    if Role.AUDITOR in roles and not is_console(viewer):
        raise Refused(
            _("Zur Revision lässt sich nicht einladen."),
            rule=_("Prüfrechte werden nur befristet vergeben."),
            remedy=_("Bitte ohne diese Rolle einladen und sie danach mit Ende vergeben."),
        )
    for role in roles:
        check_granting(viewer, member_id, role)
    found = Invited(new_id(), new_token())
    values = (
        found.id, hash_token(found.token), email.strip(), display_name.strip(), member_id,
        sorted({r.value for r in roles}), viewer.person_id, conn.now + VALID_FOR,
    )  # fmt: skip
    await store.insert_invitation(conn, values)
    after = {"roles": sorted(roles)}
    record(
        conn,
        viewer,
        "invitation.send",
        object_kind="invitation",
        object_id=found.id,
        owner_id=member_id,
        after=after,
    )
    return found


async def withdraw_invitation(conn: Conn, viewer: Viewer, invitation_id: UUID) -> None:
    """Close an open invitation; NotFound for one of another member."""
    require(viewer, Permission.ROLE_GRANT)
    member = await store.mark_withdrawn(conn, invitation_id, viewer.members, viewer.person_id)
    if member is None:
        raise NotFound(_("Diese Einladung gibt es nicht, oder sie ist nicht mehr offen."))
    record(
        conn,
        viewer,
        "invitation.withdraw",
        object_kind="invitation",
        object_id=invitation_id,
        owner_id=member,
    )


async def open_invitation(conn: Conn, token: str) -> Invitation:
    """The open invitation behind a link; NotFound for anything else, whatever the reason."""
    found = await store.find_by_token(conn, hash_token(token))
    if found is None or found.state_at(conn.now) != "open":
        raise NotFound(
            _("Diese Einladung gibt es nicht, oder sie ist nicht mehr offen."),
            remedy=_("Bitten Sie die Person, die Sie eingeladen hat, um eine neue."),
        )
    return found


async def accept_token(conn: Conn, viewer: Viewer, token: str) -> bool:
    """The signed-in person takes the roles behind a link; False when it is not open (any more)."""
    found = await store.lock_by_token(conn, hash_token(token))
    if found is None or found.state_at(conn.now) != "open":
        return False
    await _accept(conn, viewer, found)
    return True


async def accept_email(conn: Conn, viewer: Viewer, email: str, provider_member: UUID | None) -> int:
    """The person takes all open invitations to a verified address; how many.

    A provider of one member vouches for addresses of that member's invitations alone.
    """
    found = await store.lock_by_email(conn, email, provider_member)
    for invitation in found:
        await _accept(conn, viewer, invitation)
    return len(found)


async def _accept(conn: Conn, viewer: Viewer, invitation: Invitation) -> None:
    person_id = viewer.person_id
    if person_id is None or person_id == invitation.invited_by:
        raise Refused(
            _("Niemand nimmt die eigene Einladung an."),
            rule=_("Vier Augen: Wer vergibt, ist eine andere Person als wer erhält."),
        )
    await access.lock_person(conn, person_id)
    for name in invitation.roles:
        role = Role(name)
        if await access.overlaps(conn, person_id, invitation.member_id, role, conn.today, None):
            continue
        grant_id = new_id()
        values = (
            grant_id,
            person_id,
            invitation.member_id,
            name,
            None,
            conn.today,
            None,
            invitation.invited_by,
        )
        await access.insert_grant(conn, values)
        record(
            conn, viewer, "role.grant", object_kind="role_grant", object_id=grant_id,
            owner_id=invitation.member_id, reason="invitation", after={"person": person_id, "role": role},
        )  # fmt: skip
    await store.mark_accepted(conn, invitation.id, person_id)
    record(
        conn, viewer, "invitation.accept", object_kind="invitation", object_id=invitation.id,
        owner_id=invitation.member_id,
    )  # fmt: skip
