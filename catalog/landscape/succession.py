"""The landscape's part of a succession: declarations and standards of the predecessor go over."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID

from catalog.applications import store as applications
from catalog.applications.actions import ask_to_confirm
from catalog.applications.model import Mode, Use, ended
from catalog.standards import store as standards
from kdnx.db.conn import Conn
from kdnx.members.store import list_members
from kdnx.module import SuccessionPart
from kdnx.text import _
from kdnx.viewer import Viewer


async def preview(
    conn: Conn, _viewer: Viewer, predecessor_id: UUID, _successor_id: UUID, _effective_on: date
) -> Sequence[str]:
    """What would happen, in German lines."""
    uses = await applications.list_own(conn, [predecessor_id])
    others = await _from_predecessor(conn, predecessor_id)
    kept = [s for s in await standards.list_standards(conn) if s.owner_id == predecessor_id]
    text = _(
        "Anwendungen: {n} Angaben gehen auf die Nachfolgerin über; sie wird um Prüfung gebeten."
    )
    lines = [text.format(n=len(uses))]
    if others:
        lines.append(
            _("Angaben anderer Häuser, die von der Vorgängerin beziehen: {n}.").format(
                n=len(others)
            )
        )
    if kept:
        lines.append(_("Standards des Arbeitskreises: {n} gehen über.").format(n=len(kept)))
    return lines


async def carry_out(
    conn: Conn, viewer: Viewer, predecessor_id: UUID, successor_id: UUID, effective_on: date
) -> None:
    """New rows from the day on; what held before stays with the predecessor."""
    day = max(effective_on, conn.today)
    uses = await applications.list_own(conn, [predecessor_id])
    there = {u.key for u in await applications.list_own(conn, [successor_id])}
    moved = [_taken_over(u, successor_id) for u in uses]
    rows = [ended(u) for u in uses] + [u for u in moved if u.key not in there]
    for use in await _from_predecessor(conn, predecessor_id):
        if use.owner_id == successor_id:
            rows.append(replace(use, mode=Mode.OWN.value, from_member_id=None))
        elif use.owner_id != predecessor_id:
            rows.append(replace(use, from_member_id=successor_id))
    if rows:
        await applications.write_uses(conn, rows, day, viewer.principal)
        await ask_to_confirm(conn, [successor_id])
    await standards.move_owner(conn, predecessor_id, successor_id)


def _taken_over(use: Use, successor_id: UUID) -> Use:
    if use.from_member_id == successor_id:  # what the successor delivered is its own now
        return replace(use, owner_id=successor_id, mode=Mode.OWN.value, from_member_id=None)
    return replace(use, owner_id=successor_id)


async def _from_predecessor(conn: Conn, predecessor_id: UUID) -> list[Use]:
    every = [m.id for m in await list_members(conn)]
    return [
        u for u in await applications.list_own(conn, every) if u.from_member_id == predecessor_id
    ]


SUCCESSIONS = (SuccessionPart(25, preview, carry_out),)
