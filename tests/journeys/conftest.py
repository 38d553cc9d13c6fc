"""One loaded demonstration a session: the whole script, committed, in a database of its own."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

import asyncpg
import pytest
from playwright.sync_api import Browser

from kdnx.app import make_house
from kdnx.config import Settings
from kdnx.db.pool import open_pool
from kdnx.demo.loading import play
from kdnx.web.house import House
from tests.browser import chromium
from tests.conftest import Cluster, clone
from tests.serving import Serving


@dataclass(frozen=True)
class Demonstration:
    """The loaded house, where its database is."""

    house: House
    app_dsn: str
    owner_dsn: str


@pytest.fixture(scope="session")
async def demonstration(
    cluster: Cluster, template: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Demonstration]:
    """Everything the demonstration brings; tests of it only read, or work on a clone."""
    name = await clone(cluster, template)
    settings = Settings(
        database_url=cluster.app_dsn(name), data_dir=tmp_path_factory.mktemp("demo"),
        base_url="http://testserver", demo=True,
    )  # fmt: skip
    house = make_house(settings)
    house.pool_ = await open_pool(settings.database_url, size=2)
    await play(house)
    yield Demonstration(house, settings.database_url, cluster.owner_dsn(name))
    house.pool.terminate()
    conn = await asyncpg.connect(cluster.owner)
    await conn.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    await conn.close()


@pytest.fixture(scope="session")
async def served(
    cluster: Cluster, demonstration: Demonstration, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[str]:
    """`kdnx serve` over a copy of the loaded demonstration, for browsers; its address."""
    house = demonstration.house
    await house.pool.close()  # a database with guests cannot be copied
    name = await clone(cluster, urlsplit(demonstration.app_dsn).path.strip("/"))
    house.pool_ = await open_pool(demonstration.app_dsn, size=2)
    folder = tmp_path_factory.mktemp("served")
    environment = {
        "KDNX_DATABASE_URL": cluster.app_dsn(name),
        "KDNX_DEMO": "1",
        "KDNX_SIGN_IN_RATE_PER_MINUTE": "100000",
    }
    server = Serving(
        ["--data", str(folder), "serve", "--no-jobs"], folder / "log", environment=environment
    )
    server.start()
    yield server.address
    server.stop()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A Chromium for the tests of one file: no asynchronous test may run while it is open."""
    with chromium() as it:
        yield it
