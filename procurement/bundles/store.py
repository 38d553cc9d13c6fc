"""SQL of bundles: positions, lots, lines with their place, and the steps that changed them."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

import asyncpg

from kdnx.db.conn import Conn
from kdnx.db.rows import many, one
from kdnx.text import _
from procurement.bundles.model import (
    Bundle,
    BundleLine,
    BundleLot,
    BundlePosition,
    Key,
    Move,
    Place,
)

GET_BUNDLE = """
SELECT b.*, m.short_name AS lead_name FROM procurement.bundle b JOIN kdnx.public_member m ON m.id = b.lead_id WHERE b.id = $1
"""
LOCK_BUNDLE = "SELECT b.*, '' AS lead_name FROM procurement.bundle b WHERE b.id = $1 FOR UPDATE"
LIST_BUNDLES = """
SELECT b.*, m.short_name AS lead_name FROM procurement.bundle b JOIN kdnx.public_member m ON m.id = b.lead_id
WHERE ($1::text = '' OR b.state = $1) AND ($2::timestamptz IS NULL OR (b.created_at, b.id) < ($2, $3::uuid)) ORDER BY b.created_at DESC, b.id DESC LIMIT $4
"""
FIND_BUNDLE_OF_CALL = (
    "SELECT bundle_id FROM procurement.bundle_call WHERE call_id = $1 AND is_active"
)
INSERT_BUNDLE = """
INSERT INTO procurement.bundle (id, lead_id, title, state, starts_on, created_at, updated_at) VALUES ($1, $2, $3, 'collecting', $4, $5, $5)
"""
INSERT_BUNDLE_CALL = "INSERT INTO procurement.bundle_call (bundle_id, call_id) VALUES ($1, $2)"
LIST_BUNDLE_CALLS = (
    "SELECT call_id FROM procurement.bundle_call WHERE bundle_id = $1 ORDER BY call_id"
)
MARK_STATE = """
UPDATE procurement.bundle SET state = $2, row_version = row_version + 1, updated_at = $3, dissolve_reason = coalesce($4, dissolve_reason),
  frozen_at = CASE WHEN $2 = 'frozen' THEN coalesce(frozen_at, $3) ELSE frozen_at END WHERE id = $1
"""
TOUCH = "UPDATE procurement.bundle SET row_version = row_version + 1, updated_at = $2 WHERE id = $1"
LIST_POSITIONS = "SELECT ordinal, title, cpv, unit, unit_price_cents, price_source FROM procurement.bundle_position WHERE bundle_id = $1 ORDER BY ordinal"
# one position for each kind of thing asked for: same code, unit and specification
ADD_POSITIONS = """
INSERT INTO procurement.bundle_position (bundle_id, ordinal, title, cpv, unit, spec_hash)
SELECT $1, coalesce((SELECT max(p.ordinal) FROM procurement.bundle_position p WHERE p.bundle_id = $1), 0) + row_number() OVER (ORDER BY n.place),
  n.title, n.cpv, n.unit, n.spec_hash
FROM (SELECT min(l.ordinal) AS place, min(l.title) AS title, l.cpv, l.unit, l.spec_hash
  FROM procurement.demand_response r JOIN procurement.demand_line l ON l.owner_id = r.owner_id AND l.response_id = r.id AND l.version = r.submitted_version
  WHERE ($2::uuid IS NOT NULL AND r.call_id = $2 OR r.call_id IS NULL AND (r.owner_id, r.id) IN (SELECT * FROM unnest($3::uuid[], $4::uuid[])))
    AND NOT EXISTS (SELECT 1 FROM procurement.bundle_position p WHERE p.bundle_id = $1 AND (p.cpv, p.unit, p.spec_hash) = (l.cpv, l.unit, l.spec_hash))
  GROUP BY l.cpv, l.unit, l.spec_hash) n
