"""Requests and answers in a succession: what runs goes on under the successor, what is decided stays."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from catalog.inheriting import store
from catalog.requests.actions import WEIGH_TASK
from catalog.requests.model import task_id
from kdnx.audit.actions import record
from kdnx.db.conn import Conn
from kdnx.ids import named_id
from kdnx.module import SuccessionPart
from kdnx.tasks.actions import close_tasks, open_tasks
from kdnx.tasks.model import NewTask
from kdnx.text import _, ngettext
from kdnx.viewer import Role, Scope, Viewer

SYSTEM = Viewer(scope=Scope.SYSTEM)


async def preview(
    conn: Conn, _viewer: Viewer, predecessor_id: UUID, _successor_id: UUID, _effective_on: date
) -> Sequence[str]:
    """What would happen, in German lines; sealed answers are not counted, for nobody may know of them."""
    found = await store.list_requests(conn, predecessor_id)
    if not found:
        lines = [_("Gesuche: keine laufenden.")]
    else:
        text = ngettext("{n} laufendes Gesuch geht auf die Nachfolgerin über.",
                        "{n} laufende Gesuche gehen auf die Nachfolgerin über.", len(found))  # fmt: skip
        lines = [text.format(n=len(found))]
    lines.append(
        _("Laufende Angebote zu Gesuchen gehen mit über; hat auch die Nachfolgerin eines, gilt ihres. "
          "Verschlossene bleiben verschlossen und werden hier nicht gezählt.")
    )  # fmt: skip
    return lines


async def carry_out(
    conn: Conn, viewer: Viewer, predecessor_id: UUID, successor_id: UUID, effective_on: date
) -> None:
    """Running requests get the successor as owner, running answers are copied to it."""
    reason = _("Rechtsnachfolge zum {day}").format(day=effective_on.strftime("%d.%m.%Y"))
    await conn.act_as(SYSTEM)
    try:
        await _move_requests(conn, viewer, predecessor_id, successor_id, reason)
        await _move_answers(conn, predecessor_id, successor_id, reason)
    finally:
        await conn.act_as(viewer)


async def _move_requests(
    conn: Conn, viewer: Viewer, predecessor_id: UUID, successor_id: UUID, reason: str
) -> None:
    found = await store.list_requests(conn, predecessor_id, lock=True)
    if not found:
        return
    await store.move_requests(conn, [r.id for r in found], successor_id)
    for r in found:
        if await close_tasks(conn, r.id, [WEIGH_TASK]):
            await open_tasks(conn, [NewTask(
                owner_id=successor_id, kind=WEIGH_TASK, title=_("Gesuch auswerten: {title}").format(title=r.title),
                object_kind="request", object_id=r.id, url=f"/requests/{r.id}/answers",
                assignee_role=Role.DEMAND_EDITOR, dedup=f"{WEIGH_TASK}:{r.id}:{successor_id}",
            )])  # fmt: skip
        await close_tasks(conn, task_id(r.id, successor_id))
        record(conn, viewer, "request.succeed", object_kind="request", object_id=r.id, owner_id=successor_id,
               party_id=predecessor_id, reason=reason, row_version=r.row_version + 1, audience="parties")  # fmt: skip


async def _move_answers(conn: Conn, predecessor_id: UUID, successor_id: UUID, reason: str) -> None:
    found = await store.list_answers(conn, predecessor_id, successor_id)
    pairs = [
        (a.id, named_id("answer.continue", f"{a.id}|{successor_id}"))
        for a in found
        if not a.is_double
    ]
    await store.copy_answers(conn, predecessor_id, successor_id, pairs)
    await store.end_answers(conn, predecessor_id, [a.id for a in found], reason)
    for a in found:
        await close_tasks(conn, task_id(a.request_id, predecessor_id))
        record(conn, SYSTEM, "request_answer.succeed", object_kind="request_answer", object_id=a.id,
               owner_id=predecessor_id, reason=reason, row_version=a.row_version + 1)  # fmt: skip


SUCCESSIONS = (SuccessionPart(25, preview, carry_out),)
