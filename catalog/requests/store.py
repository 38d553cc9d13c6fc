"""SQL of requests, their criteria, quantities and budget, and whom they reach."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from catalog.requests.model import Criterion, Item, Request
from kdnx.db.conn import Conn
from kdnx.db.rows import many, one
from kdnx.text import _

GET_REQUEST = """
SELECT r.*, m.short_name AS owner_name, c.name AS category_name,
  (SELECT n.answers FROM catalog.count_answers(ARRAY[r.id]) n) AS answers,
  (SELECT a.state FROM catalog.request_answer a WHERE a.request_id = r.id AND a.owner_id = ANY ($2::uuid[]) ORDER BY a.state = 'void' LIMIT 1) AS my_state,
  r.announced_at IS NOT NULL AND NOT r.owner_id = ANY ($2::uuid[]) AND cardinality($2::uuid[]) > 0
    AND r.audience_keys && catalog.audience_keys_of($2::uuid[]) AS is_asked
FROM catalog.request r JOIN kdnx.public_member m ON m.id = r.owner_id JOIN catalog.category c ON c.id = r.category_id
WHERE r.id = $1
"""
LOCK_REQUEST = """
SELECT r.*, m.short_name AS owner_name, c.name AS category_name FROM catalog.request r
JOIN kdnx.public_member m ON m.id = r.owner_id JOIN catalog.category c ON c.id = r.category_id WHERE r.id = $1 FOR UPDATE OF r
"""
LIST_REQUESTS = """
SELECT r.*, m.short_name AS owner_name, c.name AS category_name, n.answers,
  (SELECT a.state FROM catalog.request_answer a WHERE a.request_id = r.id AND a.owner_id = ANY ($1::uuid[]) ORDER BY a.state = 'void' LIMIT 1) AS my_state,
  r.announced_at IS NOT NULL AND NOT r.owner_id = ANY ($1::uuid[]) AND cardinality($1::uuid[]) > 0
    AND r.audience_keys && catalog.audience_keys_of($1::uuid[]) AS is_asked
FROM catalog.request r JOIN kdnx.public_member m ON m.id = r.owner_id JOIN catalog.category c ON c.id = r.category_id
LEFT JOIN LATERAL catalog.count_answers(ARRAY[r.id]) n ON true
WHERE (CASE $2::text WHEN 'open' THEN r.state = 'open' AND NOT r.owner_id = ANY ($1) WHEN 'mine' THEN r.owner_id = ANY ($1)
    WHEN 'answered' THEN EXISTS (SELECT 1 FROM catalog.request_answer a WHERE a.request_id = r.id AND a.owner_id = ANY ($1))
    WHEN 'decided' THEN r.state IN ('closed', 'decided', 'cancelled') AND r.announced_at IS NOT NULL ELSE true END)
  AND ($3::text = '' OR kdnx.sort_key(r.title) LIKE '%' || kdnx.sort_key($3) || '%' OR upper(r.number) = upper($3))
  AND ($4::uuid IS NULL OR r.category_id = $4)
  AND ($5::timestamptz IS NULL OR (r.closes_at, r.id) < ($5, $6::uuid))
ORDER BY r.closes_at DESC, r.id DESC LIMIT $7
"""
COUNT_VIEWS = """
SELECT count(*) FILTER (WHERE r.state = 'open' AND NOT r.owner_id = ANY ($1::uuid[]))::int AS open, count(*) FILTER (WHERE r.owner_id = ANY ($1))::int AS mine,
  count(*) FILTER (WHERE EXISTS (SELECT 1 FROM catalog.request_answer a WHERE a.request_id = r.id AND a.owner_id = ANY ($1)))::int AS answered,
  count(*) FILTER (WHERE r.state IN ('closed', 'decided', 'cancelled') AND r.announced_at IS NOT NULL)::int AS decided FROM catalog.request r
"""
COUNT_CATEGORIES = """
SELECT r.category_id, c.name, count(*)::int AS n FROM catalog.request r JOIN catalog.category c ON c.id = r.category_id
GROUP BY r.category_id, c.name, c.position ORDER BY c.position, c.name
"""
INSERT_REQUEST = """
INSERT INTO catalog.request (id, owner_id, title, need, category_id, starts_on, place, protection_level, audience, member_ids, regions, audience_keys,
  compare_years, price_formula, shows_count, closes_at, state, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, 'draft', $17, $17)
