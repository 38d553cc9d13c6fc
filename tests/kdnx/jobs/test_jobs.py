"""Background work: run-due drains, the queue is part of the transaction, the worker wakes and stops."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from kdnx.app import make_house
from kdnx.config import Settings
from kdnx.db.conn import Conn
from kdnx.db.pool import transaction
from kdnx.errors import NotFound, Unavailable
from kdnx.ids import new_id
from kdnx.jobs.actions import enqueue
from kdnx.jobs.running import run_due, run_job
from kdnx.jobs.store import queries_on
from kdnx.jobs.worker import worker
from kdnx.module import DueJob, Module
from kdnx.notices.actions import notify
from kdnx.viewer import Role, Scope, Viewer
from kdnx.web.house import House
from tests.cast import make_cast
from tests.conftest import Database
from tests.kdnx.notices.smtp import smtp_server

SYSTEM = Viewer(scope=Scope.SYSTEM)
ROOT = Path(__file__).parents[3]
PATIENCE_S = 15


class Pile:
    """Work that a due job takes away by batches of two."""

    def __init__(self, count: int) -> None:
        self.left = count
        self.scopes: set[str] = set()
        self.changed = asyncio.Event()

    async def run(self, conn: Conn) -> int:
        """One batch."""
        self.scopes.add(await conn.fetchval("SELECT kdnx.viewer_scope()"))
        taken = min(2, self.left)
        self.left -= taken
        self.changed.set()
        return taken


async def broken(conn: Conn) -> int:
    """A job that fails, after it wrote something."""
    await conn.execute(
        "INSERT INTO kdnx.security_event (id, at, kind) VALUES ($1, $2, 'broken')",
        new_id(),
        conn.now,
    )
    raise ValueError("broken")


def house_with(database: Database, settings: Settings, *jobs: DueJob, **over: Any) -> House:
    house = make_house(
        replace(settings, database_url=database.app_dsn, **over),
        modules=(Module("test", "Test", due_jobs=jobs),),
    )
    house.pool_ = database.pool
    return house


async def queued(pool: asyncpg.Pool) -> list[asyncpg.Record]:
    return await pool.fetch(
        "SELECT entrypoint, dedupe_key, payload, status::text FROM jobs.pgqueuer ORDER BY id"
    )


async def until(check: Any) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not await check():  # noqa: ASYNC110  # the database has no event to wait for
            await asyncio.sleep(0.05)


@asynccontextmanager
async def working(house: House, tick_s: float = 60) -> AsyncIterator[asyncio.Event]:
    stop = asyncio.Event()
    task = asyncio.create_task(worker(house, stop, tick_s))
    try:
        yield stop
    finally:
        stop.set()
        await asyncio.wait_for(task, PATIENCE_S)


async def test_run_due_drains_and_a_failure_stops_nothing(
    fresh_database: Database, settings: Settings
) -> None:
    pile = Pile(5)
    house = house_with(
        fresh_database, settings, DueJob("a.broken", broken), DueJob("b.pile", pile.run)
    )
    with pytest.raises(Unavailable, match=r"a\.broken"):
        await run_due(house)
    assert (pile.left, pile.scopes) == (0, {"system"})
    assert await fresh_database.pool.fetchval("SELECT count(*) FROM kdnx.security_event") == 0
    counts = await run_due(house_with(fresh_database, settings, DueJob("b.pile", Pile(3).run)))
    assert counts == {"b.pile": 3, "documents.scan": 0, "notices.deliver": 0}
    with pytest.raises(NotFound):
        await run_job(house, "unknown")


async def test_one_run_of_a_job_at_a_time(fresh_database: Database, settings: Settings) -> None:
    inside = 0
    most = 0
    left = 4

    async def run(conn: Conn) -> int:
        nonlocal inside, most, left
        inside, most = inside + 1, max(most, inside + 1)
        await asyncio.sleep(0.02)
        inside, left = inside - 1, left - 1
        return int(left > 0)

    house = house_with(fresh_database, settings, DueJob("slow", run))
    await asyncio.gather(run_job(house, "slow"), run_job(house, "slow"), run_job(house, "slow"))
    assert most == 1


async def test_queue_is_part_of_the_transaction(fresh_database: Database) -> None:
    pool, ids = fresh_database.pool, [new_id(), new_id()]

    async def undone() -> None:
        async with transaction(pool, SYSTEM) as conn:
            await enqueue(conn, "b.pile", ids)
            raise RuntimeError("undone")

    with pytest.raises(RuntimeError):
        await undone()
    assert await queued(pool) == []
    async with transaction(pool, SYSTEM) as conn:
        assert await enqueue(conn, "b.pile", ids)
        assert not await enqueue(conn, "b.pile", ids)
        assert await enqueue(conn, "b.pile", ids[:1])
    rows = await queued(pool)
    assert [r["payload"].decode() for r in rows] == [f"{ids[0]},{ids[1]}", str(ids[0])]


async def test_two_transactions_with_other_ids_do_not_wait(fresh_database: Database) -> None:
    async with transaction(fresh_database.pool, SYSTEM) as one:
        await enqueue(one, "b.pile", [new_id()])
        async with asyncio.timeout(5), transaction(fresh_database.pool, SYSTEM) as other:
            assert await enqueue(other, "b.pile", [new_id()])


async def test_schema_of_the_queue_is_what_the_library_declares(fresh_database: Database) -> None:
    raw = await asyncpg.connect(fresh_database.owner_dsn)
    try:
        plan = await queries_on(raw).plan_upgrade()
        assert not plan.statements, plan
    finally:
        await raw.close()


async def test_worker_wakes_on_a_job_and_stops_in_order(
    fresh_database: Database, settings: Settings
) -> None:
    pile = Pile(0)
    house = house_with(fresh_database, settings, DueJob("b.pile", pile.run, every_minutes=600))
    async with working(house):
        await asyncio.wait_for(pile.changed.wait(), PATIENCE_S)  # the first look round
        pile.left = 3
        async with transaction(fresh_database.pool, SYSTEM) as conn:
            await enqueue(conn, "b.pile", [new_id()])

        async def worked() -> bool:
            return pile.left == 0 and await queued(fresh_database.pool) == []

        await until(worked)


async def test_worker_looks_round_without_jobs(
    fresh_database: Database, settings: Settings
) -> None:
    pile = Pile(0)
    house = house_with(fresh_database, settings, DueJob("b.pile", pile.run, every_minutes=0))
    async with working(house, tick_s=0.1):
        await asyncio.wait_for(pile.changed.wait(), PATIENCE_S)
        pile.left = 3

        async def worked() -> bool:
            return pile.left == 0

        await until(worked)


async def test_worker_survives_a_broken_job_and_a_lost_connection(
    fresh_database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kdnx.jobs.worker.RECONNECT_S", 0.1)
    pile, pool = Pile(0), fresh_database.pool
    house = house_with(
        fresh_database,
        settings,
        DueJob("a.broken", broken),
        DueJob("b.pile", pile.run, every_minutes=600),
    )
    listening = (
        "SELECT pid FROM pg_stat_activity WHERE application_name = 'kdnx work' AND datname = $1"
    )
    async with working(house):
        await until(lambda: pool.fetchval(listening, fresh_database.name))
        owner = await asyncpg.connect(fresh_database.owner_dsn)
        await owner.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE application_name = 'kdnx work' AND datname = $1",
            fresh_database.name,
        )
        await owner.close()
        async with transaction(pool, SYSTEM) as conn:
            await enqueue(conn, "a.broken", [new_id()])
            await enqueue(conn, "b.pile", [new_id()])
        pile.left = 2

        async def worked() -> bool:
            return pile.left == 0

        await until(worked)


async def test_notice_leaves_as_mail_by_itself(
    fresh_database: Database, settings: Settings
) -> None:
    with smtp_server() as (url, inbox):
        house = house_with(fresh_database, settings, smtp_url=url)
        async with working(house):
            async with transaction(fresh_database.pool, SYSTEM) as conn:
                cast = await make_cast(conn)
                await notify(
                    conn, cast.nord.viewer, kind="order.submitted", owner_id=cast.sued.id,
                    roles=[Role.OFFERING_APPROVER], object_kind="service_order", object_id=new_id(),
                    url="/orders", title="Auftrag wartet",
                )  # fmt: skip

            async def arrived() -> bool:
                return len(inbox.messages) == 2

            await until(arrived)


def program(database: Database, tmp_path: Path, *words: str) -> subprocess.Popen[str]:
    env = {**os.environ, "KDNX_DATABASE_URL": database.app_dsn, "KDNX_DATA_DIR": str(tmp_path)}
    return subprocess.Popen(  # our own program
        [sys.executable, "-m", "kdnx", *words], cwd=ROOT, env=env, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


async def test_command_run_due(fresh_database: Database, tmp_path: Path) -> None:
    process = program(fresh_database, tmp_path, "run-due", "--json")
    out, err = await asyncio.to_thread(process.communicate, timeout=60)
    assert process.returncode == 0, err
    assert json.loads(out)["done"]["notices.deliver"] == 0


async def test_command_work_ends_at_a_signal(fresh_database: Database, tmp_path: Path) -> None:
    process = program(fresh_database, tmp_path, "work")
    assert process.stderr is not None
    first = await asyncio.to_thread(process.stderr.readline)
    assert "Hintergrundarbeit läuft" in first
    process.send_signal(signal.SIGTERM)
    _out, err = await asyncio.to_thread(process.communicate, timeout=60)
    assert process.returncode == 0, err
