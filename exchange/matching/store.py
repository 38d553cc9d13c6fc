"""SQL of comparisons with a member's own books."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kdnx.db.conn import Conn
from kdnx.db.rows import many

INSERT = """
INSERT INTO exchange.ledger_match (owner_id, id, run_owner_id, run_id, member_id, file_name, file_sha256, own_rows, matched, gaps, matched_by, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
"""
LIST_REPORTS = """
SELECT owner_id, id, run_owner_id, run_id, member_id, file_name, file_sha256, own_rows, matched, gaps, created_at
FROM exchange.ledger_match WHERE run_id = $1 AND member_id = $2 ORDER BY created_at DESC, id DESC LIMIT $3
"""


@dataclass(frozen=True)
class Report:
    """One comparison as kept; `gaps` as the model stores them."""

    owner_id: UUID
    id: UUID
    run_owner_id: UUID
    run_id: UUID
    member_id: UUID
    file_name: str
    file_sha256: bytes
    own_rows: int
    matched: int
    gaps: Sequence[Mapping[str, object]]
    created_at: datetime


async def insert_report(conn: Conn, report: Report, person_id: UUID | None) -> None:
    """Keep a report."""
    r = report
    await conn.execute(
        INSERT, r.owner_id, r.id, r.run_owner_id, r.run_id, r.member_id, r.file_name, r.file_sha256, r.own_rows,
        r.matched, list(r.gaps), person_id, r.created_at,
    )  # fmt: skip


async def list_reports(conn: Conn, run_id: UUID, member_id: UUID, limit: int) -> list[Report]:
    """The viewer's own, newest first."""
    return many(Report, await conn.fetch(LIST_REPORTS, run_id, member_id, limit))
