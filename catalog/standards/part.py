"""What standards show on the page of an offering."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from catalog.offerings.store import get_offering
from catalog.standards.model import State
from catalog.standards.statements import list_choices
from kdnx.db.conn import Conn
from kdnx.module import Slot
from kdnx.viewer import Permission, Viewer


async def offering_section(
    conn: Conn, viewer: Viewer, key: UUID
) -> tuple[str, Mapping[str, Any]] | None:
    """What the offering says about standards, and standards for its tasks it says nothing about."""
    head = await get_offering(conn, viewer, key)
    choices = await list_choices(conn, key)
    said = [c for c in choices if c.link]
    silent = [c for c in choices if c.concerns and not c.link and c.version.state == State.ADOPTED]
    may_edit = viewer.acts_for(head.owner_id) and viewer.may(Permission.OFFERING_EDIT)
    if not said and not silent and not (may_edit and choices):
        return None
    return "standards/section.html", {
        "said": said, "silent": silent, "may_edit": may_edit, "offering_id": key,
    }  # fmt: skip


SLOTS = (Slot("offering.sections", 40, offering_section),)
