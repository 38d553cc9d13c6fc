"""Issue the invoices of a period, correct what was wrong, settle what is paid; number, VAT and bytes in one act."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from hashlib import sha256
from uuid import UUID

import asyncpg

from exchange.invoices import store
from exchange.invoices.document import (
    EMAIL,
    LEITWEG,
    Header,
    Party,
    note_of,
    payment_terms,
    replaced_note,
    write_invoice,
)
from exchange.invoices.drafting import preview, tax_cases, taxes_left
from exchange.invoices.model import (
    CREDIT_NOTE,
    SELF_BILLED,
    Draft,
    InvoiceEvent,
    Key,
    Tax,
    Term,
    advance,
    invoice_evidence,
    missing_data,
    taxes_of,
    vat_accounts,
    vat_posting,
)
from exchange.invoices.store import Invoice, StoredLine
from exchange.invoices.telling import tell_issued
from exchange.ledger.actions import post_transfers
from exchange.ledger.model import NewTransfer, Period, book_period
from exchange.ledger.store import closed_through
from exchange.senders.store import Profile, find_profile
from exchange.unbilled.actions import close_when_billed
from kdnx.audit.actions import record
from kdnx.db.conn import Conn
from kdnx.errors import Conflict, Forbidden, Refused, Stale
from kdnx.ids import new_id
from kdnx.members.model import Member
from kdnx.members.store import list_members
from kdnx.numbers.actions import assign
from kdnx.rules.store import get_rule
from kdnx.text import _
from kdnx.viewer import Permission, Viewer, require


@dataclass(frozen=True)
class Refusal:
    """A draft that was not issued, and why."""

    draft: Draft
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Outcome:
    """What a run did, pair by pair."""

    issued: tuple[Invoice, ...]
    refused: tuple[Refusal, ...]


async def issue_invoices(
    conn: Conn, viewer: Viewer, term: Term, tokens: Sequence[str] | None = None, *, legacy: bool = False
) -> Outcome:  # fmt: skip
    """Issue the drafts of a period, all or those named by token; each pair stands for itself.

    Altbestand only with `legacy`. The lock of the number series comes first, so what is collected behind it is billed
    by nobody else.
    """
    require(viewer, Permission.INVOICE_ISSUE)
    await store.lock_series(conn, [viewer.owner_id, *viewer.members], conn.today.year)
    drafts = await preview(conn, viewer, term, legacy=legacy)
    wanted = [d for d in drafts if tokens is None or d.token in tokens]
    refused = [Refusal(d, tuple(h.text for h in d.hindrances)) for d in wanted if d.hindrances]
    good = [d for d in wanted if not d.hindrances]
    # before any line: who waits for an account another run opens must not hold lines that run waits for
    await store.open_accounts(
        conn, sorted({a for d in good if d.vat_cents for a in vat_accounts(d.key)})
    )
    issued = [await _issue(conn, viewer, d, term.first, term.last) for d in good]
    if issued:
        await close_when_billed(conn, viewer.members)
    if tokens and not wanted:
        raise Conflict(
            _("Die Buchungen haben sich seit der Vorschau geändert."),
            code="changed_meanwhile",
            remedy=_("Die Vorschau neu laden und noch einmal stellen."),
        )
    return Outcome(tuple(issued), tuple(refused))


async def _issue(
    conn: Conn,
    viewer: Viewer,
    draft: Draft,
    first: date,
    last: date,
    original: Invoice | None = None,
    reason: str = "",
) -> Invoice:
    key, year = draft.key, conn.today.year
    seller, buyer, profile = await _parties(conn, key)
    days = int((await get_rule(conn, "payment_term", "invoice", conn.today)).value["days"])
    n = await store.draw(conn, key.issuer_id, year)
    number = f"RE-{(buyer if key.self_billed else seller).code}-{year}-{n:05d}"
    due = conn.today + timedelta(days=days)
    # a correction says why it is made, a document for what an objection set free says what it replaces
    said = reason if original else replaced_note(await store.list_replaced(conn, draft.lines))
    xml = write_invoice(
        Header(
            number=number, type=draft.type, issued_on=conn.today, due_on=due, leitweg_id=key.leitweg_id,
            seller=_seller(seller, profile), buyer=_buyer(buyer, key.leitweg_id),
            iban=seller.iban or "", lines=draft.lines, taxes=draft.taxes, note=note_of(draft, said),
            terms=payment_terms(draft.gross_cents, due),
            refers_number=original.number if original else "", refers_day=original.issued_on if original else None,
        )
    )  # fmt: skip
    invoice = Invoice(
        owner_id=original.owner_id if original else key.seller_id, id=new_id(), number=number, type=draft.type,
        leg=key.leg, direct=key.direct, seller_id=key.seller_id, buyer_id=key.buyer_id, leitweg_id=key.leitweg_id,
        period_from=first, period_to=last, issued_on=conn.today, due_on=due, net_cents=draft.net_cents,
        vat_cents=draft.vat_cents, gross_cents=draft.gross_cents, refers_to=original.id if original else None,
        refers_number=original.number if original else "", reason=reason,
        xml_sha256=sha256(xml).digest(), state="issued", row_version=1, issuer_id=key.issuer_id,
    )  # fmt: skip
    await _write(conn, viewer, invoice, draft, xml)
    return await store.get_invoice(conn, invoice.id)


async def _parties(conn: Conn, key: Key) -> tuple[Member, Member, Profile]:
    """Seller, buyer and the seller's contact; Refused by name when something is missing."""
    members = {m.id: m for m in await list_members(conn, [key.seller_id, key.buyer_id])}
    seller, buyer = members[key.seller_id], members[key.buyer_id]
    profile = await find_profile(conn, key.seller_id)
    missing = missing_data(key, seller, buyer, has_contact=profile is not None)
    if missing or profile is None:
        raise Refused(
            " ".join(h.text for h in missing),
            code="data_missing",
            remedy=" ".join(dict.fromkeys(f"{h.place}: {h.href}" for h in missing)),
        )
    return seller, buyer, profile


