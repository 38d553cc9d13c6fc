"""Short builders of interests as their actions make them, each step by the person who may."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from catalog.interests.actions import express_interest, make_move
from catalog.interests.model import InterestEvent
from catalog.interests.offering import make_offer
from catalog.interests.schemas import NewInterest, OfferBody
from catalog.interests.store import Interest
from kdnx.db.conn import Conn
from tests.cast import Cast
from tests.catalog.build import an_offering

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)  # a Monday


def a_wish(offering_id: UUID, **over: Any) -> NewInterest:
    """Twelve workplaces from January 2027."""
    values = {
        "offering_id": offering_id,
        "starts_on": date(2027, 1, 1),
        "lines": [{"price": 1, "quantity": Decimal(12)}],
    }
    return NewInterest.model_validate({**values, **over}, strict=False)


def an_offer(**over: Any) -> OfferBody:
    """54 euro a month for twelve workplaces, § 108 (6), N2B on both contracts."""
    line = {
        "label": "Sicherung", "unit": "je Arbeitsplatz", "period": "month", "quantity": Decimal(12),
        "unit_price_micro": 4_500_000, "price": 1,
    }  # fmt: skip
    values: dict[str, Any] = {
        "starts_on": date(2027, 1, 1), "valid_until": date(2026, 12, 15), "notice_months": 3, "billing": "month",
        "legal_basis": "gwb_108_6", "legal_reason": "Zusammenarbeit der Häuser", "tax_code_1": "N2B",
        "tax_code_2": "N2B", "lines": [line],
    }  # fmt: skip
    return OfferBody.model_validate({**values, **over}, strict=False)


async def an_interest(
    conn: Conn,
    cast: Cast,
    state: str = "expressed",
    *,
    offer: OfferBody | None = None,
    route: str = "hub",
) -> Interest:
    """An interest of Suedrechen in an offering of Nordrechen, up to a state; the last actor stays."""
    conn.now = NOW
    offering = await an_offering(conn, cast.nord)
    await conn.act_as(cast.sued.viewer)
    made = await express_interest(conn, cast.sued.viewer, a_wish(offering.id, route=route))
    if state == "expressed":
        return made
    nord = cast.nord.viewer
    await conn.act_as(nord)
    made = await make_move(
        conn, nord, made.id, InterestEvent.COORDINATE, reason="", expected=made.row_version
    )
    if state == "coordinating":
        return made
    return await make_offer(conn, nord, made.id, offer or an_offer(), expected=made.row_version)
