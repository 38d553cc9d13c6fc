"""An invented audit of the demonstration: a money-unit sample of last year, part of it looked at, one objection."""

from exchange.samples.actions import Wanted, draw_sample, enter_finding
from exchange.samples.model import Finding, Method
from exchange.samples.store import list_items
from kdnx.demo.scene import Scene
from kdnx.module import DemoStep

F = Finding
AUDITOR = "rita"
SIZE, LOOKED_AT = 12, 8
NOTE = "Der Zeitraum der Leistung beginnt laut Schein einen Monat später; Berichtigung angeregt (erfunden)."


async def sample(scene: Scene) -> None:
    """Drawn two weeks ago; eight of twelve items have a finding, one with a small difference."""
    scene.at(14)
    viewer = await scene.act(AUDITOR)
    wanted = Wanted(
        "Jahresprüfung Leistungsaustausch", scene.began.year - 1, Method.MONEY_UNIT, SIZE, "beispielverbund",
        "Stimmen Buchungen, Leistungsscheine und Freigaben überein? (erfundene Prüfung der Vorführung)",
    )  # fmt: skip
    drawn = await draw_sample(scene.conn, viewer, wanted)
    scene.at(9)
    items = await list_items(scene.conn, drawn)
    for item in items[:LOOKED_AT]:
        objects = item.n == 3
        await enter_finding(
            scene.conn, viewer, drawn.id, item.n, finding=F.MINOR if objects else F.CLEAN,
            note=NOTE if objects else "", difference_cents=item.cents // 12 if objects else 0, expected=1,
        )  # fmt: skip


STEPS = (DemoStep("samples.drawn", 190, "Eine Stichprobe der Revision", sample),)
