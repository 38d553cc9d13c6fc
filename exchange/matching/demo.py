"""Köln has laid its own books beside the settlement that waits: three invented gaps."""

from dataclasses import replace

from exchange.matching.actions import hub_items, match_items
from exchange.matching.model import Item
from exchange.netting.reading import MOST, read_statement
from exchange.netting.store import find_open
from kdnx.demo.scene import Scene
from kdnx.module import DemoStep


async def own_books(scene: Scene) -> None:
    """One row is missing, one has another amount, one is not known to the hub."""
    scene.at(2)
    paul = await scene.act("paul")
    koeln = scene.members["M21"]
    run = await find_open(scene.conn)
    if run is None:
        return
    items = hub_items(await read_statement(scene.conn, paul, run, koeln, MOST))
    if len(items) < 2:
        return
    own = [*items[:-2], replace(items[-2], cents=items[-2].cents + 12_00)]
    own.append(Item("Beleg 4711 (erfunden)", 240_00, items[0].day))
    await match_items(
        scene.conn, paul, run.id, koeln, own, "Auszug (erfunden).csv", b"Demonstration"
    )


STEPS = (DemoStep("settlement.match", 191, "Eigene Bücher daneben", own_books),)
