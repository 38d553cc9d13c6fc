"""Settlements of the demonstration: an opening takes Altbestand off; the first real one waits for its second person."""

from exchange.netting.actions import approve_run, freeze_run, prepare_run, settle_run
from exchange.netting.model import Mode
from kdnx.clock import berlin_day
from kdnx.demo.scene import Scene
from kdnx.module import DemoStep


async def opening(scene: Scene) -> None:
    """Altbestand, paid before kdnx: frozen by Theo, released by Gisela, taken off the accounts two days later."""
    scene.at(13)
    theo = await scene.act("theo")
    run = await prepare_run(scene.conn, theo, Mode.OPENING)
    await freeze_run(scene.conn, theo, run.id)
    scene.at(12)
    await approve_run(scene.conn, await scene.act("gisela"), run.id)
    scene.at(11)
    theo = await scene.act("theo")
    await settle_run(scene.conn, theo, run.id, bank_day=berlin_day(scene.conn.now))


async def settlement(scene: Scene) -> None:
    """The tax officer freezes what was posted since; the manager has the task to release."""
    scene.at(3)
    theo = await scene.act("theo")
    run = await prepare_run(scene.conn, theo, Mode.MULTILATERAL)
    await freeze_run(scene.conn, theo, run.id)


STEPS = (
    DemoStep("settlement.opening", 119, "Eröffnung der Konten", opening),
    DemoStep("settlement", 190, "Ausgleich zwischen allen Mitgliedern", settlement),
)
