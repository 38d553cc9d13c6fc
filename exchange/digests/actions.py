"""Due work: tell the members of each new fingerprint, and prove every frozen figure against the ledger."""

from uuid import UUID

from exchange.closing.store import wrong_cells
from exchange.digests import store
from kdnx.db.conn import Conn
from kdnx.ids import named_id
from kdnx.members.store import hub_on, list_members
from kdnx.notices.actions import notify_members
from kdnx.tasks.actions import close_tasks, open_tasks
from kdnx.tasks.model import NewTask
from kdnx.text import _
from kdnx.viewer import Role, Scope, Viewer
from kdnx.web.formats import day, eur

SYSTEM = Viewer(scope=Scope.SYSTEM)
KIND = "ledger.differs"


def differs_object(year: int) -> UUID:
    """What the task about a differing year points at."""
    return named_id("exchange.rollup", str(year))


async def tell_cuts(conn: Conn) -> int:
    """Send each new daily fingerprint to every member once; nothing booked, nothing sent. How many days."""
    found = await store.untold_cuts(conn)
    if not found:
        return 0
    everybody = [m.id for m in await list_members(conn)]
    for cut in found:
        told = 0
        if cut["is_new"]:
            told = await notify_members(
                conn, SYSTEM, kind="ledger.digest", owner_ids=everybody, object_kind="ledger_cut",
                object_id=named_id("exchange.cut", str(cut["day"])),
                url="/ledger/digests", title=_("Tagesabdruck {day} des Buchungsbuchs").format(day=day(cut["day"])),
                roles=[Role.BOOKING_APPROVER],
            )  # fmt: skip
        await store.insert_digest(conn, cut["day"], told)
    return len(found)


async def prove_figures(conn: Conn) -> int:
    """Nightly: each closed year's frozen volume against its fold, cell by cell; a task on the first cent.

    The task closes by itself when the figures agree again; how many tasks were opened or closed.
    """
    wrong = await wrong_cells(conn)
    hub = await hub_on(conn, conn.today) if wrong else None
    changed = await open_tasks(
        conn,
        [
            NewTask(
                owner_id=hub, kind=KIND, object_kind="closing", object_id=differs_object(year),
                title=_("{year}: festgeschriebenes Volumen weicht um {amount} vom Buchungsbuch ab").format(
                    year=year, amount=eur(cents)
                ),
                url=f"/closings/{year}", assignee_role=Role.CONTRACT_MANAGER,
            )
            for year, cents in wrong.items()
            if hub is not None
        ],
    )  # fmt: skip
    for year in await store.closed_years(conn):
        if year not in wrong:
            changed += await close_tasks(conn, differs_object(year), [KIND])
    return changed
