"""The worker: wakes on jobs of the queue, and looks every minute for what dates made due."""

import asyncio
import contextlib
import logging
from datetime import datetime, timedelta
from functools import partial

import asyncpg
from pgqueuer.core.qm import QueueManager
from pgqueuer.models import Job

from kdnx.jobs.running import batches_of, run_job, run_round
from kdnx.jobs.store import queries_on
from kdnx.web.house import House

log = logging.getLogger("kdnx.jobs")
TICK_S = 60.0
RECONNECT_S = 5.0
GRACE_S = 10.0
POLL = timedelta(seconds=30)


async def worker(house: House, stop: asyncio.Event | None = None, tick_s: float = TICK_S) -> None:
    """Work until `stop` is set or the task is cancelled; what runs then is finished first.

    Trouble with the database or a job is logged and tried again, it never ends the worker.
    """
    stop = stop or asyncio.Event()
    tasks = [
        asyncio.create_task(_tick(house, stop, tick_s)),
        asyncio.create_task(_listen(house, stop)),
    ]
    try:
        await stop.wait()
    finally:
        stop.set()
        _done, late = await asyncio.wait(tasks, timeout=GRACE_S)
        for task in late:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _tick(house: House, stop: asyncio.Event, tick_s: float) -> None:
    seen: dict[str, datetime] = {}
    while not stop.is_set():
        now = house.clock()
        names = {
            name
            for name, (_batch, minutes) in batches_of(house).items()
            if name not in seen or now - seen[name] >= timedelta(minutes=minutes)
        }
        seen |= dict.fromkeys(names, now)
        await run_round(house, names)
        await _pause(stop, tick_s)


async def _listen(house: House, stop: asyncio.Event) -> None:
    while not stop.is_set():
        try:
            await _serve_queue(house, stop)
        except Exception:  # whatever broke the queue, the next attempt starts afresh
            log.exception("queue")
        await _pause(stop, RECONNECT_S)


async def _serve_queue(house: House, stop: asyncio.Event) -> None:
    settings = house.settings
    raw = await asyncpg.connect(
        settings.database_url,
        statement_cache_size=100 if settings.db_prepared else 0,
        server_settings={
            "timezone": "UTC",
            "search_path": "pg_catalog",
            "application_name": "kdnx work",
        },
    )
    lost = asyncio.Event()
    raw.add_termination_listener(lambda _connection: lost.set())
    manager = QueueManager(queries_on(raw))
    for name in batches_of(house):
        manager.entrypoint(name)(partial(_work_on, house, name))
    running = asyncio.create_task(manager.run(dequeue_timeout=POLL))
    ends = [asyncio.create_task(event.wait()) for event in (stop, lost)]
    try:
        await asyncio.wait((running, *ends), return_when=asyncio.FIRST_COMPLETED)
        manager.shutdown.set()
        if not lost.is_set():  # without its connection the manager would wait for the next poll
            await running
    finally:
        for task in (running, *ends):
            task.cancel()
        await asyncio.gather(running, *ends, return_exceptions=True)
        with contextlib.suppress(OSError, asyncpg.InterfaceError, TimeoutError):
            await raw.close(timeout=2)


async def _work_on(house: House, name: str, job: Job) -> None:
    """What pgqueuer calls: run the due job of that name; the payload only names the cause."""
    log.debug("job %s for %s", name, job.payload)
    await run_job(house, name)


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await stop.wait()
