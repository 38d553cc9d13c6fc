"""A call that reads counts itself and finds its session in one statement, which says what the two said."""

from kdnx.auth import store
from kdnx.auth.actions import FOUND, hash_token, identify, start_session
from kdnx.db.conn import Conn
from kdnx.viewer import NOBODY, Scope
from tests.cast import Cast
from tests.kdnx.auth.test_actions import asking

KEYS = "SELECT key, hits FROM kdnx.rate ORDER BY key"


def test_both_ways_ask_the_same_of_a_session() -> None:
    assert store.FIND_SESSION.strip() in store.HIT_AND_FIND


async def test_one_statement_counts_and_finds(conn: Conn, cast: Cast) -> None:
    assert cast.nord.viewer.person_id
    token = await start_session(conn, cast.nord.viewer.person_id, cast.nord.id, Scope.MEMBER)
    id_hash = hash_token(token)
    for n in (1, 2):
        hits, found = await store.hit_and_find(conn, id_hash, "api:s:x", "api:a:y")
        assert hits == n
        assert found == await store.find_session(conn, id_hash)
        assert found is not None
    assert await store.hit(conn, id_hash, "api:s:x", "api:a:y") == 3
    assert [tuple(r) for r in await conn.fetch(KEYS)] == [("api:s:x", 3)]


async def test_an_ended_session_is_counted_by_its_address(conn: Conn, cast: Cast) -> None:
    assert cast.nord.viewer.person_id
    token = await start_session(conn, cast.nord.viewer.person_id, cast.nord.id, Scope.MEMBER)
    await store.revoke_session(conn, hash_token(token))
    found = await store.hit_and_find(conn, hash_token(token), "api:s:x", "api:a:y")
    assert found == (1, None)
    assert [tuple(r) for r in await conn.fetch(KEYS)] == [("api:a:y", 1)]


async def test_what_was_found_serves_once(conn: Conn, cast: Cast) -> None:
    assert cast.nord.viewer.person_id
    token = await start_session(conn, cast.nord.viewer.person_id, cast.nord.id, Scope.MEMBER)
    request = asking(token)
    _hits, request.scope[FOUND] = await store.hit_and_find(conn, hash_token(token), "x", "y")
    assert (await identify(conn, request)).person_id == cast.nord.viewer.person_id
    await store.revoke_session(conn, hash_token(token))
    assert await identify(conn, request) == NOBODY
