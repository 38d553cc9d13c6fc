"""Prepare, freeze, approve, settle or drop a run; say who offsets. Only the hub's office acts here."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from exchange.invoices.settling import settle_invoices
from exchange.ledger.actions import cut_today, post_transfers
from exchange.ledger.model import (
    AccountKind,
    NewTransfer,
    Period,
    Posting,
    TransferKind,
    account_id,
    book_period,
)
from exchange.ledger.store import closed_through, find_cut
from exchange.netting import store
from exchange.netting.model import (
    Line,
    Mode,
    RunEvent,
    RunState,
    advance,
    make_line,
    payments_of,
)
from exchange.netting.store import Paid, Run
from kdnx.audit.actions import record
from kdnx.db.conn import Conn
from kdnx.errors import Forbidden, Invalid, Refused, Stale
from kdnx.ids import digest, new_id
from kdnx.members.model import Member
from kdnx.members.store import hub_on, list_members
from kdnx.notices.actions import notify_members
from kdnx.numbers.actions import assign, draw
from kdnx.tasks.actions import close_tasks, open_tasks
from kdnx.tasks.model import NewTask
from kdnx.text import _
from kdnx.viewer import Permission, Role, Scope, Viewer, require
from kdnx.web.formats import day

APART = (Mode.GROSS, Mode.OPENING)  # nothing is offset
TASK = "settlement.approve"


@dataclass(frozen=True)
class Plan:
    """What a run would settle or settles: lines, payments, and payees whose bank data is missing."""

    lines: Sequence[Line]
    payments: Sequence[Paid]
    missing: Sequence[Member]


def require_office(viewer: Viewer) -> None:
    """Forbidden for anybody but the office with the right to close periods."""
    require(viewer, Permission.PERIOD_CLOSE)
    if viewer.scope not in {Scope.OFFICE, Scope.SYSTEM}:
        raise Forbidden(_("Den Ausgleich führt die Geschäftsstelle der Drehscheibe."))


async def plan_of(conn: Conn, run: Run, cut: date | None) -> Plan:
    """Lines and payments from the ledger, at a cut or as of now (cents)."""
    mode = Mode(run.mode)
    lines = [
        make_line(b.member_id, b.final_id, b.payable, b.receivable, offsets=b.offsets and mode not in APART)
        for b in await store.read_balances(conn, run.owner_id, cut, legacy=mode == Mode.OPENING)
        if b.payable or b.receivable
    ]  # fmt: skip
    members = {m.id: m for m in await list_members(conn)}
    found = [
        Paid(
            n, p.payer_id, p.payee_id, p.cents, members[p.payee_id].name, members[p.payee_id].iban or "",
            members[p.payer_id].name, members[p.payer_id].iban or "",
            f"{run.number} {members[p.payer_id].code}-{members[p.payee_id].code}",
        )
        for n, p in enumerate(payments_of(lines, run.owner_id, mode), start=1)
    ]  # fmt: skip
    needed = {i for p in found for i in (p.payee_id, p.payer_id)}
    return Plan(lines, found, [members[i] for i in needed if not members[i].iban])


async def prepare_run(conn: Conn, viewer: Viewer, mode: Mode) -> Run:
    """A new preview of the hub; Refused while one is open (code run_open).

    An opening only before money moved by kdnx (code opening_late): that run held the Altbestand too.
    """
    require_office(viewer)
    if mode == Mode.OPENING and (paid := await store.first_paid(conn)):
        raise Refused(
            _("Der Altbestand ist schon mit dem Ausgleich {n} beglichen.").format(n=paid),
            rule=_("Eine Eröffnung steht vor der ersten Zahlung über kdnx."),
            remedy=_("Einen gewöhnlichen Ausgleich anlegen."),
            code="opening_late",
        )
    hub = await hub_on(conn, conn.today)
    if running := await store.find_open(conn):
        raise _open(running)
    (number,) = await draw(conn, "S", conn.today.year)
    run = Run(
        hub,
        new_id(),
        number,
        mode.value,
        RunState.PREVIEW.value,
        conn.now,
        conn.now,
        prepared_by=viewer.principal,
    )
    if not await store.insert_run(conn, run):
        raise _open(await store.find_open(conn))
    await assign(conn, number, "settlement", hub, run.id)
    _note(conn, viewer, "settlement.prepare", run)
    return run


def _open(running: Run | None) -> Refused:
    return Refused(
        _("Es läuft schon ein Ausgleich{n}.").format(n=f" ({running.number})" if running else ""),
        rule=_("Ein offener Ausgleich im Verbund: So kann nichts zweimal gezahlt werden."),
        remedy=_("Erst abschließen oder verwerfen."),
        remedy_url=f"/settlements/{running.id}" if running else "/settlements",
        code="run_open",
    )


async def _locked(conn: Conn, viewer: Viewer, run_id: UUID, expected: int | None) -> Run:
    require_office(viewer)
    run = await store.lock_run(conn, run_id)
    if expected is not None and run.row_version != expected:
        raise Stale(_("Der Ausgleich {n} wurde inzwischen weitergeführt.").format(n=run.number))
    return run


def _note(conn: Conn, viewer: Viewer, action: str, run: Run, *, reason: str | None = None) -> None:
    record(
        conn, viewer, action, object_kind="settlement", object_id=run.id, owner_id=run.owner_id, reason=reason,
        row_version=run.row_version, after={"state": run.state, "up_to": run.up_to, "bank_day": run.bank_day},
    )  # fmt: skip


async def freeze_run(
    conn: Conn, viewer: Viewer, run_id: UUID, *, expected: int | None = None
) -> Run:
    """Take the day's cut (or use it) and keep lines, payments and invoices: what is posted later waits.

    Refused: nothing to settle, the day's cut is older than the last payments (code settled_since_cut), or bank data
    of a party is missing (names the members).
    """
    run = await _locked(conn, viewer, run_id, expected)
    after = advance(run.state, RunEvent.FREEZE)
    await cut_today(conn)
    cut = await find_cut(conn, None)
    if cut is None:
        raise Refused(_("Das Buchungsbuch ist leer."), code="nothing_to_settle")
    if paid := await store.find_paid_since(conn, cut.day):
        raise Refused(
            _(
                "Der Tagesabdruck vom {day} kennt die Zahlungen des Ausgleichs {n} noch nicht."
            ).format(day=day(cut.day), n=paid),
            rule=_(
                "Ein Abdruck am Tag; was nach ihm gezahlt wurde, würde sonst ein zweites Mal gezahlt."
            ),
            remedy=_(
                "Ab morgen mit dem nächsten Tagesabdruck einfrieren; die Vorschau bleibt stehen."
            ),
            code="settled_since_cut",
        )
    plan = await plan_of(conn, run, cut.day)
    if not plan.lines:
        raise Refused(
            _("Zum Stichtag {day} ist nichts auszugleichen.").format(day=day(cut.day)),
            code="nothing_to_settle",
        )
    if plan.missing:
        raise Refused(
            _("Ohne Bankverbindung: {names}.").format(names=", ".join(sorted(m.name for m in plan.missing))),
            rule=_("Eine SEPA-Überweisung braucht die IBAN beider Seiten."),
            remedy=_("Die IBAN steht in den Stammdaten des Mitglieds."),
            remedy_url=f"/members/{plan.missing[0].id}",
            code="iban_missing",
        )  # fmt: skip
    frozen = replace(
        run, state=after.value, up_to=cut.day, frozen_by=viewer.principal, frozen_at=conn.now,
        row_version=run.row_version + 1,
    )  # fmt: skip
    await store.update_run(conn, frozen)
    await store.insert_lines(conn, run, plan.lines)
    await store.insert_payments(conn, run, plan.payments)
    if run.mode != Mode.OPENING:
        await store.insert_items(conn, run, cut.day)
    await open_tasks(conn, [NewTask(
        owner_id=run.owner_id, kind=TASK, title=_("Ausgleich {n} prüfen und freigeben").format(n=run.number),
        object_kind="settlement", object_id=run.id, url=f"/settlements/{run.id}", assignee_role=Role.CONTRACT_MANAGER,
        not_person_id=viewer.person_id,
    )])  # fmt: skip
    _note(conn, viewer, "settlement.freeze", frozen)
    words = _("Ausgleich {n}: bitte die eigenen Beträge prüfen")
    await _tell(conn, viewer, frozen, plan.lines, "settlement.frozen", words)
    return frozen


async def _tell(
    conn: Conn, viewer: Viewer, run: Run, lines: Sequence[Line], kind: str, words: str
) -> None:
    await notify_members(
        conn, viewer, kind=kind, owner_ids=sorted({x.final_id for x in lines}), object_kind="settlement",
        object_id=run.id, url=f"/settlements/{run.id}", title=words.format(n=run.number),
        roles=(Role.BOOKING_APPROVER, Role.BOOKING_CLERK),
    )  # fmt: skip


async def approve_run(
    conn: Conn, viewer: Viewer, run_id: UUID, *, expected: int | None = None
) -> Run:
    """A second person of the office releases the payments; Refused for the one who froze (D19).

    Refused too when a member's bank data changed since (code iban_changed): money goes where it is kept today.
    """
    run = await _locked(conn, viewer, run_id, expected)
    after = advance(run.state, RunEvent.APPROVE)
    if viewer.person_id is None:
        raise Forbidden(_("Freigaben erteilen Menschen, keine Maschinenzugänge."))
    if viewer.person_id == run.frozen_by:
        raise Refused(
            _("Wer den Ausgleich eingefroren hat, gibt ihn nicht selbst frei."),
            rule=_("Vier Augen: Zahlungen gibt eine zweite Person frei."),
            remedy=_("Eine andere Person der Geschäftsstelle öffnet die Aufgabe und gibt frei."),
            code="four_eyes",
        )
    if changed := await changed_ibans(conn, await store.list_payments(conn, run)):
        raise Refused(
            _("Die Bankverbindung hat sich seit dem Einfrieren geändert: {names}.").format(
                names=", ".join(changed)
            ),
            rule=_("Gezahlt wird an die IBAN, die eingefroren wurde."),
            remedy=_("Diesen Ausgleich verwerfen und neu einfrieren; die Beträge bleiben dieselben."),
            code="iban_changed",
        )  # fmt: skip
    approved = replace(
        run, state=after.value, approved_by=viewer.person_id, approved_at=conn.now, row_version=run.row_version + 1,
    )  # fmt: skip
    await store.update_run(conn, approved)
    await close_tasks(conn, run.id, [TASK])
    _note(conn, viewer, "settlement.approve", approved)
    return approved


async def changed_ibans(conn: Conn, payments: Sequence[Paid]) -> list[str]:
    """Short names of the parties whose bank data differ from what was frozen."""
    frozen = {(p.payee_id, p.payee_iban) for p in payments}
    frozen |= {(p.payer_id, p.payer_iban) for p in payments}
    members = {m.id: m for m in await list_members(conn)}
    return sorted({members[i].short_name for i, iban in frozen if (members[i].iban or "") != iban})


async def settle_run(
    conn: Conn, viewer: Viewer, run_id: UUID, *, bank_day: date, expected: int | None = None
) -> Run:
    """The money moved on that bank day (not in the future, not before the cut): post it, settle the invoices.

    Conflict (code period_closed) when the books of that day shut meanwhile.
    """
    run = await _locked(conn, viewer, run_id, expected)
    after = advance(run.state, RunEvent.SETTLE)
    if bank_day > conn.today:
        raise Invalid(_("Der Banktag liegt in der Zukunft."), code="day_in_future")
    if run.up_to is not None and bank_day < run.up_to:
        raise Invalid(
            _("Der Banktag liegt vor dem Stichtag {day}.").format(day=day(run.up_to)), code="day_before_cut"
        )  # fmt: skip
    lines = await store.list_lines(conn, run)
    settled = replace(
        run, state=after.value, bank_day=bank_day, settled_by=viewer.principal, settled_at=conn.now,
        row_version=run.row_version + 1,
    )  # fmt: skip
    await store.update_run(conn, settled)
    await settle_invoices(conn, viewer, await store.list_open_items(conn, run), bank_day)
    _note(conn, viewer, "settlement.settle", settled)
    words = (
        _("Eröffnung {n} ist gebucht")
        if run.mode == Mode.OPENING
        else _("Ausgleich {n} ist gezahlt")
    )
    await _tell(conn, viewer, settled, lines, "settlement.settled", words)
    await post_settlement(conn, settled, lines)
    return settled


async def post_settlement(conn: Conn, run: Run, lines: Sequence[Line]) -> int:
    """Netting and payment of every line in the hub's chain (posting template v1); how many transfers."""
    assert run.bank_day is not None  # noqa: S101  # only settled runs are posted
    book = book_period(run.bank_day, await closed_through(conn))
    service = Period(run.bank_day.year, run.bank_day.month)
    clearing = account_id(AccountKind.CLEARING, run.owner_id)
    rows: list[NewTransfer] = []
    accounts: set[tuple[AccountKind, UUID]] = {(AccountKind.CLEARING, run.owner_id)}
    for x in lines:
        payable = account_id(AccountKind.PAYABLE, x.member_id)
        receivable = account_id(AccountKind.RECEIVABLE, x.member_id)
        accounts |= {(AccountKind.PAYABLE, x.member_id), (AccountKind.RECEIVABLE, x.member_id)}
        evidence = digest(
            "kdnx.settlement.v1", run.number, run.up_to, x.member_id, x.payable_cents, x.receivable_cents,
            x.netted_cents,
        )  # fmt: skip
        for kind, debit, credit, cents in (
            (TransferKind.NETTING, payable, receivable, x.netted_cents),
            (TransferKind.PAYMENT, payable, clearing, x.out_cents),
            (TransferKind.PAYMENT, clearing, receivable, x.in_cents),
        ):
            if cents:
                one, other, sign = (debit, credit, 1) if cents > 0 else (credit, debit, -1)
                posting = Posting(kind, 0, one, other, abs(cents), sign, service)
                rows.append(
                    NewTransfer(
                        run.owner_id, new_id(), posting, book, x.member_id, None, None, "settlement", run.id, evidence
                    )
                )  # fmt: skip
    return await post_transfers(conn, rows, sorted(accounts))


async def discard_run(
    conn: Conn, viewer: Viewer, run_id: UUID, *, reason: str, expected: int | None = None
) -> Run:
    """Drop a preview or a frozen run; nothing was posted."""
    run = await _locked(conn, viewer, run_id, expected)
    after = advance(run.state, RunEvent.DISCARD)
    gone = replace(run, state=after.value, reason=reason.strip(), row_version=run.row_version + 1)
    await store.update_run(conn, gone)
    await close_tasks(conn, run.id)
    _note(conn, viewer, "settlement.discard", gone, reason=reason)
    return gone


async def save_terms(
    conn: Conn, viewer: Viewer, member_id: UUID, *, offsets: bool, reason: str, expected: int
) -> None:
    """Keep whether a member offsets; it counts for runs frozen from now on. Stale when somebody saved meanwhile."""
    require_office(viewer)
    if not await store.save_terms(
        conn, member_id, offsets=offsets, reason=reason.strip(), expected=expected
    ):
        raise Stale(_("Die Angabe wurde inzwischen geändert."))
    record(
        conn, viewer, "settlement.terms", object_kind="member", object_id=member_id, owner_id=viewer.owner_id,
        party_id=member_id, reason=reason, after={"offsets": offsets},
    )  # fmt: skip
