"""The piece of an order's page on notices and their answers."""

from collections.abc import Mapping
from typing import Any

from exchange.orders.actions import read_order
from exchange.running import store
from exchange.running.model import TERMINATION_BADGES, TERMINATION_LABELS, TerminationState
from kdnx.db.conn import Conn
from kdnx.viewer import Viewer


async def termination_section(
    conn: Conn, viewer: Viewer, key: Any
) -> tuple[str, Mapping[str, Any]] | None:
    """Every notice with date, reason, answer, and whether the service goes on; nothing where none was given."""
    order = await read_order(conn, viewer, key)
    found = await store.list_terminations(conn, order.owner_id, order.id)
    if not found:
        return None
    return "running/section.html", {
        "terminations": found, "labels": TERMINATION_LABELS, "badges": TERMINATION_BADGES,
        "is_open": any(t.state == TerminationState.REQUESTED for t in found),
    }  # fmt: skip
