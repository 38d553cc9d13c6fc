"""The close of a year: order, two persons, checklist, frozen figures, what comes after, gate, lock."""

from dataclasses import replace
from datetime import UTC, date, datetime

import asyncpg
import pytest

from exchange.balances.actions import answer_balance, list_houses
from exchange.balances.model import Answer
from exchange.bookings.actions import Proposal, adjust_booking, propose_booking, reverse_booking
from exchange.closing import actions, store
from exchange.closing.checklist import read_checklist
from exchange.closing.model import YEAR, canonical, close_evidence
from exchange.closing.part import CHECKS
from exchange.ledger.actions import verify_ledger
from exchange.ledger.store import list_heads
from exchange.reports.model import Basis
from exchange.reports.part import CHECKS as REPORT_CHECKS
from exchange.reports.reading import read_volume
from exchange.signing.actions import confirm_booking
from kdnx.errors import Forbidden, Refused, Stale
from tests.exchange.build import SYSTEM, a_booking, an_order
from tests.exchange.closing.build import (
    FIRST,
    LAST,
    Y,
    a_confirmed,
    a_year,
    closed,
    proved,
    started,
    whole,
)


async def breaches(conn):
    await conn.act_as(SYSTEM)
    return [c.name for c in (*CHECKS, *REPORT_CHECKS) if await conn.fetch(c.sql)]


async def test_a_year_is_closed_by_two_and_frozen(conn, cast):
    await a_year(conn, cast)
    await started(conn, cast)
    with pytest.raises(Refused) as refused:
        await actions.close_period(conn, cast.hub.viewer, Y)
    assert refused.value.code == "four_eyes"
    with pytest.raises(Refused) as refused:
        await closed(conn, cast)
    assert refused.value.code == "checklist_open"
    assert "Prüfsummen" in refused.value.detail
    await proved(conn, cast)
    after = await closed(conn, cast)
    assert (after.state, after.closed_by, after.approved_by) == (
        "closed",
        cast.hub.viewer.person_id,
        cast.hub.second.person_id,
    )
    record = await store.find_close(conn, Y)
    assert record is not None
    assert record["reported_cents"] == record["current_cents"] == 12_000_00
    assert record["evidence"] == close_evidence(record["checklist"], record["closed_at"])
    assert canonical(record["checklist"]).startswith(b"{")
    assert await store.rollup_sums(conn) == {Y: 12_000_00}
    assert (await verify_ledger(conn)).ok
    await conn.act_as(SYSTEM)
    assert {r["closed_through"] for r in await conn.fetch("SELECT closed_through FROM exchange.chain_head")} == {Y * 100 + YEAR}  # fmt: skip
    assert await breaches(conn) == []


async def test_the_surcharge_goes_to_the_result_in_month_13(conn, cast):
    await a_year(conn, cast)
    await whole(conn, cast)
    await conn.act_as(SYSTEM)
    rows = await conn.fetch("SELECT kind, cents, book_year, book_month, owner_id, evidence FROM exchange.transfer WHERE kind = 'close'")  # fmt: skip
    assert [(r["cents"], r["book_year"], r["book_month"], r["owner_id"]) for r in rows] == [(300_00, Y, 13, cast.hub.id)]  # fmt: skip
    record = await store.find_close(conn, Y)
    assert record is not None
    assert rows[0]["evidence"] == record["evidence"]
    balance = "SELECT coalesce(sum(e.cents), 0) FROM exchange.entry e JOIN exchange.account a ON a.id = e.account_id WHERE a.kind = $1"  # fmt: skip
    assert await conn.fetchval(balance, "surcharge") == 0
    assert await conn.fetchval(balance, "result") == -300_00
    assert await store.list_surcharges(conn, Y) == [(cast.hub.id, 0)]


async def test_while_closing_only_corrections_pass(conn, cast):
    order = await a_year(conn, cast)
    row = await a_confirmed(conn, cast.nord, cast.sued, order, 500_00)
    await started(conn, cast)
    with pytest.raises(Refused) as refused:
        await a_booking(conn, cast.nord, order, 100_00, FIRST, LAST)
    assert refused.value.code == "period_closing"
    assert refused.value.remedy
    await a_booking(conn, cast.nord, order, 100_00, date(Y + 1, 1, 1), date(Y + 1, 1, 31))
    back = await reverse_booking(conn, cast.nord.viewer, row.id, reason="falsch")
    await conn.act_as(cast.sued.viewer)
    done = await confirm_booking(conn, cast.sued.viewer, back.id)
    assert (done.book_year, done.state) == (Y, "confirmed")


