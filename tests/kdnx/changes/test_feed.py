"""The change feed: gap-free in the order of visibility, only what the viewer may see."""

from kdnx.audit.actions import finish, record
from kdnx.clock import read_clock
from kdnx.db.conn import Conn
from kdnx.db.pool import transaction
from kdnx.ids import new_id
from kdnx.viewer import Scope, Viewer
from tests.cast import make_cast

SYSTEM = Viewer(scope=Scope.SYSTEM)


async def note(conn, viewer, owner, audience, **over):
    it = new_id()
    record(
        conn,
        viewer,
        "probe.put",
        object_kind="probe",
        object_id=it,
        owner_id=owner,
        audience=audience,
        **over,
    )
    await finish(conn)
    return it


async def feed(conn, viewer, after=("0", "00000000-0000-0000-0000-000000000000")):
    from kdnx.changes.store import list_changes

    await conn.act_as(viewer)
    return [r["object_id"] for r in await list_changes(conn, after, ["probe"], 100)]


async def test_audiences(fresh_database):
    pool = fresh_database.pool
    async with transaction(pool, SYSTEM) as conn:
        cast = await make_cast(conn)
        everybody = await note(conn, SYSTEM, cast.nord.id, "public")
        pair = await note(conn, SYSTEM, cast.nord.id, "parties", party_id=cast.sued.id)
        own = await note(conn, SYSTEM, cast.nord.id, "owner")
    async with transaction(pool, SYSTEM) as conn:
        assert await feed(conn, cast.nord.viewer) == [everybody, pair, own]
        assert await feed(conn, cast.sued.viewer) == [everybody, pair]
        assert await feed(conn, cast.fremd.viewer) == [everybody]
        assert await feed(conn, cast.office) == [everybody, pair, own]
        assert await feed(conn, Viewer()) == []


async def test_a_late_commit_is_not_lost(fresh_database):
    """A transaction that began first and commits last must not fall behind a reader's cursor."""
    pool = fresh_database.pool
    async with transaction(pool, SYSTEM) as conn:
        cast = await make_cast(conn)
    async with pool.acquire() as slow_raw:
        slow_tx = slow_raw.transaction()
        await slow_tx.start()
        slow = Conn(slow_raw, read_clock(), "slow")
        await slow.act_as(SYSTEM)
        early = await note(slow, SYSTEM, cast.sued.id, "public")
        async with transaction(pool, SYSTEM) as quick:
            late = await note(quick, SYSTEM, cast.nord.id, "public")
        async with transaction(pool, SYSTEM) as reader:
            assert await feed(reader, cast.nord.viewer) == []
        await slow_tx.commit()
    async with transaction(pool, SYSTEM) as reader:
        assert await feed(reader, cast.nord.viewer) == [early, late]
