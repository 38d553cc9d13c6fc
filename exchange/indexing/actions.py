"""Proposes due index steps as changes of their orders; both sides sign them as any change."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from exchange.amendments.actions import propose_amendment
from exchange.amendments.schemas import AmendBody
from exchange.indexing import store
from exchange.indexing.model import Step, starts_on
from exchange.indexing.reading import Indexed, find_indexed, read_indexed
from exchange.indexing.words import reason_of
from exchange.orders.model import Line
from exchange.orders.schemas import OfferLine
from kdnx.db.conn import Conn
from kdnx.errors import KdnxError, NotFound, Refused
from kdnx.module import DueJob
from kdnx.tasks.actions import close_tasks, open_tasks
from kdnx.tasks.model import NewTask
from kdnx.text import _
from kdnx.viewer import Permission, Role, Viewer, require

STEP_TASK = "order.index"
LONGEST_REASON = 2000


@dataclass(frozen=True)
class Proposed:
    """What became of one order: the amendment, or why there is none."""

    order_id: UUID
    number: str = ""
    amendment_id: UUID | None = None
    problem: str = ""
    remedy: str = ""


async def propose_steps(conn: Conn, viewer: Viewer, ids: Sequence[UUID]) -> list[Proposed]:
    """Propose the due steps of each order as one change; what cannot be is reported and leaves the others alone."""
    require(viewer, Permission.ORDER_EDIT)
    results = []
    for order_id in sorted(set(ids)):
        number = ""
        try:
            async with conn.savepoint():
                found = await _due(conn, viewer, order_id)
                number = found.head.number
                made = await propose_amendment(conn, viewer, order_id, _wish(conn.today, found))
                await store.insert_steps(conn, made.owner_id, made.id, order_id, found.due)
                await close_tasks(conn, order_id, [STEP_TASK])
            results.append(Proposed(order_id, number, made.id))
        except KdnxError as error:
            results.append(
                Proposed(order_id, number, problem=error.detail, remedy=error.remedy or "")
            )
    return results


async def _due(conn: Conn, viewer: Viewer, order_id: UUID) -> Indexed:
    found = await read_indexed(conn, viewer, [order_id])
    if not found:
        raise NotFound(_("Dieser Leistungsschein folgt keinem Index."))
    if not found[0].due:
        raise Refused(
            _("Für diesen Leistungsschein ist kein Indexschritt fällig."),
            code="no_step",
            rule=_("Preisklausel des Leistungsscheins."),
            remedy=_("Die Seite Indexschritte sagt je Position, warum."),
            remedy_url="/index-steps",
        )
    return found[0]


def _wish(today: date, found: Indexed) -> AmendBody:
    new = {s.line.label: s.new_micro for s in found.due}
    said = "; ".join(f"{s.line.label}: {reason_of(s)}" for s in found.due)
    reason = (_("Indexanpassung. ") + said)[:LONGEST_REASON]
    first = starts_on(today, found.head.booked_until)
    return AmendBody(
        valid_from=first, reason=reason, early_reason=_("Anpassung nach der vereinbarten Indexklausel"),
        lines=[_line(x, new.get(x.label, x.unit_price_micro)) for x in found.lines],
        change_door="review_clause", change_reason=reason, index_clause=True,
    )  # fmt: skip


def _line(x: Line, micro: int) -> OfferLine:
    return OfferLine(
        label=x.label, unit=x.unit, period=x.period, quantity=x.quantity, unit_price_micro=micro,  # type: ignore[arg-type]  # stored codes are the schema's
        price=x.price_ordinal,
    )  # fmt: skip


async def ask_steps(conn: Conn) -> int:
    """Due job: a task of the provider for every order with a due step; how many were new."""
    found = [x for x in await find_indexed(conn) if x.due]
    return await open_tasks(conn, [_task(x, x.due) for x in found])


def _task(found: Indexed, due: Sequence[Step]) -> NewTask:
    head = found.head
    months = max(s.now.month for s in due if s.now is not None)
    return NewTask(
        owner_id=head.owner_id, kind=STEP_TASK,
        title=_("Indexschritt vorschlagen: {n} {title}").format(n=head.number, title=head.title),
        object_kind="order", object_id=head.id, url=f"/index-steps#{head.number}", assignee_role=Role.OFFERING_EDITOR,
        dedup=f"{STEP_TASK}:{head.id}:{months}",
    )  # fmt: skip


DUE_JOBS = (DueJob("order.index", ask_steps, 720),)
