"""SQL of index steps."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from exchange.indexing.model import Applied, Step
from exchange.indexing.words import reason_of
from exchange.orders.model import Line
from kdnx.db.conn import Conn
from kdnx.db.rows import many

LIST_HEADS = """
SELECT o.owner_id, o.id, o.number, o.recipient_id, o.current_version AS version, v.title, v.offering_id, v.offering_version, v.ends_on,
  p.short_name AS provider_short, r.short_name AS recipient_short,
  (SELECT max(b.service_to) FROM exchange.booking b WHERE b.owner_id = o.owner_id AND b.order_id = o.id AND b.kind = 'regular'
    AND b.state NOT IN ('withdrawn', 'expired')) AS booked_until,
  EXISTS (SELECT 1 FROM exchange.amendment a WHERE a.owner_id = o.owner_id AND a.order_id = o.id
    AND a.state IN ('proposed', 'reviewed', 'approved_provider', 'approved_hub', 'agreed')) AS is_changing
FROM exchange.service_order o JOIN exchange.order_version v ON v.owner_id = o.owner_id AND v.order_id = o.id AND v.version = o.current_version
JOIN kdnx.public_member p ON p.id = o.owner_id JOIN kdnx.public_member r ON r.id = o.recipient_id
WHERE o.state IN ('active', 'paused') AND o.terminated_on IS NULL AND ($1::uuid[] IS NULL OR o.owner_id = ANY ($1) OR o.recipient_id = ANY ($1))
  AND ($2::uuid[] IS NULL OR o.id = ANY ($2)) AND ($3::uuid IS NULL OR o.id > $3)
  AND EXISTS (SELECT 1 FROM exchange.schedule_line l WHERE l.owner_id = o.owner_id AND l.order_id = o.id AND l.version = o.current_version
    AND l.price_ordinal IS NOT NULL)
ORDER BY o.id LIMIT $4
"""
LIST_LINES = """
SELECT l.order_id, l.ordinal, l.label, l.unit, l.period, l.quantity, l.unit_price_micro, l.net_cents, l.price_ordinal
FROM exchange.schedule_line l JOIN unnest($1::uuid[], $2::uuid[], $3::int[]) x(o, i, v)
  ON l.owner_id = x.o AND l.order_id = x.i AND l.version = x.v ORDER BY l.order_id, l.ordinal
"""
LIST_APPLIED = """
SELECT DISTINCT ON (s.order_id, s.label) s.order_id, s.label, s.month, s.value, s.new_micro
FROM exchange.index_step s JOIN exchange.amendment a ON a.owner_id = s.owner_id AND a.id = s.amendment_id
WHERE s.order_id = ANY ($1::uuid[]) AND a.state = 'in_force' ORDER BY s.order_id, s.label, s.month DESC
"""
LIST_OF_ORDER = """
SELECT s.amendment_id, s.label, s.series, s.old_micro, s.new_micro, s.reason, a.valid_from, a.state
FROM exchange.index_step s JOIN exchange.amendment a ON a.owner_id = s.owner_id AND a.id = s.amendment_id
WHERE s.owner_id = $1 AND s.order_id = $2 ORDER BY s.month DESC, s.label LIMIT 60
"""
INSERT = """
INSERT INTO exchange.index_step (owner_id, amendment_id, label, order_id, series, since_month, since_value, month, value, rule_id, change_pct,
  share_pct, old_micro, new_micro, reason, created_at)
SELECT $1, $2, x.label, $3, x.series, x.sm, x.sv, x.m, x.v, x.r, x.c, x.s, x.o, x.n, x.t, $16
FROM unnest($4::text[], $5::text[], $6::text[], $7::numeric[], $8::text[], $9::numeric[], $10::uuid[], $11::numeric[], $12::numeric[],
  $13::bigint[], $14::bigint[], $15::text[]) x(label, series, sm, sv, m, v, r, c, s, o, n, t)
"""


@dataclass(frozen=True)
class Head:
    """A running order with what an index step needs of it; `is_changing`: another change is under way."""

    owner_id: UUID
    id: UUID
    number: str
    recipient_id: UUID
    version: int
    title: str
    offering_id: UUID
    offering_version: int
    ends_on: date | None
    provider_short: str
    recipient_short: str
    booked_until: date | None
    is_changing: bool


@dataclass(frozen=True)
class Done:
    """A step as it was proposed, with the state of its amendment."""

    amendment_id: UUID
    label: str
    series: str
    old_micro: int
    new_micro: int
    reason: str
    valid_from: date
    state: str


async def list_heads(
    conn: Conn, members: Sequence[UUID] | None, ids: Sequence[UUID] | None, after: UUID | None, limit: int
) -> list[Head]:  # fmt: skip
    """Running orders with a line of the catalogue, by id; `members` None = all that row security shows."""
    return many(
        Head,
        await conn.fetch(
            LIST_HEADS, None if members is None else list(members), None if ids is None else list(ids), after, limit
        ),
    )  # fmt: skip


async def list_lines(conn: Conn, heads: Sequence[Head]) -> dict[UUID, list[Line]]:
    """The lines of the current versions by order."""
    found: dict[UUID, list[Line]] = {}
    rows = await conn.fetch(
        LIST_LINES, [h.owner_id for h in heads], [h.id for h in heads], [h.version for h in heads]
    )
    for r in rows:
        values = dict(r)
        found.setdefault(values.pop("order_id"), []).append(Line(**values))
    return found


async def list_applied(conn: Conn, ids: Sequence[UUID]) -> dict[tuple[UUID, str], Applied]:
    """The last step in force by (order, label of the line)."""
    rows = await conn.fetch(LIST_APPLIED, list(ids))
    return {
        (r["order_id"], r["label"]): Applied(r["month"], r["value"], r["new_micro"]) for r in rows
    }


async def list_of_order(conn: Conn, owner_id: UUID, order_id: UUID) -> list[Done]:
    """The steps of an order, the last one first."""
    return many(Done, await conn.fetch(LIST_OF_ORDER, owner_id, order_id))


async def insert_steps(
    conn: Conn, owner_id: UUID, amendment_id: UUID, order_id: UUID, steps: Sequence[Step]
) -> None:
    """Write what the due steps of one amendment were computed from."""
    due = [(s, s.now) for s in steps if s.now is not None]
    await conn.execute(
        INSERT, owner_id, amendment_id, order_id, [s.line.label for s, _n in due], [s.clause.series for s, _n in due],
        [s.since[0] for s, _n in due], [s.since[1] for s, _n in due], [n.month for _s, n in due], [n.value for _s, n in due],
        [n.rule_id for _s, n in due], [round(s.change_pct, 4) for s, _n in due], [s.clause.share_pct for s, _n in due],
        [s.line.unit_price_micro for s, _n in due], [s.new_micro for s, _n in due], [reason_of(s) for s, _n in due], conn.now,
    )  # fmt: skip
