"""One embedded PostgreSQL a session, one migrated template, one rolled-back transaction a test."""

import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest

from kdnx.clock import read_clock
from kdnx.config import Settings
from kdnx.db.conn import Conn
from kdnx.db.embedded import Embedded
from kdnx.db.migrate import migrate
from kdnx.db.pool import open_pool
from kdnx.viewer import Scope, Viewer
from tests.cast import Cast, make_cast
from tests.client import Client

SYSTEM = Viewer(scope=Scope.SYSTEM)


@dataclass(frozen=True)
class Cluster:
    """The running server: DSNs by database name."""

    owner: str
    app: str

    def owner_dsn(self, name: str) -> str:
        """The owner's DSN of another database on this server."""
        return self.owner.replace("/kdnx?", f"/{name}?")

    def app_dsn(self, name: str) -> str:
        """The application's DSN of another database on this server."""
        return self.app.replace("/kdnx?", f"/{name}?")


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A server of our own without fsync; `kdnx_template` is migrated and never connected to."""
    with tempfile.TemporaryDirectory(prefix="kdnx-test-") as folder:
        Path(folder).chmod(0o711)
        server = Embedded(Path(folder))
        with pytest.MonkeyPatch.context() as patch:  # only this server may forget after a crash
            patch.setenv("KDNX_PG_UNSAFE", "1")
            server.start()
        try:
            yield Cluster(server.owner_dsn(), server.app_dsn())
        finally:
            server.stop()


@pytest.fixture(scope="session")
async def template(cluster: Cluster) -> str:
    """The name of the migrated template database."""
    conn = await asyncpg.connect(cluster.owner)
    try:
        await conn.execute("CREATE DATABASE kdnx_template")
    finally:
        await conn.close()
    await migrate(cluster.owner_dsn("kdnx_template"))
    return "kdnx_template"


async def clone(cluster: Cluster, template: str) -> str:
    """A fresh copy of the template; its name."""
    name = f"kdnx_{uuid4().hex[:12]}"
    conn = await asyncpg.connect(cluster.owner)
    try:
        await conn.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    finally:
        await conn.close()
    return name


@pytest.fixture(scope="session")
async def pool(cluster: Cluster, template: str) -> AsyncIterator[asyncpg.Pool]:
    """The application's pool on the session's database."""
    pool = await open_pool(cluster.app_dsn(await clone(cluster, template)), size=4)
    yield pool
    await pool.close()


@dataclass(frozen=True)
class Database:
    """A database of one test alone, with data that is really committed."""

    name: str
    app_dsn: str
    owner_dsn: str
    pool: asyncpg.Pool


@pytest.fixture
async def fresh_database(cluster: Cluster, template: str) -> AsyncIterator[Database]:
    """For races, kills and commits: a clone of its own, dropped afterwards."""
    name = await clone(cluster, template)
    pool = await open_pool(cluster.app_dsn(name), size=16)
    try:
        yield Database(name, cluster.app_dsn(name), cluster.owner_dsn(name), pool)
    finally:
        pool.terminate()
        conn = await asyncpg.connect(cluster.owner)
        await conn.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        await conn.close()


@pytest.fixture
async def conn(pool: asyncpg.Pool) -> AsyncIterator[Conn]:
    """A transaction under the application's login that is rolled back; scope system at first."""
    async with pool.acquire() as raw:
        outer = raw.transaction()
        await outer.start()
        try:
            it = Conn(raw, read_clock(), "test-request")
            await it.act_as(SYSTEM)
            yield it
        finally:
            await outer.rollback()


@pytest.fixture
async def cast(conn: Conn) -> Cast:
    """Nordrechen delivers, Suedrechen receives, Fremd sees nothing, Hub runs the books."""
    return await make_cast(conn)


class OneConnection:
    """A pool of the test's own connection: requests become savepoints of the rolled-back transaction."""

    def __init__(self, raw: object) -> None:
        self.raw = raw

    @asynccontextmanager
    async def acquire(self) -> AsyncIterator[object]:
        """The one connection."""
        yield self.raw


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of a test house."""
    return Settings(data_dir=tmp_path, base_url="http://testserver", demo=True)


@pytest.fixture
async def client(conn: Conn, cast: Cast, settings: Settings) -> AsyncIterator[Client]:
    """HTTP over ASGI; `client.as_(viewer)` is signed in as that viewer."""
    from kdnx.app import create_app, make_house

    house = make_house(settings, clock=lambda: conn.now)
    house.pool_ = OneConnection(conn.raw)  # type: ignore[assignment]  # the same interface
    house.title, house.is_demo = "Testverbund", True
    async with Client.open(create_app(house), house, conn) as it:
        yield it
