"""SQL of offerings: heads, versions, prices, audiences, contacts, use."""

from collections.abc import Sequence
from datetime import date
from typing import TypeVar
from uuid import UUID

from catalog.contents.store import sees_all
from catalog.indexing import actions as indexing
from catalog.offerings.model import Offering
from kdnx.db.conn import Conn
from kdnx.db.rows import many, one
from kdnx.errors import Conflict
from kdnx.text import _
from kdnx.viewer import Viewer

T = TypeVar("T")


GET_OFFERING = """
SELECT * FROM catalog.offering WHERE id = $1 AND ($2 OR owner_id = ANY ($3::uuid[])
  OR (published_version IS NOT NULL AND audience_keys && (SELECT catalog.audience_keys_of($3::uuid[]))))
"""


LOCK_OFFERING = """
SELECT * FROM catalog.offering WHERE id = $1 AND ($2 OR owner_id = ANY ($3::uuid[])
  OR (published_version IS NOT NULL AND audience_keys && (SELECT catalog.audience_keys_of($3::uuid[])))) FOR UPDATE
"""


INSERT_OFFERING = """
INSERT INTO catalog.offering (id, owner_id, number, reference, state, draft_version, category_id, title, title_key,
  search, created_at, updated_at)
VALUES ($1, $2, $3, $4, 'draft', 1, $5, $6, kdnx.sort_key($6), ''::tsvector, $7, $7)
"""


MARK_OFFERING = """
UPDATE catalog.offering SET state = $3, state_reason = $4, published_version = $5, draft_version = $6, draft_submitted = $7,
  reconfirm_due = $8, reconfirm_warned_on = CASE WHEN reconfirm_due = $8 THEN reconfirm_warned_on END, successor_id = $9, published_at = $10, row_version = row_version + 1, updated_at = $11
WHERE id = $1 AND row_version = $2 RETURNING *
"""


LIST_HEADS = """
SELECT * FROM catalog.offering WHERE $1 OR owner_id = ANY ($2::uuid[]) ORDER BY owner_id, reference LIMIT 100000
"""


LIST_REFS = """
SELECT o.id, o.owner_id, o.version, o.number, o.reference, o.title, o.category_id, o.state, v.notice_months, v.min_term_months,
  o.price_base, o.price_per, o.price_micro
FROM catalog.public_offering o JOIN catalog.public_offering_version v ON v.offering_id = o.id AND v.version = o.version
WHERE o.id = ANY ($1::uuid[])
"""


LIST_PRICE_REFS = """
SELECT offering_id, version, ordinal, label, kind, base, per, unit_price_micro, tier_mode, pro_rata,
  tiers, frozen_until, index_clause, valid_from, terms
FROM catalog.public_price_item WHERE offering_id = $1 AND version = $2 ORDER BY ordinal
"""


LIST_INDEXED_REFS = """
SELECT p.offering_id, p.version, p.ordinal, p.label, p.kind, p.base, p.per, p.unit_price_micro, p.tier_mode, p.pro_rata,
  p.tiers, p.frozen_until, p.index_clause, p.valid_from, p.terms
FROM catalog.public_price_item p JOIN unnest($1::uuid[], $2::int[]) x(o, v) ON p.offering_id = x.o AND p.version = x.v
WHERE p.terms ->> 'index_name' <> ''
"""


FIND_IDS = """
SELECT x.owner, x.key, o.id FROM unnest($1::uuid[], $2::text[]) AS x(owner, key)
JOIN catalog.public_offering o ON o.owner_id = x.owner AND (o.reference = x.key OR o.number = x.key)
"""


MARK_USES = """
INSERT INTO catalog.offering_use (offering_id, recipient_id, valid_from, valid_to, owner_id, created_at, updated_at)
SELECT DISTINCT ON (x.o, x.r, x.f) x.o, x.r, x.f, x.t, o.owner_id, $5::timestamptz, $5::timestamptz
FROM unnest($1::uuid[], $2::uuid[], $3::date[], $4::date[]) AS x(o, r, f, t) JOIN catalog.visible_offering o ON o.id = x.o
WHERE x.r <> o.owner_id ORDER BY x.o, x.r, x.f, x.t DESC NULLS FIRST
ON CONFLICT (offering_id, recipient_id, valid_from) DO UPDATE SET valid_to = EXCLUDED.valid_to, updated_at = EXCLUDED.updated_at
"""


COUNT_USERS = "SELECT offering_id, users FROM catalog.count_users($1::uuid[], $2)"


LIST_USERS = """
SELECT DISTINCT u.recipient_id FROM catalog.offering_use u
WHERE u.offering_id = $1 AND u.valid_from <= $2 AND (u.valid_to IS NULL OR u.valid_to > $2) ORDER BY 1
"""


