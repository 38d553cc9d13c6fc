"""Any one byte of a transfer altered behind the back of the application: the proof fails and names the row."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from exchange.ledger.actions import verify_ledger
from exchange.signing.actions import Signing, confirm_bookings
from kdnx.audit.actions import finish
from kdnx.db.pool import transaction
from kdnx.viewer import Scope, Viewer
from tests.cast import make_cast
from tests.conftest import Database
from tests.exchange.build import a_booking, an_order
from tests.serving import ROOT

SYSTEM = Viewer(scope=Scope.SYSTEM)
COLUMNS = """
SELECT a.attname, format_type(a.atttypid, NULL) FROM pg_attribute a
WHERE a.attrelid = 'exchange.transfer'::regclass AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
"""
CHECKS = "SELECT conname FROM pg_constraint WHERE conrelid = 'exchange.transfer'::regclass AND contype IN ('c', 'f')"
# a chain's own key: moving a row to another chain or place leaves a gap where it was
KEY = {"owner_id", "seq"}


def flip(value: bytes) -> bytes:
    """The last byte with its lowest bit turned."""
    return value[:-1] + bytes([value[-1] ^ 1])


ALTER: dict[str, Callable[[Any], Any]] = {
    "uuid": lambda v: UUID(bytes=flip(v.bytes)),
    "bytea": flip,
    "bigint": lambda v: v + 1,
    "integer": lambda v: v + 1,
    "smallint": lambda v: v + 1,
    "text": lambda v: v[:-1] + chr(ord(v[-1]) ^ 1),
    "character": lambda v: v[:-1] + chr(ord(v[-1]) ^ 1),
    "timestamp with time zone": lambda v: v + timedelta(microseconds=1),
    "date": lambda v: v + timedelta(days=1),
}


@pytest.fixture
async def books(fresh_database: Database) -> Database:
    """A ledger with a few confirmed bookings, committed."""
    async with transaction(fresh_database.pool, SYSTEM, finish=finish) as conn:
        cast = await make_cast(conn)
        order = await an_order(conn, cast, cast.nord, cast.sued, number="L-2020-0001")
        made = [
            await a_booking(conn, cast.nord, order, 10_000 + n, date(2026, n, 1), date(2026, n, 28))
            for n in (1, 2, 3)
        ]
        await conn.act_as(cast.sued.viewer)
        await confirm_bookings(conn, cast.sued.viewer, [Signing(b.id) for b in made])
    return fresh_database


async def prove(books: Database) -> tuple[UUID | None, int] | None:
    """The first broken row as the proof names it."""
    async with transaction(books.pool, SYSTEM, read_only=True) as conn:
        found = await verify_ledger(conn)
    return (found.first_bad.owner_id, found.first_bad.seq) if found.first_bad else None


async def test_every_column_of_a_row_is_under_the_hash(books: Database) -> None:
    owner = await asyncpg.connect(books.owner_dsn)
    for (name,) in await owner.fetch(CHECKS):
        await owner.execute(
            f'ALTER TABLE exchange.transfer DROP CONSTRAINT "{name}"'
        )  # a name of the catalogue
    row = await owner.fetchrow(
        "SELECT * FROM exchange.transfer WHERE seq = 3 ORDER BY owner_id LIMIT 1"
    )
    assert row is not None
    where = (row["owner_id"], row["seq"])
    assert await prove(books) is None
    unseen = []
    for column, kind in await owner.fetch(COLUMNS):
        if column in KEY or row[column] is None:
            continue
        change = f"UPDATE exchange.transfer SET {column} = $3 WHERE owner_id = $1 AND seq = $2"  # a name of the catalogue
        await owner.execute(change, *where, ALTER[kind](row[column]))
        if await prove(books) != where:
            unseen.append(column)
        await owner.execute(change, *where, row[column])
    assert unseen == []
    assert await prove(books) is None
    await owner.execute("DELETE FROM exchange.transfer WHERE owner_id = $1 AND seq = $2", *where)
    assert (await prove(books) or (None, 0))[0] == where[0]
    await owner.close()


async def test_the_command_fails_and_names_the_row(books: Database) -> None:
    command = [sys.executable, "-m", "kdnx", "ledger", "verify", "--json"]
    env = {**os.environ, "KDNX_DATABASE_URL": books.app_dsn}

    def run() -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            command, cwd=ROOT, env=env, capture_output=True, text=True, check=False
        )

    before = run()
    assert (before.returncode, json.loads(before.stdout)["ok"]) == (0, True), before.stderr
    owner = await asyncpg.connect(books.owner_dsn)
    row = await owner.fetchrow(
        "SELECT owner_id, seq FROM exchange.transfer ORDER BY owner_id, seq LIMIT 1 OFFSET 4"
    )
    assert row is not None
    await owner.execute(
        "UPDATE exchange.transfer SET cents = cents + 1 WHERE owner_id = $1 AND seq = $2",
        *row.values(),
    )
    await owner.close()
    after = run()
    assert after.returncode == 1, after.stderr
    told = json.loads(after.stdout)
    assert told["ok"] is False
    assert (told["first_bad"]["owner_id"], told["first_bad"]["seq"]) == (
        str(row["owner_id"]),
        row["seq"],
    )
