"""SQL of what was kept and signed off for an order, and of the cooperation it names."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from uuid import UUID

from exchange.clearing.change import Measure, Terms
from exchange.orders.model import Line
from kdnx.db.conn import Conn
from kdnx.db.rows import many, maybe

FIND_SIGNOFF = (
    "SELECT * FROM exchange.order_inhouse WHERE owner_id = $1 AND order_id = $2 AND version = $3"
)
INSERT_SIGNOFF = """
INSERT INTO exchange.order_inhouse (owner_id, order_id, version, award_year, entrusted_cents, total_cents, light, rule_ids, reason, signed_by, signed_at,
  cooperation_id, worst_market_cents, worst_total_cents) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
"""
FIND_NAMED = "SELECT * FROM exchange.order_cooperation WHERE owner_id = $1 AND order_id = $2 AND version = $3"
# a running order that was changed rests on what its reviewed version named
FIND_LAST_NAMED = """
SELECT * FROM exchange.order_cooperation WHERE owner_id = $1 AND order_id = $2 AND version <= $3 ORDER BY version DESC LIMIT 1
"""
# whoever names another one before the review replaces it
UPSERT_NAMED = """
INSERT INTO exchange.order_cooperation AS n (owner_id, order_id, version, recipient_id, cooperation_owner_id, cooperation_id, title, named_by, named_at,
  created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9, $9)
ON CONFLICT (owner_id, order_id, version) DO UPDATE SET cooperation_owner_id = EXCLUDED.cooperation_owner_id, cooperation_id = EXCLUDED.cooperation_id,
  title = EXCLUDED.title, named_by = EXCLUDED.named_by, named_at = EXCLUDED.named_at, row_version = n.row_version + 1, updated_at = EXCLUDED.updated_at
"""
KEEP_LIGHT = """
UPDATE exchange.order_cooperation SET light = $4, row_version = row_version + 1, updated_at = $5 WHERE owner_id = $1 AND order_id = $2 AND version = $3
"""
LIST_ORDERS = """
SELECT n.order_id, o.number, o.state, v.title, n.light FROM exchange.order_cooperation n
JOIN exchange.service_order o ON o.owner_id = n.owner_id AND o.id = n.order_id
JOIN exchange.order_version v ON v.owner_id = n.owner_id AND v.order_id = n.order_id AND v.version = n.version
WHERE n.cooperation_id = $1 AND o.number IS NOT NULL AND n.version = (SELECT max(l.version) FROM exchange.order_cooperation l
  WHERE l.owner_id = n.owner_id AND l.order_id = n.order_id AND l.version <= o.current_version) ORDER BY o.number LIMIT 200
"""

# offered, not yet reviewed, by § 108 Abs. 6 GWB
LIST_UNNAMED = """
SELECT o.owner_id, o.id AS order_id, o.number FROM exchange.service_order o
JOIN exchange.order_version v ON v.owner_id = o.owner_id AND v.order_id = o.id AND v.version = o.current_version
WHERE o.state = 'offered' AND o.number IS NOT NULL AND v.legal_route = 'cooperation_108_6' AND NOT EXISTS (SELECT 1 FROM exchange.order_cooperation n
  WHERE n.owner_id = o.owner_id AND n.order_id = o.id AND n.version = o.current_version) ORDER BY o.updated_at DESC, o.id LIMIT $1
"""
FIND_CAP = "SELECT owner_id, order_id, version, cap_cents, policy FROM exchange.order_cap WHERE owner_id = $1 AND order_id = $2 AND version = $3"
UPSERT_CAP = """
INSERT INTO exchange.order_cap AS c (owner_id, order_id, version, cap_cents, policy, set_by, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $7)
ON CONFLICT (owner_id, order_id, version) DO UPDATE SET cap_cents = EXCLUDED.cap_cents, policy = EXCLUDED.policy, set_by = EXCLUDED.set_by,
  row_version = c.row_version + 1, updated_at = EXCLUDED.updated_at
