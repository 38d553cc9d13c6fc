"""A settlement of the demonstration that waits for its second person; nothing is paid yet."""

from exchange.netting.actions import freeze_run, prepare_run
from exchange.netting.model import Mode
from kdnx.demo.scene import Scene
from kdnx.module import DemoStep


async def settlement(scene: Scene) -> None:
    """The tax officer freezes what all members and the hub owe one another; the manager has the task to release."""
    scene.at(10)
    theo = await scene.act("theo")
    run = await prepare_run(scene.conn, theo, Mode.MULTILATERAL)
    await freeze_run(scene.conn, theo, run.id)


STEPS = (DemoStep("settlement", 190, "Ausgleich zwischen allen Mitgliedern", settlement),)
