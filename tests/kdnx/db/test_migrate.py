"""Migrations: once each, in order, by an owner that is no superuser, never half, never by two at once."""

import asyncio
from uuid import uuid4

import asyncpg
import pytest

from kdnx.db.migrate import MigrationError, find_folder, load, migrate


@pytest.fixture
async def empty(cluster):
    """An empty database owned by a plain login that may make roles; (name, its owner's DSN)."""
    name = f"empty_{uuid4().hex[:8]}"
    conn = await asyncpg.connect(cluster.owner)
    await conn.execute(f"CREATE ROLE {name} LOGIN CREATEROLE NOSUPERUSER")
    await conn.execute(f"CREATE DATABASE {name} OWNER {name}")
    version = conn.get_server_version().major
    for role in ("kdnx_app", "kdnx_ledger"):
        if await conn.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", role):
            await conn.execute(f"GRANT {role} TO {name} WITH ADMIN OPTION")
    yield version, cluster.owner_dsn(name).replace("kdnx_owner@", f"{name}@")
    await conn.execute(f"DROP DATABASE {name} WITH (FORCE)")
    for role in ("kdnx_app", "kdnx_ledger"):
        await conn.execute(f"REVOKE {role} FROM {name} CASCADE")
    await conn.execute(f"DROP ROLE {name}")
    await conn.close()


async def test_an_owner_that_is_no_superuser_can_migrate(empty, template):
    done = await migrate(empty[1])
    assert [m.version for m in done] == [m.version for m in load(find_folder())]
    assert await migrate(empty[1]) == []


async def test_four_at_once_apply_each_once(empty, template):
    done = await asyncio.gather(*(migrate(empty[1]) for _ in range(4)))
    assert sorted(m.version for d in done for m in d) == [m.version for m in load(find_folder())]


async def test_a_changed_file_and_a_newer_database_are_refused(empty, tmp_path):
    (tmp_path / "0001_a.sql").write_text("CREATE TABLE public.a (i int PRIMARY KEY);")
    (tmp_path / "0002_b.sql").write_text("CREATE TABLE public.b (i int PRIMARY KEY);")
    await migrate(empty[1], tmp_path)
    (tmp_path / "0001_a.sql").write_text("-- anders")
    with pytest.raises(MigrationError, match="0001 wurde nach ihrer Anwendung geändert"):
        await migrate(empty[1], tmp_path)
    (tmp_path / "0001_a.sql").write_text("CREATE TABLE public.a (i int PRIMARY KEY);")
    (tmp_path / "0002_b.sql").unlink()
    with pytest.raises(MigrationError, match="neuer als dieses Programm"):
        await migrate(empty[1], tmp_path)


async def test_a_bad_file_leaves_nothing(empty, tmp_path):
    (tmp_path / "0001_a.sql").write_text(
        "CREATE TABLE public.a (i int PRIMARY KEY); SELECT broken;"
    )
    with pytest.raises(asyncpg.PostgresError):
        await migrate(empty[1], tmp_path)
    conn = await asyncpg.connect(empty[1])
    assert await conn.fetchval("SELECT to_regclass('public.a')") is None
    await conn.close()