async def test_after_the_close_corrections_go_to_the_open_year(conn, cast):
    order = await a_year(conn, cast)
    row = await a_confirmed(conn, cast.nord, cast.sued, order, 500_00)
    await whole(conn, cast)
    await conn.act_as(cast.nord.viewer)
    more = await adjust_booking(conn, cast.nord.viewer, row.id, delta_cents=120_00, reason="vergessen")  # fmt: skip
    late = await propose_booking(conn, cast.nord.viewer, Proposal(order, FIRST, LAST, 30_00))
    assert (late.kind, late.sign) == ("adjustment", 1)
    await conn.act_as(cast.sued.viewer)
    for one in (more, late):
        done = await confirm_booking(conn, cast.sued.viewer, one.id)
        assert (done.book_year, done.book_month) == (Y + 1, 1)
    await conn.act_as(cast.office)
    reported = await read_volume(conn, cast.office, Y, basis=Basis.REPORTED)
    current = await read_volume(conn, cast.office, Y, basis=Basis.CURRENT)
    assert (reported.total_cents, current.total_cents) == (12_500_00, 12_650_00)
    assert await breaches(conn) == []


async def test_open_proposals_hinder_or_are_listed(conn, cast):
    order = await a_year(conn, cast)
    waiting = await a_booking(conn, cast.nord, order, 77_00, FIRST, LAST)
    await started(conn, cast)
    await proved(conn, cast)
    with pytest.raises(Refused) as refused:
        await closed(conn, cast)
    assert "Offene Vorschläge" in refused.value.detail
    await closed(conn, cast, lists_open=True)
    record = await store.find_close(conn, Y)
    assert record is not None
    item = next(i for i in record["checklist"]["items"] if i["key"] == "proposed")
    assert item["weight"] == "noted"
    assert waiting.booking_number in item["listed"][0]


async def test_years_close_in_order_and_never_open_again(conn, cast):
    order = await a_year(conn, cast)
    await a_confirmed(conn, cast.nord, cast.sued, order, 5_00, date(2024, 5, 1), date(2024, 5, 31))
    with pytest.raises(Refused) as refused:
        await started(conn, cast)
    assert (refused.value.code, refused.value.remedy_url) == ("earlier_open", "/closings/2024")
    await whole(conn, cast, 2024)
    await whole(conn, cast)
    for act in (actions.start_closing, actions.resume):
        with pytest.raises(Refused) as refused:
            await act(conn, cast.hub.viewer, Y)
        assert refused.value.code == "wrong_state"
    with pytest.raises(Refused) as refused:
        await actions.start_closing(conn, cast.hub.viewer, conn.today.year)
    assert refused.value.code == "period_running"
    assert await store.rollup_sums(conn) == {2024: 5_00, Y: 12_000_00}
    assert await breaches(conn) == []


async def test_resume_opens_again_and_the_versions_are_watched(conn, cast):
    await a_year(conn, cast)
    begun = await started(conn, cast)
    assert begun.row_version == 2
    with pytest.raises(Stale):
        await actions.resume(conn, cast.hub.viewer, Y, expected=1)
    after = await actions.resume(conn, cast.hub.viewer, Y, expected=2)
    assert (after.state, after.closed_by) == ("open", None)
    await conn.act_as(SYSTEM)
    assert await conn.fetchval("SELECT count(*) FROM kdnx.task WHERE kind = 'balance.confirm' AND state = 'open'") == 0  # fmt: skip


async def test_the_audit_locks_and_nobody_else(conn, cast):
    await a_year(conn, cast)
    await whole(conn, cast)
    with pytest.raises(Forbidden):
        await actions.lock_year(conn, cast.hub.viewer, Y)
    await conn.act_as(cast.auditor)
    after = await actions.lock_year(conn, cast.auditor, Y)
    assert after.state == "locked"
    with pytest.raises(Refused):
        await actions.lock_year(conn, cast.auditor, Y)
    await conn.act_as(cast.sued.viewer)
    (house,) = [h for h in await list_houses(conn, Y) if h.member_id == cast.sued.id]
    with pytest.raises(Refused) as refused:
        await answer_balance(conn, cast.sued.viewer, Y, cast.sued.id, answer=Answer.CONFIRMED, reason="",
                             entries=house.now.entries)  # fmt: skip
    assert refused.value.code == "not_asked"


async def test_the_tail_is_proved_behind_the_proof(conn, cast):
    order = await a_year(conn, cast)
    await conn.act_as(cast.hub.viewer)
    first = await store.prove_tail(conn, cast.nord.id, None)
    await a_confirmed(conn, cast.nord, cast.sued, order, 9_00)
    await conn.act_as(cast.hub.viewer)
    again = await store.prove_tail(conn, cast.nord.id, first)
    every = await store.prove_tail(conn, cast.nord.id, None)
    assert (again.seq, again.hash, again.rows, again.bad_seq) == (every.seq, every.hash, every.rows, None)  # fmt: skip
    assert again.rows > first.rows
    other = replace(first, hash=b"x" * 32)
    assert (await store.prove_tail(conn, cast.nord.id, other)).bad_seq == first.seq
    gone = replace(first, seq=every.seq + 5)
    assert (await store.prove_tail(conn, cast.nord.id, gone)).bad_seq is not None
    assert {h[0] for h in await list_heads(conn)} == {cast.nord.id}


