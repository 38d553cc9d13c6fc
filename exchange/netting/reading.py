"""What pages and JSON show of runs: the plan at its stage, a member's statement, files."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from exchange.ledger.store import Cut, find_cut
from exchange.netting import store
from exchange.netting.actions import Plan, plan_of
from exchange.netting.model import LABELS, Line, Payment, RunState, Totals, totals_of
from exchange.netting.sepa import write_pain001
from exchange.netting.store import Movement, Paid, Run
from exchange.returns.model import Returned
from exchange.returns.store import list_returns
from kdnx.db.conn import Conn
from kdnx.errors import NotFound
from kdnx.members.store import list_members
from kdnx.module import Hit
from kdnx.rules.calendar import next_working_day
from kdnx.rules.store import holidays_on
from kdnx.text import _
from kdnx.viewer import Permission, Scope, Viewer, require
from kdnx.web.paging import decode_cursor, encode_cursor

NUMBER = re.compile(r"S-\d{1,4}(-\d{0,9})?")
LONGEST = 2000  # entries of a statement on one page; the CSV has them all up to MOST
MOST = 100_000
LEAD_DAYS = 1  # banks execute on the next day they work


@dataclass(frozen=True)
class Shown:
    """A run with what the viewer may see of it."""

    run: Run
    lines: Sequence[Line]
    payments: Sequence[Paid]
    missing: Sequence[str]
    totals: Totals
    cut: Cut | None
    invoices: int
    returned: Mapping[int, Returned]


@dataclass(frozen=True)
class Statement:
    """A member's accounts from the cut before to this one, cents; `line` is what the run does with the rest."""

    line: Line
    opened_on: date | None
    opening_payable: int
    opening_receivable: int
    movements: Sequence[Movement]
    is_cut_off: bool


async def read_runs(
    conn: Conn, cursor: str | None, *, limit: int, secret: str
) -> tuple[list[Run], str | None]:
    """Visible runs, newest first, and the cursor of the next piece."""
    before = decode_cursor(secret, cursor, 1)[0] if cursor else None
    rows = await store.list_runs(conn, before, limit + 1)
    more = len(rows) > limit
    rows = rows[:limit]
    return rows, encode_cursor(secret, [rows[-1].number]) if more else None


async def find_runs(conn: Conn, viewer: Viewer, text: str, limit: int) -> Sequence[Hit]:
    """Runs by number, for the search over everything."""
    start = text.strip().upper()
    if not NUMBER.fullmatch(start) or not viewer.may(Permission.LEDGER_READ):
        return []
    return [
        Hit(r.number, f"/settlements/{r.id}", _("Ausgleich"), LABELS[RunState(r.state)])
        for r in await store.find_by_number(conn, start, limit)
    ]


async def read_run(conn: Conn, viewer: Viewer, run_id: UUID) -> Shown:
    """A preview as of now for the office and audit, else the frozen figures the viewer may see."""
    require(viewer, Permission.LEDGER_READ)
    run = await store.get_run(conn, run_id)
    if run.state == RunState.PREVIEW:
        plan = await plan_of(conn, run, None)
        names: Sequence[str] = [m.name for m in plan.missing]
    else:
        lines, paid = await store.list_lines(conn, run), await store.list_payments(conn, run)
        plan, names = Plan(lines, paid, ()), ()
    moved = [Payment(p.payer_id, p.payee_id, p.cents) for p in plan.payments]
    return Shown(
        run, plan.lines, plan.payments, sorted(names), totals_of(plan.lines, moved),
        await find_cut(conn, run.up_to) if run.up_to else None, await store.count_items(conn, run),
        await list_returns(conn, run.id) if run.state == RunState.SETTLED else {},
    )  # fmt: skip


async def read_statement(
    conn: Conn, viewer: Viewer, run: Run, member_id: UUID, limit: int = LONGEST
) -> Statement:
    """What led to a member's line; NotFound for a line that is not the viewer's."""
    require(viewer, Permission.LEDGER_READ)
    line = next((x for x in await store.list_lines(conn, run) if x.member_id == member_id), None)
    if line is None or run.up_to is None:
        raise NotFound(_("Diesen Kontoauszug gibt es nicht, oder er ist für Sie nicht sichtbar."))
    before = await store.cut_before(conn, run)
    payable, receivable = (
        await store.read_opening(conn, member_id, run.up_to, before) if before else (0, 0)
    )
    rows = await store.list_movements(conn, member_id, run.up_to, before, limit + 1)
    return Statement(line, before, payable, receivable, rows[:limit], len(rows) > limit)


def payer_of(viewer: Viewer, shown: Shown) -> UUID | None:
    """Whose payments the viewer may hand to a bank: the hub's for the office, else its own; None for nobody's."""
    if viewer.scope == Scope.OFFICE:
        return shown.run.owner_id
    mine = [p.payer_id for p in shown.payments if p.payer_id in viewer.members]
    return mine[0] if mine else None


async def pain_of(conn: Conn, viewer: Viewer, shown: Shown) -> bytes:
    """The bank file of the viewer's payments for the next working day, once settled for its bank day.

    NotFound before the release or when there is nothing to pay.
    """
    run = shown.run
    if run.state not in {RunState.APPROVED, RunState.SETTLED} or run.approved_at is None:
        raise NotFound(
            _("Die Bankdatei gibt es erst nach der Freigabe."),
            remedy=_("Eine zweite Person der Geschäftsstelle gibt den Ausgleich frei."),
        )
    payer = payer_of(viewer, shown)
    own = [p for p in shown.payments if p.payer_id == payer]
    if not own:
        raise NotFound(_("Sie haben in diesem Ausgleich nichts zu überweisen."))
    (house,) = await list_members(conn, [own[0].payer_id])
    free = await holidays_on(conn, conn.today)
    execution = run.bank_day or next_working_day(conn.today + timedelta(days=LEAD_DAYS), free)
    return write_pain001(
        own, execution, message_id=f"{run.number}-{house.code}", created_at=run.approved_at
    )