"""
INSERT_CAP = """
INSERT INTO exchange.order_cap (owner_id, order_id, version, cap_cents, policy, set_by, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $7)
"""
# of a booking confirmed in part only that part counts; its rest is a booking of its own. What takes back frees nothing until it is confirmed
USED_CENTS = """
SELECT coalesce(sum(b.sign * coalesce(c.confirmed_cents, b.net_cents)), 0)::bigint FROM exchange.booking b
LEFT JOIN exchange.confirmation c ON c.owner_id = b.owner_id AND c.booking_id = b.id
WHERE (b.owner_id, b.order_id) IN (SELECT h.owner_id, h.id FROM exchange.order_chain(ARRAY[$2::uuid]) h) AND b.service_year = $1
  AND (b.state = 'confirmed' OR b.sign = 1 AND b.state IN ('proposed', 'disputed'))
"""
# the maximum of a year is the last one agreed for it: a change in July holds for January too; what a predecessor used of it is used
LIST_CAPS = """
SELECT x.n, c.cap_cents, c.policy, (SELECT coalesce(sum(b.sign * coalesce(k.confirmed_cents, b.net_cents)), 0) FROM exchange.booking b
    LEFT JOIN exchange.confirmation k ON k.owner_id = b.owner_id AND k.booking_id = b.id
    WHERE (b.owner_id, b.order_id) IN (SELECT h.owner_id, h.id FROM exchange.order_chain(ARRAY[x.i]) h) AND b.service_year = x.y
      AND (b.state = 'confirmed' OR b.sign = 1 AND b.state IN ('proposed', 'disputed')))::bigint AS used_cents
FROM unnest($1::uuid[], $2::uuid[], $3::int[]) WITH ORDINALITY x(o, i, y, n) JOIN exchange.service_order s ON s.owner_id = x.o AND s.id = x.i
CROSS JOIN LATERAL (SELECT v.version FROM exchange.order_version v WHERE v.owner_id = x.o AND v.order_id = x.i AND v.version <= s.current_version
  ORDER BY v.valid_from <= make_date(x.y, 12, 31) DESC, v.version DESC LIMIT 1) v