async def _write(conn: Conn, viewer: Viewer, i: Invoice, draft: Draft, xml: bytes) -> None:
    evidence = invoice_evidence(
        [i.owner_id, i.id, i.number, i.type, i.seller_id, i.buyer_id, i.net_cents, i.vat_cents, i.gross_cents,
         i.issued_on, i.xml_sha256.hex()]
    )  # fmt: skip
    try:
        await store.insert_invoice(conn, i, xml, evidence, draft.lines, draft.taxes)
    except asyncpg.UniqueViolationError as error:
        raise Conflict(
            _("Eine dieser Buchungen ist inzwischen abgerechnet."),
            code="billed_meanwhile",
            rule=_("Jede Buchung steht je Vertrag nur auf einer Rechnung."),
        ) from error
    await assign(conn, i.number, "invoice", i.owner_id, i.id)
    await post_vat(conn, i, draft.key, draft.taxes, evidence)
    await tell_issued(conn, viewer, i)
    record(
        conn, viewer, "invoice.issue", object_kind="invoice", object_id=i.id, owner_id=i.owner_id,
        party_id=i.buyer_id, reason=i.reason or None, audience="parties", party_ids=(i.seller_id, i.buyer_id),
        after={"number": i.number, "gross_cents": i.gross_cents, "sha256": i.xml_sha256.hex()},
    )  # fmt: skip


async def post_vat(conn: Conn, i: Invoice, key: Key, taxes: Sequence[Tax], evidence: bytes) -> None:
    """S only; in the period of the service, or the first open one after it (model.md 3.2)."""
    service = Period(i.period_to.year, i.period_to.month)
    book = book_period(i.period_to, await closed_through(conn))
    hub_side = i.buyer_id if i.leg == 1 else i.seller_id
    rows = [
        NewTransfer(
            i.owner_id, new_id(), vat_posting(key, hub_side, t.vat_cents, service), book, i.buyer_id,
            None, None, "invoice", i.id, evidence,
        )
        for t in taxes if t.vat_cents
    ]  # fmt: skip
    await post_transfers(conn, rows, vat_accounts(key))


def _seller(m: Member, p: Profile) -> Party:
    return Party(
        m.code, m.name, p.email, EMAIL, m.street, m.seat, m.postal_code, m.vat_id or "", p.contact, p.phone, p.email
    )  # fmt: skip


def _buyer(m: Member, leitweg_id: str) -> Party:
    return Party(
        m.code, m.name, leitweg_id, LEITWEG, m.street, m.seat, m.postal_code, m.vat_id or ""
    )


