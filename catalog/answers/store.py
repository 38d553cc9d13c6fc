"""SQL of answers and their versions; row security keeps them sealed until the request is closed."""

from collections.abc import Sequence
from uuid import UUID

from catalog.answers.model import Answer, Content, PriceLine, Reply
from kdnx.db.conn import Conn
from kdnx.db.rows import many, maybe, one
from kdnx.text import _

FIND_ANSWER = """
SELECT a.*, m.short_name AS owner_name FROM catalog.request_answer a JOIN kdnx.public_member m ON m.id = a.owner_id
WHERE a.request_id = $1 AND a.owner_id = ANY ($2::uuid[]) ORDER BY a.state = 'void', a.updated_at DESC LIMIT 1
"""
LOCK_ANSWER = """
SELECT a.*, '' AS owner_name FROM catalog.request_answer a WHERE a.owner_id = $1 AND a.request_id = $2 FOR UPDATE
"""
LIST_ANSWERS = """
SELECT a.*, m.short_name AS owner_name FROM catalog.request_answer a JOIN kdnx.public_member m ON m.id = a.owner_id
JOIN catalog.request r ON r.id = a.request_id
WHERE a.request_id = $1 AND a.state IN ('submitted', 'chosen', 'not_chosen') AND r.state IN ('closed', 'decided')
  AND (a.asker_id = ANY ($2::uuid[]) OR $3) ORDER BY m.sort_key, m.code LIMIT 200
"""
HOLD_REQUEST = "SELECT catalog.hold_request($1)"
INSERT_ANSWER = """
INSERT INTO catalog.request_answer (owner_id, id, request_id, asker_id, state, created_at, updated_at)
VALUES ($1, $2, $3, $4, 'draft', $5, $5) ON CONFLICT DO NOTHING
"""
# the request is asked here and not by the caller alone: a closing is waited for (hold_request) and then seen
MARK_SAVED = """
UPDATE catalog.request_answer a SET state = 'draft', version = version + 1, row_version = row_version + 1, updated_at = $3,
  submitted_version = CASE WHEN a.state = 'withdrawn' THEN NULL ELSE a.submitted_version END
WHERE owner_id = $1 AND id = $2
  AND EXISTS (SELECT 1 FROM catalog.request r WHERE r.id = a.request_id AND r.state = 'open' AND r.closes_at > $3) RETURNING version
"""
MARK_SUBMITTED = """
UPDATE catalog.request_answer a SET state = 'submitted', submitted_version = version, submitted_at = $4, receipt_hash = $5, row_version = row_version + 1, updated_at = $4
WHERE owner_id = $1 AND id = $2 AND version = $3
  AND EXISTS (SELECT 1 FROM catalog.request r WHERE r.id = a.request_id AND r.state = 'open' AND r.closes_at > $4)
"""
MARK_WITHDRAWN = """
UPDATE catalog.request_answer a SET state = 'withdrawn', submitted_version = NULL, row_version = row_version + 1, updated_at = $3
WHERE owner_id = $1 AND id = $2
  AND EXISTS (SELECT 1 FROM catalog.request r WHERE r.id = a.request_id AND r.state = 'open' AND r.closes_at > $3)
"""
MARK_OUTCOME = """
UPDATE catalog.request_answer SET state = $3, outcome_reason = $4, row_version = row_version + 1, updated_at = $5 WHERE owner_id = $1 AND id = $2
"""
INSERT_VERSION = """
INSERT INTO catalog.request_answer_version (owner_id, answer_id, version, summary, conditions, offering_id, offering_version, valid_until, author, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
"""
INSERT_REPLIES = """
INSERT INTO catalog.request_answer_reply (owner_id, answer_id, version, criterion, is_met, said)
SELECT $1, $2, $3, * FROM unnest($4::int[], $5::bool[], $6::text[])
"""
INSERT_PRICES = """
INSERT INTO catalog.request_answer_price (owner_id, answer_id, version, ordinal, label, item, per, unit_price_micro)
SELECT $1, $2, $3, * FROM unnest($4::int[], $5::text[], $6::int[], $7::text[], $8::bigint[])
"""
GET_VERSION = "SELECT * FROM catalog.request_answer_version WHERE owner_id = $1 AND answer_id = $2 AND version = $3"
LIST_REPLIES = """
SELECT criterion, is_met, said FROM catalog.request_answer_reply WHERE owner_id = $1 AND answer_id = $2 AND version = $3 ORDER BY criterion
"""
LIST_PRICES = """
SELECT ordinal, label, item, per, unit_price_micro FROM catalog.request_answer_price WHERE owner_id = $1 AND answer_id = $2 AND version = $3 ORDER BY ordinal
"""
OWN_OFFERINGS = """
SELECT id, number, title, version FROM catalog.public_offering WHERE owner_id = ANY ($1::uuid[]) AND state = 'published' ORDER BY title_key, id LIMIT 500
"""
OFFERING_TITLES = (
    "SELECT id, number, title FROM catalog.public_offering WHERE id = ANY ($1::uuid[])"
)