JOIN exchange.order_cap c ON c.owner_id = x.o AND c.order_id = x.i AND c.version = v.version WHERE c.cap_cents IS NOT NULL ORDER BY x.n
"""
INSERT_LAW = """
INSERT INTO exchange.amendment_law (owner_id, amendment_id, legal_route, door, claim, claim_reason, indexed, original_cents, reference_cents,
  change_cents, cumulated_cents, threshold_cents, minor_pct, each_pct, notice_days, light_asks, rule_ids, checked_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
"""
FIND_LAW = "SELECT * FROM exchange.amendment_law WHERE owner_id = $1 AND amendment_id = $2"
# the changes that count: agreed by all sides, also under a predecessor; the contract of each of them, the first one first
LIST_STEPS = """
SELECT base_version, version FROM exchange.amendment WHERE owner_id = $1 AND order_id = $2 AND state IN ('agreed', 'in_force') ORDER BY version LIMIT 500
"""
LIST_CHAIN = """
SELECT h.owner_id, h.id, o.current_version FROM exchange.order_chain(ARRAY[$1::uuid]) h JOIN exchange.service_order o ON o.owner_id = h.owner_id AND o.id = h.id
ORDER BY h.depth DESC
"""
LIST_TERMS = """
SELECT version, starts_on, ends_on, valid_from FROM exchange.order_version WHERE owner_id = $1 AND order_id = $2 AND version = ANY ($3::int[]) LIMIT 1000
"""
LIST_LINES = """
SELECT version, ordinal, label, unit, period, quantity, unit_price_micro, net_cents, price_ordinal FROM exchange.schedule_line
WHERE owner_id = $1 AND order_id = $2 AND version = ANY ($3::int[]) ORDER BY version, ordinal LIMIT 40000
"""


@dataclass(frozen=True)
class Signoff:
    """The test kept with a version of an order; cents. For a cooperation the joint amounts and those of the worst party."""

    owner_id: UUID
    order_id: UUID
    version: int
    award_year: int
    entrusted_cents: int
    total_cents: int
    light: str
    rule_ids: list[UUID]
    reason: str
    signed_by: UUID
    signed_at: datetime
    cooperation_id: UUID | None = None
    worst_market_cents: int | None = None
    worst_total_cents: int | None = None


@dataclass(frozen=True)
class Named:
    """The cooperation a version of an order rests on; `light` None until the review."""

    owner_id: UUID
    order_id: UUID
    version: int
    recipient_id: UUID
    cooperation_owner_id: UUID
    cooperation_id: UUID
    title: str
    named_by: UUID
    named_at: datetime
    light: str | None = None


@dataclass(frozen=True)
class Resting:
    """An order that names a cooperation, as its page lists it."""

    order_id: UUID
    number: str
    state: str
    title: str
    light: str | None


@dataclass(frozen=True)
class Unnamed:
    """An offer that rests on a cooperation and names none."""

    owner_id: UUID
    order_id: UUID
    number: str


@dataclass(frozen=True)
class Cap:
    """The yearly maximum of a version in cents net, leg 1; None = none. `policy` is warn or block."""

    owner_id: UUID
    order_id: UUID
    version: int
    cap_cents: int | None
    policy: str


@dataclass(frozen=True)
class Law:
    """What was found of a change when it was proposed, with the rules it was measured by."""

    measure: Measure
    light_asks: bool
    rule_ids: list[UUID]
    checked_at: datetime


@dataclass(frozen=True)
class Step:
    """A change all sides agreed to: from one version to the next."""

    base_version: int
    version: int


async def find_signoff(conn: Conn, owner_id: UUID, order_id: UUID, version: int) -> Signoff | None:
    """The test kept with a version of an order, as far as the viewer may read amounts."""
    return maybe(Signoff, await conn.fetchrow(FIND_SIGNOFF, owner_id, order_id, version))


async def insert_signoff(conn: Conn, s: Signoff) -> None:
    """Keep the test with the order; UniqueViolation when there is one."""
    await conn.execute(
        INSERT_SIGNOFF, s.owner_id, s.order_id, s.version, s.award_year, s.entrusted_cents, s.total_cents, s.light, s.rule_ids,
        s.reason, s.signed_by, s.signed_at, s.cooperation_id, s.worst_market_cents, s.worst_total_cents,
    )  # fmt: skip


async def find_named(conn: Conn, owner_id: UUID, order_id: UUID, version: int) -> Named | None:
    """The cooperation that a version of an order names."""
    return maybe(Named, await conn.fetchrow(FIND_NAMED, owner_id, order_id, version))


async def find_last_named(conn: Conn, owner_id: UUID, order_id: UUID, version: int) -> Named | None:
    """The cooperation of this version of an order or, where a change named none, of the last one before it."""
    return maybe(Named, await conn.fetchrow(FIND_LAST_NAMED, owner_id, order_id, version))


async def save_named(conn: Conn, n: Named) -> None:
    """Name it, or another one instead."""
    await conn.execute(
        UPSERT_NAMED, n.owner_id, n.order_id, n.version, n.recipient_id, n.cooperation_owner_id, n.cooperation_id, n.title,
        n.named_by, n.named_at,
    )  # fmt: skip


async def keep_light(conn: Conn, n: Named, light: str) -> None:
    """The light at the review, for the parties of the order."""
    await conn.execute(KEEP_LIGHT, n.owner_id, n.order_id, n.version, light, conn.now)


async def list_orders(conn: Conn, cooperation_id: UUID) -> list[Resting]:
    """The orders that rest on a cooperation and that the viewer sees, by number."""
    return [Resting(**dict(r)) for r in await conn.fetch(LIST_ORDERS, cooperation_id)]


async def insert_law(conn: Conn, owner_id: UUID, amendment_id: UUID, law: Law) -> None:
    """Keep what was found of a change."""
    m = law.measure
    await conn.execute(
        INSERT_LAW, owner_id, amendment_id, m.legal_route, m.door.value, m.claim, m.claim_reason, m.indexed, m.original_cents,
        m.reference_cents, m.change_cents, m.cumulated_cents, m.threshold_cents, m.minor_pct, m.each_pct, m.notice_days,
        law.light_asks, law.rule_ids, law.checked_at,
    )  # fmt: skip


async def find_law(conn: Conn, owner_id: UUID, amendment_id: UUID) -> Law | None:
    """What was found of a change; None for changes proposed before it was measured."""
    row = await conn.fetchrow(FIND_LAW, owner_id, amendment_id)
    if row is None:
        return None
    measure = Measure(**{f.name: row[f.name] for f in fields(Measure)})
    return Law(measure, row["light_asks"], list(row["rule_ids"]), row["checked_at"])


async def list_steps(conn: Conn, owner_id: UUID, order_id: UUID) -> list[Step]:
    """The changes agreed so far, the first one first."""
    return many(Step, await conn.fetch(LIST_STEPS, owner_id, order_id))


async def list_chain(conn: Conn, order_id: UUID) -> list[tuple[UUID, UUID, int]]:
    """Owner, id and current version of the orders it continues, the first one first, and last the order itself."""
    rows = await conn.fetch(LIST_CHAIN, order_id)
    return [(r["owner_id"], r["id"], r["current_version"]) for r in rows]


async def terms_by_version(
    conn: Conn, owner_id: UUID, order_id: UUID, versions: Sequence[int]
) -> dict[int, Terms]:
    """What these versions of an order are worth."""
    lines: dict[int, list[Line]] = {}
    for row in await conn.fetch(LIST_LINES, owner_id, order_id, list(versions)):
        values = {k: v for k, v in row.items() if k != "version"}
        lines.setdefault(row["version"], []).append(Line(**values))
    rows = await conn.fetch(LIST_TERMS, owner_id, order_id, list(versions))
    return {
        r["version"]: Terms(
            r["starts_on"], r["ends_on"], r["valid_from"], lines.get(r["version"], ())
        )
        for r in rows
    }


async def list_unnamed(conn: Conn, limit: int) -> list[Unnamed]:
    """Offers that rest on a cooperation and name none, the latest first."""
    return many(Unnamed, await conn.fetch(LIST_UNNAMED, limit))


async def find_cap(conn: Conn, owner_id: UUID, order_id: UUID, version: int) -> Cap | None:
    """The maximum of a version; None when nothing was ever set for it."""
    return maybe(Cap, await conn.fetchrow(FIND_CAP, owner_id, order_id, version))


async def save_cap(conn: Conn, cap: Cap, person: UUID | None) -> None:
    """Set the maximum of an offer, or another one instead."""
    await conn.execute(
        UPSERT_CAP, cap.owner_id, cap.order_id, cap.version, cap.cap_cents, cap.policy, person, conn.now
    )  # fmt: skip


async def insert_cap(conn: Conn, cap: Cap, person: UUID | None) -> None:
    """The maximum of a version a change proposes, whichever side proposes it."""
    await conn.execute(
        INSERT_CAP, cap.owner_id, cap.order_id, cap.version, cap.cap_cents, cap.policy, person, conn.now
    )  # fmt: skip


async def list_caps(
    conn: Conn, keys: Sequence[tuple[UUID, UUID, int]]
) -> dict[tuple[UUID, UUID, int], tuple[int, str, int]]:
    """Maximum, policy and use in cents by provider, order and year; absent without a maximum."""
    rows = await conn.fetch(LIST_CAPS, *(list(c) for c in zip(*keys, strict=True))) if keys else []
    return {keys[r["n"] - 1]: (r["cap_cents"], r["policy"], r["used_cents"]) for r in rows}


async def used_cents(conn: Conn, order_id: UUID, year: int) -> int:
    """What counts against the maximum in a year: confirmed, proposed and disputed, less what is confirmed as taken back."""
    cents: int = await conn.fetchval(USED_CENTS, year, order_id)
    return cents
