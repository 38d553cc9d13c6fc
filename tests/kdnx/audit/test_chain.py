"""The audit trail: written last, chained, unalterable, seen by its own."""

import asyncpg
import pytest

from kdnx.audit.actions import finish, record
from kdnx.audit.store import BROKEN_CHAIN, list_events
from kdnx.ids import new_id
from kdnx.viewer import Scope, Viewer

SYSTEM = Viewer(scope=Scope.SYSTEM)


async def write(conn, viewer, owner, n=3, **over):
    for i in range(n):
        record(
            conn,
            viewer,
            f"probe.{i}",
            object_kind="probe",
            object_id=new_id(),
            owner_id=owner,
            **over,
        )
    await finish(conn)


async def test_events_chain_and_verify(conn, cast):
    await write(
        conn,
        cast.nord.viewer,
        cast.nord.id,
        reason="Grund | mit Strich",
        before={"a": 1},
        after={"a": 2},
    )
    await write(
        conn, cast.nord.viewer, cast.sued.id, party_id=cast.nord.id, rule_ids=(new_id(), new_id())
    )
    await write(conn, cast.nord.second, cast.nord.id)
    await conn.act_as(SYSTEM)
    assert await conn.fetch(BROKEN_CHAIN) == []
    assert (
        await conn.fetchval(
            "SELECT max(seq) FROM kdnx.audit_event WHERE owner_id = $1", cast.nord.id
        )
        == 6
    )


@pytest.mark.parametrize(
    "change",
    [
        "action = 'anders'",
        "at = at + interval '1 microsecond'",
        "reason = 'anders'",
        "person_id = NULL",
    ],
)
async def test_an_altered_event_is_found(fresh_database, change):
    from kdnx.db.conn import Conn
    from tests.cast import make_cast

    async with fresh_database.pool.acquire() as raw:
        from kdnx.clock import read_clock

        conn = Conn(raw, read_clock(), "r")
        async with raw.transaction():
            await conn.act_as(SYSTEM)
            cast = await make_cast(conn)
            await write(conn, cast.nord.viewer, cast.nord.id)
        owner = await asyncpg.connect(fresh_database.owner_dsn)
        await owner.execute(f"UPDATE kdnx.audit_event SET {change} WHERE seq = 2")
        await owner.close()
        async with raw.transaction():
            await conn.act_as(SYSTEM)
            assert [r["seq"] for r in await conn.fetch(BROKEN_CHAIN)] == [2]


@pytest.mark.parametrize(
    "sql",
    ["UPDATE kdnx.audit_event SET action = 'x'", "DELETE FROM kdnx.audit_event", "TRUNCATE kdnx.audit_event",
     "INSERT INTO kdnx.audit_event SELECT * FROM kdnx.audit_event", "UPDATE kdnx.audit_head SET seq = 0",
     "INSERT INTO kdnx.task SELECT * FROM kdnx.task", "SET ROLE kdnx_ledger"],
)  # fmt: skip
async def test_the_application_can_alter_nothing(conn, cast, sql):
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with conn.savepoint():
            await conn.execute(sql)


async def test_who_sees_which_event(conn, cast):
    await write(conn, cast.nord.viewer, cast.nord.id, n=1, party_id=cast.sued.id)
    for viewer, seen in (
        (cast.nord.viewer, 1),
        (cast.sued.viewer, 1),
        (cast.fremd.viewer, 0),
        (cast.committee, 0),
        (cast.auditor, 1),
        (Viewer(), 0),
    ):
        await conn.act_as(viewer)
        assert len(await list_events(conn, before=None, text="probe", limit=10)) == seen, (
            viewer.name
        )


async def test_a_savepoint_takes_its_notes_back(conn, cast):
    async def note_and_fail():
        async with conn.savepoint():
            record(
                conn, cast.nord.viewer, "probe", object_kind="p", object_id=new_id(), owner_id=cast.nord.id
            )  # fmt: skip
            raise ValueError("x")

    with pytest.raises(ValueError, match="x"):
        await note_and_fail()
    assert conn.notes == []
