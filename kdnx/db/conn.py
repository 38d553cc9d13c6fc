"""One transaction as the rest of the house sees it: statements, its instant, and what it has to record."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

import asyncpg

from kdnx.clock import berlin_day
from kdnx.ids import new_id
from kdnx.viewer import Viewer

SET_VIEWER = """
SELECT set_config('kdnx.members', $1, true), set_config('kdnx.scope', $2, true),
       set_config('kdnx.person', $3, true), set_config('kdnx.request', $4, true), set_config('kdnx.evidence', $5, true)
"""

# also inside a savepoint, where BEGIN READ ONLY cannot reach
SET_READER = """
SELECT set_config('kdnx.members', $1, true), set_config('kdnx.scope', $2, true),
       set_config('kdnx.person', $3, true), set_config('kdnx.request', $4, true), set_config('kdnx.evidence', $5, true),
       set_config('transaction_read_only', 'on', true)
"""


@dataclass(frozen=True)
class Note:
    """One thing that was done: becomes an audit event and, with `audience`, a row of the change feed."""

    at: datetime
    action: str
    object_kind: str
    object_id: UUID
    owner_id: UUID
    party_id: UUID | None = None
    reason: str | None = None
    row_version: int = 1
    audience: str = ""
    party_ids: tuple[UUID, ...] = ()
    gone: bool = False
    before_hash: bytes | None = None
    after_hash: bytes | None = None
    rule_ids: tuple[UUID, ...] = ()
    person_id: UUID | None = None
    role: str = ""
    on_behalf_of: UUID | None = None


@dataclass
class Conn:
    """An open transaction; stores call `fetch…`, actions add notes, the wrapper ends it."""

    raw: Any
    now: datetime
    request_id: str = ""
    notes: list[Note] = field(default_factory=list)

    @property
    def today(self) -> date:
        """The German calendar day of the transaction."""
        return berlin_day(self.now)

    async def fetch(self, sql: str, *args: object) -> list[asyncpg.Record]:
        """All rows."""
        rows: list[asyncpg.Record] = await self.raw.fetch(sql, *args)
        return rows

    async def fetchrow(self, sql: str, *args: object) -> asyncpg.Record | None:
        """The first row or None."""
        row: asyncpg.Record | None = await self.raw.fetchrow(sql, *args)
        return row

    async def fetchval(self, sql: str, *args: object) -> Any:
        """The first column of the first row or None."""
        return await self.raw.fetchval(sql, *args)

    async def execute(self, sql: str, *args: object) -> int:
        """Run it; the number of rows touched."""
        tag: str = await self.raw.execute(sql, *args)
        count = tag.rpartition(" ")[2]
        return int(count) if count.isdigit() else 0

    async def executemany(self, sql: str, rows: Sequence[Sequence[object]]) -> None:
        """Run it for every row (below about 50 rows; use unnest above)."""
        await self.raw.executemany(sql, rows)

    async def act_as(self, viewer: Viewer, *, read_only: bool = False) -> None:
        """Set what row security sees for the rest of the transaction (first statement of each)."""
        await self.raw.fetchrow(
            SET_READER if read_only else SET_VIEWER,
            ",".join(str(m) for m in viewer.members),
            viewer.scope.value,
            str(viewer.principal or ""),
            self.request_id,
            "yes" if viewer.reads_evidence else "",
        )

    async def prove(self) -> None:
        """Check now what is otherwise checked at the commit (deferred constraints)."""
        await self.raw.execute("SET CONSTRAINTS ALL IMMEDIATE")

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        """A nested transaction: an error inside undoes only what happened inside."""
        kept = len(self.notes)
        try:
            async with self.raw.transaction():
                yield
        except BaseException:
            del self.notes[kept:]
            raise


def new_request_id() -> str:
    """A request id for transactions that no request began."""
    return new_id().hex
