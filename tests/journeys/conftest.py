"""One loaded demonstration a session: the whole script, committed, in a database of its own."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from time import monotonic

import asyncpg
import pytest

from kdnx.app import make_house
from kdnx.config import Settings
from kdnx.db.pool import open_pool
from kdnx.demo.loading import play
from kdnx.web.house import House
from tests.conftest import Cluster, clone


@dataclass(frozen=True)
class Demonstration:
    """The loaded house, where its database is, and how long loading took in seconds."""

    house: House
    app_dsn: str
    owner_dsn: str
    seconds: float


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
    began = monotonic()
    await play(house)
    yield Demonstration(house, settings.database_url, cluster.owner_dsn(name), monotonic() - began)
    house.pool.terminate()
    conn = await asyncpg.connect(cluster.owner)
    await conn.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    await conn.close()
