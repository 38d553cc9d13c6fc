"""Carry a decided request into a free demand, by the demand's own action, with the evidence of D16."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from catalog.interface import get_request_outcome
from kdnx.audit.actions import record
from kdnx.db.conn import Conn
from kdnx.errors import Refused
from kdnx.text import _
from kdnx.viewer import Permission, Viewer, require
from procurement.carried import store
from procurement.responses.actions import save_free_demand
from procurement.responses.model import Amount, Response
from procurement.responses.schemas import FreeIn


async def carry_request(
    conn: Conn, viewer: Viewer, request_id: UUID, form: FreeIn, years: Mapping[int, Amount],
    rest: Mapping[str, Any],
) -> Response:  # fmt: skip
    """A free demand from a decided request; Refused when there is one already."""
    require(viewer, Permission.DEMAND_ANSWER)
    found = await get_request_outcome(conn, viewer, request_id)
    if await store.find_by_request(conn, request_id, viewer.members):
        raise _carried_before(request_id)
    demand = await save_free_demand(conn, viewer, form, years, rest)
    if not await store.insert_carried(conn, demand.owner_id, demand.id, found, viewer.principal):
        raise _carried_before(request_id)
    record(
        conn, viewer, "demand_response.carry", object_kind="demand_response", object_id=demand.id,
        owner_id=demand.owner_id, row_version=demand.row_version, audience="owner",
        reason=_("aus Gesuch {number}").format(number=found.number),
    )  # fmt: skip
    return demand


def _carried_before(request_id: UUID) -> Refused:
    return Refused(
        _("Aus diesem Gesuch gibt es schon einen Bedarf."),
        rule=_("Ein Gesuch wird einmal übernommen, damit der Bedarf nicht doppelt gebündelt wird."),
        remedy=_("Den vorhandenen Bedarf ändern; er steht auf der Seite des Gesuchs."),
        remedy_url=f"/requests/{request_id}",
    )
