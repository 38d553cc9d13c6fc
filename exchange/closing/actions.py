"""Begin, take back, prove, close and lock a month or a year: one act each, two persons, one transaction."""

from uuid import UUID

from exchange.balances.actions import ask_houses, drop_asking, list_houses
from exchange.closing import store
from exchange.closing.checklist import read_checklist
from exchange.closing.model import (
    YEAR,
    Checklist,
    Period,
    PeriodEvent,
    PeriodState,
    advance,
    close_evidence,
)
from exchange.ledger import store as ledger
from exchange.ledger.actions import cut_today, post_transfers
from exchange.ledger.model import AccountKind, NewTransfer, Posting, TransferKind, account_id
from exchange.ledger.model import Period as BookPeriod
from kdnx.audit.actions import record
from kdnx.db.conn import Conn
from kdnx.errors import Forbidden, Refused, Stale
from kdnx.ids import named_id, new_id
from kdnx.members.store import list_members
from kdnx.notices.actions import notify_members
from kdnx.tasks.actions import close_tasks, open_tasks
from kdnx.tasks.model import NewTask
from kdnx.text import _
from kdnx.viewer import Permission, Role, Scope, Viewer, require

E, S = PeriodEvent, PeriodState
NEW_CHAIN = 10_000  # rows a chain may have to be proved by the close itself
SECOND, LOCK = "closing.close", "closing.lock"
ROWS_AT_ONCE = 200_000  # what one request recomputes before it shows how far it is


def object_of(period: Period) -> UUID:
    """What audit, notices and tasks about a period point at."""
    return named_id("exchange.period", f"{period.year}|{period.month}")


def _person(viewer: Viewer) -> UUID:
    require(viewer, Permission.PERIOD_CLOSE)
    if viewer.scope != Scope.OFFICE:
        raise Forbidden(_("Perioden schließt die Geschäftsstelle ab."))
    if viewer.person_id is None:
        raise Forbidden(_("Einen Abschluss zeichnen Menschen, keine Maschinenzugänge."))
    return viewer.person_id


def _check_version(period: Period, expected: int | None) -> None:
    if expected is not None and expected != period.row_version:
        raise Stale(_("Der Abschluss wurde inzwischen geändert."), remedy=_("Bitte die Seite neu laden."))  # fmt: skip


async def start_closing(
    conn: Conn, viewer: Viewer, year: int, month: int = YEAR, *, expected: int | None = None
) -> Period:
    """Open → closing; from now on nothing new is proposed for it, and for a year the houses are asked."""
    person = _person(viewer)
    period = await store.find_period(conn, year, month)
    after = advance(period.state, E.START_CLOSING)
    _check_version(period, expected)
    await _check_order(conn, period)
    if not await store.mark_period(conn, period, after.value, person, expected):
        raise Stale(_("Jemand anderes hat den Abschluss gerade begonnen."))
    await _ask_second(conn, viewer, period)
    if month == YEAR:
        houses = await list_houses(conn, year)
        await ask_houses(conn, year, houses)
        await _tell(conn, viewer, period, "closing.started", [h.member_id for h in houses],
                    _("Abschluss {year}: bitte den Saldo Ihres Hauses bestätigen").format(year=year),
                    f"/closings/{year}/balance")  # fmt: skip
    return await _noted(conn, viewer, period, E.START_CLOSING)


async def _ask_second(conn: Conn, viewer: Viewer, period: Period) -> None:
    """A task for those of the office who may be the second person."""
    title = _("Abschluss {period} als zweite Person prüfen und abschließen").format(
        period=period.word
    )
    about = object_of(period)
    await open_tasks(
        conn,
        [
            NewTask(
                owner_id=viewer.owner_id, kind=SECOND, title=title, object_kind="closing", object_id=about,
                url=f"/closings/{period.year}", assignee_role=role, not_person_id=viewer.person_id,
                dedup=f"{SECOND}:{about}:{role.value}",
            )
            for role in (Role.CONTRACT_MANAGER, Role.TAX_OFFICER)
        ],
    )  # fmt: skip


async def _ask_audit(conn: Conn, viewer: Viewer, period: Period) -> None:
    await open_tasks(
        conn,
        [
            NewTask(
                owner_id=viewer.owner_id, kind=LOCK, object_kind="closing", object_id=object_of(period),
                title=_("Abgeschlossenes Jahr {year} prüfen und sperren").format(year=period.year),
                url=f"/closings/{period.year}", assignee_role=Role.AUDITOR,
            )
        ],
    )  # fmt: skip


