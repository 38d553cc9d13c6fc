"""SQL of standards: heads, versions, and what objects say about them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar
from uuid import UUID

from catalog.standards.model import Link, Standard, Version
from kdnx.db.conn import Conn
from kdnx.db.rows import many, one
from kdnx.text import _

T = TypeVar("T")
LIST_STANDARDS = """
SELECT s.id, s.owner_id, s.working_group, s.title, s.current_version, s.draft_version, s.row_version FROM catalog.standard s
ORDER BY kdnx.sort_key(s.title), s.id LIMIT 500
"""
GET_STANDARD = "SELECT id, owner_id, working_group, title, current_version, draft_version, row_version FROM catalog.standard WHERE id = $1"
LOCK_STANDARD = """
SELECT id, owner_id, working_group, title, current_version, draft_version, row_version FROM catalog.standard WHERE id = $1 FOR UPDATE
"""
INSERT_STANDARD = """
INSERT INTO catalog.standard (id, owner_id, working_group, title, draft_version, created_at, updated_at) VALUES ($1, $2, $3, $4, 1, $5, $5)
"""
MARK_STANDARD = """
UPDATE catalog.standard SET working_group = $3, title = $4, current_version = $5, draft_version = $6, row_version = row_version + 1, updated_at = $7
WHERE id = $1 AND row_version = $2
"""
LIST_VERSIONS = """
SELECT standard_id, version, state, title, text, binding, change_note, valid_from, review_on, author, editors, submitted_at, adopter, adopted_at,
  state_reason FROM catalog.standard_version WHERE standard_id = ANY ($1::uuid[]) ORDER BY standard_id, version DESC
"""
INSERT_VERSION = """
INSERT INTO catalog.standard_version (standard_id, version, state, title, text, binding, change_note, valid_from, review_on, author, editors,
  created_at, updated_at)
VALUES ($1, $2, 'draft', $3, $4, $5, $6, $7, $8, $9, $10, $11, $11)
"""
# a draft that is written again is no longer before the second person
CHANGE_DRAFT = """
UPDATE catalog.standard_version SET title = $3, text = $4, binding = $5, change_note = $6, valid_from = $7, review_on = $8, editors = $9,
  submitted_at = NULL, updated_at = $10 WHERE standard_id = $1 AND version = $2 AND state = 'draft'
"""
SUBMIT_DRAFT = "UPDATE catalog.standard_version SET submitted_at = $3, updated_at = $3 WHERE standard_id = $1 AND version = $2 AND state = 'draft'"
ADOPT = """
UPDATE catalog.standard_version SET state = 'adopted', adopter = $3, adopted_at = $4, valid_from = $5, updated_at = $4,
  content_hash = catalog.standard_hash(title, text, binding, $5, review_on)
WHERE standard_id = $1 AND version = $2 AND state = 'draft'
"""
END_VERSION = """
UPDATE catalog.standard_version SET state = $3, state_reason = $4, updated_at = $5 WHERE standard_id = $1 AND version = $2 AND state = 'adopted'
"""
LIST_BEGINNING = """
SELECT s.id, s.owner_id, s.working_group, s.title, s.current_version, s.draft_version, s.row_version FROM catalog.standard s
WHERE EXISTS (SELECT 1 FROM catalog.standard_version v WHERE v.standard_id = s.id AND v.state = 'adopted' AND v.valid_from <= $1
  AND v.version > coalesce(s.current_version, 0)) ORDER BY s.id LIMIT $2 FOR UPDATE SKIP LOCKED
"""
LIST_TO_REVIEW = """
SELECT standard_id, version, state, title, text, binding, change_note, valid_from, review_on, author, editors, submitted_at, adopter, adopted_at,
  state_reason FROM catalog.standard_version WHERE state = 'adopted' AND review_on <= $1 AND reminded_on IS NULL
