"""Load the demonstration step by step: each step is one transaction, a broken start goes on where it stopped."""

import asyncio
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import asyncpg
import click

from kdnx.clock import read_clock
from kdnx.commands.context import Context
from kdnx.config import Settings
from kdnx.db.pool import open_pool, transaction
from kdnx.demo import store
from kdnx.demo.people import ISSUER
from kdnx.demo.scene import Scene
from kdnx.demo.steps import STEPS
from kdnx.errors import Refused
from kdnx.members.store import read_alliance
from kdnx.module import DemoStep
from kdnx.viewer import Scope, Viewer
from kdnx.web.house import House

SYSTEM = Viewer(scope=Scope.SYSTEM)
LAST = "complete"
Tell = Callable[[DemoStep], None]


async def load_demo(context: Context, settings: Settings) -> None:
    """Fill an empty database with the demonstration, or go on with a load that was broken off.

    Returns at once where it is complete; Refused where the database holds another alliance.
    """
    pool = await open_pool(settings.database_url, size=1)
    house = None
    try:
        done = await _done(pool)
        if LAST in done:
            return
        house = context.make_house(settings)
        house.pool_ = pool
        await play(house, done)
    finally:
        await pool.close()
        if house is not None:
            house.pool_ = None


async def play(house: House, done: set[str] | frozenset[str] = frozenset()) -> None:
    """Play every step that is not done; the last one marks the demonstration complete."""
    steps = [s for s in script(house) if s.name not in done]
    with _progress(len(steps)) as tell:
        for step in steps:
            tell(step)
            await play_step(house, step)


def script(house: House) -> list[DemoStep]:
    """Every step in its order: the ground's own and those of the modules, then the mark."""
    steps = [*STEPS, *(s for m in house.modules for s in m.demo_steps)]
    return [*sorted(steps, key=lambda s: s.order), DemoStep(LAST, 10_000, "Fertig", _nothing)]


async def play_step(house: House, step: DemoStep) -> None:
    """One step with its mark, all or nothing."""
    began = house.clock()
    async with transaction(house.pool, SYSTEM, now=began) as conn:
        kinds = {k.name: k for m in house.modules for k in m.file_kinds}
        scene = Scene(
            conn,
            began,
            await store.list_codes(conn),
            await store.list_cast(conn, ISSUER),
            kinds,
            house.modules,
        )
        await step.run(scene)
        conn.now = began
        await conn.act_as(SYSTEM)
        await store.insert_step(conn, step.name)
        await house.hooks.finish(conn)


async def _nothing(scene: Scene) -> None:
    """The mark alone."""


async def _done(pool: asyncpg.Pool) -> set[str]:
    async with transaction(pool, SYSTEM, read_only=True, now=read_clock()) as conn:
        alliance = await read_alliance(conn)
        done = await store.list_steps(conn)
    if alliance and not (alliance.is_demo and done):
        raise Refused(
            f"Diese Datenbank gehört schon dem Verbund „{alliance.name}“.",
            rule="Die Demonstration kommt nur in eine leere Datenbank.",
            remedy="Mit --data einen neuen Ordner nennen, oder mit „kdnx serve“ den vorhandenen Verbund starten.",
        )
    return done


def clear_data(settings: Settings) -> None:
    """Throw the embedded demonstration away; Refused for a database of somebody else or of a real alliance."""
    if settings.database_url:
        raise Refused(
            "--fresh gilt nur für die eingebettete Datenbank, KDNX_DATABASE_URL nennt eine andere.",
            remedy="Dort eine neue, leere Datenbank anlegen und die Variable darauf zeigen lassen.",
        )
    from kdnx.db.embedded import Embedded  # noqa: PLC0415  # production never imports the launcher

    with Embedded(settings.data_dir, pg_bin=settings.pg_bin) as server:
        asyncio.run(_drop(server.owner_dsn()))


async def _drop(dsn: str) -> None:
    conn = await asyncpg.connect(dsn)
    try:
        if await store.is_real(conn):
            raise Refused(
                "In diesem Datenordner liegt keine Demonstration, er wird nicht gelöscht.",
                remedy="Mit --data einen anderen Ordner nennen.",
            )
    finally:
        await conn.close()
    conn = await asyncpg.connect(dsn, database="postgres")
    try:
        await store.renew_database(conn)
    except asyncpg.ObjectInUseError as error:
        raise Refused(
            "Die Demonstration läuft gerade in einem anderen Fenster.",
            remedy="Dort mit Strg+C beenden.",
        ) from error
    finally:
        await conn.close()


@contextmanager
def _progress(steps: int) -> Iterator[Tell]:
    """A bar on a terminal, one line a step otherwise; both on standard error."""
    if not sys.stderr.isatty():
        yield lambda step: click.echo(f"Demonstration: {step.title}", err=True)
        return
    from rich.console import Console  # noqa: PLC0415  # only a terminal draws
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn  # noqa: PLC0415

    columns = (
        TextColumn("Demonstration"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.description}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=steps)
        first = True

        def tell(step: DemoStep) -> None:
            nonlocal first
            bar.update(task, description=step.title, advance=0 if first else 1)
            first = False

        yield tell
