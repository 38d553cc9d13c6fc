"""Run what is due: every module's due jobs, the outbox, the quarantine, until nothing is left."""

import logging
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import partial

from kdnx.db.pool import retry_once, transaction
from kdnx.documents.scanner import scan_pending
from kdnx.errors import NotFound, Unavailable
from kdnx.jobs import store
from kdnx.jobs.actions import OUTBOX, SCAN
from kdnx.module import DueJob
from kdnx.notices.mail import deliver_outbox
from kdnx.viewer import Scope, Viewer
from kdnx.web.house import House

log = logging.getLogger("kdnx.jobs")
SYSTEM = Viewer(scope=Scope.SYSTEM)
# a job that never comes to an end is broken; the rest waits for the next round
MOST_ROUNDS = 10_000
Batch = Callable[[], Awaitable[int]]


@dataclass
class Round:
    """What was done: how many by job, and which jobs failed with what."""

    counts: dict[str, int] = field(default_factory=dict)
    failures: dict[str, Exception] = field(default_factory=dict)


def batches_of(house: House) -> Mapping[str, tuple[Batch, int]]:
    """Every background job of the house: its batch and after how many minutes it is looked at again."""
    due: list[DueJob] = [job for module in house.modules for job in module.due_jobs]
    found: dict[str, tuple[Batch, int]] = {
        job.name: (partial(_run_batch, house, job), job.every_minutes) for job in due
    }
    found[SCAN] = (partial(scan_pending, house), 1)
    found[OUTBOX] = (partial(deliver_outbox, house), 1)  # last: the others fill it
    return found


async def _run_batch(house: House, job: DueJob) -> int:
    async def attempt() -> int:
        async with transaction(
            house.pool, SYSTEM, finish=house.hooks.finish, now=house.clock()
        ) as conn:
            await store.lock_job(conn, job.name)
            return await job.run(conn)

    return await retry_once(attempt)


async def run_job(house: House, name: str) -> int:
    """Run one job until it has nothing left; how many it did. NotFound for an unknown name."""
    found = batches_of(house).get(name)
    if found is None:
        raise NotFound(f"Die Hintergrundarbeit {name} gibt es nicht.")
    done = 0
    for _round in range(MOST_ROUNDS):
        count = await found[0]()
        if count == 0:
            break
        done += count
    return done


async def run_round(house: House, names: Collection[str] | None = None) -> Round:
    """Run all jobs (or these), each on its own: one that fails does not stop the others."""
    result = Round()
    for name in batches_of(house):
        if names is not None and name not in names:
            continue
        try:
            result.counts[name] = await run_job(house, name)
        except Exception as error:  # whatever a job does, the next one runs
            log.exception("job %s", name)
            result.failures[name] = error
    return result


async def run_due(house: House) -> dict[str, int]:
    """Drain everything that is due; how many by job. Unavailable, after all ran, when one failed."""
    result = await run_round(house)
    if result.failures:
        names = ", ".join(f"{n} ({type(e).__name__})" for n, e in result.failures.items())
        raise Unavailable(
            f"Nicht alles lief durch: {names}.",
            remedy="Das Protokoll nennt den Grund; ein neuer Lauf holt alles nach.",
        )
    return result.counts
