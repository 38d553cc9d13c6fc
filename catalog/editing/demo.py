"""Life of offerings in the demonstration: a change begun on what is published, and an end that is planned."""

from catalog.availability.actions import earliest_end, retire_offering
from catalog.editing.actions import open_offering, save_section
from catalog.editing.model import BY_KEY, pieces_of
from catalog.editing.store import list_mine
from kdnx.demo.scene import Scene
from kdnx.module import DemoStep

CHANGED, ENDED = "Elektronische Rechnung", "Ausweis- und Kartendruck"


async def change_and_end(scene: Scene) -> None:
    """Petra begins a new version; Paul plans the end of another offering, a third one takes its place."""
    scene.at(2)
    petra = await scene.act("petra")
    mine = await list_mine(scene.conn, petra, state="published", is_due=False, after=None, limit=50)
    untouched = [h for h in mine if h.draft_version is None and h.retire_on is None]
    changed = next((h for h in untouched if h.title.startswith(CHANGED)), None)
    if changed is not None:
        opened = await open_offering(scene.conn, petra, changed.id)
        section = BY_KEY["description"]
        was = pieces_of(section, opened.json)
        now = {**was, "prerequisites": "Leitweg-Kennung des Hauses ist eingerichtet."}
        await save_section(scene.conn, petra, changed.id, section, was=was, mine=now)
    ended = next((h for h in untouched if h.title.startswith(ENDED)), None)
    others = [h for h in untouched if h not in (ended, changed)]
    successor = next((h for h in others if "Druck" in h.title), next(iter(others), None))
    if ended is None or successor is None:
        return
    paul = await scene.act("paul")
    day = await earliest_end(scene.conn, paul, ended)
    await retire_offering(
        scene.conn, paul, ended.id, ended.row_version,
        "Der Druck geht in eine gemeinsame Leistung über.", successor.id, day,
    )  # fmt: skip


STEPS = (
    DemoStep("offerings.life", 190, "Eine Änderung und eine geplante Einstellung", change_and_end),
)
