"""The chain: same bytes in Python and SQL, one altered byte is found, heads, cuts, gate, rights, replay."""

import json
from datetime import date, timedelta
from uuid import UUID

import asyncpg
import pytest

from exchange.ledger import store
from exchange.ledger.actions import cut_today, post_transfers, verify_ledger
from exchange.ledger.commands import FORMAT, replay_lines, to_json, verification_json
from exchange.ledger.model import (
    CUT_START,
    AccountKind,
    NewTransfer,
    Period,
    Supply,
    accounts_of,
    canonical_bytes,
    cut_root,
    live_root,
    replay,
    supply_postings,
)
from kdnx.db.pool import transaction
from kdnx.errors import Conflict, Invalid
from kdnx.ids import named_id, new_id
from tests.cast import make_cast
from tests.exchange.build import SYSTEM, committed

COLUMNS = """owner_id, seq, id, kind, leg, debit_id, credit_id, cents, sign, book_year, book_month, service_year, service_month,
  recipient_id, category_id, offering_id, source, source_id, evidence, recorded_at, prev, hash"""


JULY = Period(2026, 7)


async def post_some(conn, cast, count=3, *, book=JULY, bare=False):
    supply = Supply(
        "hub",
        cast.nord.id,
        cast.sued.id,
        cast.hub.id,
        1_000_00,
        25_00,
        date(2026, 6, 15),
        date(2026, 7, 14),
    )
    rows = [
        NewTransfer(
            cast.nord.id, new_id(), p, book, None if bare else cast.sued.id, None if bare else named_id("c", "x"),
            None if bare else named_id("o", "x"), "booking", source, b"e" * 32,
        )
        for source in [new_id() for _ in range(count)]
        for p in supply_postings(supply)
    ]  # fmt: skip
    return await post_transfers(conn, rows, accounts_of(supply))


async def test_python_and_sql_make_the_same_bytes(conn, cast):
    await post_some(conn, cast)
    await post_some(conn, cast, bare=True)
    rows = await conn.fetch(
        f"SELECT *, exchange.transfer_bytes({COLUMNS.rpartition(', prev')[0]}) AS bytes FROM exchange.transfer ORDER BY seq"
    )
    assert len(rows) == 24
    for r in rows:
        assert canonical_bytes(r) == r["bytes"]
    found = list(replay([dict(r) for r in rows]))
    assert [bad for _row, bad in found if bad] == []


async def test_cut_root_is_the_same_in_python(conn, cast):
    await post_some(conn, cast)
    assert await cut_today(conn) == 1
    assert await cut_today(conn) == 0
    cut = await store.find_cut(conn, None)
    heads = [
        (r["owner_id"], r["seq"], r["hash"]) for r in await store.list_cut_heads(conn, cut.day)
    ]
    assert cut.root == cut_root(CUT_START, heads)
    assert (await verify_ledger(conn)).head == live_root(await store.list_heads(conn))
    assert await conn.fetchval(
        "SELECT exchange.take_cut($1, $2)", cut.day + timedelta(days=1), conn.now
    )
    after = await store.find_cut(conn, None)
    assert (after.n, after.prev_root) == (2, cut.root)


CHANGES = {
    "cents": "cents + 1", "sign": "-sign", "recorded_at": "recorded_at + interval '1 microsecond'", "evidence": "sha256('y')",
    "service_month": "service_month % 12 + 1", "recipient_id": "NULL", "debit_id": "(SELECT id FROM exchange.account WHERE id NOT IN (debit_id, credit_id) LIMIT 1)",
    "kind": "'vat'", "leg": "0", "id": "gen_random_uuid()", "source_id": "gen_random_uuid()", "hash": "sha256('y')", "prev": "sha256('y')",
    "book_month": "book_month % 12 + 1", "category_id": "NULL", "offering_id": "gen_random_uuid()", "source": "'close'", "book_year": "book_year + 1",
}  # fmt: skip


async def test_one_altered_byte_is_found_at_its_row(fresh_database):
    async with committed(fresh_database.pool, SYSTEM) as conn:
        cast = await make_cast(conn)
        await post_some(conn, cast)
        await cut_today(conn)
        assert (await verify_ledger(conn)).ok
    owner = await asyncpg.connect(fresh_database.owner_dsn)
    for column, change in CHANGES.items():
        before = await owner.fetchrow("SELECT * FROM exchange.transfer WHERE seq = 3")
        await owner.execute(f"UPDATE exchange.transfer SET {column} = {change} WHERE seq = 3")
        async with transaction(fresh_database.pool, SYSTEM) as conn:
            found = await verify_ledger(conn)
            assert not found.ok, column
            assert found.first_bad.seq == 3, column
            assert verification_json(found)["first_bad"]["seq"] == 3
        await owner.execute(
            f"UPDATE exchange.transfer SET {column} = $1 WHERE seq = 3", before[column]
        )
    for broken, what in (
        ("DELETE FROM exchange.transfer WHERE seq = 12", "head"),
        (
            "UPDATE exchange.chain_head SET seq = 11, hash = (SELECT hash FROM exchange.transfer WHERE seq = 11)",
            "cut",
        ),
        ("DELETE FROM exchange.transfer WHERE seq = 5", "seq"),
    ):
        await owner.execute(broken)
        async with transaction(fresh_database.pool, SYSTEM) as conn:
            assert (await verify_ledger(conn)).first_bad.what == what
    await owner.close()


