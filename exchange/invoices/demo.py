"""Invoices of the demonstration: 2024 of one provider, and of the hub for a handful of members; all data invented."""

from collections.abc import Collection
from datetime import date

from exchange.invoices import store
from exchange.invoices.actions import credit_invoice, issue_invoices
from exchange.invoices.drafting import preview
from exchange.invoices.model import INVOICE, read_term
from exchange.senders.actions import save_profile
from kdnx.demo.scene import Scene
from kdnx.members.actions import edit_member
from kdnx.members.schemas import MemberForm
from kdnx.members.store import get_member, insert_leitwege
from kdnx.module import DemoStep

YEAR = "2024"
# who bills for the members of the personas; everywhere else it is the colleague who signs
PEOPLE = {"M21": "paul", "M23": "frieda", "M24": "bernd", "HUB": "gisela"}
POSTAL_CODES = {"M21": "50667", "M23": "45127", "M24": "48683", "HUB": "50667"}
NO_PLACE = "40001"  # stands for the postal code of an invented address
# invented, with right check digits
HUB_VAT, HUB_IBAN, HUB_LEITWEG = "DE900000014", "DE20500000000000000001", "051110000000-HUB01-16"


async def _complete(scene: Scene) -> None:
    """Address, tax number, account and contact of those who bill and are billed."""
    for code in sorted(scene.members):
        person = PEOPLE.get(code, f"{code}.b")
        if person not in scene.people:
            continue
        anton = await scene.act("anton")
        m = await get_member(scene.conn, scene.members[code])
        known = {name: getattr(m, name) for name in MemberForm.model_fields}
        known |= {"postal_code": POSTAL_CODES.get(code, NO_PLACE), "street": "Beispielweg 1"}
        known |= {"email": f"post@{code.lower()}.example"}
        known |= {"vat_id": m.vat_id or HUB_VAT, "iban": m.iban or HUB_IBAN}
        await edit_member(scene.conn, anton, m.id, MemberForm.model_validate(known))
        if m.leitweg_id is None:
            await insert_leitwege(scene.conn, [(m.id, HUB_LEITWEG, date(2020, 1, 1))])
        viewer = await scene.act(person)
        await save_profile(
            scene.conn, viewer, contact="Rechnungswesen (erfunden)", phone="0211 000 4711",
            email=f"rechnung@{code.lower()}.example", expected=0,
        )  # fmt: skip


async def _bill(scene: Scene, person: str, buyers: Collection[str]) -> None:
    viewer, term = await scene.act(person), read_term(YEAR)
    wanted = {scene.members[code] for code in buyers}
    drafts = await preview(scene.conn, viewer, term, legacy=True)
    tokens = [d.token for d in drafts if d.key.buyer_id in wanted and not d.hindrances]
    if tokens:
        await issue_invoices(scene.conn, viewer, term, tokens, legacy=True)


async def invoices(scene: Scene) -> None:
    """The provider bills the hub, the hub bills three members, and the provider takes one line back."""
    scene.at(9)
    await _complete(scene)
    scene.at(8)
    await _bill(scene, "paul", ("HUB",))
    scene.at(7)
    await _bill(scene, "gisela", ("M21", "M23", "M24"))
    scene.at(4)
    await _correct(scene)


async def _correct(scene: Scene) -> None:
    viewer = await scene.act("gisela")
    rows = await store.list_invoices(scene.conn, viewer.members, store.InvoiceFilter("out"), 50)
    bills = [i for i in rows if i.type == INVOICE and i.buyer_id == scene.members["M24"]]
    for bill in bills[:1]:
        lines = await store.list_lines(scene.conn, bill)
        first = [s.n for s in lines if s.line.net_cents > 0][:1]
        await credit_invoice(
            scene.conn,
            viewer,
            bill.id,
            reason="Menge war doppelt gezählt (erfunden)",
            lines=first,
            expected=bill.row_version,
        )


STEPS = (DemoStep("invoices", 130, "Rechnungen und Rechnungskorrektur", invoices),)
