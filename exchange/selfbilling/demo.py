"""Self-billing of the demonstration: the hub bills for one provider, which objects once; all data invented."""

from collections.abc import Sequence
from datetime import date, timedelta

from exchange.invoices.actions import credit_invoice, issue_invoices
from exchange.invoices.drafting import preview
from exchange.invoices.model import read_term
from exchange.invoices.store import Invoice, list_lines
from exchange.selfbilling.actions import answer_agreement, object_to_invoice, propose_agreement
from exchange.selfbilling.model import AgreementEvent
from exchange.selfbilling.schemas import Proposal
from kdnx.demo.scene import Scene
from kdnx.module import DemoStep
from kdnx.viewer import Viewer

SELLER, FIRST, NEXT = "M23", "2023-H1", "2023-H2"


async def self_billing(scene: Scene) -> None:
    """Proposed by the hub, agreed by the seller; one half year objected to, one corrected in part."""
    conn = scene.conn
    scene.at(40)
    hub = await scene.act("gisela")
    wish = Proposal(
        role="buyer", partner=scene.members[SELLER], agreed_on=(scene.began - timedelta(days=45)).date(),
        valid_from=date(2023, 1, 1), document="Vereinbarung zum Gutschriftverfahren, Anlage 2 (erfunden)",
    )  # fmt: skip
    proposed = await propose_agreement(conn, hub, wish)
    scene.at(38)
    frieda = await scene.act("frieda")
    await answer_agreement(conn, frieda, proposed.id, AgreementEvent.AGREE)
    scene.at(3)
    hub = await scene.act("gisela")
    first, second = [await _bill(scene, hub, word) for word in (FIRST, NEXT)]
    for bill in second[:1]:
        lines = [s.n for s in await list_lines(conn, bill) if s.line.net_cents > 0]
        await credit_invoice(
            conn, hub, bill.id, reason="Ein Monat war schon abgerechnet (erfunden)", lines=lines[:1]
        )
    scene.at(2)
    frieda = await scene.act("frieda")
    for bill in first[:1]:
        await object_to_invoice(
            conn, frieda, bill.id, reason="Die Mengen stimmen nicht mit unserer Aufstellung überein (erfunden)"
        )  # fmt: skip


async def _bill(scene: Scene, hub: Viewer, word: str) -> Sequence[Invoice]:
    """What the hub bills in the seller's name for a period."""
    term = read_term(word)
    drafts = await preview(scene.conn, hub, term, legacy=True)
    tokens = [d.token for d in drafts if d.key.self_billed and not d.hindrances]
    return (
        (await issue_invoices(scene.conn, hub, term, tokens, legacy=True)).issued if tokens else ()
    )


STEPS = (
    DemoStep("invoices.self_billed", 131, "Gutschriftverfahren und Widerspruch", self_billing),
)
