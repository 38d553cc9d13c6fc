"""Reads which running orders follow an index, and what their clauses say today."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from catalog.interface import list_index_clauses
from exchange.indexing import store
from exchange.indexing.model import Reading, Step, find_step, key_of, starts_on
from exchange.indexing.store import Head
from exchange.orders.model import Line
from kdnx.db.conn import Conn
from kdnx.rules.store import list_rules
from kdnx.viewer import Permission, Scope, Viewer, require

AT_ONCE, MOST = 400, 20_000
INDEX_RULE = "price_index"


async def list_readings(conn: Conn) -> dict[str, Reading]:
    """The newest approved value of every index, by its name as the clauses write it."""
    return {
        r.key: Reading(f"{r.valid_from:%Y-%m}", Decimal(str(r.value["value"])), r.id)
        for r in await list_rules(conn, INDEX_RULE, conn.today)
        if r.value.get("value") is not None
    }


@dataclass(frozen=True)
class Indexed:
    """An order with its lines, and those that follow an index."""

    head: Head
    steps: tuple[Step, ...]
    lines: tuple[Line, ...]

    @property
    def due(self) -> tuple[Step, ...]:
        """The steps to propose; none while another change is under way."""
        return () if self.head.is_changing else tuple(s for s in self.steps if s.is_due)

    @property
    def yearly_cents(self) -> int:
        """What the due steps add to a year, net cents of contract 1."""
        return sum(s.yearly_cents for s in self.due)


async def read_indexed(
    conn: Conn, viewer: Viewer, ids: Sequence[UUID] | None = None
) -> list[Indexed]:
    """The orders of the viewer's house (office and audit: all) with an index clause, by number."""
    require(viewer, Permission.ORDER_READ)
    wide = viewer.scope in (Scope.OFFICE, Scope.AUDIT)
    return await find_indexed(conn, None if wide else list(viewer.members), ids)


async def find_indexed(
    conn: Conn, members: Sequence[UUID] | None = None, ids: Sequence[UUID] | None = None
) -> list[Indexed]:
    """The orders of these members (None: all that row security shows) with an index clause, by number."""
    readings = await list_readings(conn)
    found: list[Indexed] = []
    after: UUID | None = None
    for _n in range(MOST // AT_ONCE):
        heads = await store.list_heads(conn, members, ids, after, AT_ONCE)
        if heads:
            clauses = await list_index_clauses(
                conn, list({(h.offering_id, h.offering_version) for h in heads})
            )
            versions = {key[:2] for key in clauses}
            followed = [h for h in heads if (h.offering_id, h.offering_version) in versions]
            lines = await store.list_lines(conn, followed)
            applied = await store.list_applied(conn, [h.id for h in followed])
            for h in followed:
                steps = []
                for line in lines.get(h.id, []):
                    clause = clauses.get(
                        (h.offering_id, h.offering_version, line.price_ordinal or 0)
                    )
                    if clause is not None:
                        last, now = (
                            applied.get((h.id, line.label)),
                            readings.get(key_of(clause.series)),
                        )
                        starts = starts_on(conn.today, h.booked_until)
                        steps.append(find_step(line, clause, last, now, starts))
                if steps:
                    found.append(Indexed(h, tuple(steps), tuple(lines[h.id])))
        if len(heads) < AT_ONCE:
            break
        after = heads[-1].id
    return sorted(found, key=lambda x: (x.head.number, x.head.id))
