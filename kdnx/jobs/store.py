"""The queue of pgqueuer in schema `jobs`: its statements on our connections."""

from datetime import timedelta

import asyncpg
from pgqueuer.adapters.persistence.qb import (
    QueryBuilderEnvironment,
    QueryQueueBuilder,
    QuerySchedulerBuilder,
)
from pgqueuer.db import AsyncpgDriver
from pgqueuer.domain.settings import DBSettings
from pgqueuer.queries import Queries

from kdnx.db.conn import Conn

QUEUE = DBSettings(db_schema="jobs")
# the library's own statement: its enqueue() would encode jsonb a second time on our connections
ENQUEUE = QueryQueueBuilder(settings=QUEUE).build_enqueue_query("skip")
LOCK_JOB = "SELECT pg_advisory_xact_lock(hashtextextended($1, 11))"


async def enqueue(conn: Conn, name: str, payload: bytes, dedup: str) -> bool:
    """Put a job into the queue with the caller's transaction; False when the same one waits already."""
    rows = await conn.fetch(ENQUEUE, [0], [name], [payload], [timedelta(0)], [dedup], [None])
    return bool(rows)


async def lock_job(conn: Conn, name: str) -> None:
    """One run of a due job at a time, until the transaction ends."""
    await conn.execute(LOCK_JOB, "kdnx.job." + name)


def queries_on(raw: asyncpg.Connection) -> Queries:
    """What pgqueuer's worker needs, on a connection of its own without our codecs."""
    return Queries(
        AsyncpgDriver(raw),
        qbe=QueryBuilderEnvironment(settings=QUEUE),
        qbq=QueryQueueBuilder(settings=QUEUE),
        qbs=QuerySchedulerBuilder(settings=QUEUE),
    )