"""
ADD_LINES = """
INSERT INTO procurement.bundle_line (bundle_id, owner_id, response_id, version, ordinal, lead_id, position, decision)
SELECT $1, l.owner_id, l.response_id, l.version, l.ordinal, $5, p.ordinal, 'open'
FROM procurement.demand_response r JOIN procurement.demand_line l ON l.owner_id = r.owner_id AND l.response_id = r.id AND l.version = r.submitted_version
JOIN procurement.bundle_position p ON p.bundle_id = $1 AND (p.cpv, p.unit, p.spec_hash) = (l.cpv, l.unit, l.spec_hash)
WHERE l.qty_max > 0
  AND ($2::uuid IS NOT NULL AND r.call_id = $2 OR r.call_id IS NULL AND (r.owner_id, r.id) IN (SELECT * FROM unnest($3::uuid[], $4::uuid[])))
"""
LIST_LINES = """
SELECT b.owner_id, b.response_id, b.version, b.ordinal, b.position, m.short_name AS member_name, l.unit, l.qty_min, l.qty_expected, l.qty_max, l.binding,
  l.price_today_cents, l.deviation_reason, b.lot_no, b.decision, b.reason, b.unit_factor,
  (SELECT count(*)::int FROM procurement.inhouse_match h WHERE h.owner_id = b.owner_id AND h.response_id = b.response_id AND h.ordinal = b.ordinal AND h.outcome = 'suits') AS suits
FROM procurement.bundle_line b
JOIN procurement.demand_line l ON (l.owner_id, l.response_id, l.version, l.ordinal) = (b.owner_id, b.response_id, b.version, b.ordinal)
JOIN kdnx.public_member m ON m.id = b.owner_id WHERE b.bundle_id = $1 ORDER BY b.position, m.sort_key, m.code, b.ordinal
"""
SET_PRICE = "UPDATE procurement.bundle_position SET unit_price_cents = $3, price_source = $4 WHERE bundle_id = $1 AND ordinal = $2"
LIST_LOTS = "SELECT lot_no, title FROM procurement.bundle_lot WHERE bundle_id = $1 ORDER BY lot_no"
INSERT_LOT = """
INSERT INTO procurement.bundle_lot (bundle_id, lot_no, title) SELECT $1, coalesce(max(lot_no), 0) + 1, $2 FROM procurement.bundle_lot WHERE bundle_id = $1 RETURNING lot_no
"""
PLACE_LINES = """
UPDATE procurement.bundle_line b SET lot_no = x.lot, decision = x.decision, reason = x.reason, unit_factor = x.factor
FROM unnest($2::uuid[], $3::uuid[], $4::int[], $5::int[], $6::int[], $7::text[], $8::text[], $9::numeric[]) AS x(owner, response, version, ordinal, lot, decision, reason, factor)
WHERE b.bundle_id = $1 AND (b.owner_id, b.response_id, b.version, b.ordinal) = (x.owner, x.response, x.version, x.ordinal)
"""
NEXT_STEP = (
    "SELECT coalesce(max(step), 0)::int + 1 FROM procurement.bundle_move WHERE bundle_id = $1"
)
INSERT_MOVES = """
INSERT INTO procurement.bundle_move (bundle_id, step, place, lead_id, owner_id, response_id, version, ordinal, lot_before, lot_after,
  decision_before, decision_after, reason_before, reason_after, factor_before, factor_after, undoes, at)
SELECT $1, $2, x.n, $3, x.o, x.r, x.v, x.k, x.lb, x.la, x.db, x.da, x.rb, x.ra, x.fb, x.fa, $16, $17
FROM unnest($4::uuid[], $5::uuid[], $6::int[], $7::int[], $8::int[], $9::int[], $10::text[], $11::text[], $12::text[], $13::text[], $14::numeric[], $15::numeric[])
  WITH ORDINALITY AS x(o, r, v, k, lb, la, db, da, rb, ra, fb, fa, n)
"""
LAST_STEP = """
SELECT max(m.step)::int FROM procurement.bundle_move m WHERE m.bundle_id = $1 AND m.undoes IS NULL
  AND NOT EXISTS (SELECT 1 FROM procurement.bundle_move u WHERE u.bundle_id = $1 AND u.undoes = m.step)
