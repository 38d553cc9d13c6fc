"""A settlement of cost in the demonstration: last year's cost of one offering, still in preparation."""

from exchange.shares.actions import Figures, create_pool
from exchange.shares.model import KeyKind
from exchange.shares.store import get_advances, list_offerings, list_takers
from kdnx.demo.scene import Scene
from kdnx.module import DemoStep

EVIDENCE = "Kostenstelle 4711, Jahresabschluss (erfunden)"


async def last_years_cost(scene: Scene) -> None:
    """Petra prepares last year's settlement of the offering of Köln that most houses take."""
    scene.at(2)
    petra = await scene.act("petra")
    owner, year = scene.members["M21"], scene.began.year - 1
    found = [
        (len(takers), str(offering), takers)
        for offering, _title in await list_offerings(scene.conn, [owner])
        if (takers := await list_takers(scene.conn, owner, offering, year))
    ]
    if not found:
        return
    _n, offering_id, takers = max(found, key=lambda f: (f[0], f[1]))
    paid = await get_advances(scene.conn, owner, [t.order_id for t in takers], year)
    cost = sum(cents for cents, _open in paid.values()) * 97 // 100
    offering = next(o for o, _t in await list_offerings(scene.conn, [owner]) if str(o) == offering_id)  # fmt: skip
    figures = Figures(KeyKind.INHABITANTS, cost, evidence=EVIDENCE)
    await create_pool(scene.conn, petra, offering, year, figures)


STEPS = (DemoStep("bookings.shares", 151, "Spitzabrechnung in Vorbereitung", last_years_cost),)