async def _check_order(conn: Conn, period: Period) -> None:
    if not period.is_over(conn.today):
        raise Refused(
            _("{period} ist noch nicht zu Ende.").format(period=period.word),
            code="period_running",
            rule=_("Abgeschlossen wird nach dem letzten Tag der Periode (deutsche Zeit)."),
        )
    earlier = await store.open_before(conn, period.year)
    if earlier is not None:
        raise Refused(
            _("{year} ist noch nicht abgeschlossen.").format(year=earlier),
            code="earlier_open",
            rule=_("Jahre werden der Reihe nach abgeschlossen."),
            remedy=_("Zuerst das frühere Jahr abschließen."),
            remedy_url=f"/closings/{earlier}",
        )
    last = await ledger.closed_through(conn)
    if period.through <= last:
        raise Refused(_("Diese Periode liegt vor dem letzten Abschluss."), code="behind_close")


async def resume(
    conn: Conn, viewer: Viewer, year: int, month: int = YEAR, *, expected: int | None = None
) -> Period:
    """Closing → open."""
    person = _person(viewer)
    period = await store.find_period(conn, year, month)
    after = advance(period.state, E.RESUME)
    _check_version(period, expected)
    if not await store.mark_period(conn, period, after.value, person, expected):
        raise Stale(_("Der Abschluss wurde inzwischen geändert."))
    await close_tasks(conn, object_of(period), [SECOND])
    if month == YEAR:
        houses = await list_houses(conn, year)
        await drop_asking(conn, year, houses)
        await _tell(conn, viewer, period, "closing.resumed", [h.member_id for h in houses],
                    _("Der Abschluss {year} ist zurückgenommen").format(year=year), "/closings")  # fmt: skip
    return await _noted(conn, viewer, period, E.RESUME)


async def remind(conn: Conn, viewer: Viewer, year: int) -> int:
    """Tell the houses that have not reported; how many there are."""
    _person(viewer)
    period = await store.find_period(conn, year, YEAR)
    if period.state != S.CLOSING:
        raise Refused(_("Erinnert wird, solange das Jahr in Abschluss ist."), code="wrong_state")
    missing = [h for h in await list_houses(conn, year) if not h.has_reported]
    await ask_houses(conn, year, missing)
    await _tell(conn, viewer, period, "closing.reminded", [h.member_id for h in missing],
                _("Bitte den Saldo {year} Ihres Hauses bestätigen").format(year=year),
                f"/closings/{year}/balance")  # fmt: skip
    return len(missing)


async def prove_chains(
    conn: Conn, viewer: Viewer, year: int, *, most_rows: int = ROWS_AT_ONCE
) -> tuple[int, int]:
    """Recompute chains not proved yet for this close, a bounded piece; (proved, all)."""
    _person(viewer)
    period = await store.find_period(conn, year, YEAR)
    if period.state != S.CLOSING:
        raise Refused(_("Nachgerechnet wird, solange das Jahr in Abschluss ist."), code="wrong_state")  # fmt: skip
    proofs = await store.list_proofs(conn, year)
    heads = [(o, seq) for o, seq, _hash in await ledger.list_heads(conn) if seq]
    rows = 0
    for owner, _seq in heads:
        if rows >= most_rows:
            break
        if owner in proofs and proofs[owner].bad_seq is None:
            continue
        proofs[owner] = await store.prove_tail(conn, owner, None)
        rows += proofs[owner].rows
        await store.save_proof(conn, year, proofs[owner])
    return sum(o in proofs for o, _seq in heads), len(heads)


async def close_period(
    conn: Conn,
    viewer: Viewer,
    year: int,
    month: int = YEAR,
    *,
    expected: int | None = None,
    lists_open: bool = False,
) -> Period:
    """Closing → closed by a second person: all chains locked, checked, entries posted, gate shut, cut taken.

    `lists_open`: bookings still proposed go into the record as disputed instead of hindering.
    """
    person = _person(viewer)
    await store.lock_books(conn, year)
    period = await store.find_period(conn, year, month)
    advance(period.state, E.CLOSE)
    _check_version(period, expected)
    if person == period.closed_by:
        raise Refused(
            _("Wer den Abschluss begonnen hat, schließt ihn nicht ab."),
            code="four_eyes",
            rule=_("Vier Augen: Eine zweite Person der Geschäftsstelle schließt ab."),
            remedy=_("Eine andere Person mit dem Recht „Perioden abschließen“ öffnet diese Seite."),
        )
    await _check_order(conn, period)
    minutes: dict[str, object] = {"year": year, "month": month}
    if month == YEAR:
        minutes = (await _settled(conn, period, lists_open=lists_open)).as_record()
    evidence = close_evidence(minutes, conn.now)
    if month == YEAR:
        await _post_result(conn, year, evidence)
    root = await store.close_books(conn, period, person, minutes, evidence)
    await cut_today(conn)
    await close_tasks(conn, object_of(period), [SECOND])
    if month == YEAR:
        await _ask_audit(conn, viewer, period)
        everybody = [m.id for m in await list_members(conn)]
        await _tell(conn, viewer, period, "closing.closed", everybody,
                    _("{year} ist abgeschlossen; die Prüfsumme zum Aufbewahren liegt bereit").format(year=year),
                    "/ledger/digests")  # fmt: skip
    return await _noted(conn, viewer, period, E.CLOSE, root=root)


