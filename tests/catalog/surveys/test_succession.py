"""A merged member's evidence, searches and questions stay readable, and its people are told at the successor."""

from datetime import timedelta

from catalog.evidence import preview
from catalog.searches.actions import tell_news
from kdnx.db.conn import Conn
from kdnx.viewer import Scope, Viewer
from tests.cast import Cast
from tests.catalog.build import an_offering
from tests.catalog.questions.test_questions import TEXT, ask
from tests.catalog.searches.test_searches import save
from tests.catalog.surveys.test_surveys import frozen
from tests.client import Client

SYSTEM = Viewer(scope=Scope.SYSTEM)


async def merge(conn: Conn, cast: Cast) -> None:
    """Sued becomes a part of Fremd; its first person gets a role there."""
    await conn.act_as(SYSTEM)
    await conn.execute(
        "INSERT INTO kdnx.succession (id, predecessor_id, successor_id, effective_on, kind, basis, decided_by, approved_by, recorded_at) "
        "VALUES (gen_random_uuid(), $1, $2, $3, 'merger', 'Beschluss', $4, $5, $6)",
        cast.sued.id, cast.fremd.id, conn.today, cast.office.person_id, cast.hub.second.person_id, conn.now,
    )  # fmt: skip
    await conn.execute(
        "INSERT INTO kdnx.role_grant (id, person_id, member_id, role, valid_from, created_at, updated_at) "
        "VALUES (gen_random_uuid(), $1, $2, 'demand_editor', $3, $4, $4)",
        cast.sued.viewer.person_id, cast.fremd.id, conn.today, conn.now,
    )  # fmt: skip


async def test_the_successor_reads_on(client: Client, cast: Cast, conn: Conn):
    url, heads = await frozen(client, cast, conn)
    shared = await save(client, cast.sued.viewer, is_shared="true")
    one = await ask(client, cast.sued.viewer, heads[0], visibility="private")
    assert (await client.as_(cast.fremd.viewer).get(url)).status_code == 404
    await conn.act_as(cast.office)
    lines = await preview(conn, cast.office, cast.sued.id, cast.fremd.id, conn.today)
    assert len(lines) == 1
    await merge(conn, cast)
    successor = client.as_(cast.fremd.viewer)
    assert "ME-" in (await successor.get(url)).text
    assert (await successor.get(shared)).status_code == 200
    assert TEXT in (await successor.get(f"/questions/{one}")).text


async def test_news_reach_the_person_at_the_successor(client: Client, cast: Cast, conn: Conn):
    await save(client, cast.sued.viewer)
    await merge(conn, cast)
    conn.now += timedelta(hours=1)
    await an_offering(conn, cast.nord)
    await conn.act_as(SYSTEM)
    while await tell_news(conn):
        pass
    told = await conn.fetch(
        "SELECT owner_id, person_id FROM kdnx.notice WHERE kind = 'search.hits'"
    )
    assert [(r["owner_id"], r["person_id"]) for r in told] == [
        (cast.fremd.id, cast.sued.viewer.person_id)
    ]
