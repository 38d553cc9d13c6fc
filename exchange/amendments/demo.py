"""Changes in the demonstration: a renewal that is under way, and one that all sides have agreed to."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from exchange.amendments import store
from exchange.amendments.actions import propose_amendment, step_amendment
from exchange.amendments.due import move_due
from exchange.amendments.model import Amendment, turn_of
from exchange.amendments.schemas import AmendBody
from exchange.demo import negotiate
from exchange.orders import store as orders
from exchange.orders.schemas import OfferLine
from exchange.orders.store import Order
from exchange.running.actions import start_due
from kdnx.demo.scene import Scene
from kdnx.module import DemoStep
from kdnx.viewer import Scope, Viewer

SYSTEM = Viewer(scope=Scope.SYSTEM)
DAY = timedelta(days=1)
SIGNERS = {"approve_provider": "paul", "approve_hub": "gisela", "approve_recipient": "bernd"}


async def _running(scene: Scene) -> list[Order]:
    """What Köln delivers to Ahaus and nobody has given notice of, in a stable order."""
    koeln, ahaus = scene.members["M21"], scene.members["M24"]
    found = await orders.list_orders(scene.conn, [koeln], sees_all=False, states=["active"], limit=200)  # fmt: skip
    mine = [o for o in found if o.owner_id == koeln and o.recipient_id == ahaus and not o.termination_by]  # fmt: skip
    return sorted(mine, key=lambda o: str(o.number))


async def changed_orders(scene: Scene) -> None:
    """Birgit wants more of something from next year on; Petra's change of another one is agreed."""
    await scene.act("petra")
    found = await _running(scene)
    await _end_terms(scene, found[2:])
    scene.at(3)
    petra = await scene.act("petra")
    first = date(scene.began.year + 1, 7, 1)
    if len(found) > 1:
        made = await propose_amendment(
            scene.conn, petra, found[1].id,
            AmendBody(valid_from=first, notice_months=6, note="Ansprechstelle: Servicedesk Köln (erfunden)",
                      reason="Neue Ansprechstelle, längere Kündigungsfrist"),
        )  # fmt: skip
        await _agree(scene, made)
    if found:
        birgit = await scene.act("birgit")
        await propose_amendment(
            scene.conn, birgit, found[0].id, await _more(scene, found[0], first)
        )


async def _more(scene: Scene, order: Order, first: date) -> AmendBody:
    lines = await _lines_of(scene, order)
    doubled = lines[0].model_copy(update={"quantity": lines[0].quantity * 2})
    reason = "Zweiter Standort kommt hinzu (erfunden)"
    return AmendBody(valid_from=first, lines=[doubled, *lines[1:]], reason=reason)


async def _lines_of(scene: Scene, order: Order) -> list[OfferLine]:
    """The price schedule as it is."""
    now = await orders.get_order(scene.conn, [order.owner_id], order.id, sees_all=False)
    lines = await orders.list_lines(scene.conn, now.owner_id, now.id, now.current_version)
    return [
        OfferLine(
            label=x.label, unit=x.unit, period=x.period, quantity=x.quantity,  # type: ignore[arg-type]  # a period of the table
            unit_price_micro=x.unit_price_micro, price=x.price_ordinal,
        )
        for x in lines
    ]  # fmt: skip


async def counted_order(scene: Scene) -> None:
    """An order that has run for two months and since the second also counts cases: last month waits for its number."""
    began = scene.began.date()
    second = (began.replace(day=1) - DAY).replace(day=1)
    starts_on = (second - DAY).replace(day=1)
    order = await negotiate(
        scene, "M21", "M24", 8, until="approve_recipient", starts_on=starts_on, days_ago=(began - starts_on).days + 14
    )  # fmt: skip
    scene.at((began - starts_on).days - 1)
    await scene.conn.act_as(SYSTEM)
    await start_due(scene.conn)
    scene.at((began - second).days + 5)
    petra = await scene.act("petra")
    body = await _lines_of(scene, order)
    counted = OfferLine(
        label="Zusätzliche Fälle", unit="je Fall", period="usage", quantity=Decimal(1200), unit_price_micro=850_000
    )  # fmt: skip
    wish = AmendBody(
        valid_from=second, lines=[*body, counted], reason="Abrechnung der Mehrfälle nach Menge (erfunden)"
    )  # fmt: skip
    await _agree(scene, await propose_amendment(scene.conn, petra, order.id, wish))
    scene.at((began - second).days - 1)
    await scene.conn.act_as(SYSTEM)
    await move_due(scene.conn)


async def _end_terms(scene: Scene, found: Sequence[Order]) -> None:
    """Two orders got an end some weeks ago, so that there is something to renew."""
    conn, began = scene.conn, scene.began.date()
    last = date(began.year + 1, 3, 31)
    first = began - timedelta(days=20)
    for order in found:
        booked = await store.booked_until(conn, order.owner_id, order.id)
        if booked is not None and booked >= first:
            continue
        scene.at(25)
        wish = AmendBody(
            valid_from=first, ends_on=last, early_reason="einvernehmlich (erfunden)",
            reason="Befristung bis zur Neuvergabe (erfunden)",
        )  # fmt: skip
        await _agree(scene, await propose_amendment(conn, await scene.act("petra"), order.id, wish))
    scene.at(19)
    await conn.act_as(SYSTEM)
    await move_due(conn)


async def _agree(scene: Scene, made: Amendment) -> None:
    while (event := turn_of(made)) is not None:
        signer = await scene.act(SIGNERS[event.value])
        made = await step_amendment(scene.conn, signer, made.id, event, expected=None)


STEPS = (
    DemoStep("orders.amended", 145, "Änderungen laufender Leistungsscheine", changed_orders),
    DemoStep("orders.counted", 146, "Ein Leistungsschein nach Nutzung", counted_order),
)
