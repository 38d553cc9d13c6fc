"""Exchange's part of the demonstration: orders in every state, and bookings confirmed, in part, disputed."""

from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from catalog.interface import find_offering_ids, get_offering, list_prices
from exchange.approvals.actions import approve_order, review_order, review_tax
from exchange.bookings import actions as bookings
from exchange.bookings import store as booking_store
from exchange.bookings.model import DisputeReason
from exchange.bookings.store import BookingFilter, Listed
from exchange.offers.actions import offer_order
from exchange.orders import actions as orders
from exchange.orders.model import LegalRoute
from exchange.orders.schemas import NewOrder, OfferBody, OfferLine, Period, WantedLine
from exchange.orders.store import Order
from exchange.running.actions import (
    confirm_termination,
    pause_order,
    request_termination,
    start_due,
)
from exchange.signing import actions as signing
from kdnx.demo.scene import Scene
from kdnx.module import DemoStep
from kdnx.viewer import Scope, Viewer

SYSTEM = Viewer(scope=Scope.SYSTEM)
PERIODS: dict[str, Period] = {
    "once": "once",
    "month": "month",
    "quarter": "quarter",
    "year": "year",
    "use": "usage",
}
# how much a middle house needs of what is counted
QUANTITIES = {
    "inhabitant": 60_000,
    "workplace": 260,
    "user": 310,
    "case": 3_500,
    "page": 120_000,
    "hour": 200,
    "day": 24,
    "gb": 18_000,
    "device": 30,
    "flat": 1,
    "key": 1,
}
# how far a negotiation goes: each path is the one before and a step more
PATH = (
    "express",
    "coordinate",
    "offer",
    "review",
    "approve_provider",
    "approve_hub",
    "approve_recipient",
)


async def _offered(scene: Scene, provider: str, place: int) -> UUID:
    """A published offering of a provider by its reference, the place-th that is there."""
    references = [
        f"{provider}-{kind}-{n:02d}"
        for kind in ("RZ", "FV", "POR", "PF", "SIC")
        for n in range(1, 6)
    ]
    found = await find_offering_ids(scene.conn, [(scene.members[provider], r) for r in references])
    return sorted(found.items(), key=lambda item: item[0][1])[place][1]


def _writer(code: str) -> str:
    """Who edits for a member: the persona where there is one."""
    return {"M21": "petra", "M24": "birgit", "M23": "erwin"}.get(code, f"{code}.a")


def _signer(code: str) -> str:
    """Who signs for a member."""
    return {"M21": "paul", "M24": "bernd", "M23": "frieda"}.get(code, f"{code}.b")


async def negotiate(
    scene: Scene,
    provider: str,
    recipient: str,
    place: int,
    *,
    until: str,
    starts_on: date,
    days_ago: int = 12,
    offering_id: UUID | None = None,
) -> Order:
    """An order by clicks: from interest up to and with the step `until`, each by the person whose turn it is."""
    scene.at(days_ago, 7)
    viewer = await scene.act(_writer(recipient))
    offering_id = offering_id or await _offered(scene, provider, place)
    offering = await get_offering(scene.conn, offering_id)
    prices = await list_prices(scene.conn, offering_id, offering.version)
    lines = [WantedLine(price=p.ordinal, quantity=Decimal(QUANTITIES[p.base])) for p in prices[:1]]
    wish = NewOrder(
        offering_id=offering_id,
        starts_on=starts_on,
        lines=lines,
        submit=until != "draft",
        note="Bitte mit Übernahme der vorhandenen Daten.",
    )
    order = await orders.create_order(scene.conn, viewer, wish)
    if until == "draft":
        return order
    for step in PATH[1 : PATH.index(until) + 1]:
        days_ago = max(days_ago - 1, 0)
        scene.at(days_ago, 9)
        order = await _take(scene, order, step, provider, recipient)
    return order


async def _take(scene: Scene, order: Order, step: str, provider: str, recipient: str) -> Order:
    conn = scene.conn
    match step:
        case "coordinate":
            viewer = await scene.act(_writer(provider))
            return await orders.coordinate_order(conn, viewer, order.id, expected=order.row_version)
        case "offer":
            return await _offer(scene, order, await scene.act(_writer(provider)))
        case "review":
            return await _review(scene, order)
        case _:
            side = {
                "approve_provider": _signer(provider),
                "approve_hub": "gisela",
                "approve_recipient": _signer(recipient),
            }[step]
            return await approve_order(
                conn, await scene.act(side), order.id, expected=order.row_version
            )


