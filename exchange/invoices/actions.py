"""Preview and issue the invoices of a period, credit what was wrong; number, VAT and bytes in one act."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from hashlib import sha256
from uuid import UUID

import asyncpg

from exchange.invoices import store
from exchange.invoices.document import EMAIL, LEITWEG, Header, Party, write_invoice
from exchange.invoices.model import (
    CREDIT_NOTE,
    INVOICE,
    MAX_LINES,
    Cases,
    Draft,
    InvoiceEvent,
    Key,
    TaxCase,
    Term,
    advance,
    drafts_of,
    invoice_evidence,
    missing_data,
    taxes_of,
    vat_accounts,
    vat_posting,
)
from exchange.invoices.store import Invoice, Profile, StoredLine
from exchange.ledger.actions import post_transfers
from exchange.ledger.model import NewTransfer, Period, book_period
from exchange.ledger.store import closed_through
from kdnx.audit.actions import record
from kdnx.db.conn import Conn
from kdnx.errors import Conflict, Forbidden, Refused, Stale
from kdnx.ids import new_id
from kdnx.members.model import Member
from kdnx.members.store import list_members
from kdnx.numbers.actions import assign
from kdnx.rules.store import get_rule, list_rules
from kdnx.text import _
from kdnx.viewer import Permission, Viewer, require
from kdnx.web.formats import day


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


async def tax_cases(conn: Conn, days: Iterable[date]) -> Cases:
    """The tax codes as the rules of these service days say them; what has no category is undecided."""
    return {
        (r.key, on): TaxCase(
            r.key,
            r.value.get("category") or "",
            Decimal(r.value.get("rate_pct") or 0),
            r.value.get("reason") or "",
        )
        for on in sorted(set(days))
        for r in await list_rules(conn, "tax_code", on)
    }


async def preview(conn: Conn, viewer: Viewer, term: Term) -> list[Draft]:
    """The invoices the viewer's member could issue for a period, with what stands in their way."""
    require(viewer, Permission.BOOKING_READ)
    rows = await store.open_lines(conn, viewer.members, *term.months, MAX_LINES + 1)
    if len(rows) > MAX_LINES:
        raise Refused(
            _("Für diesen Zeitraum sind zu viele Buchungen offen."),
            code="too_many_lines",
            remedy=_("Einen kürzeren Zeitraum wählen."),
        )
    members = {m.id: m for m in await list_members(conn)}
    whole = [(_with_leitweg(k, members), line) for k, line in rows]
    drafts, undecided = drafts_of(whole, await tax_cases(conn, (x.service_to for _k, x in whole)))
    profiles = {s: await store.find_profile(conn, s) for s in {k.seller_id for k, _l in whole}}
    found = [
        replace(
            d,
            hindrances=tuple(
                missing_data(
                    d.key,
                    members[d.key.seller_id],
                    members[d.key.buyer_id],
                    has_contact=profiles[d.key.seller_id] is not None,
                )
            ),
        )
        for d in drafts
    ]
    by_key: dict[Key, list[str]] = {}
    for key, line in undecided:
        by_key.setdefault(key, []).append(line.booking_number)
    for key, numbers in by_key.items():
        text = _("Der Steuerfall ist nicht entschieden: Buchung {numbers}.")
        lines = tuple(x for k, x in undecided if k == key)
        found.append(Draft(key, lines, (), (text.format(numbers=", ".join(numbers[:5])),)))
    return found


def _with_leitweg(key: Key, members: dict[UUID, Member]) -> Key:
    return (
        key if key.leitweg_id else replace(key, leitweg_id=members[key.buyer_id].leitweg_id or "")
    )


