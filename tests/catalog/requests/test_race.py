"""An answer and the closing at the same instant: whoever holds the request first is right, and nothing is half."""

import asyncio
from datetime import timedelta

import pytest

from catalog.answers.actions import save_answer, submit_answer
from catalog.requests.actions import close_due_requests
from catalog.requests.store import get_request
from kdnx.audit.actions import finish
from kdnx.clock import read_clock
from kdnx.db.conn import Conn
from kdnx.db.pool import transaction
from kdnx.errors import Refused
from tests.cast import make_cast
from tests.catalog.requests.making import SYSTEM, a_request, an_offer
from tests.conftest import Database


async def until_waiting(pool, tries: int = 100) -> None:
    """Until some connection waits for a lock."""
    async with pool.acquire() as raw:
        for _n in range(tries):
            if await raw.fetchval(
                "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
            ):
                return
            await asyncio.sleep(0.05)
    raise AssertionError("nobody waits")


async def stage(pool):
    """An open request of Suedrechen, a saved draft of Nordrechen; the cast, the id, the deadline."""
    async with transaction(pool, SYSTEM, finish=finish) as conn:
        cast = await make_cast(conn)
    async with transaction(pool, cast.sued.viewer, finish=finish) as conn:
        request_id = await a_request(conn, cast.sued)
    async with transaction(pool, cast.nord.viewer, finish=finish) as conn:
        await save_answer(conn, cast.nord.viewer, request_id, an_offer(conn).read())
        closes_at = (await get_request(conn, request_id, cast.nord.viewer.members)).closes_at
    return cast, request_id, closes_at


async def state_of(pool, request_id) -> tuple[str, str]:
    """States of the request and of the one answer."""
    async with transaction(pool, SYSTEM, read_only=True) as conn:
        row = await conn.fetchrow(
            "SELECT r.state, a.state AS answer FROM catalog.request r JOIN catalog.request_answer a ON a.request_id = r.id WHERE r.id = $1",
            request_id,
        )
    return row["state"], row["answer"]


async def test_the_closing_waits_for_an_answer_that_came_in_time(fresh_database: Database):
    pool = fresh_database.pool
    cast, request_id, closes_at = await stage(pool)
    async with pool.acquire() as raw, raw.transaction():
        conn = Conn(raw, closes_at - timedelta(microseconds=1), "test-request")
        await conn.act_as(cast.nord.viewer)
        await submit_answer(conn, cast.nord.viewer, request_id)
        closing = asyncio.create_task(_close(pool, closes_at))
        await until_waiting(pool)
        await finish(conn)
    assert await closing == 1
    assert await state_of(pool, request_id) == ("closed", "submitted")


async def test_an_answer_that_waits_for_the_closing_is_too_late(fresh_database: Database):
    pool = fresh_database.pool
    cast, request_id, closes_at = await stage(pool)
    async with pool.acquire() as raw, raw.transaction():
        conn = Conn(raw, closes_at, "test-request")
        await conn.act_as(SYSTEM)
        assert await close_due_requests(conn) == 1
        late = asyncio.create_task(
            _submit(pool, cast, request_id, closes_at - timedelta(microseconds=1))
        )
        await until_waiting(pool)
        await finish(conn)
    with pytest.raises(Refused, match="abgelaufen"):
        await late
    assert await state_of(pool, request_id) == ("closed", "missed")


async def _close(pool, at) -> int:
    async with pool.acquire() as raw, raw.transaction():
        conn = Conn(raw, at, "test-request")
        await conn.act_as(SYSTEM)
        done = await close_due_requests(conn)
        await finish(conn)
    return done


async def _submit(pool, cast, request_id, at) -> None:
    async with pool.acquire() as raw, raw.transaction():
        conn = Conn(raw, at, "test-request")
        await conn.act_as(cast.nord.viewer)
        await submit_answer(conn, cast.nord.viewer, request_id)


async def test_two_first_savings_at_once_make_one_answer(fresh_database: Database):
    pool = fresh_database.pool
    cast, request_id, _closes_at = await stage(pool)

    async def save() -> None:
        async with transaction(pool, cast.fremd.viewer, finish=finish) as conn:
            conn.now = read_clock()
            await save_answer(conn, cast.fremd.viewer, request_id, an_offer(conn).read())

    await asyncio.gather(save(), save())
    async with transaction(pool, SYSTEM, read_only=True) as conn:
        sql = "SELECT count(*) AS n, max(version) AS v FROM catalog.request_answer WHERE owner_id = $1"
        row = await conn.fetchrow(sql, cast.fremd.id)
    assert (row["n"], row["v"]) == (1, 2)
