"""The booking plan in the demonstration: what has elapsed on the orders that run by clicks is proposed."""

from exchange.schedules.actions import propose_due
from kdnx.demo.scene import Scene
from kdnx.module import DemoStep
from kdnx.viewer import Scope, Viewer

SYSTEM = Viewer(scope=Scope.SYSTEM)


async def planned_bookings(scene: Scene) -> None:
    """The calendar proposes what has elapsed; what is paid by use waits for its quantity."""
    scene.at(1)
    await scene.conn.act_as(SYSTEM)
    while await propose_due(scene.conn):
        pass


STEPS = (DemoStep("bookings.planned", 150, "Buchungen aus dem Buchungsplan", planned_bookings),)
