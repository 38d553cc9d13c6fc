"""The index follows: renamed categories and members, another program, new words; again and again without a change."""

from catalog.categories.actions import rename_category
from catalog.categories.store import get_category
from catalog.finding.model import Criteria
from catalog.finding.store import list_found
from catalog.indexing.actions import reindex, reindex_stale, spread_words
from kdnx.db.conn import Conn
from kdnx.viewer import Scope, Viewer
from tests.cast import Cast
from tests.catalog.build import HOSTING, an_offering

SYSTEM = Viewer(scope=Scope.SYSTEM)
VECTOR = "SELECT search::text FROM catalog.offering WHERE id = $1"


async def titles(conn: Conn, cast: Cast, q: str) -> list[str]:
    await conn.act_as(cast.sued.viewer)
    return [f.title for f in await list_found(conn, cast.sued.viewer, Criteria(q=q))]


async def test_a_renamed_category_is_found_by_its_new_name_at_once(conn: Conn, cast: Cast):
    await an_offering(conn, cast.nord, "Leitung")
    await conn.act_as(cast.office)
    category = await get_category(conn, HOSTING)
    await rename_category(
        conn, cast.office, HOSTING, category.row_version, name="Maschinensaal", description=""
    )
    assert await titles(conn, cast, "Maschinensaal") == ["Leitung"]
    assert await titles(conn, cast, "Hosting") == []


async def test_a_renamed_member_is_found_after_the_due_job(conn: Conn, cast: Cast):
    head = await an_offering(conn, cast.nord, "Leitung")
    await conn.act_as(SYSTEM)
    await conn.execute(
        "UPDATE kdnx.member SET name = 'Küstenwerk', short_name = 'Küstenwerk' WHERE id = $1",
        cast.nord.id,
    )
    assert await titles(conn, cast, "Kuestenwerk") == []
    await conn.act_as(SYSTEM)
    assert await reindex_stale(conn) == 1
    assert await reindex_stale(conn) == 0
    before = await conn.fetchrow("SELECT * FROM catalog.offering WHERE id = $1", head.id)
    assert await reindex(conn, [head.id]) == 1
    assert await conn.fetchrow("SELECT * FROM catalog.offering WHERE id = $1", head.id) == before
    assert await titles(conn, cast, "Küstenwerk") == ["Leitung"]


async def test_another_program_indexes_everything_again(conn: Conn, cast: Cast):
    heads = [await an_offering(conn, cast.nord, f"Leitung {n}") for n in range(3)]
    await conn.act_as(SYSTEM)
    await conn.execute("UPDATE catalog.offering SET index_version = 0, search = ''::tsvector")
    assert await titles(conn, cast, "Leitung") == []
    await conn.act_as(SYSTEM)
    assert await reindex_stale(conn) == len(heads)
    assert len(await titles(conn, cast, "Leitung")) == len(heads)
    assert await reindex(conn, []) == 0


async def test_a_new_word_opens_older_compounds(conn: Conn, cast: Cast):
    await an_offering(conn, cast.nord, "Betreuung der Zwiebelquappe")
    assert await titles(conn, cast, "Quappe") == []
    await an_offering(conn, cast.nord, "Zwiebel und Quappe")
    assert await titles(conn, cast, "Quappe") == ["Zwiebel und Quappe"]
    await conn.act_as(SYSTEM)
    while await spread_words(conn):
        pass
    while await reindex_stale(conn):
        pass
    assert await titles(conn, cast, "Quappe") == [
        "Betreuung der Zwiebelquappe",
        "Zwiebel und Quappe",
    ]


async def test_facet_columns_follow_the_published_version(conn: Conn, cast: Cast):
    head = await an_offering(
        conn, cast.nord, "Leitung", lead_time_days=12, protection_level="normal"
    )
    row = await conn.fetchrow(
        "SELECT lead_time_days, protection_level, legal_routes FROM catalog.offering WHERE id = $1",
        head.id,
    )
    assert dict(row or {}) == {
        "lead_time_days": 12,
        "protection_level": "normal",
        "legal_routes": ["all>gwb_108_6"],
    }
    assert await conn.fetchval(VECTOR, head.id)