"""
LIST_MOVES = (
    "SELECT * FROM procurement.bundle_move WHERE bundle_id = $1 AND step = $2 ORDER BY place"
)
LIST_STEPS = """
SELECT step, min(at) AS at, min(undoes) AS undoes, count(*)::int AS lines, min(decision_after) AS decision, min(lot_after) AS lot_no
FROM procurement.bundle_move WHERE bundle_id = $1 GROUP BY step ORDER BY step DESC LIMIT 12
"""
LIST_FREE = """
SELECT r.owner_id, r.id, r.title, m.short_name AS member_name, l.unit, l.qty_expected FROM procurement.demand_response r
JOIN kdnx.public_member m ON m.id = r.owner_id
JOIN procurement.demand_line l ON l.owner_id = r.owner_id AND l.response_id = r.id AND l.version = r.submitted_version
WHERE r.call_id IS NULL AND r.state = 'submitted'
  AND NOT EXISTS (SELECT 1 FROM procurement.bundle_line b WHERE b.owner_id = l.owner_id AND b.response_id = l.response_id AND b.version = l.version AND b.is_active)
ORDER BY m.sort_key, r.title LIMIT 200
"""
LIST_CLOSED_CALLS = "SELECT id, number, title FROM procurement.demand_call WHERE state = 'closed' AND lead_id = $1 AND id <> $2 ORDER BY number LIMIT 200"
FREE_LINES = "UPDATE procurement.bundle_line SET is_active = false WHERE bundle_id = $1"
FREE_CALLS = "UPDATE procurement.bundle_call SET is_active = false WHERE bundle_id = $1 AND is_active RETURNING call_id"


async def get_bundle(conn: Conn, bundle_id: UUID) -> Bundle:
    """One bundle the viewer may see; NotFound otherwise."""
    return one(Bundle, await conn.fetchrow(GET_BUNDLE, bundle_id), _("Diese Bündelung"))


async def lock_bundle(conn: Conn, bundle_id: UUID) -> Bundle:
    """The bundle, held until the end of the transaction."""
    return one(Bundle, await conn.fetchrow(LOCK_BUNDLE, bundle_id), _("Diese Bündelung"))


async def list_bundles(
    conn: Conn, state: str, after: tuple[object, UUID] | None, limit: int
) -> list[Bundle]:
    """Bundles the viewer may see, newest first."""
    at, last = after or (None, None)
    return many(Bundle, await conn.fetch(LIST_BUNDLES, state, at, last, limit))


async def find_bundle_of_call(conn: Conn, call_id: UUID) -> UUID | None:
    """The bundle a call lies in, or None."""
    found: UUID | None = await conn.fetchval(FIND_BUNDLE_OF_CALL, call_id)
    return found


async def insert_bundle(
    conn: Conn, bundle_id: UUID, lead_id: UUID, title: str, starts_on: date
) -> None:
    """A new bundle that collects."""
    await conn.execute(INSERT_BUNDLE, bundle_id, lead_id, title, starts_on, conn.now)


async def insert_bundle_call(conn: Conn, bundle_id: UUID, call_id: UUID) -> None:
    """The call goes into the bundle."""
    await conn.execute(INSERT_BUNDLE_CALL, bundle_id, call_id)


async def list_bundle_calls(conn: Conn, bundle_id: UUID) -> list[UUID]:
    """Calls gathered here."""
    return [r["call_id"] for r in await conn.fetch(LIST_BUNDLE_CALLS, bundle_id)]


async def mark_state(conn: Conn, bundle_id: UUID, state: str, reason: str | None = None) -> None:
    """The new state."""
    await conn.execute(MARK_STATE, bundle_id, state, conn.now, reason)


async def touch(conn: Conn, bundle_id: UUID) -> None:
    """A part changed: count the version up."""
    await conn.execute(TOUCH, bundle_id, conn.now)


async def list_positions(conn: Conn, bundle_id: UUID) -> list[BundlePosition]:
    """Positions in their order."""
    return many(BundlePosition, await conn.fetch(LIST_POSITIONS, bundle_id))


async def add_lines(
    conn: Conn,
    bundle: Bundle,
    *,
    call_id: UUID | None = None,
    free: Sequence[tuple[UUID, UUID]] = (),
) -> int:
    """Submitted lines of a call, or of free demands, with the positions they need; how many lines."""
    owners, ids = [f[0] for f in free], [f[1] for f in free]
    await conn.execute(ADD_POSITIONS, bundle.id, call_id, owners, ids)
    return await conn.execute(ADD_LINES, bundle.id, call_id, owners, ids, bundle.lead_id)


async def list_lines(conn: Conn, bundle_id: UUID) -> list[BundleLine]:
    """All lines with member, quantities and place."""
    return many(BundleLine, await conn.fetch(LIST_LINES, bundle_id))


async def set_price(
    conn: Conn, bundle_id: UUID, position: int, cents: int | None, source: str
) -> int:
    """The estimated net price of a unit; how many positions were touched."""
    return await conn.execute(SET_PRICE, bundle_id, position, cents, source)


async def list_lots(conn: Conn, bundle_id: UUID) -> list[BundleLot]:
    """Lots by number."""
    return many(BundleLot, await conn.fetch(LIST_LOTS, bundle_id))


async def insert_lot(conn: Conn, bundle_id: UUID, title: str) -> int:
    """A further lot; its number."""
    number: int = await conn.fetchval(INSERT_LOT, bundle_id, title)
    return number


async def place_lines(conn: Conn, bundle_id: UUID, moves: Sequence[Move]) -> None:
    """Put the lines where the moves say."""
    await conn.execute(
        PLACE_LINES, bundle_id, *_keys(moves), [m.after.lot_no for m in moves], [m.after.decision for m in moves],
        [m.after.reason for m in moves], [m.after.unit_factor for m in moves],
    )  # fmt: skip


def _keys(moves: Sequence[Move]) -> tuple[list[object], ...]:
    return tuple([m.key[i] for m in moves] for i in range(4))


async def insert_moves(
    conn: Conn, bundle: Bundle, moves: Sequence[Move], undoes: int | None = None
) -> int:
    """Append a step; its number (the caller holds the bundle)."""
    step: int = await conn.fetchval(NEXT_STEP, bundle.id)
    await conn.execute(
        INSERT_MOVES, bundle.id, step, bundle.lead_id, *_keys(moves),
        [m.before.lot_no for m in moves], [m.after.lot_no for m in moves],
        [m.before.decision for m in moves], [m.after.decision for m in moves],
        [m.before.reason for m in moves], [m.after.reason for m in moves],
        [m.before.unit_factor for m in moves], [m.after.unit_factor for m in moves], undoes, conn.now,
    )  # fmt: skip
    return step


async def find_last_step(conn: Conn, bundle_id: UUID) -> int | None:
    """The newest step that is not undone yet, or None."""
    step: int | None = await conn.fetchval(LAST_STEP, bundle_id)
    return step


async def list_moves(conn: Conn, bundle_id: UUID, step: int) -> list[Move]:
    """What one step changed."""
    return [_move(r) for r in await conn.fetch(LIST_MOVES, bundle_id, step)]


def _move(r: asyncpg.Record) -> Move:
    key: Key = (r["owner_id"], r["response_id"], r["version"], r["ordinal"])
    before = Place(
        r["lot_before"], r["decision_before"], r["reason_before"], Decimal(r["factor_before"])
    )
    return Move(
        key,
        before,
        Place(r["lot_after"], r["decision_after"], r["reason_after"], Decimal(r["factor_after"])),
    )


async def list_steps(conn: Conn, bundle_id: UUID) -> list[asyncpg.Record]:
    """The newest steps: step, at, undoes, lines, decision, lot_no."""
    return await conn.fetch(LIST_STEPS, bundle_id)


async def list_free_demands(conn: Conn) -> list[asyncpg.Record]:
    """Submitted free demands that lie in no bundle: owner_id, id, title, member_name, unit, qty_expected."""
    return await conn.fetch(LIST_FREE)


async def list_closed_calls(conn: Conn, lead_id: UUID, without: UUID) -> list[asyncpg.Record]:
    """Other closed calls of the same lead: id, number, title."""
    return await conn.fetch(LIST_CLOSED_CALLS, lead_id, without)


async def free_everything(conn: Conn, bundle_id: UUID) -> list[UUID]:
    """Let lines and calls go to another bundle; the calls."""
    await conn.execute(FREE_LINES, bundle_id)
    return [r["call_id"] for r in await conn.fetch(FREE_CALLS, bundle_id)]
