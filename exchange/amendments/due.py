"""What dates and mergers do to amendments: come into force on the day, or lapse."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID

from exchange.amendments import store
from exchange.amendments.actions import CHANGEABLE, lock_amendment, move_amendment
from exchange.amendments.model import OPEN, Amendment, AmendmentEvent, AmendmentState, advance
from exchange.approvals import store as approvals
from exchange.approvals.store import Approval
from exchange.orders import store as orders
from exchange.orders.actions import note_order, read_order
from exchange.orders.store import NewStep
from kdnx.db.conn import Conn
from kdnx.errors import Stale
from kdnx.module import DueJob, SuccessionPart
from kdnx.text import _, ngettext
from kdnx.viewer import Scope, Viewer

SYSTEM = Viewer(scope=Scope.SYSTEM)
BATCH = 100
E, S = AmendmentEvent, AmendmentState


async def move_due(conn: Conn) -> int:
    """Agreed changes whose day has come are in force; those not agreed by then lapse. How many moved."""
    ids = await store.find_due(conn, conn.today, BATCH)
    for amendment_id in ids:
        # order first, then its amendment, as people do; another worker may have been here meanwhile
        a = await lock_amendment(conn, amendment_id, None)
        if a.state not in (*OPEN, S.AGREED):
            continue
        if a.state == S.AGREED and a.order_state in CHANGEABLE:
            await _come_into_force(conn, a)
        else:
            await _lapse(conn, SYSTEM, a)
    return len(ids)


async def _come_into_force(conn: Conn, a: Amendment) -> None:
    order = await read_order(conn, SYSTEM, a.order_id)
    if not a.needs_legal:
        await _carry_review(conn, a)
    changed = replace(order, current_version=a.version)
    if not await orders.mark_order(conn, changed):
        raise Stale(_("Der Leistungsschein wurde inzwischen geändert."))
    after = replace(changed, row_version=order.row_version + 1)
    step = NewStep(
        a.owner_id, a.order_id, after.row_version, "amend", order.state, a.version, None, a.reason
    )  # fmt: skip
    await orders.insert_steps(conn, [step])
    note_order(conn, SYSTEM, "order.amend", after, reason=a.reason)
    await move_amendment(conn, SYSTEM, a, E.COME_INTO_FORCE, advance(a, E.COME_INTO_FORCE), "")


async def _carry_review(conn: Conn, a: Amendment) -> None:
    """The legal route stays as it was reviewed."""
    note = _("Rechtsweg unverändert; geprüft in Fassung {n}.").format(n=a.base_version)
    carried = Approval(
        a.owner_id, a.order_id, a.version, "legal", a.hub_id or a.owner_id, origin="carried", note=note
    )  # fmt: skip
    await approvals.insert_approvals(conn, [carried])


async def _lapse(conn: Conn, viewer: Viewer, a: Amendment) -> None:
    reason = _("Bis zum {day} hatten nicht alle Seiten freigegeben.")
    if a.order_state not in CHANGEABLE:
        reason = _("Der Leistungsschein läuft nicht mehr oder ist gekündigt.")
    said = reason.format(day=a.valid_from.strftime("%d.%m.%Y"))
    await move_amendment(conn, viewer, a, E.LAPSE, advance(a, E.LAPSE), said)


async def preview(
    conn: Conn, _viewer: Viewer, predecessor_id: UUID, _successor_id: UUID, _effective_on: date
) -> Sequence[str]:
    """What a merger does to open changes."""
    count = len(await store.find_of_member(conn, predecessor_id))
    if not count:
        return []
    text = ngettext(
        "{n} noch nicht geltende Änderung eines Leistungsscheins entfällt und ist neu zu vereinbaren.",
        "{n} noch nicht geltende Änderungen von Leistungsscheinen entfallen und sind neu zu vereinbaren.",
        count,
    )
    return [text.format(n=count)]


async def carry_out(
    conn: Conn, viewer: Viewer, predecessor_id: UUID, _successor_id: UUID, _effective_on: date
) -> None:
    """Changes not in force yet lapse: the parties they were agreed between are no longer the same."""
    for amendment_id in await store.find_of_member(conn, predecessor_id):
        await _lapse(conn, viewer, await lock_amendment(conn, amendment_id, None))


DUE_JOBS = (DueJob("order.amend", move_due, 15),)
# before the orders themselves move (30)
SUCCESSIONS = (SuccessionPart(29, preview, carry_out),)
