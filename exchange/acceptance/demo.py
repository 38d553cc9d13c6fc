"""An accepted offer of the demonstration: interest, offer and order in one thread."""

from catalog.interface import get_interest
from exchange.acceptance.actions import accept_offer
from kdnx.demo.scene import DemoFault, Scene
from kdnx.module import DemoStep
from kdnx.tasks.actions import list_my_tasks


async def accepted_offer(scene: Scene) -> None:
    """Erwin opens the task to decide on an offer, and accepts."""
    scene.at(2)
    viewer = await scene.act("erwin")
    tasks = await list_my_tasks(scene.conn, viewer, kind="interest")
    waiting = [t for t in tasks if t.kind == "interest.accept"]
    if not waiting:
        raise DemoFault("erwin: no offer to accept")
    interest = await get_interest(scene.conn, viewer, waiting[0].object_id)
    await accept_offer(scene.conn, viewer, interest.id, expected=interest.row_version)


STEPS = (DemoStep("interests.accepted", 123, "Ein angenommenes Angebot", accepted_offer),)