ORDER BY review_on, standard_id LIMIT $2 FOR UPDATE SKIP LOCKED
"""
MARK_REMINDED = (
    "UPDATE catalog.standard_version SET reminded_on = $3 WHERE standard_id = $1 AND version = $2"
)
LIST_LINKS = """
SELECT l.standard_id, s.title, s.working_group, v.binding, v.state, s.current_version, l.object_id, l.version, l.conforms, l.deviation_reason
FROM catalog.standard_link l JOIN catalog.standard s ON s.id = l.standard_id
JOIN catalog.standard_version v ON v.standard_id = s.id AND v.version = s.current_version
WHERE l.object_kind = $1 AND ($2::uuid[] IS NULL OR l.object_id = ANY ($2)) AND ($3::uuid IS NULL OR l.standard_id = $3)
ORDER BY kdnx.sort_key(s.title), l.object_id LIMIT 20000
"""
LIST_OWNERS = "SELECT DISTINCT owner_id FROM catalog.visible_offering WHERE id = ANY ($1::uuid[]) ORDER BY owner_id"
LIST_REFS = """
SELECT id, version, title, working_group, binding FROM catalog.public_standard WHERE is_current AND state = 'adopted'
ORDER BY kdnx.sort_key(title), id LIMIT 500
"""
LIST_OFFERS = """
SELECT id AS offering_id, owner_id, title FROM catalog.visible_offering WHERE id = ANY ($1::uuid[]) AND state = 'published' ORDER BY title_key, id
"""
MOVE_STANDARDS = "UPDATE catalog.standard SET owner_id = $2, row_version = row_version + 1, updated_at = $3 WHERE owner_id = $1"
MOVE_LINKS = "UPDATE catalog.standard_link SET owner_id = $2, updated_at = $3 WHERE owner_id = $1"
LIST_TASKS = "SELECT object_id FROM catalog.standard_link WHERE standard_id = $1 AND object_kind = 'capability' ORDER BY object_id"
SET_LINK = """
INSERT INTO catalog.standard_link (standard_id, version, object_kind, object_id, owner_id, conforms, deviation_reason, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8) ON CONFLICT (standard_id, object_kind, object_id)
DO UPDATE SET version = EXCLUDED.version, conforms = EXCLUDED.conforms, deviation_reason = EXCLUDED.deviation_reason, owner_id = EXCLUDED.owner_id,
  updated_at = EXCLUDED.updated_at
