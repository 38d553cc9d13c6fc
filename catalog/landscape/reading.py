"""The map as of today: which members count, what they use, what the catalogue offers for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from catalog.applications.model import Use
from catalog.applications.reading import Progress, read_progress
from catalog.applications.store import list_all
from catalog.capabilities.model import Capability, folded, grouped
from catalog.capabilities.store import list_capabilities, list_serving
from catalog.landscape.model import Coverage, Only, Order, arranged, coverages
from kdnx.db.conn import Conn
from kdnx.members.model import Member


@dataclass(frozen=True)
class Landscape:
    """Rows of the map with the declarations behind them; `members` are the houses that count."""

    rows: Sequence[Coverage]
    uses: Sequence[Use]
    members: Sequence[Member]
    groups: Sequence[Capability]
    progress: Progress


async def read_landscape(
    conn: Conn, *, group: str = "", level: str = "", q: str = "", only: Only = Only.ALL,
    order: Order = Order.TREE,
) -> Landscape:  # fmt: skip
    """The part of the map that is asked for: a group by code, houses of a level, tasks by their name."""
    found = grouped(await list_capabilities(conn))
    progress = await read_progress(conn)
    members = [m for m in progress.members if not level or m.provider_level == level]
    ids: set[UUID] = {m.id for m in members}
    tasks = [t for g in found if not group or g.head.code == group for t in g.tasks]
    if q.strip():
        tasks = [t for t in tasks if folded(q) in folded(t.name + t.description)]
    uses = [u for u in await list_all(conn) if u.owner_id in ids]
    rows = coverages(tasks, uses, await list_serving(conn))
    return Landscape(arranged(rows, order, only), uses, members, [g.head for g in found], progress)