async def credit_invoice(
    conn: Conn,
    viewer: Viewer,
    invoice_id: UUID,
    *,
    reason: str,
    lines: Sequence[int] = (),
    expected: int | None = None,
) -> Invoice:
    """A correction (381, of a self-billed one 389) of the whole invoice or the named lines; each line once.

    What was taken back can be billed anew; the invoice is credited when no line is left. After a merger the
    successor corrects in its place, with a number of its own.
    """
    require(viewer, Permission.INVOICE_ISSUE)
    seen = await store.get_invoice(conn, invoice_id)
    if not viewer.acts_for(seen.issuer_id):
        raise Forbidden(_("Eine Rechnungskorrektur stellt, wer die Rechnung gestellt hat."))
    key = await _key_today(conn, seen)
    await store.lock_series(conn, [key.issuer_id], conn.today.year)
    (invoice,) = await store.lock_invoices(conn, [invoice_id])
    _check_creditable(invoice, expected)
    all_lines = await store.list_lines(conn, invoice)
    chosen = _chosen(all_lines, lines)
    back = tuple(
        replace(s.line, net_cents=-s.line.net_cents, round=s.line.round + 1) for s in chosen
    )
    taxes = taxes_of(back, await tax_cases(conn, (x.service_to for x in back)))
    rest = [s for s in all_lines if not s.taken_back and s not in chosen]
    taxes = await _to_the_cent(conn, invoice, taxes, rest)
    draft = Draft(replace(key, not_taxable=taxes[0].category == "O"), back, taxes)
    if draft.net_cents >= 0:
        raise Refused(
            _("Diese Positionen ergeben zusammen keinen Betrag zugunsten des Empfängers."),
            code="not_a_credit",
            remedy=_("Die Positionen mit negativem Betrag zusammen mit den übrigen berichtigen."),
        )
    note = await _issue(
        conn, viewer, draft, invoice.period_from, invoice.period_to, invoice, reason.strip()
    )
    if not rest:
        after = advance(invoice.state, InvoiceEvent.CREDIT)
        await store.mark_state(conn, invoice, after.value, settled_on=invoice.settled_on)
        record(
            conn, viewer, "invoice.credit", object_kind="invoice", object_id=invoice.id, owner_id=invoice.owner_id,
            party_id=invoice.buyer_id, reason=reason, row_version=invoice.row_version + 1, audience="parties",
            party_ids=(invoice.seller_id, invoice.buyer_id), after={"state": after.value, "note": note.number},
        )  # fmt: skip
    return note


async def _to_the_cent(
    conn: Conn, invoice: Invoice, taxes: Sequence[Tax], rest: Sequence[StoredLine]
) -> tuple[Tax, ...]:
    """VAT of a correction: where it takes the last lines of a tax group, all that is left of the group's VAT.

    Rounded part by part it need not sum to the whole.
    """
    goes_on = {(s.line.category, s.line.rate_pct) for s in rest}
    left = await taxes_left(conn, invoice, await store.list_credits(conn, invoice))
    cents = {(t.category, t.rate_pct): t.vat_cents for t in left}
    groups = [(t, (t.category, t.rate_pct)) for t in taxes]
    return tuple(t if g in goes_on else replace(t, vat_cents=cents[g]) for t, g in groups)


async def _key_today(conn: Conn, i: Invoice) -> Key:
    """Between whom a document is corrected today: the parties or those who succeeded them."""
    seller, buyer = await store.final_of(conn, [i.seller_id, i.buyer_id])
    if seller == buyer:
        raise Refused(
            _("Verkäufer und Empfänger dieser Rechnung sind zusammengegangen."),
            code="merged_parties",
            remedy=_("Innerhalb eines Hauses wird nicht berichtigt; die Rechnung bleibt stehen."),
        )
    return Key(
        seller, buyer, i.leg, i.direct, i.leitweg_id, not_taxable=False, self_billed=i.type == SELF_BILLED
    )  # fmt: skip


def _check_creditable(invoice: Invoice, expected: int | None) -> None:
    if expected is not None and invoice.row_version != expected:
        raise Stale(_("Diese Rechnung wurde inzwischen geändert."), remedy=_("Bitte neu laden."))
    if invoice.is_correction or invoice.type == CREDIT_NOTE:
        raise Refused(
            _("Zu einer Rechnungskorrektur gibt es keine Rechnungskorrektur."),
            code="credit_of_credit",
            remedy=_(
                "Was sie berichtigt hat, neu abrechnen; ist eine Buchung falsch, diese stornieren und neu buchen."
            ),
        )
    advance(invoice.state, InvoiceEvent.CREDIT)


def _chosen(all_lines: Sequence[StoredLine], wanted: Sequence[int]) -> list[StoredLine]:
    chosen = [s for s in all_lines if (not wanted or s.n in wanted) and not s.taken_back]
    if not chosen or (wanted and len(chosen) != len(set(wanted))):
        raise Refused(
            _("Eine dieser Positionen gibt es nicht, oder sie ist schon berichtigt."),
            code="line_taken_back",
            rule=_("Jede Position wird höchstens einmal berichtigt."),
        )
    return chosen
