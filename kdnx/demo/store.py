"""SQL of the demonstration's memory: which steps are done, which people play."""

from typing import Any
from uuid import UUID

from kdnx.db.conn import Conn

LIST_STEPS = "SELECT name FROM kdnx.demo_step ORDER BY name LIMIT 500"
INSERT_STEP = "INSERT INTO kdnx.demo_step (name, done_at) VALUES ($1, $2)"
LIST_CAST = "SELECT subject, id FROM kdnx.person WHERE issuer = $1 ORDER BY subject LIMIT 1000"
LIST_CODES = "SELECT code, id FROM kdnx.member ORDER BY code LIMIT 1000"


async def list_steps(conn: Conn) -> set[str]:
    """Names of the steps that are done."""
    return {r["name"] for r in await conn.fetch(LIST_STEPS)}


async def insert_step(conn: Conn, name: str) -> None:
    """The step is done, with the transaction that did it."""
    await conn.execute(INSERT_STEP, name, conn.now)


async def list_cast(conn: Conn, issuer: str) -> dict[str, UUID]:
    """Key of a person in the script → person id."""
    return {r["subject"]: r["id"] for r in await conn.fetch(LIST_CAST, issuer)}


async def list_codes(conn: Conn) -> dict[str, UUID]:
    """Code of a member → id."""
    return {r["code"]: r["id"] for r in await conn.fetch(LIST_CODES)}


HAS_ALLIANCE = "SELECT to_regclass('kdnx.alliance') IS NOT NULL"
IS_REAL = "SELECT EXISTS (SELECT 1 FROM kdnx.alliance WHERE NOT is_demo)"
DROP_DATABASE = "DROP DATABASE IF EXISTS kdnx"
CREATE_DATABASE = "CREATE DATABASE kdnx"


async def is_real(owner: Any) -> bool:
    """The owner's connection: True when an alliance lives here that is no demonstration."""
    return bool(await owner.fetchval(HAS_ALLIANCE) and await owner.fetchval(IS_REAL))


async def renew_database(owner: Any) -> None:
    """Drop and create the embedded database; an owner's connection to another database of the cluster."""
    await owner.execute(DROP_DATABASE)
    await owner.execute(CREATE_DATABASE)
