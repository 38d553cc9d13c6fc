"""The position at any place, day and month: equal to a plain fold of an export, and never changed by later rows."""

import json
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exchange.ledger import store as ledger
from exchange.ledger.actions import post_transfers
from exchange.ledger.commands import FORMAT, from_json, replay_lines, to_json
from exchange.ledger.model import (
    AccountKind,
    NewTransfer,
    Period,
    Posting,
    Supply,
    TransferKind,
    account_id,
    accounts_of,
    live_root,
    supply_postings,
)
from exchange.positions.model import Moment
from exchange.positions.reading import read_position, read_rows
from exchange.positions.store import list_rows
from kdnx.errors import Invalid, NotFound
from kdnx.ids import new_id
from tests.exchange.build import SYSTEM

SIGN = {AccountKind.PAYABLE: 1, AccountKind.DIRECT_DUE: 1, AccountKind.RECEIVABLE: -1, AccountKind.DIRECT_OWED: -1}  # fmt: skip

LOOKS = "SELECT count(*) FROM kdnx.audit_event WHERE owner_id = $1 AND action = 'trail.look'"


async def post(conn, cast, provider, recipient, cents, month, *, route="hub", sign=1, book=None):
    """A supply of one month in cents, as its confirmation posts it."""
    supply = Supply(
        route, provider.id, recipient.id, cast.hub.id, cents, cents // 40, date(2026, month, 1), date(2026, month, 28), sign
    )  # fmt: skip
    source = new_id()
    rows = [
        NewTransfer(provider.id, new_id(), p, book or Period(2026, 12), recipient.id, None, None, "booking", source, b"e" * 32)
        for p in supply_postings(supply)
    ]  # fmt: skip
    await conn.act_as(SYSTEM)
    return await post_transfers(conn, rows, accounts_of(supply))


async def export(conn):
    """What `kdnx ledger export` writes, as lines."""
    await conn.act_as(SYSTEM)
    heads = await ledger.list_heads(conn)
    head = json.dumps({"format": FORMAT, "head": live_root(heads).hex()})
    return [head, *[json.dumps(to_json(dict(r))) async for r in ledger.export_transfers(conn)]]


def folded(lines, member, keep):
    """Net cents of a house from exported text alone: what it is owed less what it owes."""
    mine = {account_id(kind, member) for kind in SIGN}
    rows = [from_json(json.loads(line)) for line in lines[1:]]
    return sum(
        r["cents"] * ((r["credit_id"] in mine) - (r["debit_id"] in mine)) for r in rows if keep(r)
    )


ACTS = st.lists(
    st.tuples(
        st.integers(0, 1), st.integers(1, 10**9), st.integers(1, 12), st.sampled_from(["hub", "direct"]), st.sampled_from([1, -1])
    ),
    min_size=1, max_size=6,
)  # fmt: skip


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(acts=ACTS, more=ACTS, place=st.integers(1, 100), month=st.integers(1, 12))
async def test_every_moment_is_the_fold_of_an_export(conn, cast, acts, more, place, month):
    async def play(todo):
        for way, cents, service, route, sign in todo:
            pair = (cast.nord, cast.sued) if way == 0 else (cast.sued, cast.nord)
            await post(conn, cast, *pair, cents, service, route=route, sign=sign)

    async def read(member, moment):
        await conn.act_as(cast.office)
        return await read_position(conn, cast.office, member, moment)

    await play([*acts, (0, 100, 1, "hub", 1)])
    lines = await export(conn)
    assert replay_lines(lines).ok
    nord = cast.nord.id
    seq = min(place, await ledger_head(conn, nord))
    by_seq = await read(nord, Moment(nord, seq))
    assert by_seq.all.net_cents == folded(
        lines, nord, lambda r: r["owner_id"] == nord and r["seq"] <= seq
    )
    service = date(2026, month, 15)
    by_month = await read(nord, Moment(service=service))
    assert by_month.all.net_cents == folded(
        lines, nord, lambda r: (r["service_year"], r["service_month"]) <= (2026, month)
    )
    now = await read(nord, Moment())
    assert now.all.net_cents == folded(lines, nord, lambda r: True)
    stops = {p.chain_id: p.seq for p in now.places}
    assert now.all.net_cents == folded(
        lines, nord, lambda r: r["seq"] <= stops.get(r["owner_id"], 0)
    )
    assert now.all.net_cents == sum(now.all.by.values())
    await play(more)
    again = await read(nord, Moment(nord, seq))
    assert (again.all, again.places) == (by_seq.all, by_seq.places)
    changed = await list_rows(conn, nord, None, Moment(), Moment(nord, seq), None, 1000)
    later = await read(nord, Moment())
    assert sum(r.net_cents for r in changed) == later.all.net_cents - by_seq.all.net_cents


async def ledger_head(conn, owner):
    return next(seq for o, seq, _hash in await ledger.list_heads(conn, [owner]) if o == owner)


