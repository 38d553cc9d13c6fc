"""Two parties agree at the same moment: both consents are kept and exactly one of them puts it into force."""

import asyncio

from exchange.cooperations import store
from exchange.cooperations.actions import agree_cooperation
from kdnx.audit.actions import finish
from kdnx.db.pool import transaction
from kdnx.errors import KdnxError
from kdnx.viewer import Scope, Viewer
from tests.cast import make_cast
from tests.exchange.cooperations.coop_build import proposed
from tests.exchange.order_build import NOW

SYSTEM = Viewer(scope=Scope.SYSTEM)
CONCLUDED = (
    "SELECT count(*) FROM kdnx.audit_event WHERE action = 'cooperation.conclude' AND object_id = $1"
)


async def test_two_parties_agree_at_once(fresh_database):
    pool = fresh_database.pool
    async with transaction(pool, SYSTEM, finish=finish, now=NOW) as conn:
        cast = await make_cast(conn)
        c = await proposed(conn, cast.nord, cast.sued, cast.fremd)
    ends = []

    async def agree(viewer):
        try:
            async with transaction(pool, viewer, finish=finish, now=NOW) as conn:
                ends.append((await agree_cooperation(conn, viewer, c.id, expected=None)).state)
        except KdnxError as error:
            return error.code
        return "done"

    people = (cast.nord.second, cast.sued.second, cast.fremd.second)
    told = await asyncio.gather(*(agree(v) for v in people * 2))
    # whoever comes after the last consent finds it in force already
    assert set(told) <= {"done", "wrong_state"} and sorted(told).count("done") >= len(people)
    assert ends.count("active") == 1 and set(ends) == {"proposed", "active"}
    async with transaction(pool, SYSTEM, now=NOW) as conn:
        after = await store.get_cooperation(conn, c.id)
        consents = await store.list_consents(conn, after)
        assert await conn.fetchval(CONCLUDED, c.id) == 1
    assert after.state == "active"
    assert set(consents) == {cast.nord.id, cast.sued.id, cast.fremd.id}
