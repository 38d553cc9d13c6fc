"""Demonstration of planning: the office has issued the letters of the next year, two houses have entered plans."""

from exchange.planning.actions import issue_letters, save_plan
from exchange.planning.model import Side
from exchange.planning.reading import read_forecast
from kdnx.demo.scene import Scene
from kdnx.members.store import read_alliance
from kdnx.module import DemoStep
from kdnx.viewer import Permission

DAYS_AGO, PLAIN = 3, 100
# how far a house plans from the forecast, in per cent
PLANS = {"petra": (PLAIN, 105), "birgit": (PLAIN, 90)}


async def budget_round(scene: Scene) -> None:
    """Plans of two houses for their first orders, then the letters of the office."""
    year = scene.conn.today.year + 1
    scene.at(DAYS_AGO)
    for person, shares in PLANS.items():
        viewer = await scene.act(person)
        if not viewer.may(Permission.ORDER_EDIT):
            continue
        rows = (await read_forecast(scene.conn, viewer, year)).of(Side.PAY)
        for row, pct in zip((r for r in rows if r.next_cents), shares, strict=False):
            cents = row.next_cents * pct // PLAIN
            note = "" if pct == PLAIN else "erfundener Planwert der Vorführung"
            await save_plan(scene.conn, viewer, year, row.order_id, cents, note, expected=0)
    alliance = await read_alliance(scene.conn)
    name = alliance.short_name if alliance else ""
    await issue_letters(scene.conn, await scene.act("gisela"), year, name)


STEPS = (DemoStep("planning.budget", 196, "Budgetbriefe des nächsten Jahres", budget_round),)
