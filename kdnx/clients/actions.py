"""Create and revoke machine clients, hand out their tokens."""

import hmac
from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

from kdnx.audit.actions import record
from kdnx.auth.actions import hash_token, new_token, note_security
from kdnx.auth.model import CLIENT_SCOPES
from kdnx.auth.store import insert_session
from kdnx.clients import store
from kdnx.clients.model import TOKEN_SECONDS, Credentials, IssuedToken, narrow
from kdnx.db.conn import Conn
from kdnx.errors import Forbidden, NotFound, Refused
from kdnx.ids import new_id
from kdnx.tasks.actions import close_tasks, open_tasks
from kdnx.tasks.model import NewTask
from kdnx.text import _
from kdnx.viewer import Permission, Role, Scope, Viewer, require

NO_HASH = b"\0" * 32


class ClientUnknown(Forbidden):
    """Wrong id, wrong secret, revoked or expired: the same to the caller."""

    code = "invalid_client"


class ScopeUnknown(Refused):
    """The client asked for more than it holds."""

    code = "invalid_scope"


async def create_client(
    conn: Conn,
    viewer: Viewer,
    *,
    label: str,
    scopes: Sequence[Permission],
    valid_to: date | None = None,
) -> Credentials:
    """A program of the viewer's member, to be released by somebody else; its secret is kept as a hash.

    Raises Refused for a scope no machine may have or an end in the past.
    """
    require(viewer, Permission.CLIENT_MANAGE)
    if not scopes or not set(scopes) <= set(CLIENT_SCOPES):
        raise Refused(
            _("Diese Rechte gibt es für Maschinen nicht."),
            rule=_("Freigaben und alles über Menschen bleiben Menschen vorbehalten."),
        )
    if valid_to is not None and valid_to <= conn.today:
        raise Refused(_("Das Ende liegt in der Vergangenheit."))
    made = Credentials(new_id(), new_token())
    names = sorted({s.value for s in scopes})
    values = (
        made.client_id,
        viewer.owner_id,
        label,
        hash_token(made.secret),
        names,
        viewer.person_id,
        valid_to,
    )
    await store.insert_client(conn, values)
    task = NewTask(
        owner_id=viewer.owner_id,
        kind="client.release",
        title=_("Maschinenzugang „{label}“ freigeben").format(label=label),
        object_kind="client",
        object_id=made.client_id,
        url="/admin/clients",
        assignee_role=Role.ADMINISTRATOR,
        not_person_id=viewer.person_id,
    )
    await open_tasks(conn, [task])
    after = {"label": label, "scopes": names, "valid_to": valid_to}
    record(
        conn,
        viewer,
        "client.create",
        object_kind="client",
        object_id=made.client_id,
        owner_id=viewer.owner_id,
        after=after,
    )
    return made


async def release_client(conn: Conn, viewer: Viewer, client_id: UUID) -> None:
    """A second person lets a program in; NotFound for one of another member, Refused for one's own.

    Who administers has no rights in the business: without this, one administrator could take them by a program.
    """
    require(viewer, Permission.CLIENT_MANAGE)
    row = await store.lock_waiting(conn, client_id, viewer.members)
    if row is None:
        raise NotFound(
            _("Diesen Maschinenzugang gibt es nicht, oder er wartet nicht auf Freigabe.")
        )
    if viewer.person_id is None or row["created_by"] in {viewer.person_id, viewer.on_behalf_of}:
        raise Refused(
            _("Den eigenen Maschinenzugang gibt niemand selbst frei."),
            rule=_("Vier Augen: Wer anlegt, ist eine andere Person als wer freigibt."),
            remedy=_("Bitte eine andere Person der Systemadministration um die Freigabe bitten."),
            remedy_url="/admin/clients",
        )
    await store.release_client(conn, client_id, viewer.person_id)
    await close_tasks(conn, client_id)
    record(
        conn, viewer, "client.release", object_kind="client", object_id=client_id, owner_id=row["member_id"],
        row_version=row["row_version"] + 1,
    )  # fmt: skip


async def revoke_client(conn: Conn, viewer: Viewer, client_id: UUID) -> None:
    """End a client and all its tokens at once; NotFound for one of another member."""
    require(viewer, Permission.CLIENT_MANAGE)
    done = await store.revoke_client(conn, client_id, viewer.members)
    if done is None:
        raise NotFound(_("Diesen Maschinenzugang gibt es nicht, oder er ist schon gesperrt."))
    await close_tasks(conn, client_id)
    record(
        conn,
        viewer,
        "client.revoke",
        object_kind="client",
        object_id=client_id,
        owner_id=done[0],
        row_version=done[1],
    )


async def issue_token(conn: Conn, credentials: Credentials, asked: str) -> IssuedToken:
    """A bearer token of one hour for a program (RFC 6749 4.4).

    Raises ClientUnknown for any fault of id and secret, ScopeUnknown for more than it holds.
    """
    row = await store.find_living(conn, credentials.client_id)
    expected = row["secret_hash"] if row else NO_HASH
    if not hmac.compare_digest(hash_token(credentials.secret), expected) or row is None:
        raise ClientUnknown(_("Kennung oder Geheimnis stimmen nicht."))
    scopes = narrow(row["scopes"], asked)
    if scopes is None:
        raise ScopeUnknown(_("Der Maschinenzugang hat nicht alle verlangten Rechte."))
    token = new_token()
    values = (
        hash_token(token), None, row["id"], row["member_id"], Scope.MEMBER.value, new_token(), row["label"][:200],
        None, list(scopes), None, None, None,
    )  # fmt: skip
    await insert_session(conn, values, conn.now + timedelta(seconds=TOKEN_SECONDS))
    await store.mark_used(conn, row["id"])
    await note_security(conn, "client.token", str(row["id"]))
    return IssuedToken(token, scopes)
