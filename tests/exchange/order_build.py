"""Short builders of orders as their actions make them, each step by the person who may."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from exchange.approvals.actions import approve_order, review_order
from exchange.offers.actions import offer_order
from exchange.orders.actions import coordinate_order, create_order
from exchange.orders.schemas import NewOrder, OfferBody
from exchange.orders.store import Order
from kdnx.db.conn import Conn
from tests.cast import Actor, Cast
from tests.catalog.build import an_offering

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
STEPS = (
    "interest",
    "coordinating",
    "offered",
    "reviewed",
    "approved_provider",
    "approved_hub",
    "active",
)


def a_wish(offering_id: UUID, **over: Any) -> NewOrder:
    """Twelve workplaces from July 2026."""
    values = {
        "offering_id": offering_id,
        "starts_on": date(2026, 7, 1),
        "lines": [{"price": 1, "quantity": Decimal(12)}],
    }
    return NewOrder.model_validate({**values, **over}, strict=False)


def an_offer(**over: Any) -> OfferBody:
    """1,200 euro a month from July 2026, § 108 (4), N2B on both legs."""
    values: dict[str, Any] = {
        "starts_on": date(2026, 7, 1), "valid_until": date(2100, 1, 1), "notice_months": 3, "billing": "month",
        "legal_route": "joint_108_4", "legal_reason": "Gemeinsam kontrollierte Drehscheibe", "tax_code_1": "N2B", "tax_code_2": "N2B",
        "lines": [{"label": "Sicherung", "unit": "je Arbeitsplatz", "period": "month", "quantity": Decimal(12), "unit_price_micro": 100_000_000}],
    }  # fmt: skip
    return OfferBody.model_validate({**values, **over}, strict=False)


async def an_order_at(
    conn: Conn,
    cast: Cast,
    state: str = "active",
    *,
    route: str = "hub",
    offer: OfferBody | None = None,
    **offering_over: Any,
) -> Order:
    """An order of Suedrechen from Nordrechen that went by its actions up to a state on 22 November 2026; the last actor stays."""
    conn.now = NOW
    offering = await an_offering(conn, cast.nord, **offering_over)
    await conn.act_as(cast.sued.viewer)
    order = await create_order(
        conn, cast.sued.viewer, a_wish(offering.id, route=route, submit=state != "draft")
    )
    if state == "draft":
        return order
    for step in STEPS[1 : STEPS.index(state) + 1]:
        if step != "approved_hub" or route == "hub":
            order = await take(conn, cast, order, step, offer)
    return order


async def take(
    conn: Conn, cast: Cast, order: Order, step: str, offer: OfferBody | None = None
) -> Order:
    """The next step, by a person who may."""
    who = {"coordinating": cast.nord.viewer, "offered": cast.nord.viewer, "reviewed": cast.hub.viewer, "approved_provider": cast.nord.second,
           "approved_hub": cast.hub.second, "active": cast.sued.viewer}[step]  # fmt: skip
    await conn.act_as(who)
    seen = order.row_version
    if step == "coordinating":
        return await coordinate_order(conn, who, order.id, expected=seen)
    if step == "offered":
        return await offer_order(conn, who, order.id, offer or an_offer(), expected=seen)
    if step == "reviewed":
        return await review_order(
            conn, who, order.id, reason="Weg und Steuer tragen", confirm_tax=True, expected=seen
        )
    return await approve_order(conn, who, order.id, expected=seen)


def people(actor: Actor) -> tuple[UUID, UUID]:
    """Both persons of a member."""
    return actor.viewer.person_id or actor.id, actor.second.person_id or actor.id
