"""Invented cooperations of the demonstration: one green, one near the limit, one that waits for consent."""

from datetime import date

from exchange.cooperations.actions import agree_cooperation, propose_cooperation, save_cooperation
from exchange.cooperations.amounts import Entry, enter_year, sign_year
from exchange.cooperations.model import Cooperation, Terms
from exchange.inhouse.demo import DAYS_AGO, declared_years
from exchange.inhouse.model import Basis
from kdnx.demo.scene import Scene
from kdnx.documents.actions import Place, Upload, add_document
from kdnx.documents.model import Kind, Visibility
from kdnx.module import DemoStep

GREEN, AMBER, WAITING = ("M21", "M24", "M22"), ("M22", "M21"), ("M23", "M21")
# market share of the covered activities in percent, by party
SHARES = {GREEN: (4, 0, 6), AMBER: (12, 15), WAITING: ()}
TITLES = {
    GREEN: "Gemeinsamer Betrieb der Ratsinformation",
    AMBER: "Gemeinsame Entwicklung von Fachverfahren",
    WAITING: "Gemeinsame Ausbildung von Fachkräften",
}
TEXT = Upload("vereinbarung.txt", "Kooperationsvereinbarung der Vorführung, erfunden.".encode())
PAPER = "Öffentlich-rechtliche Vereinbarung (erfunden), Az. 10-24/7"


async def _write(scene: Scene, codes: tuple[str, ...]) -> Cooperation:
    first = date(declared_years(scene)[0], 1, 1)
    terms = Terms(
        title=TITLES[codes],
        activities="Betrieb, Pflege und Weiterentwicklung für die Träger der Beteiligten (erfunden).",
        goals="Gemeinsame Sicherung einer öffentlichen Dienstleistung; jedes Haus bringt Personal und Technik ein.",
        public_interest="Kosten werden nach Schlüssel geteilt, ein Gewinn ist ausgeschlossen.",
        no_advantage="Software und Unteraufträge werden im Wettbewerb beschafft; kein Unternehmen ist beteiligt.",
        agreement=PAPER, agreed_on=first, valid_from=first, valid_to=None,
        party_ids=tuple(scene.members[c] for c in codes),
    )  # fmt: skip
    writer = await scene.act(f"{codes[0]}.a")
    draft = await save_cooperation(scene.conn, writer, terms)
    place = Place("cooperation", draft.id, draft.party_ids)
    await add_document(
        scene.conn, writer, place, TEXT, title="Kooperationsvereinbarung (erfunden)", visibility=Visibility.PARTIES,
        kind=Kind.CONTRACT,
    )  # fmt: skip
    return await propose_cooperation(scene.conn, writer, draft.id, expected=draft.row_version)


async def concluded(scene: Scene) -> None:
    """Two agreements in force with the amounts of four years."""
    for codes in (GREEN, AMBER):
        scene.at(DAYS_AGO)
        c = await _write(scene, codes)
        for code in codes:
            signer = await scene.act(f"{code}.b")
            c = await agree_cooperation(scene.conn, signer, c.id, expected=c.row_version)
        for code, pct in zip(codes, SHARES[codes], strict=True):
            for year in declared_years(scene):
                await _enter(scene, c, code, year, pct)


async def _enter(scene: Scene, c: Cooperation, code: str, year: int, pct: int) -> None:
    total = 600_000_00 + int(code[1:]) * 10_000_00
    entry = Entry(total * pct // 100, total, Basis.COST, "Kostenstellenbericht (erfundene Zahlen)")
    writer = await scene.act(f"{code}.a")
    y = await enter_year(scene.conn, writer, c.id, year, entry)
    signer = await scene.act(f"{code}.b")
    await sign_year(scene.conn, signer, c.id, year, expected=y.row_version)


async def proposed(scene: Scene) -> None:
    """One that waits: its own house has agreed, the other one has not."""
    scene.at(3)
    c = await _write(scene, WAITING)
    signer = await scene.act(f"{WAITING[0]}.b")
    await agree_cooperation(scene.conn, signer, c.id, expected=c.row_version)


STEPS = (
    DemoStep("cooperations.concluded", 141, "Zusammenarbeiten mit Marktanteilen", concluded),
    DemoStep("cooperations.proposed", 142, "Eine Zusammenarbeit zur Zustimmung", proposed),
)
