"""When one member succeeds another, what it still answers goes on under the successor; what is closed stays."""

from decimal import Decimal
from uuid import UUID

from kdnx.db.conn import Conn
from kdnx.tasks.actions import list_my_tasks
from kdnx.viewer import Scope, Viewer
from procurement.demands.actions import close_call
from procurement.responses import store
from procurement.responses.actions import release_response, request_release
from tests.cast import Cast
from tests.client import Client
from tests.procurement.build import a_call, an_answer

SYSTEM = Viewer(scope=Scope.SYSTEM)
COVERAGE = "SELECT answered FROM procurement.public_call_coverage WHERE call_id = $1"
EXPECTED = """
SELECT r.owner_id, sum(l.qty_expected) FROM procurement.demand_response r
JOIN procurement.demand_line l ON l.owner_id = r.owner_id AND l.response_id = r.id AND l.version = r.submitted_version
WHERE r.call_id = $1 GROUP BY 1
"""


async def succeed(client: Client, cast: Cast, conn: Conn) -> str:
    """Südrechen goes up in Nordrechen, by the pages; what the preview said."""
    proposed = await client.as_(cast.office).post("/successions", {
        "predecessor_id": str(cast.sued.id), "successor_id": str(cast.nord.id), "kind": "merger",
        "effective_on": str(conn.today), "basis": "Beschluss der Verbandsversammlung vom 1. Mai",
    })  # fmt: skip
    url = proposed.headers["location"]
    shown = await client.as_(cast.hub.second).get(url)
    done = await client.as_(cast.hub.second).post(f"{url}/carry-out", {"confirmed": "yes"})
    assert done.status_code == 303, done.text
    return shown.text


async def counted(conn: Conn, call_id: UUID) -> dict[UUID, Decimal]:
    """What counts as submitted, by member."""
    await conn.act_as(SYSTEM)
    return {r[0]: r[1] for r in await conn.fetch(EXPECTED, call_id)}


async def test_a_submitted_answer_counts_for_the_successor(client: Client, cast: Cast, conn: Conn):
    call_id = await a_call(conn, cast)
    old = await an_answer(conn, cast.sued, call_id, (100, 50))
    said = await succeed(client, cast, conn)
    assert "1 laufende Bedarfsmeldung geht auf die Nachfolgerin über." in said
    assert await counted(conn, call_id) == {cast.nord.id: Decimal(300)}
    assert await conn.fetchval(COVERAGE, call_id) == 1
    new = await store.find_response(conn, cast.nord.id, call_id)
    assert new is not None and (new.state, new.edition) == ("submitted", 1) and new.receipt_hash
    assert (await store.get_response(conn, cast.sued.id, old.id)).state == "withdrawn"
    await conn.act_as(cast.nord.viewer)
    assert "demand.answer" not in {t.kind for t in await list_my_tasks(conn, cast.nord.viewer)}
    page = await client.as_(cast.nord.viewer).get(f"/demands/{call_id}/response")
    assert "abgegeben" in page.text


async def test_a_draft_goes_on_as_a_draft_with_its_task(client: Client, cast: Cast, conn: Conn):
    call_id = await a_call(conn, cast)
    response = await an_answer(conn, cast.sued, call_id, (100, 50), submitted=False)
    await request_release(conn, cast.sued.viewer, response)
    await succeed(client, cast, conn)
    assert await counted(conn, call_id) == {}
    new = await store.find_response(conn, cast.nord.id, call_id)
    assert new is not None and new.state == "draft"
    lines = await store.list_lines(conn, new.owner_id, new.id, new.version)
    assert [x.total.expected for x in lines] == [Decimal(200), Decimal(100)]
    await conn.act_as(cast.nord.viewer)
    urls = [t.url for t in await list_my_tasks(conn, cast.nord.viewer) if t.kind == "demand.answer"]
    assert urls == [f"/demands/{call_id}/response"]
    await request_release(conn, cast.nord.viewer, new)
    await conn.act_as(cast.nord.second)
    await release_response(conn, cast.nord.second, new)
    assert await counted(conn, call_id) == {cast.nord.id: Decimal(300)}


async def test_where_both_answered_the_sum_waits_for_release(
    client: Client, cast: Cast, conn: Conn
):
    call_id = await a_call(conn, cast)
    await an_answer(conn, cast.sued, call_id, (100, 0))
    await an_answer(conn, cast.nord, call_id, (10, 5))
    said = await succeed(client, cast, conn)
    assert "zu einer neuen Fassung zusammengezählt" in said and "Mobile Arbeitsplätze" in said
    assert await counted(conn, call_id) == {cast.nord.id: Decimal(30)}
    new = await store.find_response(conn, cast.nord.id, call_id)
    assert new is not None and new.state == "draft"
    page = await client.as_(cast.nord.viewer).get(f"/demands/{call_id}/response")
    assert "Mengen beider Häuser zusammengezählt" in page.text
    await conn.act_as(cast.nord.viewer)
    await request_release(conn, cast.nord.viewer, new)
    await conn.act_as(cast.nord.second)
    await release_response(
        conn, cast.nord.second, await store.get_response(conn, new.owner_id, new.id)
    )
    assert await counted(conn, call_id) == {cast.nord.id: Decimal(230)}


async def test_who_was_not_asked_is_asked_now(client: Client, cast: Cast, conn: Conn):
    call_id = await a_call(conn, cast, members=[cast.sued.id])
    assert "Bedarfsmeldungen: keine laufenden." in await succeed(client, cast, conn)
    await conn.act_as(cast.nord.viewer)
    kinds = [t.kind for t in await list_my_tasks(conn, cast.nord.viewer)]
    assert kinds.count("demand.answer") == 1
    assert (
        await client.as_(cast.nord.viewer).get(f"/demands/{call_id}/response")
    ).status_code == 200


async def test_what_is_closed_stays_under_its_name(client: Client, cast: Cast, conn: Conn):
    call_id = await a_call(conn, cast)
    await an_answer(conn, cast.sued, call_id, (100, 50))
    await conn.act_as(cast.office)
    await close_call(conn, cast.office, call_id)
    await succeed(client, cast, conn)
    assert await counted(conn, call_id) == {cast.sued.id: Decimal(300)}