async def _settled(conn: Conn, period: Period, *, lists_open: bool) -> Checklist:
    """The checklist under the locks; Refused while something hinders."""
    proofs = await store.list_proofs(conn, period.year)
    for owner, seq, head in await ledger.list_heads(conn):
        known = proofs.get(owner)
        since = known if known and known.bad_seq is None else None
        now = await store.prove_tail(conn, owner, since)
        if now.bad_seq is None and (now.seq, now.hash) != (seq, head):
            raise Refused(
                _("Ein Kettenkopf ist nicht die letzte Zeile seiner Kette."), code="chain_broken"
            )
        # a chain born after the proof is short; a long one nobody proved stays on the checklist
        if known or (proofs and seq <= NEW_CHAIN):
            await store.save_proof(conn, period.year, now)
    found = await read_checklist(conn, period, lists_open=lists_open)
    if found.hindrances:
        said = "; ".join(f"{i.title}: {i.finding}" for i in found.hindrances)
        raise Refused(
            _("{year} lässt sich noch nicht abschließen: {said}.").format(year=period.year, said=said),
            code="checklist_open",
            rule=_("Vor dem Abschluss ist jeder Punkt der Prüfliste erledigt oder vermerkt."),
            remedy=_("Die genannten Punkte auf der Seite des Jahres erledigen."),
            remedy_url=f"/closings/{period.year}",
        )  # fmt: skip
    return found


async def _post_result(conn: Conn, year: int, evidence: bytes) -> None:
    """Month 13: what the hub earned by surcharges goes to its result (model.md 3.2)."""
    rows, accounts = [], []
    for hub, cents in await store.list_surcharges(conn, year):
        if not cents:
            continue
        earned, result = account_id(AccountKind.SURCHARGE, hub), account_id(AccountKind.RESULT, hub)
        debit, credit = (earned, result) if cents > 0 else (result, earned)
        posting = Posting(
            TransferKind.CLOSE, 0, debit, credit, abs(cents), 1 if cents > 0 else -1, BookPeriod(year, 12)
        )  # fmt: skip
        rows.append(
            NewTransfer(hub, new_id(), posting, BookPeriod(year, YEAR), None, None, None, "close",
                        object_of(Period(year, YEAR)), evidence)
        )  # fmt: skip
        accounts += [(AccountKind.SURCHARGE, hub), (AccountKind.RESULT, hub)]
    await post_transfers(conn, rows, accounts)


async def lock_year(
    conn: Conn, viewer: Viewer, year: int, *, expected: int | None = None
) -> Period:
    """Closed → locked by the audit: the last word on the year."""
    require(viewer, Permission.AUDIT_READ)
    if viewer.scope != Scope.AUDIT or viewer.person_id is None:
        raise Forbidden(_("Ein Jahr sperrt eine Person der Revision."))
    period = await store.find_period(conn, year, YEAR)
    advance(period.state, E.LOCK)
    _check_version(period, expected)
    if not await store.lock_year(conn, year):
        raise Stale(_("Das Jahr wurde inzwischen gesperrt."))
    await drop_asking(conn, year, await list_houses(conn, year))
    await close_tasks(conn, object_of(period), [LOCK])
    return await _noted(conn, viewer, period, E.LOCK)


async def _tell(
    conn: Conn, viewer: Viewer, period: Period, kind: str, members: list[UUID], title: str, url: str
) -> None:
    await notify_members(
        conn, viewer, kind=kind, owner_ids=members, object_kind="closing", object_id=object_of(period),
        url=url, title=title, roles=[Role.BOOKING_APPROVER],
    )  # fmt: skip


async def _noted(
    conn: Conn, viewer: Viewer, before: Period, event: PeriodEvent, root: bytes | None = None
) -> Period:
    after = await store.find_period(conn, before.year, before.month)
    record(
        conn, viewer, f"closing.{event.value}", object_kind="closing", object_id=object_of(after),
        owner_id=viewer.owner_id, row_version=after.row_version, audience="public",
        before={"state": before.state},
        after={"year": after.year, "month": after.month, "state": after.state, "root": root.hex() if root else None},
    )  # fmt: skip
    return after
