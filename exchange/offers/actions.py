"""Make the offer: a new version of the order that its sides then review and sign."""

from dataclasses import replace
from uuid import UUID

from exchange.orders import store
from exchange.orders.actions import check_may, lock, move, surcharge_on
from exchange.orders.model import (
    LegalRoute,
    Line,
    OrderEvent,
    Version,
    advance,
    check_term,
    legs_of,
)
from exchange.orders.schemas import OfferBody
from exchange.orders.store import Order
from exchange.taxes import actions as taxes
from exchange.taxes.model import UNDECIDED
from kdnx.db.conn import Conn
from kdnx.errors import Refused
from kdnx.members.store import hub_on
from kdnx.money import times
from kdnx.text import _
from kdnx.viewer import Viewer

E = OrderEvent


async def offer_order(
    conn: Conn, viewer: Viewer, order_id: UUID, offer: OfferBody, *, expected: int | None
) -> Order:
    """The provider offers: a new version with schedule, terms, proposed legal route and tax cases."""
    order = await lock(conn, viewer, order_id, expected)
    check_may(viewer, order, E.OFFER)
    advance(order.state, E.OFFER, order.route)
    check_term(offer.starts_on, offer.ends_on)
    if offer.valid_until < conn.today:
        raise Refused(_("Die Bindefrist liegt in der Vergangenheit."), code="valid_until_past")
    if offer.legal_route == LegalRoute.OPEN:
        raise Refused(
            _("Ein Angebot nennt den Rechtsweg."),
            code="legal_route_open",
            remedy=_("Bitte einen Rechtsweg wählen."),
        )
    codes = (offer.tax_code_1, offer.tax_code_2)[
        : len(legs_of(order.route, order.owner_id, order.recipient_id, order.hub_id))
    ]
    await taxes.check_codes(conn, codes, offer.starts_on)
    version = await _offered_version(conn, viewer, order, offer)
    await store.insert_versions(conn, [(order.owner_id, order.id, version)])
    await taxes.propose_codes(
        conn, viewer, order.owner_id, order.id, offer.starts_on, order.row_version + 1, codes
    )
    changed = replace(
        order,
        current_version=version.version,
        offer_valid_until=offer.valid_until,
        author_id=viewer.principal,
        starts_on=offer.starts_on,
    )
    after = await move(conn, viewer, order, E.OFFER, reason=offer.note, changed=changed)
    if any(code != UNDECIDED for code in codes):
        hub = order.hub_id or await hub_on(conn, conn.today)
        await taxes.ask_reviewer(
            conn, viewer, hub_id=hub, order_id=order.id, number=str(order.number)
        )
    return after


async def _offered_version(conn: Conn, viewer: Viewer, order: Order, offer: OfferBody) -> Version:
    pct, fee, rule_id = await surcharge_on(conn, offer.starts_on, order.route)
    lines = tuple(
        Line(
            i,
            x.label,
            x.unit,
            x.period,
            x.quantity,
            x.unit_price_micro,
            times(x.quantity, x.unit_price_micro),
            x.price,
        )
        for i, x in enumerate(offer.lines, 1)
    )
    return Version(
        version=order.current_version + 1, offering_id=order.offering_id, offering_version=order.offering_version,
        category_id=order.category_id, title=order.title, starts_on=offer.starts_on, ends_on=offer.ends_on,
        valid_from=offer.starts_on,
        notice_months=offer.notice_months, billing=offer.billing, surcharge_pct=pct,
        surcharge_fee_cents=fee, surcharge_rule_id=rule_id,
        silence=offer.silence, confirm_days=offer.confirm_days, authored_by=order.owner_id,
        authored_at=conn.now, author_id=viewer.principal,
        activity_group=offer.activity_group, legal_route=offer.legal_route.value, legal_reason=offer.legal_reason,
        entrustment=offer.entrustment, note=offer.note, lines=lines,
        legs=legs_of(order.route, order.owner_id, order.recipient_id, order.hub_id),
    )  # fmt: skip
