"""Orders that need a word of the lawyer: a red provider signed off, an offer that rests on a cooperation."""

from datetime import date, timedelta
from decimal import Decimal

from catalog.interface import list_prices
from exchange.clearing.actions import name_cooperation, sign_off, usable
from exchange.cooperations.demo import GREEN, TITLES
from exchange.demo import PERIODS, QUANTITIES, negotiate
from exchange.inhouse.demo import RED
from exchange.offers.actions import offer_order
from exchange.orders.model import LegalRoute
from exchange.orders.schemas import OfferBody, OfferLine
from exchange.orders.store import Order
from kdnx.demo.scene import Scene
from kdnx.module import DemoStep

REASON = "Das Marktgeschäft wird zum Jahresende ausgegliedert; Vermerk der Fachjuristin (erfunden)."


async def red_order(scene: Scene) -> None:
    """An order of the house beyond the limit, signed off with a reason before its review."""
    soon = date(scene.began.year + 1, 1, 1)
    order = await negotiate(scene, RED, "M24", 0, until="offer", starts_on=soon, days_ago=4)
    lawyer = await scene.act("julia")
    await sign_off(scene.conn, lawyer, order.id, reason=REASON)


async def cooperating_order(scene: Scene) -> None:
    """An offer that rests on the green cooperation and names it; it waits for its legal review."""
    soon = date(scene.began.year + 1, 1, 1)
    provider, recipient = GREEN[:2]
    order = await negotiate(
        scene, provider, recipient, 3, until="coordinate", starts_on=soon, days_ago=4
    )
    scene.at(2)
    writer = await scene.act("petra")
    order = await offer_order(
        scene.conn, writer, order.id, await _offer(scene, order), expected=order.row_version
    )
    title = TITLES[GREEN]
    chosen = next(c for c in await usable(scene.conn, order) if c.title == title)
    await name_cooperation(scene.conn, writer, order.id, chosen.id)


async def _offer(scene: Scene, order: Order) -> OfferBody:
    prices = await list_prices(scene.conn, order.offering_id, order.offering_version)
    lines = [
        OfferLine(
            label=p.label or p.unit, unit=p.unit, period=PERIODS[p.per], quantity=Decimal(QUANTITIES[p.base]),
            unit_price_micro=p.unit_price_micro or 0, price=p.ordinal,
        )
        for p in prices
    ]  # fmt: skip
    return OfferBody(
        starts_on=order.starts_on, valid_until=scene.conn.today + timedelta(days=45), notice_months=6,
        legal_route=LegalRoute.COOPERATION, legal_reason="Zusammenarbeit nach § 108 Abs. 6 GWB (erfunden)",
        tax_code_1="U19", tax_code_2="U19", lines=lines,
    )  # fmt: skip


STEPS = (
    DemoStep("clearing.red", 143, "Ein freigezeichneter Leistungsschein", red_order),
    DemoStep("clearing.cooperation", 144, "Ein Angebot, das auf einer Zusammenarbeit beruht", cooperating_order),
)  # fmt: skip
