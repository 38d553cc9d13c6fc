"""Record an act on an offering and tell the change feed of exactly those whom it is for."""

from collections.abc import Sequence
from uuid import UUID

from catalog.offerings import store
from catalog.offerings.model import Offering
from kdnx.audit.actions import record
from kdnx.db.conn import Conn
from kdnx.viewer import Viewer


async def tell(conn: Conn, viewer: Viewer, action: str, head: Offering, reason: str = "") -> None:
    """Record an act and tell the change feed of those whom the offering is for, and nobody else."""
    reached = await _reach(conn, head.audience_keys)
    record(
        conn,
        viewer,
        action,
        object_kind="offering",
        object_id=head.id,
        owner_id=head.owner_id,
        reason=reason or None,
        row_version=head.row_version,
        audience=reached[0],
        party_ids=reached[1],
    )


async def tell_narrowed(conn: Conn, viewer: Viewer, head: Offering, before: Sequence[str]) -> None:
    """A tombstone for those whom the offering was for until now."""
    was, parties = await _reach(conn, before)
    now, reached = await _reach(conn, head.audience_keys)
    lost = sorted(set(parties) - set(reached))
    if not before or now == "public" or (was != "public" and not lost):
        return
    record(
        conn,
        viewer,
        "offering.narrow",
        object_kind="offering",
        object_id=head.id,
        owner_id=head.owner_id,
        row_version=head.row_version,
        audience=was,
        party_ids=lost,
        gone=True,
    )


async def _reach(conn: Conn, keys: Sequence[str]) -> tuple[str, list[UUID]]:
    if "all" in keys:
        return "public", []
    return ("parties", await store.members_reached(conn, keys)) if keys else ("owner", [])
