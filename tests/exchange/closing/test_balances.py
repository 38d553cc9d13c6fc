"""Balances: fold, answers, re-check after a change, mergers, statement, who sees what; digests and their notices."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.balances import store as balances
from exchange.balances.actions import answer_balance, list_houses
from exchange.balances.model import KINDS, Answer, Turnover, fold_balances, heads_of, signed_cents
from exchange.balances.reading import CLOSING, OPENING, lines_of, read_statements
from exchange.closing import actions
from exchange.digests.actions import tell_cuts
from exchange.ledger.actions import cut_today
from exchange.signing.actions import confirm_booking
from kdnx.errors import Forbidden, NotFound, Refused, Stale
from tests.exchange.build import SYSTEM, a_booking
from tests.exchange.closing.build import (
    FIRST,
    LAST,
    Y,
    a_confirmed,
    a_year,
    closed,
    proved,
    started,
)

MEMBERS = [UUID(int=n) for n in range(1, 5)]
turnover = st.builds(
    Turnover, st.sampled_from(MEMBERS), st.sampled_from(KINDS), st.sampled_from(["opening", "supply", "pass", "vat"]),
    st.integers(0, 10**12), st.integers(0, 10**12), st.integers(0, 1000),
)  # fmt: skip


@given(st.lists(turnover), st.dictionaries(st.sampled_from(MEMBERS), st.sampled_from(MEMBERS)))
def test_folding_keeps_every_cent_whoever_answers_for_whom(rows, heads):
    found = fold_balances(rows, heads)
    assert sum(b.entries for b in found.values()) == sum(r.entries for r in rows)
    assert sum(b.net_cents for b in found.values()) == sum(
        r.credit_cents - r.debit_cents for r in rows
    )


@given(st.lists(turnover))
def test_a_statement_closes_with_the_sum_of_its_lines(rows):
    lines = lines_of(rows, MEMBERS, Y)
    for account in {line.account for line in lines}:
        mine = [line for line in lines if line.account == account]
        assert mine[0].why == OPENING
        assert mine[-1].why == CLOSING
        assert mine[-1].cents == sum(line.cents for line in mine[:-1])
        assert mine[-1].cents == sum(
            signed_cents(r.account_kind, r.debit_cents, r.credit_cents) for r in rows if r.account_kind == account
        )  # fmt: skip


def test_only_mergers_up_to_the_day_count():
    a, b, c, d = MEMBERS
    steps = [(a, b, date(2024, 7, 1)), (b, c, date(2025, 1, 1)), (d, c, date(2026, 1, 1))]
    assert heads_of(steps, date(2023, 12, 31)) == {}
    assert heads_of(steps, date(2024, 12, 31)) == {a: b}
    assert heads_of(steps, date(2025, 12, 31)) == {a: c, b: c}


async def house_of(conn, actor):
    await conn.act_as(actor.viewer)
    (found,) = await list_houses(conn, Y)
    return found


async def says(conn, actor, answer=Answer.CONFIRMED, reason="", entries=None):
    house = await house_of(conn, actor)
    return await answer_balance(
        conn, actor.viewer, Y, actor.id, answer=answer, reason=reason,
        entries=house.now.entries if entries is None else entries,
    )  # fmt: skip


async def test_a_house_confirms_and_is_asked_again_after_a_change(conn, cast):
    order = await a_year(conn, cast)
    with pytest.raises(Refused) as refused:
        await says(conn, cast.sued)
    assert refused.value.code == "not_asked"
    await started(conn, cast)
    house = await says(conn, cast.sued)
    assert (house.now.receivable_cents, house.now.net_cents) == (12_300_00, -12_300_00)
    assert (house.said, house.is_settled) == ("bestätigt", True)
    tasks = "SELECT count(*) FROM kdnx.task WHERE kind = 'balance.confirm' AND state = 'open'"
    await conn.act_as(SYSTEM)
    assert await conn.fetchval(tasks) == 1  # the other house
    # a correction within the closing year touches the balance
    await conn.act_as(cast.nord.viewer)
    from exchange.bookings.actions import adjust_booking

    row = await conn.fetchval("SELECT id FROM exchange.booking LIMIT 1")
    more = await adjust_booking(conn, cast.nord.viewer, row, delta_cents=-100_00, reason="zu viel")
    await conn.act_as(cast.sued.viewer)
    await confirm_booking(conn, cast.sued.viewer, more.id)
    house = await house_of(conn, cast.sued)
    assert house.answer is not None
    assert house.said == f"bestätigt auf Stand Folge {house.answer.entries}, seither geändert"
    assert not house.has_reported
    with pytest.raises(Stale):
        await says(conn, cast.sued, entries=house.answer.entries)
    again = await says(conn, cast.sued)
    assert again.answer is not None
    assert (again.answer.n, again.is_settled, again.now.net_cents) == (2, True, -12_197_50)
    assert order


async def test_a_dispute_needs_words_and_reaches_the_office(conn, cast):
    await a_year(conn, cast)
    await started(conn, cast)
    with pytest.raises(Refused) as refused:
        await says(conn, cast.sued, Answer.DISPUTED, " ")
    assert refused.value.code == "reason_needed"
    house = await says(conn, cast.sued, Answer.DISPUTED, "Rechnung 7 fehlt")
    assert (house.said, house.is_settled, house.has_reported) == ("bestritten", False, True)
    await conn.act_as(SYSTEM)
    sql = "SELECT count(*) FROM kdnx.task WHERE kind = 'balance.disputed' AND state = 'open' AND owner_id = $1"
    assert await conn.fetchval(sql, cast.hub.id) == 1
    await says(conn, cast.sued)
    await conn.act_as(SYSTEM)
    assert await conn.fetchval(sql, cast.hub.id) == 0


async def test_a_confirmed_balance_still_holds_after_the_close_and_later_bookings(conn, cast):
    order = await a_year(conn, cast)
    await started(conn, cast)
    await says(conn, cast.sued)
    await proved(conn, cast)
    await closed(conn, cast)
    await a_confirmed(conn, cast.nord, cast.sued, order, 70_00)
    assert (await house_of(conn, cast.sued)).is_settled


async def test_reminding_asks_only_who_is_missing(conn, cast):
    await a_year(conn, cast)
    await started(conn, cast)
    await says(conn, cast.sued)
    await conn.act_as(cast.hub.viewer)
    assert await actions.remind(conn, cast.hub.viewer, Y) == 1
    await conn.act_as(SYSTEM)
    told = await conn.fetch("SELECT DISTINCT owner_id FROM kdnx.notice WHERE kind = 'closing.reminded'")  # fmt: skip
    assert [r["owner_id"] for r in told] == [cast.nord.id]


async def test_others_see_nothing_and_answer_for_nobody(conn, cast):
    await a_year(conn, cast)
    await started(conn, cast)
    await says(conn, cast.sued)
    for viewer in (cast.nord.viewer, cast.fremd.viewer, cast.committee):
        await conn.act_as(viewer)
        assert await balances.newest_answers(conn, Y) == {}
        for table in ("balance_confirmation", "chain_proof", "year_close"):
            assert await conn.fetch(f"SELECT * FROM exchange.{table}") == []
    await conn.act_as(cast.fremd.viewer)
    assert await list_houses(conn, Y) == []
    assert await balances.list_claims(conn, Y) == []
    for answer in (cast.fremd.viewer, cast.office, cast.auditor):
        await conn.act_as(answer)
        with pytest.raises(Forbidden):
            await answer_balance(conn, answer, Y, cast.sued.id, answer=Answer.CONFIRMED, reason="", entries=2)  # fmt: skip
    await conn.act_as(cast.fremd.viewer)
    with pytest.raises(NotFound):
        await read_statements(conn, cast.fremd.viewer, Y, cast.sued.id)
    house = await house_of(conn, cast.sued)
    await conn.act_as(cast.fremd.viewer)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with conn.savepoint():
            await balances.insert_answer(conn, Y, house.now, "confirmed", "", cast.fremd.viewer.principal)  # fmt: skip


async def test_the_office_and_the_house_read_the_same_balance(conn, cast):
    await a_year(conn, cast)
    mine = {a.id: (await house_of(conn, a)).now for a in (cast.nord, cast.sued)}
    await conn.act_as(cast.office)
    assert {h.member_id: h.now for h in await list_houses(conn, Y)} == mine
    ((house, lines),) = await read_statements(conn, cast.office, Y, cast.nord.id)
    assert (house.now.net_cents, lines[-1].cents, lines[0].cents) == (12_000_00, 12_000_00, 0)
    ((_house, next_year),) = await read_statements(conn, cast.office, Y + 1, cast.nord.id)
    assert (next_year[0].why, next_year[0].cents) == (OPENING, 12_000_00)


async def told(conn):
    await conn.act_as(SYSTEM)
    return await conn.fetchval("SELECT count(DISTINCT owner_id) FROM kdnx.notice WHERE kind = 'ledger.digest'")  # fmt: skip


async def test_each_new_cut_is_told_to_everybody_once(conn, cast):
    order = await a_year(conn, cast)
    await conn.act_as(SYSTEM)
    await cut_today(conn)
    assert await tell_cuts(conn) == 1
    assert await tell_cuts(conn) == 0
    assert await told(conn) == 4
    conn.now += timedelta(days=1)
    await cut_today(conn)  # nothing was booked: noted, nobody is told
    assert await tell_cuts(conn) == 1
    sql = "SELECT told FROM exchange.ledger_digest ORDER BY day"
    first, second = [r["told"] for r in await conn.fetch(sql)]
    assert (first > 0, second) == (True, 0)
    conn.now += timedelta(days=1)
    await a_confirmed(conn, cast.nord, cast.sued, order, 3_00, FIRST, LAST)
    await conn.act_as(SYSTEM)
    await cut_today(conn)
    assert await tell_cuts(conn) == 1
    assert (await conn.fetch(sql))[-1]["told"] == first


async def test_the_cut_of_the_night_belongs_to_the_german_day(conn, cast):
    conn.now = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)
    await a_year(conn, cast)
    await conn.act_as(SYSTEM)
    await cut_today(conn)
    assert await conn.fetchval("SELECT day FROM exchange.ledger_cut") == date(2027, 1, 1)


async def test_what_is_proposed_at_the_turn_of_the_year_waits_for_its_own_year(conn, cast):
    order = await a_year(conn, cast)
    await started(conn, cast)
    row = await a_booking(conn, cast.nord, order, 5_00, date(Y + 1, 1, 1), date(Y + 1, 1, 31))
    await conn.act_as(cast.sued.viewer)
    assert (await confirm_booking(conn, cast.sued.viewer, row.id)).book_year == Y + 1
    with pytest.raises(Refused):
        await a_booking(conn, cast.nord, order, 5_00, date(Y, 12, 1), date(Y, 12, 31))
