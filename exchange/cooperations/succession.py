"""Succession: a cooperation goes on with the successor in its predecessor's place; between the two alone it ends."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

from exchange.cooperations import store
from exchange.cooperations.actions import SYSTEM, note_cooperation, parties_of
from exchange.cooperations.amounts import keep_checks
from exchange.cooperations.model import Cooperation
from exchange.inhouse.model import YEARS
from kdnx.db.conn import Conn
from kdnx.errors import Stale
from kdnx.module import SuccessionPart
from kdnx.text import _, ngettext
from kdnx.viewer import Viewer


async def preview(
    conn: Conn, _viewer: Viewer, predecessor_id: UUID, _successor_id: UUID, _effective_on: date
) -> Sequence[str]:
    """How many cooperations go on with the successor."""
    count = len(await store.list_active(conn, [predecessor_id]))
    if not count:
        return [_("Zusammenarbeit nach § 108 Abs. 6 GWB: keine.")]
    text = ngettext(
        "{n} Zusammenarbeit läuft mit der Nachfolgerin weiter; unterzeichnete Marktanteile zählen mit.",
        "{n} Zusammenarbeiten laufen mit der Nachfolgerin weiter; unterzeichnete Marktanteile zählen mit.",
        count,
    )
    return [text.format(n=count)]


async def carry_out(
    conn: Conn, viewer: Viewer, predecessor_id: UUID, _successor_id: UUID, effective_on: date
) -> None:
    """Test each again with the sums of both houses; nothing signed and no list of parties changes."""
    for c in await store.list_active(conn, [predecessor_id]):
        if len(await parties_of(conn, c)) == 1:
            await _end(conn, viewer, c, effective_on)
        else:
            await keep_checks(conn, viewer, c, range(effective_on.year, effective_on.year + YEARS + 1))  # fmt: skip


async def _end(conn: Conn, viewer: Viewer, c: Cooperation, effective_on: date) -> None:
    """Nobody cooperates with itself: the last day is the one before the succession."""
    reason = _("Die beteiligten Häuser sind zusammengegangen.")
    last = max(effective_on - timedelta(days=1), c.valid_from)
    await conn.act_as(SYSTEM)
    if not await store.update_cooperation(conn, replace(c, valid_to=last, end_reason=reason)):
        raise Stale(_("Die Zusammenarbeit wurde inzwischen geändert."))
    await conn.act_as(viewer)
    after = replace(c, valid_to=last, row_version=c.row_version + 1)
    note_cooperation(conn, viewer, "end", after, reason)


SUCCESSIONS = (SuccessionPart(33, preview, carry_out),)