"""
UPDATE_REQUEST = """
UPDATE catalog.request SET title = $3, need = $4, category_id = $5, starts_on = $6, place = $7, protection_level = $8, audience = $9, member_ids = $10,
  regions = $11, audience_keys = $12, compare_years = $13, price_formula = $14, shows_count = $15, closes_at = $16,
  row_version = row_version + 1, updated_at = $17 WHERE id = $1 AND owner_id = $2 AND state = 'draft' AND row_version = $18
"""
DELETE_ITEMS = "DELETE FROM catalog.request_item WHERE request_id = $1"
DELETE_CRITERIA = "DELETE FROM catalog.request_criterion WHERE request_id = $1"
INSERT_ITEMS = """
INSERT INTO catalog.request_item (request_id, ordinal, label, base, quantity) SELECT $1, * FROM unnest($2::int[], $3::text[], $4::text[], $5::numeric[])
"""
INSERT_CRITERIA = """
INSERT INTO catalog.request_criterion (request_id, ordinal, kind, name, description, weight)
SELECT $1, * FROM unnest($2::int[], $3::text[], $4::text[], $5::text[], $6::numeric[])
"""
LIST_ITEMS = "SELECT ordinal, label, base, quantity FROM catalog.request_item WHERE request_id = $1 ORDER BY ordinal"
LIST_CRITERIA = "SELECT ordinal, kind, name, description, weight FROM catalog.request_criterion WHERE request_id = $1 ORDER BY ordinal"
SAVE_BUDGET = """
INSERT INTO catalog.request_budget (owner_id, request_id, budget_cents, created_at, updated_at) VALUES ($1, $2, $3, $4, $4)
ON CONFLICT (owner_id, request_id) DO UPDATE SET budget_cents = excluded.budget_cents, row_version = request_budget.row_version + 1, updated_at = excluded.updated_at
"""
DROP_BUDGET = "DELETE FROM catalog.request_budget WHERE owner_id = $1 AND request_id = $2"
FIND_BUDGET = "SELECT budget_cents FROM catalog.request_budget WHERE request_id = $1 AND owner_id = ANY ($2::uuid[])"
MARK_ANNOUNCED = """
UPDATE catalog.request SET state = 'open', number = $2, announced_at = $3, first_closes_at = closes_at, row_version = row_version + 1, updated_at = $3 WHERE id = $1
"""
MARK_EXTENDED = """
UPDATE catalog.request SET closes_at = $2, extension_reason = $3, reminded_at = NULL, row_version = row_version + 1, updated_at = $4 WHERE id = $1
"""
MARK_CANCELLED = "UPDATE catalog.request SET state = 'cancelled', cancel_reason = $2, row_version = row_version + 1, updated_at = $3 WHERE id = $1"
MARK_CLOSED = "UPDATE catalog.request SET state = 'closed', closed_at = $2, row_version = row_version + 1, updated_at = $2 WHERE id = $1"
MARK_DECIDED = """
UPDATE catalog.request SET state = 'decided', outcome = $2, decision_reason = $3, decided_at = $4, row_version = row_version + 1, updated_at = $4 WHERE id = $1
"""
MARK_INTEREST = "UPDATE catalog.request SET interest_id = $2 WHERE id = $1"
TOUCH_REQUEST = (
    "UPDATE catalog.request SET row_version = row_version + 1, updated_at = $2 WHERE id = $1"
)
MARK_REMINDED = "UPDATE catalog.request SET reminded_at = $2 WHERE id = $1"
LIST_DUE = "SELECT id FROM catalog.request WHERE state = 'open' AND closes_at <= $1 ORDER BY closes_at, id LIMIT 20"
LIST_ENDING = """
SELECT id FROM catalog.request WHERE state = 'open' AND closes_at > $1 AND closes_at <= $2 AND reminded_at IS NULL ORDER BY closes_at, id LIMIT 20
"""
REACHED = """
SELECT m.id FROM kdnx.public_member m WHERE m.id = ANY (catalog.members_reached($1::text[])) AND m.id <> $2 AND m.state = 'active' ORDER BY m.id LIMIT 1000
"""
# drafts end with the request: what was submitted before counts again, the rest is missed
END_ANSWERS = """
UPDATE catalog.request_answer SET state = CASE WHEN $3 THEN 'void' WHEN submitted_version IS NULL THEN 'missed' ELSE 'submitted' END,
  row_version = row_version + 1, updated_at = $2
