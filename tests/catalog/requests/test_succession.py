"""When one member succeeds another, running requests and sealed answers go on under the successor."""

from catalog.answers.store import find_answer, get_content
from catalog.choosing.actions import read_comparison
from catalog.inheriting.actions import carry_out, preview
from catalog.requests.store import find_budget
from kdnx.db.conn import Conn
from tests.cast import Actor, Cast
from tests.catalog.requests.making import a_request, an_answer, close, seen


async def succeed(conn: Conn, cast: Cast, old: Actor, new: Actor) -> None:
    """The office carries the succession out."""
    await conn.act_as(cast.office)
    assert await preview(conn, cast.office, old.id, new.id, conn.today)
    await carry_out(conn, cast.office, old.id, new.id, conn.today)


async def test_a_running_request_gets_the_successor_as_owner(conn: Conn, cast: Cast):
    request_id = await a_request(conn, cast.sued, budget_cents=500)
    await an_answer(conn, cast.nord, request_id)
    await an_answer(conn, cast.fremd, request_id)
    await succeed(conn, cast, cast.sued, cast.fremd)
    request = await seen(conn, cast.fremd.viewer, request_id)
    assert request.owner_id == cast.fremd.id
    assert await find_budget(conn, request_id, cast.fremd.viewer.members) == 500
    # the successor's own answer to what is now its own request counts no more
    assert request.answers == 1
    await close(conn, request_id)
    request = await seen(conn, cast.fremd.viewer, request_id)
    _c, _i, entries = await read_comparison(conn, cast.fremd.viewer, request)
    assert [e.answer.owner_name for e in entries] == ["Nordrechen"]


async def test_a_sealed_answer_goes_on_and_stays_sealed(conn: Conn, cast: Cast):
    request_id = await a_request(conn, cast.sued)
    await an_answer(conn, cast.nord, request_id, 3_000_000)
    await succeed(conn, cast, cast.nord, cast.fremd)
    await conn.act_as(cast.sued.viewer)
    assert await conn.fetchval("SELECT count(*) FROM catalog.request_answer") == 0
    await conn.act_as(cast.fremd.viewer)
    answer = await find_answer(conn, request_id, cast.fremd.viewer.members)
    assert answer is not None
    assert (answer.owner_id, answer.state, answer.submitted_version) == (
        cast.fremd.id,
        "submitted",
        1,
    )
    content = await get_content(conn, answer.owner_id, answer.id, 1)
    assert [p.unit_price_micro for p in content.prices] == [3_000_000]
    assert (await seen(conn, cast.sued.viewer, request_id)).answers == 1


async def test_where_both_answered_the_successors_answer_counts(conn: Conn, cast: Cast):
    request_id = await a_request(conn, cast.sued)
    await an_answer(conn, cast.nord, request_id, 3_000_000)
    await an_answer(conn, cast.fremd, request_id, 5_000_000)
    await succeed(conn, cast, cast.nord, cast.fremd)
    await close(conn, request_id)
    request = await seen(conn, cast.sued.viewer, request_id)
    _c, _i, entries = await read_comparison(conn, cast.sued.viewer, request)
    assert [e.content.prices[0].unit_price_micro for e in entries] == [5_000_000]
