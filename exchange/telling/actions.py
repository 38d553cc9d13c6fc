"""Tell the other side what happened to an order or to bookings: one notice a member and batch."""

from collections.abc import Callable, Iterable, Sequence
from uuid import UUID

from exchange.bookings.store import Row
from exchange.orders.model import LABELS, OrderEvent, OrderState, turn_of
from exchange.orders.store import Order
from kdnx.db.conn import Conn
from kdnx.members.store import hub_on
from kdnx.notices.actions import notify
from kdnx.text import _, ngettext
from kdnx.viewer import Role, Scope, Viewer

E = OrderEvent
SIDE_ROLES = {
    "provider": (Role.OFFERING_EDITOR, Role.OFFERING_APPROVER, Role.CONTRACT_MANAGER),
    "recipient": (Role.DEMAND_EDITOR, Role.DEMAND_APPROVER, Role.CONTRACT_MANAGER),
    "hub": (Role.LEGAL_OFFICER, Role.OFFERING_APPROVER),
}
TO_RELEASE = {E.REVIEW, E.APPROVE_PROVIDER, E.APPROVE_HUB, E.APPROVE_RECIPIENT}
BOOKING_ROLES = (Role.BOOKING_CLERK, Role.BOOKING_APPROVER)
# where a member finds the bookings of a batch
PLACES = {
    "proposed": "/bookings",
    "confirmed": "/bookings?view=all&state=confirmed",
    "disputed": "/bookings?view=all&state=disputed",
    "escalated": "/bookings?view=all",
    "expired": "/bookings?view=all&state=expired",
}


async def tell_order(conn: Conn, viewer: Viewer, order: Order) -> None:
    """An order moved: the parties that did not act learn it, and whoever is to act next."""
    members = {"provider": order.owner_id, "recipient": order.recipient_id}
    turn = turn_of(order.state, order.route)
    if turn is not None and turn[0] == "hub":
        members["hub"] = order.hub_id or await hub_on(conn, conn.today)
    for side, member in members.items():
        if _acts_as(viewer, side, member):
            continue
        kind = "order.approved" if order.state == OrderState.APPROVED else "order.moved"
        if turn is not None and turn[0] == side and turn[1] in TO_RELEASE:
            kind = "order.submitted"
        state = LABELS[OrderState(order.state)]
        await notify(
            conn, viewer, kind=kind, owner_id=member, object_kind="order", object_id=order.id,
            url=f"/orders/{order.id}", roles=SIDE_ROLES[side],
            title=_("Leistungsschein {number}: {state}").format(number=order.number, state=state),
        )  # fmt: skip


def _acts_as(viewer: Viewer, side: str, member: UUID) -> bool:
    return viewer.acts_for(member) or (side == "hub" and viewer.scope == Scope.OFFICE)


def proposer_of(row: Row) -> tuple[UUID, ...]:
    """The side that proposed."""
    return (row.proposed_by,)


def counterpart_of(row: Row) -> tuple[UUID, ...]:
    """The side that is to sign."""
    return (row.counterpart,)


def both_sides(row: Row) -> tuple[UUID, ...]:
    """Provider and recipient, where nobody of them acted."""
    return (row.owner_id, row.recipient_id)


async def tell_bookings(
    conn: Conn, viewer: Viewer, kind: str, rows: Sequence[Row], to: Callable[[Row], Iterable[UUID]]
) -> None:
    """What happened ('proposed', 'confirmed' …) to bookings, for the members that `to` names of each."""
    by_member: dict[UUID, list[Row]] = {}
    for row in rows:
        for member in to(row):
            by_member.setdefault(member, []).append(row)
    for member, theirs in sorted(by_member.items()):
        one = len(theirs) == 1
        await notify(
            conn, viewer, kind=f"booking.{kind}", owner_id=member, object_kind="booking",
            object_id=theirs[0].id, url=f"/bookings/{theirs[0].id}" if one else PLACES[kind],
            title=_sentence(kind, theirs), roles=BOOKING_ROLES,
        )  # fmt: skip


def _sentence(kind: str, rows: Sequence[Row]) -> str:
    n = len(rows)
    text = {
        "proposed": ngettext("Buchung {number} ist vorgeschlagen", "{n} Buchungen sind vorgeschlagen", n),
        "confirmed": ngettext("Buchung {number} ist bestätigt", "{n} Buchungen sind bestätigt", n),
        "disputed": ngettext("Buchung {number} ist strittig", "{n} Buchungen sind strittig", n),
        "escalated": ngettext("Buchung {number} ist überfällig", "{n} Buchungen sind überfällig", n),
        "expired": ngettext("Buchung {number} ist verfallen", "{n} Buchungen sind verfallen", n),
    }[kind]  # fmt: skip
    return text.format(number=rows[0].booking_number, n=n)