WHERE request_id = $1 AND (state = 'draft' OR ($3 AND state = 'submitted')) RETURNING owner_id, id, state, row_version
"""
SUBMITTED = "SELECT owner_id, id, row_version FROM catalog.request_answer WHERE request_id = $1 AND state = 'submitted' ORDER BY owner_id"


async def get_request(conn: Conn, request_id: UUID, members: Sequence[UUID]) -> Request:
    """One request that the transaction's viewer may see; NotFound otherwise."""
    row = await conn.fetchrow(GET_REQUEST, request_id, list(members))
    return one(Request, row, _("Dieses Gesuch"))


async def lock_request(conn: Conn, request_id: UUID) -> Request:
    """The request, held until the end of the transaction (answers wait); NotFound otherwise."""
    return one(Request, await conn.fetchrow(LOCK_REQUEST, request_id), _("Dieses Gesuch"))


async def list_requests(
    conn: Conn, *, members: Sequence[UUID], view: str, text: str = "", category_id: UUID | None = None,
    after: tuple[datetime, UUID] | None = None, limit: int = 50,
) -> list[Request]:  # fmt: skip
    """Requests the viewer may see, the latest deadline first."""
    at, last = after or (None, None)
    rows = await conn.fetch(LIST_REQUESTS, list(members), view, text, category_id, at, last, limit)
    return many(Request, rows)


async def count_views(conn: Conn, members: Sequence[UUID]) -> dict[str, int]:
    """How many requests each tab of the list holds."""
    row = await conn.fetchrow(COUNT_VIEWS, list(members))
    return {} if row is None else dict(row.items())


async def count_categories(conn: Conn) -> list[tuple[UUID, str, int]]:
    """Categories of the visible requests with their number."""
    return [(r["category_id"], r["name"], r["n"]) for r in await conn.fetch(COUNT_CATEGORIES)]


def _head(values: Mapping[str, Any], keys: Sequence[str], closes_at: datetime) -> list[object]:
    names = ("title", "need", "category_id", "starts_on", "place", "protection_level", "audience",
             "member_ids", "regions")  # fmt: skip
    rest = ("compare_years", "price_formula", "shows_count")
    return [*(values[n] for n in names), list(keys), *(values[n] for n in rest), closes_at]


async def insert_request(
    conn: Conn, request_id: UUID, owner_id: UUID, values: Mapping[str, Any], keys: Sequence[str], closes_at: datetime
) -> None:  # fmt: skip
    """A new draft."""
    await conn.execute(
        INSERT_REQUEST, request_id, owner_id, *_head(values, keys, closes_at), conn.now
    )


async def update_request(
    conn: Conn, request: Request, row_version: int, values: Mapping[str, Any], keys: Sequence[str], closes_at: datetime
) -> bool:  # fmt: skip
    """Change a draft's head; False when another version stands there."""
    head = _head(values, keys, closes_at)
    done = await conn.execute(
        UPDATE_REQUEST, request.id, request.owner_id, *head, conn.now, row_version
    )
    return done == 1


async def replace_parts(
    conn: Conn, request_id: UUID, items: Sequence[Item], criteria: Sequence[Criterion]
) -> None:
    """Quantities and criteria of a draft anew."""
    await conn.execute(DELETE_ITEMS, request_id)
    await conn.execute(DELETE_CRITERIA, request_id)
    await conn.execute(
        INSERT_ITEMS, request_id, [i.ordinal for i in items], [i.label for i in items],
        [i.base for i in items], [i.quantity for i in items],
    )  # fmt: skip
    await conn.execute(
        INSERT_CRITERIA, request_id, [c.ordinal for c in criteria], [c.kind for c in criteria],
        [c.name for c in criteria], [c.description for c in criteria], [c.weight for c in criteria],
    )  # fmt: skip