async def test_months_close_before_the_year_and_shift_what_comes_late(conn, cast):
    order = await a_year(conn, cast)
    late = await a_booking(conn, cast.nord, order, 40_00, FIRST, LAST)
    await started(conn, cast, Y, 3)
    with pytest.raises(Refused):
        await a_booking(conn, cast.nord, order, 1_00, FIRST, LAST)
    await closed(conn, cast, Y, 3)
    await conn.act_as(cast.sued.viewer)
    done = await confirm_booking(conn, cast.sued.viewer, late.id)
    assert (done.book_year, done.book_month) == (Y, 4)
    with pytest.raises(Refused) as refused:
        await started(conn, cast, Y, 2)
    assert refused.value.code == "wrong_state"
    await whole(conn, cast)
    assert await store.rollup_sums(conn) == {Y: 12_040_00}
    assert await breaches(conn) == []


@pytest.mark.parametrize(
    ("instant", "is_over"),
    [
        (datetime(2025, 12, 31, 22, 59, 59, tzinfo=UTC), False),
        (datetime(2025, 12, 31, 23, 0, 0, tzinfo=UTC), True),  # midnight in Germany
        (datetime(2025, 12, 31, 23, 30, 0, tzinfo=UTC), True),
        (datetime(2026, 6, 30, 22, 30, 0, tzinfo=UTC), True),
    ],
)
async def test_the_year_ends_at_midnight_in_germany(conn, cast, instant, is_over):
    conn.now = instant
    await a_year(conn, cast)
    if is_over:
        assert (await started(conn, cast)).state == "closing"
    else:
        with pytest.raises(Refused) as refused:
            await started(conn, cast)
        assert refused.value.code == "period_running"


@pytest.mark.parametrize(
    ("instant", "month", "is_over"),
    [
        # the clock goes forward on 30 March and back on 26 October: midnight is 22:00, then 23:00 UTC
        (datetime(2025, 3, 31, 21, 59, 59, tzinfo=UTC), 3, False),
        (datetime(2025, 3, 31, 22, 0, 0, tzinfo=UTC), 3, True),
        (datetime(2025, 10, 31, 22, 30, 0, tzinfo=UTC), 10, False),
        (datetime(2025, 10, 31, 23, 0, 0, tzinfo=UTC), 10, True),
    ],
)
async def test_a_month_ends_at_midnight_on_either_side_of_the_clock_change(conn, cast, instant, month, is_over):  # fmt: skip
    conn.now = instant
    period = await store.find_period(conn, 2025, month)
    assert period.is_over(conn.today) is is_over


async def test_the_chain_is_proved_in_pieces(conn, cast):
    order = await a_year(conn, cast)
    other = await an_order(conn, cast, cast.fremd, cast.sued)
    await a_confirmed(conn, cast.fremd, cast.sued, other, 1_00)
    await a_confirmed(conn, cast.nord, cast.sued, order, 1_00)
    await started(conn, cast)
    assert await actions.prove_chains(conn, cast.hub.viewer, Y, most_rows=1) == (1, 2)
    found = await read_checklist(conn, await store.find_period(conn, Y, YEAR))
    assert "proof" in [i.key for i in found.hindrances]
    assert await actions.prove_chains(conn, cast.hub.viewer, Y, most_rows=1) == (2, 2)


async def test_under_the_application_nobody_writes_a_close_by_hand(conn, cast):
    await a_year(conn, cast)
    for viewer in (cast.nord.viewer, cast.committee, cast.auditor):
        await conn.act_as(viewer)
        for sql in (
            f"SELECT exchange.lock_books({Y}, now())",
            f"SELECT exchange.mark_period({Y}, 13, 'closing', gen_random_uuid(), 0, now())",
            f"SELECT exchange.close_books({Y}, 13, gen_random_uuid(), gen_random_uuid(), '{{}}', sha256('x'), now())",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                async with conn.savepoint():
                    await conn.fetchval(sql)
    await conn.act_as(cast.office)
    for sql in (
        f"INSERT INTO exchange.period (year, month, state, created_at, updated_at) VALUES ({Y}, 13, 'closed', now(), now())",
        "UPDATE exchange.chain_head SET closed_through = 0",
        "DELETE FROM exchange.volume_rollup",
        f"SELECT exchange.close_books({Y}, 13, gen_random_uuid(), gen_random_uuid(), '{{}}', sha256('x'), now())",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with conn.savepoint():
                await conn.execute(sql)