async def find_answer(conn: Conn, request_id: UUID, members: Sequence[UUID]) -> Answer | None:
    """The own house's answer, or None."""
    return maybe(Answer, await conn.fetchrow(FIND_ANSWER, request_id, list(members)))


async def lock_answer(conn: Conn, owner_id: UUID, request_id: UUID) -> Answer:
    """The own answer, held until the end of the transaction; NotFound otherwise."""
    row = await conn.fetchrow(LOCK_ANSWER, owner_id, request_id)
    return one(Answer, row, _("Dieses Angebot"))


async def list_answers(
    conn: Conn, request_id: UUID, members: Sequence[UUID], *, sees_all: bool
) -> list[Answer]:
    """What was submitted, after the deadline, for the asking house, the office and audit."""
    return many(Answer, await conn.fetch(LIST_ANSWERS, request_id, list(members), sees_all))


async def hold_request(conn: Conn, request_id: UUID) -> None:
    """Wait for a closing in progress and keep the request from closing until the end of the transaction."""
    await conn.execute(HOLD_REQUEST, request_id)


async def insert_answer(
    conn: Conn, owner_id: UUID, answer_id: UUID, request_id: UUID, asker_id: UUID
) -> None:
    """The head of a first draft; nothing when the house has one already."""
    await conn.execute(INSERT_ANSWER, owner_id, answer_id, request_id, asker_id, conn.now)


async def mark_saved(conn: Conn, answer: Answer) -> int | None:
    """The number of the new version; None when the request takes no answers any more."""
    version: int | None = await conn.fetchval(MARK_SAVED, answer.owner_id, answer.id, conn.now)
    return version


async def mark_submitted(conn: Conn, answer: Answer, version: int, receipt: bytes) -> bool:
    """This version counts now; False when it is too late."""
    done = await conn.execute(
        MARK_SUBMITTED, answer.owner_id, answer.id, version, conn.now, receipt
    )
    return done == 1


async def mark_withdrawn(conn: Conn, answer: Answer) -> bool:
    """Taken back; False when it is too late."""
    return await conn.execute(MARK_WITHDRAWN, answer.owner_id, answer.id, conn.now) == 1


async def mark_outcome(conn: Conn, answer: Answer, state: str, reason: str) -> None:
    """Chosen or not, and why."""
    await conn.execute(MARK_OUTCOME, answer.owner_id, answer.id, state, reason, conn.now)


async def insert_content(
    conn: Conn, answer: Answer, version: int, content: Content, author: UUID | None
) -> None:
    """One version with its replies and prices."""
    key = (answer.owner_id, answer.id, version)
    await conn.execute(
        INSERT_VERSION, *key, content.summary, content.conditions, content.offering_id,
        content.offering_version, content.valid_until, author, conn.now,
    )  # fmt: skip
    replies, prices = content.replies, content.prices
    await conn.execute(
        INSERT_REPLIES, *key, [r.criterion for r in replies], [r.is_met for r in replies],
        [r.said for r in replies],
    )  # fmt: skip
    await conn.execute(
        INSERT_PRICES, *key, [p.ordinal for p in prices], [p.label for p in prices],
        [p.item for p in prices], [p.per for p in prices], [p.unit_price_micro for p in prices],
    )  # fmt: skip


async def get_content(conn: Conn, owner_id: UUID, answer_id: UUID, version: int) -> Content:
    """One version; NotFound when the viewer may not read it."""
    key = (owner_id, answer_id, version)
    head = one(Content, await conn.fetchrow(GET_VERSION, *key), _("Diese Fassung des Angebots"))
    replies = many(Reply, await conn.fetch(LIST_REPLIES, *key))
    prices = many(PriceLine, await conn.fetch(LIST_PRICES, *key))
    return Content(
        head.summary, head.valid_until, head.conditions, head.offering_id, head.offering_version,
        tuple(replies), tuple(prices),
    )  # fmt: skip


async def list_own_offerings(
    conn: Conn, members: Sequence[UUID]
) -> list[tuple[UUID, str, str, int]]:
    """What the own house has published: (id, number, title, version)."""
    rows = await conn.fetch(OWN_OFFERINGS, list(members))
    return [(r["id"], r["number"], r["title"], r["version"]) for r in rows]


async def offering_titles(conn: Conn, ids: Sequence[UUID]) -> dict[UUID, str]:
    """Number and title of those offerings that the viewer may see."""
    rows = await conn.fetch(OFFERING_TITLES, list(ids))
    return {r["id"]: f"{r['number']} {r['title']}" for r in rows}
