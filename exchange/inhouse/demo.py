"""Invented declarations of the demonstration: most houses green, one near the limit, one beyond it, two missing."""

from exchange.inhouse import store
from exchange.inhouse.actions import FIRST_YEAR, save_declaration, sign_declaration
from exchange.inhouse.model import YEARS, Amounts, Basis, DeclarationEvent
from exchange.inhouse.telling import object_of
from kdnx.demo.scene import Scene
from kdnx.documents.actions import Place, Upload, add_document
from kdnx.module import DemoStep

E = DeclarationEvent
MISSING, AMBER, RED = {"M26", "M28"}, "M22", "M23"
# market share of each of the four years in percent: an award at the turn of the year counts the first three
SHARES = {AMBER: (8, 10, 13, 16), RED: (21, 21, 22, 24)}
USUAL = (3, 3, 4, 4)
EVIDENCE = "Jahresabschluss (erfundene Zahlen der Vorführung)"
# after the other orders of the script were reviewed (their light is grey), before those that need a word of the lawyer
DAYS_AGO = 5
JUNE = 6
PAPER = Upload(
    "auszug.txt", "Auszug aus dem Jahresabschluss: erfundene Zahlen der Vorführung.".encode()
)


def declared_years(scene: Scene) -> range:
    """The last four years declared when the script plays: early in a year the last one is not there yet.

    Call it after `at`. From June on it is, in time for the day of the rule.
    """
    today = scene.conn.today
    last = today.year - (1 if today.month >= JUNE else 2)
    return range(last - YEARS, last + 1)


async def declarations(scene: Scene) -> None:
    """The last four years of most members and of the hub itself, each signed by two people of the house."""
    for code in sorted(scene.members):
        if code in MISSING or f"{code}.a" not in scene.people:
            continue
        scene.at(DAYS_AGO)
        for place, year in enumerate(declared_years(scene)):
            await _declare(scene, code, year, SHARES.get(code, USUAL)[place])


async def _declare(scene: Scene, code: str, year: int, market_pct: int) -> None:
    conn, writer = scene.conn, await scene.act(f"{code}.a")
    if not {*writer.members} & {scene.members[code]}:
        return
    booked = (await store.ledger_sums(conn, [scene.members[code]], FIRST_YEAR)).get(year, 0)
    owners = booked * 2 + 4_000_000_00
    # market so that it makes the wished share of the total, to the cent below
    market = (booked + owners) * market_pct // (100 - market_pct)
    amounts = Amounts(booked + owners + market, booked, owners, 0, 0, 0, market)
    saved = await save_declaration(
        conn, writer, year, amounts, basis=Basis.TURNOVER, evidence=EVIDENCE
    )
    saved = await sign_declaration(conn, writer, year, E.SIGN_FIRST, expected=saved.row_version)
    if year == declared_years(scene)[-1]:
        place = Place("declaration", object_of(saved.owner_id, year))
        await add_document(conn, writer, place, PAPER, title=f"Auszug Jahresabschluss {year}")
    signer = await scene.act(f"{code}.b")
    await sign_declaration(conn, signer, year, E.SIGN_SECOND, expected=saved.row_version)


STEPS = (
    DemoStep("inhouse.declared", 140, "Inhouse-Erklärungen der letzten vier Jahre", declarations),
)
