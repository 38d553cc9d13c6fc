"""Sign people in by what a provider says, sign them out on its word; enter and change providers."""

from uuid import UUID

import asyncpg

from kdnx.audit.actions import record
from kdnx.auth import actions as auth
from kdnx.auth.sealing import seal, unseal
from kdnx.db.conn import Conn
from kdnx.errors import Conflict, Forbidden, Refused, Stale, Unavailable
from kdnx.ids import new_id
from kdnx.invitations import actions as invitations
from kdnx.members.store import hub_on
from kdnx.providers import store
from kdnx.providers.model import Claims, Provider, is_safe_issuer
from kdnx.text import _
from kdnx.viewer import Permission, Scope, Viewer, require

PURPOSE = "kdnx.provider"


def seal_secret(secret: str, client_secret: str) -> str:
    """The provider's secret as it lies in the database."""
    return seal(secret, PURPOSE, {"secret": client_secret})


def open_secret(secret: str, provider: Provider, conn: Conn) -> str:
    """The provider's secret; Unavailable when it was sealed with another key."""
    found = unseal(secret, PURPOSE, provider.client_secret, conn.now)
    if found is None:
        raise Unavailable(
            _("Das hinterlegte Geheimnis dieses Anmeldedienstes ist nicht lesbar."),
            remedy=_("Die Systemadministration trägt es unter Verwaltung, Anmeldedienste neu ein."),
        )
    return str(found["secret"])


class _Uninvited(Exception):
    """Undoes the savepoint of a first sign-in without an invitation."""


async def sign_in(
    conn: Conn,
    provider: Provider,
    claims: Claims,
    *,
    invitation: str = "",
    sign_out_hint: str | None = None,
    user_agent: str = "",
    hours: int = auth.SESSION_HOURS,
) -> str | None:
    """A session token for the person the provider names, None for somebody nobody invited.

    A first sign-in needs an invitation: its link, or the same address where the provider verified it.
    """
    person_id = await _known(conn, provider, claims, invitation)
    if person_id is None:
        person_id = await _first_time(conn, provider, claims, invitation)
    if person_id is None:
        await auth.note_security(conn, "sign_in.uninvited", provider.slug)
        return None
    await auth.note_security(conn, "sign_in", provider.slug, person_id)
    return await auth.start_mandate(
        conn, person_id, "", user_agent, hours=hours, provider_id=provider.id, provider_sid=claims.sid,
        sign_out_hint=sign_out_hint,
    )  # fmt: skip


async def _known(conn: Conn, provider: Provider, claims: Claims, invitation: str) -> UUID | None:
    found = await store.find_person(conn, provider.issuer, claims.subject)
    if found is None:
        return None
    person_id, is_erased = found
    if is_erased:
        await auth.note_security(conn, "sign_in.erased", provider.slug)
        raise Forbidden(
            _("Dieses Konto wurde gelöscht."),
            remedy=_("Bitte wenden Sie sich an die Systemadministration."),
        )
    await store.update_person(conn, person_id, claims.name, claims.email)
    if invitation:
        await invitations.accept_token(
            conn, Viewer(person_id=person_id, name=claims.name), invitation
        )
    return person_id


async def _first_time(
    conn: Conn, provider: Provider, claims: Claims, invitation: str
) -> UUID | None:
    try:
        async with conn.savepoint():
            person_id = await auth.create_person(
                conn,
                issuer=provider.issuer,
                subject=claims.subject,
                display_name=claims.name,
                email=claims.email,
            )
            viewer = Viewer(person_id=person_id, name=claims.name)
            is_invited = bool(invitation) and await invitations.accept_token(
                conn, viewer, invitation
            )
            if claims.email and claims.email_verified:
                is_invited |= (
                    await invitations.accept_email(conn, viewer, claims.email, provider.member_id)
                    > 0
                )
            if not is_invited:
                raise _Uninvited
    except _Uninvited:
        return None
    except asyncpg.UniqueViolationError:
        raise Conflict(
            _("Diese Anmeldung läuft schon."),
            remedy=_("Bitte noch einmal anmelden."),
            remedy_url="/login",
        ) from None
    return person_id


async def sign_out_by_provider(
    conn: Conn, provider: Provider, sid: str | None, subject: str | None
) -> int:
    """End the sessions a provider names in a back-channel logout; how many."""
    if sid:
        count = await store.revoke_by_sid(conn, provider.id, sid)
    else:
        count = await store.revoke_by_subject(conn, provider.id, provider.issuer, subject or "")
    await auth.note_security(conn, "sign_out.back_channel", f"{provider.slug}: {count}")
    return count


def check_provider_right(viewer: Viewer) -> None:
    """Only the hub's administration may say whom everybody believes."""
    require(viewer, Permission.ROLE_GRANT)
    if viewer.scope not in {Scope.OFFICE, Scope.SYSTEM}:
        raise Forbidden(
            _("Anmeldedienste richtet die Systemadministration der Drehscheibe ein."),
            remedy=_("Bitte dort Kennung, Adresse und Geheimnis Ihres Anmeldedienstes einreichen."),
        )


async def add_provider(
    conn: Conn, viewer: Viewer, *, slug: str, label: str, issuer: str, client_id: str, sealed_secret: str,
    member_id: UUID | None = None,
) -> UUID:  # fmt: skip
    """Enter a provider; its id. Refused for an unsafe address or one that is there already."""
    check_provider_right(viewer)
    if not is_safe_issuer(issuer):
        raise Refused(
            _("Die Adresse des Anmeldedienstes ist nicht sicher."),
            rule=_("Anmeldedienste werden nur über https angesprochen."),
            remedy=_("Bitte die Adresse (issuer) mit https:// angeben, ohne Parameter."),
        )
    provider_id = new_id()
    try:
        async with conn.savepoint():
            await store.insert_provider(
                conn, (provider_id, slug, label, issuer, client_id, sealed_secret, member_id)
            )
    except asyncpg.UniqueViolationError:
        raise Refused(
            _("Einen Anmeldedienst mit diesem Kürzel oder dieser Adresse gibt es schon.")
        ) from None
    after = {"slug": slug, "issuer": issuer, "client_id": client_id, "member": member_id}
    owner = await hub_on(conn, conn.today)
    record(
        conn,
        viewer,
        "provider.add",
        object_kind="identity_provider",
        object_id=provider_id,
        owner_id=owner,
        after=after,
    )
    return provider_id


async def change_provider(
    conn: Conn,
    viewer: Viewer,
    provider: Provider,
    *,
    label: str,
    client_id: str,
    sealed_secret: str | None,
    state: str,
) -> None:
    """Change label, client, secret (None: keep) or state; Stale when somebody else did."""
    check_provider_right(viewer)
    done = await store.update_provider(
        conn, provider, label=label, client_id=client_id, secret=sealed_secret, state=state
    )
    if not done:
        raise Stale(
            _("Der Anmeldedienst wurde inzwischen geändert."),
            remedy=_("Bitte die Seite neu laden."),
        )
    owner = await hub_on(conn, conn.today)
    before = {"label": provider.label, "client_id": provider.client_id, "state": provider.state}
    after = {"label": label, "client_id": client_id, "state": state}
    record(
        conn, viewer, "provider.change", object_kind="identity_provider", object_id=provider.id, owner_id=owner,
        row_version=provider.row_version + 1, before=before, after=after,
    )  # fmt: skip
