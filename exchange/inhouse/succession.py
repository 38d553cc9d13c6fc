"""Succession: signed declarations stay where they are and count for the successor; only its test is written anew."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from exchange.inhouse.actions import keep_checks
from exchange.inhouse.model import YEARS
from kdnx.db.conn import Conn
from kdnx.module import SuccessionPart
from kdnx.text import _
from kdnx.viewer import Scope, Viewer

# the office person who carries out reads no amounts: the system does, and gives none back
SYSTEM = Viewer(scope=Scope.SYSTEM)


async def preview(
    _conn: Conn, _viewer: Viewer, _predecessor_id: UUID, _successor_id: UUID, _effective_on: date
) -> Sequence[str]:
    """What would happen to declarations."""
    return [
        _(
            "Inhouse-Erklärungen: Unterzeichnete Jahre zählen bei der Nachfolgerin mit; sie selbst bleiben unverändert."
        )
    ]


async def carry_out(
    conn: Conn, viewer: Viewer, _predecessor_id: UUID, successor_id: UUID, effective_on: date
) -> None:
    """Test the successor for the awards from the date on, with the sums of both houses; nothing signed changes."""
    await conn.act_as(SYSTEM)
    await keep_checks(conn, successor_id, range(effective_on.year, effective_on.year + YEARS + 1))
    await conn.act_as(viewer)


SUCCESSIONS = (SuccessionPart(32, preview, carry_out),)
