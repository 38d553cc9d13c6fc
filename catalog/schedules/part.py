"""What announced prices give the catalogue module: pages, the piece on the offering's page, the due job."""

from collections.abc import Mapping
from typing import Any

from catalog.offerings import store as offerings
from catalog.schedules import store
from catalog.schedules.api import api
from catalog.schedules.arriving import take_effect
from catalog.schedules.pages import DOORS as PAGE_DOORS
from kdnx.db.conn import Conn
from kdnx.module import DueJob, Slot
from kdnx.viewer import Permission, Viewer


async def price_link(conn: Conn, viewer: Viewer, key: Any) -> tuple[str, Mapping[str, Any]] | None:
    """The owner's way to announce a price, and how many wait."""
    head = await offerings.get_offering(conn, viewer, key)
    if not viewer.acts_for(head.owner_id) or head.published_version is None:
        return None
    if not (viewer.may(Permission.OFFERING_EDIT) or viewer.may(Permission.OFFERING_PUBLISH)):
        return None
    waiting = [s for s in await store.list_scheduled(conn, [head.id]) if s.state == "proposed"]
    return "schedules/link.html", {"offering_id": head.id, "waiting": len(waiting)}


DOORS = PAGE_DOORS
APIS = (api,)
TEMPLATES = {"schedules": "catalog.schedules"}
SLOTS = (Slot("offering.actions", 40, price_link),)
DUE_JOBS = (DueJob("offering.price_effective", take_effect, every_minutes=5),)
