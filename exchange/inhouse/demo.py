"""Invented declarations of the demonstration: most houses green, one near the limit, one beyond it, two missing."""

from exchange.demo import negotiate
from exchange.inhouse import store
from exchange.inhouse.actions import FIRST_YEAR, save_declaration, sign_declaration, sign_off
from exchange.inhouse.model import YEARS, Amounts, Basis, DeclarationEvent
from kdnx.demo.scene import Scene
from kdnx.module import DemoStep

E = DeclarationEvent
MISSING, AMBER, RED = {"M26", "M28"}, "M22", "M23"
# market share of each of the three years in percent
SHARES = {AMBER: (10, 13, 16), RED: (18, 21, 24)}
USUAL = (3, 4, 4)
EVIDENCE = "Jahresabschluss (erfundene Zahlen der Vorführung)"


async def declarations(scene: Scene) -> None:
    """The last three years of most members, each signed by two people of the house."""
    for code in sorted(scene.members):
        if code in MISSING or f"{code}.a" not in scene.people:
            continue
        scene.at(4)
        for place, market_pct in enumerate(SHARES.get(code, USUAL)):
            await _declare(scene, code, scene.began.year - YEARS + place, market_pct)


async def _declare(scene: Scene, code: str, year: int, market_pct: int) -> None:
    conn, writer = scene.conn, await scene.act(f"{code}.a")
    if not {*writer.members} & {scene.members[code]}:
        return
    booked = (await store.ledger_sums(conn, scene.members[code], FIRST_YEAR)).get(year, 0)
    owners = booked * 2 + 4_000_000_00
    # market so that it makes the wished share of the total, to the cent below
    market = (booked + owners) * market_pct // (100 - market_pct)
    amounts = Amounts(booked + owners + market, booked, owners, 0, 0, 0, market)
    saved = await save_declaration(
        conn, writer, year, amounts, basis=Basis.TURNOVER, evidence=EVIDENCE
    )
    saved = await sign_declaration(conn, writer, year, E.SIGN_FIRST, expected=saved.row_version)
    signer = await scene.act(f"{code}.b")
    await sign_declaration(conn, signer, year, E.SIGN_SECOND, expected=saved.row_version)


async def red_order(scene: Scene) -> None:
    """An order of the house beyond the limit, signed off with a reason before its review."""
    soon = scene.began.date().replace(year=scene.began.year + 1, month=1, day=1)
    order = await negotiate(scene, RED, "M24", 0, until="offer", starts_on=soon)
    lawyer = await scene.act("julia")
    reason = (
        "Das Marktgeschäft wird zum Jahresende ausgegliedert; Vermerk der Fachjuristin (erfunden)."
    )
    await sign_off(scene.conn, lawyer, order.id, reason=reason)


STEPS = (
    DemoStep("inhouse.declared", 140, "Inhouse-Erklärungen der letzten drei Jahre", declarations),
    DemoStep("inhouse.red", 141, "Ein freigezeichneter Leistungsschein", red_order),
)