async def test_kinds_of_movement_and_a_closed_day(conn, cast):
    await post(conn, cast, cast.nord, cast.sued, 1_000_00, 3)
    await post(conn, cast, cast.nord, cast.sued, 100_00, 3, sign=-1)
    await post(conn, cast, cast.sued, cast.nord, 200_00, 4, route="direct")
    netting = Posting(
        TransferKind.NETTING, 0, account_id(AccountKind.PAYABLE, cast.sued.id),
        account_id(AccountKind.RECEIVABLE, cast.sued.id), 50_00, 1, Period(2026, 4),
    )  # fmt: skip
    await post_transfers(
        conn,
        [NewTransfer(cast.hub.id, new_id(), netting, Period(2026, 12), cast.sued.id, None, None, "settlement", new_id(), b"n" * 32)],
        [(AccountKind.PAYABLE, cast.sued.id), (AccountKind.RECEIVABLE, cast.sued.id)],
    )  # fmt: skip
    await conn.act_as(cast.nord.viewer)
    mine = await read_position(conn, cast.nord.viewer, cast.nord.id, Moment())
    assert mine.all.by == {"provided": 1_000_00, "received": -200_00, "adjustment": -100_00, "vat": 0, "settlement": 0}  # fmt: skip
    assert [(p.other_id, p.net_cents) for p in mine.positions] == [(cast.sued.id, 700_00)]
    yesterday = await read_position(
        conn, cast.nord.viewer, cast.nord.id, Moment(day=conn.today - timedelta(days=1))
    )
    assert yesterday.all.entries == 0 and yesterday.moment.is_final(conn.today)
    today = await read_position(conn, cast.nord.viewer, cast.nord.id, Moment(day=conn.today))
    assert today.all == mine.all and not today.moment.is_final(conn.today)
    await conn.act_as(cast.sued.viewer)
    theirs = await read_position(conn, cast.sued.viewer, cast.sued.id, Moment())
    # the offset lowers what it is owed and what it owes alike, against the hub
    offset = next(p for p in theirs.positions if p.other_id == cast.hub.id)
    assert (offset.claim_cents, offset.debt_cents, offset.net_cents) == (-50_00, -50_00, 0)
    assert [p.chain_id for p in theirs.places] == [cast.sued.id]


async def test_who_reads_whose_position(conn, cast):
    await post(conn, cast, cast.nord, cast.sued, 1_000_00, 3)
    await conn.act_as(cast.fremd.viewer)
    nord = cast.nord.id
    stranger = cast.fremd.viewer
    assert (await read_position(conn, stranger, nord, Moment())).all.entries == 0
    assert await list_rows(conn, nord, None, Moment(), None, None, 10) == []
    with pytest.raises(NotFound):
        await read_position(conn, stranger, stranger.member_id, Moment(nord, 1))
    await conn.act_as(cast.nord.viewer)
    with pytest.raises(Invalid) as beyond:
        await read_position(conn, cast.nord.viewer, nord, Moment(nord, 10**6))
    assert beyond.value.remedy and beyond.value.rule
    await conn.act_as(cast.sued.viewer)
    reading = await read_position(conn, cast.sued.viewer, cast.sued.id, Moment())
    assert reading.all.net_cents == -1_025_00 and reading.places == []
    piece = await read_rows(conn, reading, cursor=None, limit=1, secret="x")
    assert [r.seq for r in piece.items] == [None] and piece.next
    rest = await read_rows(conn, reading, cursor=piece.next, limit=1, secret="x")
    assert [r.id for r in rest.items] != [r.id for r in piece.items] and rest.next is None


@pytest.mark.parametrize("who", ["nord", "sued", "office", "auditor"])
async def test_page_json_and_csv(client, conn, cast, who):
    await post(conn, cast, cast.nord, cast.sued, 1_000_00, 3)
    viewer = getattr(cast, who).viewer if who in {"nord", "sued"} else getattr(cast, who)
    member = cast.sued.id if who == "sued" else cast.nord.id
    seen = client.as_(viewer)
    page = await seen.get(f"/positions?member={member}")
    assert page.status_code == 200 and ("1.025,00" if who == "sued" else "1.000,00") in page.text
    compared = await seen.get(f"/positions?member={member}&from_service=2026-02-01")
    assert (
        "Was sich geändert hat" in compared.text and "Zeilen, die den Unterschied" in compared.text
    )
    data = (await seen.get(f"/api/v1/positions?member={member}&limit=1")).json()
    assert data["total"]["net_cents"] == (-1_025_00 if who == "sued" else 1_000_00)
    assert bool(data["places"]) == (who != "sued") and len(data["items"]) == 1
    file = await seen.get(f"/positions.csv?member={member}")
    assert file.status_code == 200 and "Summe" in file.text
    if who != "sued":
        assert (await seen.get(f"/positions?member={member}&seq=999")).status_code == 422
        placed = await seen.get(f"/positions?member={member}&seq=1")
        assert data["places"][0]["hash"] and "gilt für immer" in placed.text


async def test_other_houses_and_the_committee(client, conn, cast):
    await post(conn, cast, cast.nord, cast.sued, 1_000_00, 3)
    for door in ("/positions", "/positions.csv", "/api/v1/positions"):
        asked = f"{door}?member={cast.nord.id}"
        assert (await client.as_(cast.fremd.viewer).get(asked)).status_code == 404
        assert (await client.as_(cast.committee).get(asked)).status_code == 403


async def test_an_auditors_look_stands_in_the_houses_audit_chain(client, conn, cast):
    await post(conn, cast, cast.nord, cast.sued, 1_000_00, 3)
    assert (await client.as_(cast.auditor).get(f"/positions?member={cast.nord.id}")).status_code == 200  # fmt: skip
    await conn.act_as(SYSTEM)
    assert await conn.fetchval(LOOKS, cast.nord.id) == 1
