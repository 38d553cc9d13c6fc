"""Remind every house of the declaration of the last year, and every party of its market share, once a stage."""

from uuid import UUID

from exchange.cooperations.actions import parties_of
from exchange.cooperations.model import Cooperation
from exchange.cooperations.store import list_active
from exchange.cooperations.telling import enter_task
from exchange.inhouse.actions import term_on
from exchange.inhouse.model import Term
from exchange.inhouse.telling import EDITOR, SIGNER, declare_task
from exchange.reminding import store
from exchange.reminding.model import Rhythm
from kdnx.db.conn import Conn
from kdnx.members.store import list_members
from kdnx.notices.actions import notify
from kdnx.rules.store import find_rule
from kdnx.tasks.actions import open_tasks
from kdnx.text import _
from kdnx.viewer import Role, Scope, Viewer

SYSTEM = Viewer(scope=Scope.SYSTEM)
TOLD = (EDITOR, SIGNER, Role.LEGAL_OFFICER)


async def run_reminders(conn: Conn) -> int:
    """Due job: tasks and notices for whoever has not declared the last year; how many were reminded now.

    From the first stage of the rule before the day on; each stage tells a house once, the last one for good.
    """
    rule = await find_rule(conn, "reminder", "inhouse_declaration", conn.today)
    if rule is None:
        return 0
    rhythm = Rhythm(tuple(int(d) for n, d in rule.value.items() if n.endswith("_days")))
    term, year = await term_on(conn), conn.today.year - 1
    stage = rhythm.stage_on(conn.today, term.due_on(year))
    if stage is None:
        return 0
    return await _houses(conn, year, stage, term) + await _parties(conn, year, stage, term)


async def _houses(conn: Conn, year: int, stage: int, term: Term) -> int:
    members = [m.id for m in await list_members(conn) if m.state == "active"]
    open_ones = sorted(set(members) - await store.declared(conn, year, members))
    new = await store.mark_sent(conn, [(m, m) for m in open_ones], year, stage)
    # whoever waits for the second signature has that task already
    half = await store.half_signed(conn, year, open_ones)
    await open_tasks(conn, [declare_task(m, year, term) for m, _m in sorted(new) if m not in half])
    for member, _m in sorted(new):
        said = _("Inhouse-Erklärung {year}: {when}").format(year=year, when=words(stage, term, year))  # fmt: skip
        await _tell(conn, member, said, f"/inhouse/{year}")
    return len(new)


async def _parties(conn: Conn, year: int, stage: int, term: Term) -> int:
    known, done = await store.entered(conn, year), 0
    for c in await list_active(conn):
        waiting = [
            p for p in await parties_of(conn, c) if "signed" not in known.get((c.id, p), set())
        ]
        if c.valid_from.year <= conn.today.year:
            done += await _remind(conn, c, waiting, known, year, stage, term)
    return done


async def _remind(
    conn: Conn,
    c: Cooperation,
    waiting: list[UUID],
    known: dict[tuple[UUID, UUID], set[str]],
    year: int,
    stage: int,
    term: Term,
) -> int:
    new = await store.mark_sent(conn, [(p, c.id) for p in waiting], year, stage)
    tasks = [enter_task(c, p, year, term) for p, _c in sorted(new) if not known.get((c.id, p))]
    await open_tasks(conn, tasks)
    for party, _c in sorted(new):
        said = _("Marktanteil {year} ({title}): {when}").format(
            year=year, title=c.title, when=words(stage, term, year)
        )
        await _tell(conn, party, said, f"/cooperations/{c.id}/years/{year}")
    return len(new)


def words(stage: int, term: Term, year: int) -> str:
    """What a stage says, in German."""
    day = f"{term.due_on(year):%d.%m.%Y}"
    if stage < 0:
        return _("abzugeben bis {day}").format(day=day)
    if stage == 0:
        return _("heute abzugeben")
    return _("überfällig seit {day}; die Ampel ist grau").format(day=day)


async def _tell(conn: Conn, member: UUID, said: str, url: str) -> None:
    await notify(
        conn, SYSTEM, kind="inhouse.reminder", owner_id=member, object_kind="declaration", object_id=member,
        url=url, title=said, roles=TOLD,
    )  # fmt: skip
