"""A price that follows an index in the demonstration: the index has moved, a step waits for Erwin. All invented."""

from catalog.interface import find_offering_ids
from exchange.demo import negotiate
from exchange.indexing.actions import ask_steps
from exchange.indexing.model import key_of
from exchange.indexing.reading import INDEX_RULE
from exchange.running.actions import start_due
from exchange.running.model import add_months
from kdnx.demo.scene import Scene
from kdnx.module import DemoStep
from kdnx.rules.actions import approve_rule, enter_rule
from kdnx.viewer import Scope, Viewer

SYSTEM = Viewer(scope=Scope.SYSTEM)
SERIES = "Erzeugerpreisindex für IT-Dienstleistungen (Beispiel)"


async def index_steps(scene: Scene) -> None:
    """Essen offers it, Ahaus takes it, Julia enters the new reading and Viktor approves it."""
    this_month = scene.began.date().replace(day=1)
    key = (scene.members["M23"], "M23-PREIS-INDEX")
    offering_id = (await find_offering_ids(scene.conn, [key]))[key]
    starts_on = add_months(this_month, -2)
    await negotiate(
        scene, "M23", "M24", 0, until="approve_recipient", starts_on=starts_on, days_ago=30, offering_id=offering_id
    )  # fmt: skip
    scene.at(15)
    await scene.conn.act_as(SYSTEM)
    await start_due(scene.conn)
    julia = await scene.act("julia")
    rule_id = await enter_rule(
        scene.conn, julia, kind=INDEX_RULE, key=key_of(SERIES), valid_from=add_months(this_month, -2),
        value={"value": "118.3"}, source="Erfundener Stand für die Demonstration",
    )  # fmt: skip
    await approve_rule(
        scene.conn, await scene.act("viktor"), rule_id, row_version=1, note="geprüft"
    )
    await scene.conn.act_as(SYSTEM)
    await ask_steps(scene.conn)


STEPS = (DemoStep("orders.index", 139, "Preis nach Index", index_steps),)