async def test_the_gate_refuses_a_closed_period(fresh_database):
    async with committed(fresh_database.pool, SYSTEM) as conn:
        cast = await make_cast(conn)
        await post_some(conn, cast, 1)
    owner = await asyncpg.connect(fresh_database.owner_dsn)
    await owner.execute("UPDATE exchange.chain_head SET closed_through = 202607")
    await owner.close()
    async with transaction(fresh_database.pool, SYSTEM) as conn:
        with pytest.raises(Conflict, match="Buchungsperiode"):
            async with conn.savepoint():
                await post_some(conn, cast, 1)
        assert await post_some(conn, cast, 1, book=Period(2026, 8)) == 4


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE exchange.transfer SET cents = 1",
        "DELETE FROM exchange.transfer",
        "TRUNCATE exchange.transfer",
        "INSERT INTO exchange.transfer SELECT * FROM exchange.transfer LIMIT 1",
        "UPDATE exchange.chain_head SET seq = 0",
        "DELETE FROM exchange.chain_head",
        "INSERT INTO exchange.ledger_cut SELECT * FROM exchange.ledger_cut",
        "DELETE FROM exchange.confirmation",
        "UPDATE exchange.confirmation SET confirmed_cents = 1",
        "UPDATE exchange.booking SET net_cents = 1",
        "DELETE FROM exchange.booking",
        "UPDATE exchange.period SET state = 'open'",
        "SET ROLE kdnx_ledger",
        "ALTER TABLE exchange.transfer DISABLE ROW LEVEL SECURITY",
        "CREATE FUNCTION exchange.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    ],
)
async def test_the_application_may_not(conn, cast, statement):
    await post_some(conn, cast, 1)
    await conn.act_as(cast.office)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with conn.savepoint():
            await conn.execute(statement)


async def test_nobody_posts_for_strangers(conn, cast):
    await conn.act_as(cast.fremd.viewer)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with conn.savepoint():
            await post_some(conn, cast, 1)
    await conn.act_as(cast.committee)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with conn.savepoint():
            await post_some(conn, cast, 1)
    await conn.act_as(cast.sued.viewer)
    assert await post_some(conn, cast, 1) == 4


async def test_who_sees_which_rows(conn, cast):
    await post_some(conn, cast)
    seen = {}
    for name, viewer in (("nord", cast.nord.viewer), ("sued", cast.sued.viewer), ("fremd", cast.fremd.viewer), ("office", cast.office),
                         ("audit", cast.auditor), ("committee", cast.committee)):  # fmt: skip
        await conn.act_as(viewer)
        transfers = await conn.fetchval("SELECT count(*) FROM exchange.transfer")
        seen[name] = (transfers, await conn.fetchval("SELECT count(*) FROM exchange.chain_head"))
    assert seen == {
        "nord": (12, 1),
        "sued": (12, 0),
        "fremd": (0, 0),
        "office": (12, 1),
        "audit": (12, 1),
        "committee": (0, 0),
    }


async def test_replay_of_an_export(conn, cast):
    await post_some(conn, cast)
    head = live_root(await store.list_heads(conn))
    lines = [json.dumps({"format": FORMAT, "head": head.hex()})]
    lines += [json.dumps(to_json(dict(r))) async for r in store.export_transfers(conn)]
    assert replay_lines(lines).head == head and replay_lines(lines).ok
    changed = [*lines[:4], lines[4].replace('"cents": ', '"cents": 1'), *lines[5:]]
    assert replay_lines(changed).first_bad.seq == 4
    assert replay_lines(lines[:-1]).first_bad.what == "head"
    with pytest.raises(Invalid):
        replay_lines(["{}"])
    with pytest.raises(Invalid):
        replay_lines([lines[0], "kein JSON"])


async def test_accounts_have_one_id_everywhere(conn, cast):
    await post_some(conn, cast, 1)
    for r in await conn.fetch("SELECT id, kind, member_id FROM exchange.account"):
        assert r["id"] == named_id(
            "exchange.account", f"{AccountKind(r['kind']).value}|{UUID(str(r['member_id']))}"
        )