async def list_items(conn: Conn, request_id: UUID) -> list[Item]:
    """The quantities in their order."""
    return many(Item, await conn.fetch(LIST_ITEMS, request_id))


async def list_criteria(conn: Conn, request_id: UUID) -> list[Criterion]:
    """The criteria in their order."""
    return many(Criterion, await conn.fetch(LIST_CRITERIA, request_id))


async def save_budget(conn: Conn, owner_id: UUID, request_id: UUID, cents: int | None) -> None:
    """What the own house means to spend; None takes it out."""
    if cents is None:
        await conn.execute(DROP_BUDGET, owner_id, request_id)
    else:
        await conn.execute(SAVE_BUDGET, owner_id, request_id, cents, conn.now)


async def find_budget(conn: Conn, request_id: UUID, members: Sequence[UUID]) -> int | None:
    """The own house's budget in cents, or None."""
    found: int | None = await conn.fetchval(FIND_BUDGET, request_id, list(members))
    return found


async def mark_announced(conn: Conn, request_id: UUID, number: str) -> None:
    """Open since now, under this number."""
    await conn.execute(MARK_ANNOUNCED, request_id, number, conn.now)


async def mark_extended(conn: Conn, request_id: UUID, closes_at: datetime, reason: str) -> None:
    """The later deadline and why; the reminder goes out again."""
    await conn.execute(MARK_EXTENDED, request_id, closes_at, reason, conn.now)


async def mark_cancelled(conn: Conn, request_id: UUID, reason: str) -> None:
    """Stopped, and why."""
    await conn.execute(MARK_CANCELLED, request_id, reason, conn.now)


async def mark_closed(conn: Conn, request_id: UUID) -> None:
    """The deadline has passed: the answers are open to the asker."""
    await conn.execute(MARK_CLOSED, request_id, conn.now)


async def mark_decided(conn: Conn, request_id: UUID, outcome: str, reason: str) -> None:
    """One answer was chosen, or none."""
    await conn.execute(MARK_DECIDED, request_id, outcome, reason, conn.now)


async def mark_interest(conn: Conn, request_id: UUID, interest_id: UUID) -> None:
    """The thread on to the order that the choice opened."""
    await conn.execute(MARK_INTEREST, request_id, interest_id)


async def touch_request(conn: Conn, request_id: UUID) -> None:
    """A part changed: count the version up."""
    await conn.execute(TOUCH_REQUEST, request_id, conn.now)


async def mark_reminded(conn: Conn, request_id: UUID) -> None:
    """The reminder before the end went out."""
    await conn.execute(MARK_REMINDED, request_id, conn.now)


async def list_due(conn: Conn) -> list[UUID]:
    """Open requests whose deadline has passed."""
    return [r["id"] for r in await conn.fetch(LIST_DUE, conn.now)]


async def list_ending(conn: Conn, until: datetime) -> list[UUID]:
    """Open requests that end up to an instant and have not been reminded of."""
    return [r["id"] for r in await conn.fetch(LIST_ENDING, conn.now, until)]


async def list_reached(conn: Conn, keys: Sequence[str], owner_id: UUID) -> list[UUID]:
    """Active members that these audience keys reach, without the asking one."""
    return [r["id"] for r in await conn.fetch(REACHED, list(keys), owner_id)]


async def end_answers(
    conn: Conn, request_id: UUID, *, void: bool = False
) -> list[tuple[UUID, UUID, str, int]]:
    """Answers that end with the request: (owner, id, state, version)."""
    rows = await conn.fetch(END_ANSWERS, request_id, conn.now, void)
    return [(r["owner_id"], r["id"], r["state"], r["row_version"]) for r in rows]


async def list_submitted(conn: Conn, request_id: UUID) -> list[tuple[UUID, UUID, int]]:
    """Answers that count: (owner, id, version)."""
    rows = await conn.fetch(SUBMITTED, request_id)
    return [(r["owner_id"], r["id"], r["row_version"]) for r in rows]