LIST_SUCCESSORS = """
SELECT id, number || ' ' || title AS label FROM catalog.visible_offering
WHERE state = 'published' AND owner_id = $1 AND id <> $2 ORDER BY title_key, id LIMIT 500
"""


REACHED = "SELECT catalog.members_reached($1::text[])"


async def get_offering(conn: Conn, viewer: Viewer, offering_id: UUID) -> Offering:
    """One head; NotFound when it is not there for this viewer."""
    row = await conn.fetchrow(GET_OFFERING, offering_id, sees_all(viewer), list(viewer.members))
    return one(Offering, row, _("Diese Leistung"))


async def lock_offering(conn: Conn, viewer: Viewer, offering_id: UUID) -> Offering:
    """One head, locked until the end of the transaction; NotFound as above."""
    # row security locks only what the viewer may change: ask get_offering first to tell the two refusals apart
    row = await conn.fetchrow(LOCK_OFFERING, offering_id, sees_all(viewer), list(viewer.members))
    return one(Offering, row, _("Diese Leistung"))


async def insert_offerings(conn: Conn, heads: Sequence[Offering]) -> None:
    """New heads in draft with version 1 to follow."""
    await conn.executemany(
        INSERT_OFFERING,
        [
            (h.id, h.owner_id, h.number, h.reference, h.category_id, h.title, conn.now)
            for h in heads
        ],
    )


async def show_face(conn: Conn, ids: Sequence[UUID]) -> None:
    """Bring what lists show and search in line with the version that counts."""
    await indexing.show_face(conn, ids)


async def mark_offering(conn: Conn, o: Offering) -> Offering:
    """Write state, versions and dates of a head read at `o.row_version`; Conflict when it moved on."""
    row = await conn.fetchrow(
        MARK_OFFERING, o.id, o.row_version, o.state, o.state_reason, o.published_version, o.draft_version,
        o.draft_submitted, o.reconfirm_due, o.successor_id, o.published_at, conn.now,
    )  # fmt: skip
    if row is None:
        raise Conflict(_("Diese Leistung wurde im selben Augenblick geändert."))
    return one(Offering, row)


async def list_heads(conn: Conn, viewer: Viewer) -> list[Offering]:
    """The heads of the viewer's own house; for office, audit and system all."""
    return many(Offering, await conn.fetch(LIST_HEADS, sees_all(viewer), list(viewer.members)))


async def list_refs(conn: Conn, kind: type[T], ids: Sequence[UUID]) -> list[T]:
    """Published offerings as the interface names them."""
    return many(kind, await conn.fetch(LIST_REFS, list(ids)))


async def list_price_refs(conn: Conn, kind: type[T], offering_id: UUID, version: int) -> list[T]:
    """The published price table as the interface names it."""
    return many(kind, await conn.fetch(LIST_PRICE_REFS, offering_id, version))


async def list_indexed_refs(conn: Conn, kind: type[T], keys: Sequence[tuple[UUID, int]]) -> list[T]:
    """The prices with an index clause among these versions (offering, version)."""
    rows = await conn.fetch(LIST_INDEXED_REFS, [k[0] for k in keys], [k[1] for k in keys])
    return many(kind, rows)


async def find_ids(conn: Conn, keys: Sequence[tuple[UUID, str]]) -> dict[tuple[UUID, str], UUID]:
    """(owner, reference or number) → id."""
    rows = await conn.fetch(FIND_IDS, [k[0] for k in keys], [k[1] for k in keys])
    return {(r["owner"], r["key"]): r["id"] for r in rows}


async def mark_uses(conn: Conn, rows: Sequence[tuple[UUID, UUID, date, date | None]]) -> None:
    """Write uses in one statement; those of a member by itself are none."""
    columns = [list(c) for c in zip(*rows, strict=True)]
    await conn.execute(MARK_USES, *columns, conn.now)


async def count_users(conn: Conn, ids: Sequence[UUID]) -> dict[UUID, int]:
    """How many members use each offering today."""
    return {
        r["offering_id"]: r["users"] for r in await conn.fetch(COUNT_USERS, list(ids), conn.today)
    }


async def list_users(conn: Conn, offering_id: UUID) -> list[UUID]:
    """Which members use it today, as far as the viewer is a party."""
    return [r["recipient_id"] for r in await conn.fetch(LIST_USERS, offering_id, conn.today)]


async def list_successors(conn: Conn, head: Offering) -> list[tuple[str, str]]:
    """(id, label) of the owner's other published offerings, to choose from."""
    return [
        (str(r["id"]), r["label"])
        for r in await conn.fetch(LIST_SUCCESSORS, head.owner_id, head.id)
    ]


async def members_reached(conn: Conn, keys: Sequence[str]) -> list[UUID]:
    """The members a limited audience reaches today."""
    found: list[UUID] = await conn.fetchval(REACHED, list(keys))
    return found
