"""SQL of import runs."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from kdnx.db.conn import Conn
from kdnx.db.rows import many, one
from kdnx.text import _

INSERT_RUN = """
INSERT INTO kdnx.import_run (owner_id, id, kind, file_name, file_sha256, body, mapping, state, person_id, created_at, updated_at)
VALUES ($1, $2, $3, $4, sha256($5), $5, $6, 'uploaded', $7, $8, $8)
"""
GET_RUN = """
SELECT owner_id, id, kind, file_name, encode(file_sha256, 'hex') AS file_hash, body, mapping, report, state, row_version, created_at, updated_at
FROM kdnx.import_run WHERE id = $1
"""
LOCK_RUN = """
SELECT owner_id, id, kind, file_name, encode(file_sha256, 'hex') AS file_hash, body, mapping, report, state, row_version, created_at, updated_at
FROM kdnx.import_run WHERE id = $1 FOR UPDATE
"""
LIST_RUNS = """
SELECT owner_id, id, kind, file_name, encode(file_sha256, 'hex') AS file_hash, NULL::bytea AS body, mapping, report, state, row_version, created_at, updated_at
FROM kdnx.import_run WHERE state <> 'discarded' ORDER BY created_at DESC, id LIMIT 20
"""
MARK_RUN = """
UPDATE kdnx.import_run SET state = $2, report = $3, mapping = $4, body = CASE WHEN $2 = 'committed' OR $2 = 'discarded' THEN NULL ELSE body END,
  row_version = row_version + 1, updated_at = $5 WHERE id = $1
"""


@dataclass(frozen=True)
class Run:
    """One import through the page; `body` is forgotten once it is committed."""

    owner_id: UUID
    id: UUID
    kind: str
    file_name: str
    file_hash: str
    body: bytes | None
    mapping: dict[str, int]
    report: dict[str, Any] | None
    state: str
    row_version: int
    created_at: datetime
    updated_at: datetime


async def insert_run(
    conn: Conn, owner_id: UUID, run_id: UUID, kind: str, *, file_name: str, body: bytes,
    mapping: dict[str, int], person_id: UUID | None,
) -> None:  # fmt: skip
    """Keep the uploaded file until it is committed or discarded."""
    await conn.execute(
        INSERT_RUN, owner_id, run_id, kind, file_name, body, mapping, person_id, conn.now
    )


async def get_run(conn: Conn, run_id: UUID) -> Run:
    """One run; NotFound otherwise."""
    return one(Run, await conn.fetchrow(GET_RUN, run_id), _("Diesen Import"))


async def lock_run(conn: Conn, run_id: UUID) -> Run:
    """One run, locked for writing."""
    return one(Run, await conn.fetchrow(LOCK_RUN, run_id), _("Diesen Import"))


async def list_runs(conn: Conn) -> list[Run]:
    """The last twenty of the viewer's member."""
    return many(Run, await conn.fetch(LIST_RUNS))


async def mark_run(
    conn: Conn, run: Run, state: str, report: dict[str, Any] | None, mapping: dict[str, int]
) -> None:
    """A new state with its report."""
    await conn.execute(MARK_RUN, run.id, state, report, mapping, conn.now)
