"""Closed years of the demonstration, and the last full one on its way: most confirmed, one disputed, some missing."""

from exchange.balances.actions import answer_balance, list_houses
from exchange.balances.model import Answer
from exchange.closing.actions import close_period, lock_year, prove_chains, start_closing
from kdnx.demo.scene import Scene
from kdnx.demo.supply import FIRST, MERGED, SUCCESSOR
from kdnx.module import DemoStep
from kdnx.notices.actions import nobody_is_told

CLOSING = 2025  # the year the demonstration is just closing; all before it are closed
LOCKED_UNTIL = 2023
SHOWN_FROM = 2023  # the balances of these years were confirmed too
# who confirms for the houses of the personas; everywhere else it is the colleague who signs
PEOPLE = {"M21": "paul", "M23": "frieda", "M24": "bernd"}
WAITING, DISPUTING = {"M24", "M26"}, "M17"
REASON = "Unsere Buchhaltung führt eine Gutschrift vom Dezember, die hier fehlt (erfunden)."


async def closed_years(scene: Scene) -> None:
    """Year by year: the office begins, the houses confirm, a second person closes, the audit locks."""
    for year in range(FIRST, CLOSING):
        # as long ago as an office would take
        scene.at(max(14, (scene.began.year - year - 1) * 360))
        with nobody_is_told():
            await start_closing(scene.conn, await scene.act("gisela"), year)
            if year >= SHOWN_FROM:
                await _answer(scene, year, missing=set(), disputing="")
            await prove_chains(scene.conn, await scene.act("gisela"), year)
            await close_period(scene.conn, await scene.act("theo"), year, lists_open=True)
            if year <= LOCKED_UNTIL:
                await lock_year(scene.conn, await scene.act("rita"), year)


async def closing_year(scene: Scene) -> None:
    """The last full year: begun, most balances confirmed, one disputed, two missing."""
    scene.at(10)
    await start_closing(scene.conn, await scene.act("gisela"), CLOSING)
    scene.at(6)
    await _answer(scene, CLOSING, missing=WAITING, disputing=DISPUTING)


async def _answer(scene: Scene, year: int, *, missing: set[str], disputing: str) -> None:
    """Each house confirms what the office reads of it; a merged one through its successor."""
    houses = {h.member_id: h for h in await list_houses(scene.conn, year)}
    for code, member in sorted(scene.members.items()):
        person = PEOPLE.get(code, f"{SUCCESSOR if code in MERGED else code}.b")
        if code in missing or member not in houses or person not in scene.people:
            continue
        disputes = code == disputing
        await answer_balance(
            scene.conn, await scene.act(person), year, member,
            answer=Answer.DISPUTED if disputes else Answer.CONFIRMED, reason=REASON if disputes else "",
            entries=houses[member].now.entries,
        )  # fmt: skip


STEPS = (
    DemoStep("closings.closed", 124, "Abgeschlossene Jahre", closed_years),
    DemoStep("closings.running", 171, "Ein Jahr im Abschluss", closing_year),
)
