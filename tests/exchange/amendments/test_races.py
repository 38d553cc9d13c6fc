"""Two proposals and two signatures at the same moment: one of each wins."""

import asyncio
from datetime import UTC, datetime

from exchange.amendments.actions import propose_amendment, step_amendment
from exchange.amendments.due import move_due
from exchange.amendments.model import AmendmentEvent
from exchange.orders.actions import read_order
from exchange.orders.store import list_steps
from kdnx.audit.actions import finish
from kdnx.db.pool import transaction
from kdnx.errors import KdnxError
from kdnx.viewer import Scope, Viewer
from tests.cast import make_cast
from tests.exchange.amendments.test_actions import a_wish, propose, sign
from tests.exchange.order_build import NOW, an_order_at

SYSTEM = Viewer(scope=Scope.SYSTEM)
LATER = datetime(2027, 1, 1, 9, 0, tzinfo=UTC)


async def test_one_proposal_and_one_signature_win(fresh_database):
    pool = fresh_database.pool
    async with transaction(pool, SYSTEM, finish=finish, now=NOW) as conn:
        cast = await make_cast(conn)
        order = await an_order_at(conn, cast)
    made = []

    async def act(viewer, what):
        try:
            async with transaction(pool, viewer, finish=finish, now=NOW) as conn:
                made.append(await what(conn, viewer))
        except KdnxError as error:
            return error.code
        return "done"

    async def propose(conn, viewer):
        return await propose_amendment(conn, viewer, order.id, a_wish())

    told = await asyncio.gather(
        *(act(v, propose) for v in (cast.nord.viewer, cast.sued.viewer) * 3)
    )
    assert sorted(told).count("done") == 1 and set(told) == {"done", "amendment_one_open"}
    change = made.pop()
    signers = [v for v in (cast.nord.viewer, cast.nord.second) if v.person_id != change.author_id]

    async def approve(conn, viewer):
        event = AmendmentEvent.APPROVE_PROVIDER
        return await step_amendment(conn, viewer, change.id, event, expected=None)

    told = await asyncio.gather(*(act(v, approve) for v in signers * 4))
    assert sorted(told).count("done") == 1 and set(told) <= {"done", "wrong_state"}


async def test_two_workers_bring_it_into_force_once(fresh_database):
    pool = fresh_database.pool
    async with transaction(pool, SYSTEM, finish=finish, now=NOW) as conn:
        cast = await make_cast(conn)
        order = await an_order_at(conn, cast)
        change = await sign(conn, cast, await propose(conn, cast.sued.viewer, order))

    async def work():
        async with transaction(pool, SYSTEM, finish=finish, now=LATER) as conn:
            return await move_due(conn)

    await asyncio.gather(*(work() for _n in range(4)))
    async with transaction(pool, SYSTEM, now=LATER) as conn:
        assert await move_due(conn) == 0
        steps = await list_steps(conn, order.owner_id, order.id)
        after = await read_order(conn, SYSTEM, order.id)
    assert [s["event"] for s in steps].count("amend") == 1
    assert after.current_version == change.version