async def issue_invoices(
    conn: Conn, viewer: Viewer, term: Term, tokens: Sequence[str] | None = None
) -> Outcome:
    """Issue the drafts of a period, all or those named by token; each pair stands for itself.

    The lock of the number series comes first, so what is collected behind it is billed by nobody else.
    """
    require(viewer, Permission.INVOICE_ISSUE)
    await store.lock_series(conn, [viewer.owner_id, *viewer.members], conn.today.year)
    drafts = await preview(conn, viewer, term)
    wanted = [d for d in drafts if tokens is None or d.token in tokens]
    refused = [Refusal(d, d.hindrances) for d in wanted if d.hindrances]
    good = [d for d in wanted if not d.hindrances]
    issued = [await _issue(conn, viewer, d, term.first, term.last) for d in good]
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
    key, owner = draft.key, draft.key.seller_id
    members = {m.id: m for m in await list_members(conn, [key.seller_id, key.buyer_id])}
    profile = await store.find_profile(conn, owner)
    missing = missing_data(
        key, members[owner], members[key.buyer_id], has_contact=profile is not None
    )
    if missing or profile is None:
        raise Refused(
            " ".join(missing),
            code="data_missing",
            remedy=_("Die Angaben im Mitgliederverzeichnis ergänzen."),
        )
    days = int((await get_rule(conn, "payment_term", "invoice", conn.today)).value["days"])
    n = await store.draw(conn, owner, conn.today.year)
    number = f"RE-{members[owner].code}-{conn.today.year}-{n:05d}"
    due = conn.today + timedelta(days=days)
    xml = write_invoice(
        Header(
            number=number, type=draft.type, issued_on=conn.today, due_on=due, leitweg_id=key.leitweg_id,
            seller=_seller(members[owner], profile), buyer=_buyer(members[key.buyer_id], key.leitweg_id),
            iban=members[owner].iban or "", lines=draft.lines, taxes=draft.taxes, note=reason,
            terms=_("Zahlbar bis {day} ohne Abzug.").format(day=day(due)),
            refers_number=original.number if original else "", refers_day=original.issued_on if original else None,
        )
    )  # fmt: skip
    invoice = Invoice(
        owner_id=owner, id=new_id(), number=number, type=draft.type, leg=key.leg, direct=key.direct,
        seller_id=key.seller_id, buyer_id=key.buyer_id, leitweg_id=key.leitweg_id, period_from=first, period_to=last,
        issued_on=conn.today, due_on=due, net_cents=draft.net_cents, vat_cents=draft.vat_cents,
        gross_cents=draft.gross_cents, refers_to=original.id if original else None,
        refers_number=original.number if original else "", reason=reason,
        xml_sha256=sha256(xml).digest(), state="issued", row_version=1,
    )  # fmt: skip
    await _write(conn, viewer, invoice, draft, xml)
    return await store.get_invoice(conn, invoice.id)


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
    await _post_vat(conn, i, draft, evidence)
    record(
        conn, viewer, "invoice.issue", object_kind="invoice", object_id=i.id, owner_id=i.owner_id,
        party_id=i.buyer_id, reason=i.reason or None, audience="parties", party_ids=(i.seller_id, i.buyer_id),
        after={"number": i.number, "gross_cents": i.gross_cents, "sha256": i.xml_sha256.hex()},
    )  # fmt: skip


