"""Terms that end soon go on: many at once, each an amendment of its own, each with its own result."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from exchange.amendments.actions import plan_amendment, propose_amendment
from exchange.amendments.model import renewal_start, renewed_until
from exchange.amendments.schemas import AmendBody
from exchange.orders.actions import read_order
from exchange.orders.store import Order
from kdnx.db.conn import Conn
from kdnx.errors import KdnxError, Refused
from kdnx.text import _
from kdnx.viewer import Permission, Viewer, require


@dataclass(frozen=True)
class Renewal:
    """What would or did become of one order: the new last day and the amendment, or why not."""

    order_id: UUID
    number: str = ""
    until: date | None = None
    amendment_id: UUID | None = None
    problem: str = ""
    remedy: str = ""


def _wish(today: date, order: Order, months: int) -> AmendBody:
    if order.ends_on is None:
        raise Refused(
            _("Der Leistungsschein läuft ohnehin unbefristet."),
            code="open_ended",
            remedy=_("Hier ist nichts zu verlängern."),
        )
    return AmendBody(
        valid_from=renewal_start(today, order.ends_on), ends_on=renewed_until(order.ends_on, months),
        reason=_("Verlängerung zu unveränderten Bedingungen"),
    )  # fmt: skip


async def preview_renewals(
    conn: Conn, viewer: Viewer, found: Sequence[Order], months: int
) -> list[Renewal]:
    """What renewing these orders would do, by the rules of a change; nothing is written."""
    results = []
    for order in found:
        party = order.owner_id if viewer.acts_for(order.owner_id) else order.recipient_id
        try:
            wish = _wish(conn.today, order, months)
            await plan_amendment(conn, viewer, order, party, wish)
            results.append(Renewal(order.id, str(order.number), wish.ends_on))
        except Refused as error:
            results.append(_refused(order.id, str(order.number), error))
    return results


def _refused(order_id: UUID, number: str, error: KdnxError) -> Renewal:
    return Renewal(order_id, number, problem=error.detail, remedy=error.remedy or "")


async def renew_orders(
    conn: Conn, viewer: Viewer, ids: Sequence[UUID], months: int
) -> list[Renewal]:
    """Propose a renewal for each order; what cannot be renewed is reported and leaves the others alone."""
    require(viewer, Permission.ORDER_EDIT)
    results = []
    for order_id in sorted(set(ids)):
        number = ""
        try:
            async with conn.savepoint():
                order = await read_order(conn, viewer, order_id)
                number = str(order.number)
                wish = _wish(conn.today, order, months)
                made = await propose_amendment(conn, viewer, order_id, wish)
            results.append(Renewal(order_id, number, wish.ends_on, made.id))
        except KdnxError as error:
            results.append(_refused(order_id, number, error))
    return results