async def _offer(scene: Scene, order: Order, viewer: Viewer) -> Order:
    prices = await list_prices(scene.conn, order.offering_id, order.offering_version)
    lines = [
        OfferLine(
            label=p.label or p.unit,
            unit=p.unit,
            period=PERIODS[p.per],
            quantity=Decimal(QUANTITIES[p.base]),
            unit_price_micro=p.unit_price_micro or 0,
            price=p.ordinal,
        )
        for p in prices
    ]
    offer = OfferBody(
        starts_on=order.starts_on,
        valid_until=(scene.began + timedelta(days=45)).date(),
        notice_months=6,
        legal_route=LegalRoute.JOINT,
        legal_reason="Rahmenvereinbarung über den Austausch von Leistungen (erfunden)",
        tax_code_1="U19",
        tax_code_2="U19",
        lines=lines,
    )
    return await offer_order(scene.conn, viewer, order.id, offer, expected=order.row_version)


async def _review(scene: Scene, order: Order) -> Order:
    theo = await scene.act("theo")
    for leg in (1, 2):
        order = await review_tax(scene.conn, theo, order.id, leg=leg, expected=order.row_version)
    julia = await scene.act("julia")
    reason = "Alle Beteiligten sind öffentliche Auftraggeber, gemeinsame Kontrolle liegt vor."
    return await review_order(
        scene.conn, julia, order.id, reason=reason, expected=order.row_version
    )


async def waiting_orders(scene: Scene) -> None:
    """One order in every state before it runs, so that each persona finds a task."""
    soon = (scene.began + timedelta(days=40)).date().replace(day=1)
    next_year = date(scene.began.year + 1, 1, 1)
    await negotiate(scene, "M23", "M24", 0, until="draft", starts_on=soon)
    await negotiate(scene, "M21", "M24", 1, until="express", starts_on=soon, days_ago=2)
    await negotiate(scene, "M21", "M17", 2, until="coordinate", starts_on=soon)
    await negotiate(scene, "M21", "M01", 3, until="offer", starts_on=soon)
    await negotiate(scene, "M21", "M06", 4, until="review", starts_on=next_year)
    await negotiate(scene, "M21", "M27", 5, until="approve_provider", starts_on=next_year)
    await negotiate(scene, "M21", "M24", 6, until="approve_hub", starts_on=next_year)
    await negotiate(scene, "M23", "M24", 1, until="approve_recipient", starts_on=next_year)
    order = await negotiate(scene, "M23", "M18", 2, until="express", starts_on=soon)
    viewer = await scene.act("M18.a")
    await orders.withdraw_order(
        scene.conn, viewer, order.id, reason="Bedarf ist entfallen.", expected=order.row_version
    )
    order = await negotiate(scene, "M23", "M16", 3, until="coordinate", starts_on=soon)
    viewer = await scene.act("erwin")
    await orders.decline_order(
        scene.conn,
        viewer,
        order.id,
        reason="Bis Jahresende keine freien Kapazitäten.",
        expected=order.row_version,
    )


async def running_orders(scene: Scene) -> None:
    """Orders that came to run by clicks: one pays monthly, one rests, one is terminated, one waits for that."""
    conn, starts_on = scene.conn, _months_back(scene.began.date(), 2)
    active = await negotiate(
        scene, "M21", "M24", 0, until="approve_recipient", starts_on=starts_on, days_ago=90
    )
    resting = await negotiate(
        scene, "M21", "M17", 7, until="approve_recipient", starts_on=starts_on, days_ago=88
    )
    ending = [
        await negotiate(
            scene, "M23", "M24", place, until="approve_recipient", starts_on=starts_on, days_ago=86
        )
        for place in (4, 5)
    ]
    scene.at(20)
    await conn.act_as(SYSTEM)
    await start_due(conn)
    scene.at(6)
    viewer = await scene.act("paul")
    resting = await orders.read_order(conn, viewer, resting.id)
    await pause_order(
        conn,
        viewer,
        resting.id,
        reason="Umbau des Serverraums beim Abnehmer",
        expected=resting.row_version,
    )
    await _terminate(scene, ending[0], confirmed=True)
    await _terminate(scene, ending[1], confirmed=False)
    await _book_clicked(scene, active)


