"""Tell invited members about a demand call, a house about its own answer, the office about a tender."""

from collections.abc import Sequence
from uuid import UUID

from kdnx.db.conn import Conn
from kdnx.documents.actions import Place, readdress_documents
from kdnx.members.store import hub_on
from kdnx.notices.actions import notify, notify_members
from kdnx.text import _
from kdnx.viewer import Role, Viewer
from procurement.demands.model import DemandCall

SENTENCES = {
    "demand.called": "Bedarfsabfrage offen: {title}",
    "demand.extended": "Frist verlängert: {title}",
    "demand.closed": "Bedarfsabfrage beendet: {title}",
    "demand.cancelled": "Bedarfsabfrage abgebrochen: {title}",
}


async def tell_invited(
    conn: Conn, viewer: Viewer, kind: str, call: DemandCall, members: Sequence[UUID]
) -> None:
    """What happened to a call, for the members it invited, and for nobody else."""
    await notify_members(
        conn, viewer, kind=kind, owner_ids=members, object_kind="demand_call", object_id=call.id,
        url=f"/demands/{call.id}", roles=(Role.DEMAND_EDITOR, Role.DEMAND_APPROVER),
        title=_(SENTENCES[kind]).format(title=call.title),
    )  # fmt: skip


async def open_documents(
    conn: Conn, viewer: Viewer, call: DemandCall, members: Sequence[UUID]
) -> None:
    """With its announcement a call's documents are for those whom it asks."""
    place = Place("demand_call", call.id, sorted({call.lead_id, *members}))
    await readdress_documents(conn, viewer, place, is_public=call.audience != "chosen")


async def tell_release(
    conn: Conn, viewer: Viewer, *, owner_id: UUID, response_id: UUID, title: str, url: str
) -> None:
    """An answer of the house waits for its second person."""
    await notify(
        conn, viewer, kind="demand.release", owner_id=owner_id, object_kind="demand_response",
        object_id=response_id, url=url, roles=(Role.DEMAND_APPROVER,),
        title=_("Bedarfsmeldung freigeben: {title}").format(title=title),
    )  # fmt: skip


async def tell_tender(
    conn: Conn, viewer: Viewer, *, tender_id: UUID, number: str, title: str
) -> None:
    """A tender was made: the hub's office learns it."""
    await notify(
        conn, viewer, kind="tender.created", owner_id=await hub_on(conn, conn.today),
        object_kind="tender", object_id=tender_id, url=f"/tenders/{tender_id}",
        roles=(Role.PROCUREMENT_OFFICER, Role.PROCUREMENT_APPROVER),
        title=_("Vergabe angelegt: {number} {title}").format(number=number, title=title),
    )  # fmt: skip
