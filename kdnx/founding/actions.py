"""Found an alliance: everything a real start needs, in one transaction."""

from dataclasses import dataclass
from uuid import UUID

from kdnx.audit.actions import record
from kdnx.db.conn import Conn
from kdnx.errors import Refused
from kdnx.founding import store
from kdnx.ids import new_id
from kdnx.invitations.actions import invite
from kdnx.members.actions import found_alliance, found_hub
from kdnx.members.model import WITHOUT_PERSONALITY, LegalForm
from kdnx.members.store import insert_memberships, upsert_members
from kdnx.providers.actions import add_provider
from kdnx.text import _
from kdnx.viewer import Permission, Role, Scope, Viewer


@dataclass(frozen=True)
class Founding:
    """What a first start says; the provider's secret comes sealed."""

    name: str
    short_name: str
    hub_code: str
    hub_name: str
    hub_short_name: str
    legal_form: LegalForm
    seat: str
    admin_email: str
    admin_name: str
    slug: str
    label: str
    issuer: str
    client_id: str
    sealed_secret: str


async def found(conn: Conn, founding: Founding) -> str:
    """Create alliance, hub, provider and the first invitation; the token of its link.

    Raises Refused when the database has members already.
    """
    if await store.has_members(conn):
        raise Refused(
            _("Diese Datenbank enthält schon Mitglieder."),
            rule=_("Die Einrichtung gelingt nur in einer leeren Datenbank."),
            remedy=_("Für einen neuen Anfang eine leere Datenbank verwenden."),
        )
    await found_alliance(conn, name=founding.name, short_name=founding.short_name, is_demo=False)
    hub = await _found_member(conn, founding)
    viewer = Viewer(
        name=_("Einrichtung"),
        member_id=hub,
        members=(hub,),
        scope=Scope.OFFICE,
        permissions=frozenset(Permission),
    )
    await conn.act_as(viewer)
    record(conn, viewer, "alliance.found", object_kind="member", object_id=hub, owner_id=hub)
    await add_provider(
        conn, viewer, slug=founding.slug, label=founding.label, issuer=founding.issuer,
        client_id=founding.client_id, sealed_secret=founding.sealed_secret,
    )  # fmt: skip
    invited = await invite(
        conn, viewer, email=founding.admin_email, display_name=founding.admin_name, member_id=hub,
        roles=[Role.ADMINISTRATOR],
    )  # fmt: skip
    return invited.token


async def _found_member(conn: Conn, founding: Founding) -> UUID:
    hub = new_id()
    row: dict[str, object] = {
        "id": str(hub),
        "code": founding.hub_code.strip().upper(),
        "name": founding.hub_name,
        "short_name": founding.hub_short_name,
        "legal_form": founding.legal_form.value,
        "legal_personality": founding.legal_form not in WITHOUT_PERSONALITY,
        "seat": founding.seat,
        "state": "active",
    }
    await upsert_members(conn, [row])
    await insert_memberships(conn, [(hub, conn.today)])
    await found_hub(conn, hub, conn.today)
    return hub