async def _terminate(scene: Scene, order: Order, *, confirmed: bool) -> None:
    """The recipient gives notice to the end of next year; the provider agrees or still has to."""
    scene.at(5)
    birgit, last = await scene.act("birgit"), date(scene.began.year + 1, 12, 31)
    now = await orders.read_order(scene.conn, birgit, order.id)
    reason = "Wechsel auf die Lösung im Verbund"
    asked = await request_termination(
        scene.conn, birgit, now.id, on=last, reason=reason, expected=now.row_version
    )
    if confirmed:
        frieda = await scene.act("frieda")
        await confirm_termination(
            scene.conn, frieda, asked.id, reason="einverstanden", expected=asked.row_version
        )


def _months_back(day: date, months: int) -> date:
    """The first of the month so many months before."""
    count = day.year * 12 + day.month - 1 - months
    return date(count // 12, count % 12 + 1, 1)


async def _book_clicked(scene: Scene, order: Order) -> None:
    """Two months of a clicked order: one confirmed, one that waits for the recipient."""
    first, second = _months_back(scene.began.date(), 2), _months_back(scene.began.date(), 1)
    net = max(order.yearly_net_cents // 12, 100)
    for n, (begins, ends) in enumerate(
        ((first, second), (second, _months_back(scene.began.date(), 0)))
    ):
        if begins.year != (ends - timedelta(days=1)).year:
            continue
        scene.at(12 - n)
        proposal = bookings.Proposal(
            order.id, begins, ends - timedelta(days=1), net, reference=f"RE-{begins:%Y-%m}-24"
        )
        row = await bookings.propose_booking(scene.conn, await scene.act("petra"), proposal)
        if n == 0:
            scene.at(10)
            await signing.confirm_booking(scene.conn, await scene.act("bernd"), row.id)


async def open_bookings(scene: Scene) -> None:
    """Of the last month's bookings: some confirmed, one in part, one disputed, the others wait."""
    scene.at(3)
    frieda, bernd = await scene.act("frieda"), None
    mine = await _proposed(scene, frieda)
    if mine:
        row = mine[0]
        await signing.confirm_part(
            scene.conn,
            frieda,
            row.id,
            cents=row.net_cents * 8 // 10,
            reason="Ein Fünftel der Leistung fiel aus.",
        )
        await signing.confirm_bookings(
            scene.conn, frieda, [signing.Signing(b.id) for b in mine[1:3]]
        )
    paul = await scene.act("paul")
    theirs = await _proposed(scene, paul)
    if theirs:
        await signing.dispute_booking(
            scene.conn,
            paul,
            theirs[0].id,
            reason=DisputeReason.QUANTITY,
            text="Abgerechnet sind mehr Fälle, als wir gemeldet haben.",
            claimed_cents=theirs[0].net_cents * 9 // 10,
        )
    bernd = await scene.act("bernd")
    ours = [b for b in await _proposed(scene, bernd) if not (b.reference or "").startswith("RE-")]
    if ours:
        await signing.dispute_booking(
            scene.conn,
            bernd,
            ours[0].id,
            reason=DisputeReason.AMOUNT,
            text="Der vereinbarte Nachlass ist nicht abgezogen.",
            claimed_cents=ours[0].net_cents * 95 // 100,
        )


async def _proposed(scene: Scene, viewer: Viewer) -> list[Listed]:
    """What this member has to sign, in a stable order."""
    rows = await booking_store.list_bookings(
        scene.conn, viewer.members, BookingFilter(state="proposed"), 200
    )
    mine = [b for b in rows if b.recipient_id in viewer.members and b.proposed_by == b.owner_id]
    return sorted(mine, key=lambda b: (b.number, b.ordinal))


STEPS = (
    DemoStep("orders.waiting", 120, "Leistungsscheine in Verhandlung", waiting_orders),
    DemoStep(
        "orders.running", 121, "Leistungsscheine durch Klicken, Kündigung und Ruhe", running_orders
    ),
    DemoStep("bookings.open", 122, "Buchungen bestätigen und bestreiten", open_bookings),
)
