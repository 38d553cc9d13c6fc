"""Apply the numbered migrations: forward only, each with its checksum, one runner at a time."""

import asyncio
import hashlib
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from kdnx.errors import KdnxError

LOCK_KEY = 0x6B646E78  # "kdnx"
FILE_NAME = re.compile(r"(\d{4})_([a-z0-9_]+)\.sql")
TABLE = """
CREATE TABLE IF NOT EXISTS public.kdnx_migration (
  version int PRIMARY KEY, name text NOT NULL, sha256 text NOT NULL, applied_at timestamptz NOT NULL)
"""
TRY_LOCK = "SELECT pg_try_advisory_lock($1)"
UNLOCK = "SELECT pg_advisory_unlock($1)"
APPLIED = "SELECT version, sha256 FROM public.kdnx_migration ORDER BY version"
HAS_TABLE = "SELECT to_regclass('public.kdnx_migration') IS NOT NULL"
RECORD = "INSERT INTO public.kdnx_migration VALUES ($1, $2, $3, clock_timestamp())"
SHORT_LOCKS = "SET LOCAL lock_timeout = '5s'"


class MigrationError(KdnxError):
    """The files and the database do not fit together."""


@dataclass(frozen=True)
class Migration:
    """One file: `version` is its number, `sha256` the checksum of its text."""

    version: int
    name: str
    sha256: str
    sql: str


def find_folder() -> Path:
    """Where the migrations lie: inside the installed package, else beside it in a checkout."""
    package = Path(__file__).resolve().parents[1]
    for folder in (package / "migrations", package.parent / "migrations"):
        if folder.is_dir():
            return folder
    raise MigrationError("Der Ordner migrations fehlt neben dem Programm.")


def load(folder: Path) -> list[Migration]:
    """All migrations in order of their number; gaps are allowed, doubles are not (D9)."""
    found: list[Migration] = []
    for path in sorted(folder.glob("*.sql")):
        match = FILE_NAME.fullmatch(path.name)
        if not match:
            raise MigrationError(f"Unpassender Dateiname: {path.name}")
        sql = path.read_text(encoding="utf-8")
        found.append(
            Migration(int(match[1]), match[2], hashlib.sha256(sql.encode()).hexdigest(), sql)
        )
    if len({m.version for m in found}) != len(found):
        raise MigrationError("Zwei Migrationen tragen dieselbe Nummer.")
    return found


@asynccontextmanager
async def single_runner(conn: asyncpg.Connection, timeout_s: float = 300) -> AsyncIterator[None]:
    """Hold the lock of the runner by polling.

    A session that *waits* in pg_advisory_lock holds a snapshot, and an index built concurrently
    by the lock's owner would wait for that snapshot for ever.
    """
    async with asyncio.timeout(timeout_s):
        while not await conn.fetchval(TRY_LOCK, LOCK_KEY):  # noqa: ASYNC110  # see above
            await asyncio.sleep(0.1)
    try:
        yield
    finally:
        await conn.execute(UNLOCK, LOCK_KEY)


async def pending(conn: asyncpg.Connection, files: list[Migration]) -> list[Migration]:
    """What is still to apply; MigrationError when an applied file changed or the database is newer."""
    rows = await conn.fetch(APPLIED) if await conn.fetchval(HAS_TABLE) else []
    applied = {r["version"]: r["sha256"] for r in rows}
    known = {m.version: m for m in files}
    if unknown := sorted(set(applied) - set(known)):
        raise MigrationError(
            f"Die Datenbank ist neuer als dieses Programm (Migration {unknown[-1]:04})."
        )
    for version, sha256 in applied.items():
        if known[version].sha256 != sha256:
            raise MigrationError(f"Migration {version:04} wurde nach ihrer Anwendung geändert.")
    return [m for m in files if m.version not in applied]


async def migrate(dsn: str, folder: Path | None = None) -> list[Migration]:
    """Apply what is missing under the owner's login `dsn`; what was applied comes back."""
    files = load(folder or find_folder())
    conn = await asyncpg.connect(dsn)
    try:
        async with single_runner(conn):
            await conn.execute(TABLE)
            todo = await pending(conn, files)
            for migration in todo:
                await _apply(conn, migration)
            return todo
    finally:
        await conn.close()


async def _apply(conn: asyncpg.Connection, migration: Migration) -> None:
    if migration.sql.startswith("-- migrate: no-transaction"):
        for statement in filter(str.strip, migration.sql.split(";\n")):
            await conn.execute(statement)
        await conn.execute(RECORD, migration.version, migration.name, migration.sha256)
        return
    async with conn.transaction():
        await conn.execute(SHORT_LOCKS)
        await conn.execute(migration.sql)
        await conn.execute(RECORD, migration.version, migration.name, migration.sha256)