"""
DROP_LINK = "DELETE FROM catalog.standard_link WHERE standard_id = $1 AND object_kind = $2 AND object_id = $3"


@dataclass(frozen=True)
class Offer:
    """A published offering as a row of a list."""

    offering_id: UUID
    owner_id: UUID
    title: str


async def list_refs(conn: Conn, kind: type[T]) -> list[T]:
    """Standards in force as the interface names them."""
    return many(kind, await conn.fetch(LIST_REFS))


async def list_offers(conn: Conn, ids: Sequence[UUID]) -> list[Offer]:
    """Those of these offerings that are published and visible to the viewer."""
    return many(Offer, await conn.fetch(LIST_OFFERS, list(ids)))


async def list_standards(conn: Conn) -> list[Standard]:
    """Every head the viewer may see: what was adopted, and drafts of the own house."""
    return many(Standard, await conn.fetch(LIST_STANDARDS))


async def get_standard(conn: Conn, standard_id: UUID) -> Standard:
    """One head; NotFound when it is not there for this viewer."""
    return one(Standard, await conn.fetchrow(GET_STANDARD, standard_id), _("Dieser Standard"))


async def lock_standard(conn: Conn, standard_id: UUID) -> Standard:
    """One head locked until the end of the transaction; NotFound also where the viewer may not change it."""
    return one(Standard, await conn.fetchrow(LOCK_STANDARD, standard_id), _("Dieser Standard"))


async def insert_standard(conn: Conn, s: Standard) -> None:
    """A new head whose first version is a draft."""
    await conn.execute(INSERT_STANDARD, s.id, s.owner_id, s.working_group, s.title, conn.now)


async def mark_standard(conn: Conn, s: Standard) -> bool:
    """Write a head read at its `row_version`; False when somebody was first."""
    done = await conn.execute(
        MARK_STANDARD, s.id, s.row_version, s.working_group, s.title, s.current_version,
        s.draft_version, conn.now,
    )  # fmt: skip
    return done == 1


async def list_versions(conn: Conn, ids: Sequence[UUID]) -> dict[UUID, list[Version]]:
    """Versions the viewer may see, by standard, the newest first."""
    out: dict[UUID, list[Version]] = {}
    for v in many(Version, await conn.fetch(LIST_VERSIONS, list(ids))):
        out.setdefault(v.standard_id, []).append(v)
    return out


async def insert_version(conn: Conn, v: Version) -> None:
    """A new draft."""
    await conn.execute(
        INSERT_VERSION, v.standard_id, v.version, v.title, v.text, v.binding, v.change_note,
        v.valid_from, v.review_on, v.author, list(v.editors), conn.now,
    )  # fmt: skip


async def change_draft(conn: Conn, v: Version) -> None:
    """New content of a draft."""
    await conn.execute(
        CHANGE_DRAFT, v.standard_id, v.version, v.title, v.text, v.binding, v.change_note,
        v.valid_from, v.review_on, list(v.editors), conn.now,
    )  # fmt: skip


async def submit_draft(conn: Conn, standard_id: UUID, version: int) -> None:
    """It lies before the second person."""
    await conn.execute(SUBMIT_DRAFT, standard_id, version, conn.now)


async def adopt(
    conn: Conn, standard_id: UUID, version: int, adopter: UUID, valid_from: date
) -> None:
    """A draft becomes a standard; its hash is kept."""
    await conn.execute(ADOPT, standard_id, version, adopter, conn.now, valid_from)


async def end_version(
    conn: Conn, standard_id: UUID, version: int, state: str, reason: str = ""
) -> None:
    """An adopted version is superseded or withdrawn."""
    await conn.execute(END_VERSION, standard_id, version, state, reason, conn.now)


async def list_beginning(conn: Conn, limit: int) -> list[Standard]:
    """Heads with an adopted version whose day has come and that is not the current one yet; locked."""
    return many(Standard, await conn.fetch(LIST_BEGINNING, conn.today, limit))


async def list_to_review(conn: Conn, until: date, limit: int) -> list[Version]:
    """Adopted versions to be reviewed by that day of which nobody was reminded; locked."""
    return many(Version, await conn.fetch(LIST_TO_REVIEW, until, limit))


async def mark_reminded(conn: Conn, standard_id: UUID, version: int) -> None:
    """The working group was reminded today."""
    await conn.execute(MARK_REMINDED, standard_id, version, conn.today)


async def list_for_objects(
    conn: Conn, kind: str, object_ids: Sequence[UUID] | None, standard_id: UUID | None = None
) -> list[Link]:
    """What objects of a kind say (None: all), as far as the viewer sees the object; adopted standards only."""
    ids = None if object_ids is None else list(object_ids)
    return many(Link, await conn.fetch(LIST_LINKS, kind, ids, standard_id))


async def list_owners(conn: Conn, offering_ids: Sequence[UUID]) -> list[UUID]:
    """Whose offerings these are."""
    return [r["owner_id"] for r in await conn.fetch(LIST_OWNERS, list(offering_ids))]


async def move_owner(conn: Conn, predecessor_id: UUID, successor_id: UUID) -> None:
    """Standards and statements of one member belong to another from now on."""
    await conn.execute(MOVE_STANDARDS, predecessor_id, successor_id, conn.now)
    await conn.execute(MOVE_LINKS, predecessor_id, successor_id, conn.now)


async def list_tasks(conn: Conn, standard_id: UUID) -> list[UUID]:
    """The tasks a standard is about, also of a draft."""
    return [r["object_id"] for r in await conn.fetch(LIST_TASKS, standard_id)]


async def set_link(
    conn: Conn, standard_id: UUID, version: int, kind: str, object_id: UUID, owner_id: UUID,
    *, conforms: bool = True, reason: str = "",
) -> None:  # fmt: skip
    """What an object says; one statement a standard."""
    await conn.execute(
        SET_LINK, standard_id, version, kind, object_id, owner_id, conforms, reason, conn.now
    )


async def drop_link(conn: Conn, standard_id: UUID, kind: str, object_id: UUID) -> bool:
    """It says nothing any more; False when it never did."""
    return await conn.execute(DROP_LINK, standard_id, kind, object_id) == 1