async def _post_vat(conn: Conn, i: Invoice, draft: Draft, evidence: bytes) -> None:
    """S only; in the period of the service, or the first open one after it (model.md 3.2)."""
    service = Period(i.period_to.year, i.period_to.month)
    book = book_period(i.period_to, await closed_through(conn))
    hub_side = i.buyer_id if i.leg == 1 else i.seller_id
    rows = [
        NewTransfer(
            i.owner_id, new_id(), vat_posting(draft.key, hub_side, t.vat_cents, service), book, i.buyer_id,
            None, None, "invoice", i.id, evidence,
        )
        for t in draft.taxes if t.vat_cents
    ]  # fmt: skip
    await post_transfers(conn, rows, vat_accounts(draft.key))


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
    """A credit note (381) for the whole invoice or the named lines; each line is taken back once.

    What was taken back can be billed anew; the invoice is credited when no line is left.
    """
    require(viewer, Permission.INVOICE_ISSUE)
    seen = await store.get_invoice(conn, invoice_id)
    if not viewer.acts_for(seen.owner_id):
        raise Forbidden(_("Eine Rechnungskorrektur stellt, wer die Rechnung gestellt hat."))
    await store.lock_series(conn, [seen.owner_id], conn.today.year)
    await store.lock_invoice(conn, invoice_id)
    invoice = await store.get_invoice(conn, invoice_id)
    _check_creditable(invoice, expected)
    all_lines = await store.list_lines(conn, invoice)
    chosen = _chosen(all_lines, lines)
    back = tuple(
        replace(s.line, net_cents=-s.line.net_cents, round=s.line.round + 1) for s in chosen
    )
    taxes = taxes_of(back, await tax_cases(conn, (x.service_to for x in back)))
    key = Key(
        invoice.seller_id,
        invoice.buyer_id,
        invoice.leg,
        invoice.direct,
        invoice.leitweg_id,
        taxes[0].category == "O",
    )
    draft = Draft(key, back, taxes)
    if draft.type != CREDIT_NOTE:
        raise Refused(
            _("Diese Positionen ergeben zusammen keinen Betrag zugunsten des Empfängers."),
            code="not_a_credit",
            remedy=_("Die Positionen mit negativem Betrag zusammen mit den übrigen gutschreiben."),
        )
    note = await _issue(
        conn, viewer, draft, invoice.period_from, invoice.period_to, invoice, reason.strip()
    )
    if all(s.taken_back or s in chosen for s in all_lines):
        after = advance(invoice.state, InvoiceEvent.CREDIT)
        await store.mark_state(conn, invoice, after.value)
        record(
            conn, viewer, "invoice.credit", object_kind="invoice", object_id=invoice.id, owner_id=invoice.owner_id,
            party_id=invoice.buyer_id, reason=reason, row_version=invoice.row_version + 1, audience="parties",
            party_ids=(invoice.seller_id, invoice.buyer_id), after={"state": after.value, "note": note.number},
        )  # fmt: skip
    return note


def _check_creditable(invoice: Invoice, expected: int | None) -> None:
    if expected is not None and invoice.row_version != expected:
        raise Stale(_("Diese Rechnung wurde inzwischen geändert."), remedy=_("Bitte neu laden."))
    if invoice.type != INVOICE:
        raise Refused(
            _("Zu einer Rechnungskorrektur gibt es keine Rechnungskorrektur; bitte neu abrechnen."),
            code="credit_of_credit",
        )
    advance(invoice.state, InvoiceEvent.CREDIT)


def _chosen(all_lines: Sequence[StoredLine], wanted: Sequence[int]) -> list[StoredLine]:
    chosen = [s for s in all_lines if (not wanted or s.n in wanted) and not s.taken_back]
    if not chosen or (wanted and len(chosen) != len(set(wanted))):
        raise Refused(
            _("Eine dieser Positionen gibt es nicht, oder sie ist schon gutgeschrieben."),
            code="line_taken_back",
            rule=_("Jede Position wird höchstens einmal gutgeschrieben."),
        )
    return chosen


async def save_profile(
    conn: Conn, viewer: Viewer, *, contact: str, phone: str, email: str, expected: int
) -> Profile:
    """Whom the viewer's member names on its invoices; `expected` 0 = none was there."""
    require(viewer, Permission.INVOICE_ISSUE)
    before = await store.find_profile(conn, viewer.owner_id)
    if (before.row_version if before else 0) != expected:
        raise Stale(_("Diese Angaben wurden inzwischen geändert."), remedy=_("Bitte neu laden."))
    profile = Profile(viewer.owner_id, contact.strip(), phone.strip(), email.strip())
    await store.save_profile(conn, profile)
    record(
        conn,
        viewer,
        "invoice.profile",
        object_kind="member",
        object_id=viewer.owner_id,
        owner_id=viewer.owner_id,
        after={"contact": profile.contact, "phone": profile.phone, "email": profile.email},
    )
    return profile
