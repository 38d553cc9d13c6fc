"""`--fresh` throws away a demonstration and nothing else."""

import asyncio
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import asyncpg
import pytest

from kdnx.config import Settings
from kdnx.db.embedded import Embedded
from kdnx.db.migrate import migrate
from kdnx.db.pool import open_pool, transaction
from kdnx.demo.loading import clear_data
from kdnx.errors import Refused
from kdnx.members.actions import found_alliance
from kdnx.members.store import read_alliance
from kdnx.viewer import Scope, Viewer

SYSTEM = Viewer(scope=Scope.SYSTEM)


async def prepare(server, *, is_demo):
    await migrate(server.owner_dsn())
    pool = await open_pool(server.app_dsn(), size=1)
    async with transaction(pool, SYSTEM) as conn:
        await found_alliance(conn, name="Ein Verbund", short_name="Verbund", is_demo=is_demo)
    await pool.close()


async def has_tables(server):
    conn = await asyncpg.connect(server.owner_dsn())
    try:
        return await conn.fetchval("SELECT to_regclass('kdnx.alliance') IS NOT NULL")
    finally:
        await conn.close()


@pytest.fixture
def own_server(monkeypatch):
    monkeypatch.setenv("KDNX_PG_UNSAFE", "1")
    with TemporaryDirectory(prefix="kdnx-test-") as folder:
        Path(folder).chmod(0o711)
        with Embedded(Path(folder)) as server:
            yield server, Settings(data_dir=Path(folder), demo=True)


@pytest.mark.slow
async def test_a_demonstration_is_thrown_away_and_can_be_loaded_again(own_server):
    server, settings = own_server
    await asyncio.to_thread(clear_data, settings)
    await prepare(server, is_demo=True)
    await asyncio.to_thread(clear_data, settings)
    assert not await has_tables(server)
    await prepare(server, is_demo=True)
    pool = await open_pool(server.app_dsn(), size=1)
    try:
        with pytest.raises(Refused, match="anderen Fenster"):
            await asyncio.to_thread(clear_data, settings)
    finally:
        await pool.close()


@pytest.mark.slow
async def test_a_real_alliance_stays(own_server):
    server, settings = own_server
    await prepare(server, is_demo=False)
    with pytest.raises(Refused, match="keine Demonstration"):
        await asyncio.to_thread(clear_data, settings)
    pool = await open_pool(server.app_dsn(), size=1)
    async with transaction(pool, SYSTEM) as conn:
        assert (await read_alliance(conn)).name == "Ein Verbund"
    await pool.close()


def test_a_database_of_somebody_else_is_never_touched(tmp_path):
    with pytest.raises(Refused, match="KDNX_DATABASE_URL"):
        clear_data(replace(Settings(data_dir=tmp_path), database_url="postgresql://somewhere/else"))
