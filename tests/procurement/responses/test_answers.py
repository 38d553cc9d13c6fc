"""Answers: four eyes, versions, the deadline race, in-house first, files."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kdnx.db.conn import Conn
from kdnx.db.pool import transaction
from kdnx.errors import Invalid, Refused, Stale
from kdnx.imports.kinds import Row
from procurement.demands import actions as demands
from procurement.filing import files
from procurement.responses import actions, store
from procurement.responses.model import Amount, amount, parse_quantity
from tests.cast import Cast, make_cast
from tests.procurement.build import SYSTEM, a_call, an_answer, lines_for


@pytest.mark.parametrize(("text", "value"), [
    ("1.250", "1250"), ("12,5", "12.5"), ("1.234,5", "1234.5"), ("7", "7"), ("0", "0"), ("1234.5", "1234.5"), ("1.234.567", "1234567")])  # fmt: skip
def test_german_quantities(text: str, value: str):
    assert parse_quantity(text) == Decimal(value)


@pytest.mark.parametrize("text", ["-1", "abc", "1,23456", "NaN", "1e99", "Infinity"])
def test_wrong_quantities(text: str):
    with pytest.raises(ValueError, match="Menge"):
        parse_quantity(text)


quantity = st.one_of(st.none(), st.integers(0, 1000).map(Decimal))


@given(quantity, quantity, quantity)
def test_what_is_left_blank_keeps_the_order(low, expected, high):
    try:
        made = amount(low, expected, high)
    except ValueError:
        return
    assert 0 <= made.low <= made.expected <= made.high


async def test_the_author_does_not_release(conn: Conn, cast: Cast):
    call_id = await a_call(conn, cast)
    response = await an_answer(conn, cast.nord, call_id, submitted=False)
    await actions.request_release(conn, cast.nord.viewer, response)
    with pytest.raises(Refused, match="zweite Person"):
        await actions.release_response(conn, cast.nord.viewer, response)
    await conn.act_as(cast.nord.second)
    assert len(await actions.release_response(conn, cast.nord.second, response)) == 32


async def test_who_edited_last_does_not_release_either(conn: Conn, cast: Cast):
    call_id = await a_call(conn, cast)
    await an_answer(conn, cast.nord, call_id, submitted=False)
    await conn.act_as(cast.nord.second)
    lines = await lines_for(conn, cast.nord.second, call_id, (70, 0))
    response = await actions.save_response(conn, cast.nord.second, call_id, lines)
    await conn.act_as(cast.nord.viewer)
    await actions.request_release(conn, cast.nord.viewer, response)
    for person in (cast.nord.viewer, cast.nord.second):
        await conn.act_as(person)
        with pytest.raises(Refused, match="zweite Person"):
            await actions.release_response(conn, person, response)


async def test_another_member_touches_nothing(conn: Conn, cast: Cast):
    call_id = await a_call(conn, cast)
    response = await an_answer(conn, cast.nord, call_id, submitted=False)
    await conn.act_as(cast.fremd.viewer)
    with pytest.raises(Refused):
        await actions.withdraw_response(conn, cast.fremd.viewer, response)
    assert await conn.fetchval("SELECT count(*) FROM procurement.demand_line") == 0
    await conn.act_as(cast.office)
    assert (
        await conn.fetchval("SELECT count(*) FROM procurement.demand_line") == 0
    )  # a draft is nobody else's business
    await conn.act_as(cast.nord.viewer)
    assert await conn.fetchval("SELECT count(*) FROM procurement.demand_line") == 2


async def test_revising_makes_a_new_version_and_the_old_one_counts_until_then(
    conn: Conn, cast: Cast
):
    call_id = await a_call(conn, cast)
    response = await an_answer(conn, cast.nord, call_id, (100, 0))
    await conn.act_as(cast.nord.viewer)
    await actions.revise_response(conn, cast.nord.viewer, response)
    lines = await lines_for(conn, cast.nord.viewer, call_id, (300, 0))
    await actions.save_response(conn, cast.nord.viewer, call_id, lines)
    await conn.act_as(cast.office)
    answers = await store.list_answers(conn, call_id, cast.office.members, sees_all=True)
    assert [a.line.total.expected for a in answers] == [Decimal(200)]
    await demands.close_call(conn, cast.office, call_id)
    await conn.act_as(cast.nord.viewer)
    after = await store.get_response(conn, cast.nord.id, response.id)
    assert (after.state, after.submitted_version, after.edition) == ("submitted", 1, 1)


async def test_a_stale_save_is_refused(conn: Conn, cast: Cast):
    call_id = await a_call(conn, cast)
    response = await an_answer(conn, cast.nord, call_id, submitted=False)
    lines = await lines_for(conn, cast.nord.viewer, call_id, (1, 1))
    await actions.save_response(
        conn, cast.nord.viewer, call_id, lines, row_version=response.row_version
    )
    with pytest.raises(Stale):
        await actions.save_response(
            conn, cast.nord.viewer, call_id, lines, row_version=response.row_version
        )


async def test_after_the_deadline_nothing_moves_even_before_the_job_ran(conn: Conn, cast: Cast):
    call_id = await a_call(conn, cast)
    response = await an_answer(conn, cast.nord, call_id, submitted=False)
    await actions.request_release(conn, cast.nord.viewer, response)
    conn.now += timedelta(days=30)
    await conn.act_as(cast.nord.second)
    with pytest.raises(Refused, match="abgelaufen"):
        await actions.release_response(conn, cast.nord.second, response)
    with pytest.raises(Refused, match="abgelaufen"):
        await actions.save_response(conn, cast.nord.viewer, call_id, [])


async def test_a_binding_answer_needs_a_confirmed_budget(conn: Conn, cast: Cast):
    call_id = await a_call(conn, cast)
    response = await an_answer(conn, cast.nord, call_id, submitted=False, binding="binding")
    with pytest.raises(Invalid) as wrong:
        await actions.request_release(conn, cast.nord.viewer, response)
    assert wrong.value.errors[0].field == "budget_1"


async def test_release_and_close_race_never_loses_a_receipt(fresh_database):
    async with transaction(fresh_database.pool, SYSTEM) as conn:
        cast = await make_cast(conn)
    async with transaction(fresh_database.pool, cast.office) as conn:
        call_id = await a_call(conn, cast)
    actors = [cast.nord, cast.sued, cast.fremd]
    found = {}
    for actor in actors:
        async with transaction(fresh_database.pool, actor.viewer) as conn:
            found[actor.id] = await an_answer(conn, actor, call_id, submitted=False)
            await actions.request_release(conn, actor.viewer, found[actor.id])

    async def release(actor) -> bool:
        try:
            async with transaction(fresh_database.pool, actor.second) as conn:
                await actions.release_response(conn, actor.second, found[actor.id])
        except Refused:
            return False
        return True

    async def close() -> None:
        async with transaction(fresh_database.pool, cast.office) as conn:
            await demands.close_call(conn, cast.office, call_id)

    results = await asyncio.gather(
        release(actors[0]), close(), release(actors[1]), release(actors[2])
    )
    released = {
        a.id for a, ok in zip(actors, (results[0], results[2], results[3]), strict=True) if ok
    }
    async with transaction(fresh_database.pool, SYSTEM) as conn:
        rows = await conn.fetch("SELECT owner_id, state FROM procurement.demand_response")
        assert {r["owner_id"] for r in rows if r["state"] == "submitted"} == released
        assert {r["state"] for r in rows} <= {"submitted", "missed"}


async def test_own_tables_refuse_a_direct_update_of_quantities(conn: Conn, cast: Cast):
    import asyncpg

    call_id = await a_call(conn, cast)
    await an_answer(conn, cast.nord, call_id)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with conn.savepoint():
            await conn.execute("UPDATE procurement.demand_line SET qty_max = 1")


def rows_of(call_number: str, code: str = "NORD", **over) -> list[Row]:
    base = {"call": call_number, "member": code, "position": 1, "qty_min": None, "qty_expected": Decimal(10), "qty_max": None, "binding": None,
            "needed_from": None, "needed_to": None, "place": None, "price_today": 90_000, "contract_end": None, "budget_confirmed": None,
            "deviation_reason": None, "state": None}  # fmt: skip
    return [Row(n, base | {"year": year} | over) for n, year in enumerate((2027, 2028), 2)]


async def test_a_file_twice_is_unchanged_and_comes_out_equal(conn: Conn, cast: Cast):
    call_id = await a_call(conn, cast)
    number = await conn.fetchval(
        "SELECT number FROM procurement.demand_call WHERE id = $1", call_id
    )
    await conn.act_as(cast.nord.viewer)
    first = await files.write(conn, cast.nord.viewer, rows_of(number))
    assert (first.new, first.errors) == (2, [])
    again = await files.write(conn, cast.nord.viewer, rows_of(number))
    assert (again.new, again.changed, again.unchanged) == (0, 0, 2)
    out = await files.read(conn, cast.nord.viewer)
    back = await files.write(
        conn, cast.nord.viewer, [Row(n, {**r, "state": None}) for n, r in enumerate(out, 2)]
    )
    assert (back.unchanged, back.errors) == (2, [])
    more = await files.write(conn, cast.nord.viewer, rows_of(number, qty_expected=Decimal(11)))
    assert more.changed == 2
    await conn.act_as(cast.fremd.viewer)
    assert await files.read(conn, cast.fremd.viewer) == []


async def test_the_office_enters_submitted_history_and_others_only_their_own(
    conn: Conn, cast: Cast
):
    call_id = await a_call(conn, cast)
    number = await conn.fetchval(
        "SELECT number FROM procurement.demand_call WHERE id = $1", call_id
    )
    await conn.act_as(cast.fremd.viewer)
    refused = await files.write(conn, cast.fremd.viewer, rows_of(number))
    assert [e.field for e in refused.errors] == ["member", "member"]
    await conn.act_as(cast.office)
    await demands.close_call(conn, cast.office, call_id)
    done = await files.write(conn, cast.office, rows_of(number, state="submitted"))
    assert (done.new, done.errors) == (2, [])
    again = await files.write(conn, cast.office, rows_of(number, state="submitted"))
    assert again.unchanged == 2
    assert {r["state"] for r in await files.read(conn, cast.office)} == {"submitted"}


async def test_the_office_never_overwrites_what_a_member_said_or_what_is_bundled(
    conn: Conn, cast: Cast
):
    call_id = await a_call(conn, cast)
    await an_answer(conn, cast.nord, call_id, (100, 0))
    number = await conn.fetchval(
        "SELECT number FROM procurement.demand_call WHERE id = $1", call_id
    )
    await conn.act_as(cast.office)
    outcome = await files.write(conn, cast.office, rows_of(number, state="submitted"))
    assert [e.message for e in outcome.errors] == ["Das Mitglied hat selbst geantwortet."]
    await demands.close_call(conn, cast.office, call_id)
    await demands.mark_bundled(conn, cast.office, call_id)
    outcome = await files.write(conn, cast.office, rows_of(number, "SUED", state="submitted"))
    assert "gebündelt" in outcome.errors[0].message


async def test_rows_that_contradict_are_named(conn: Conn, cast: Cast):
    call_id = await a_call(conn, cast)
    number = await conn.fetchval(
        "SELECT number FROM procurement.demand_call WHERE id = $1", call_id
    )
    await conn.act_as(cast.nord.viewer)
    good = rows_of(number)
    cases = [
        (replace(good[0], values={**good[0].values, "call": "B-1999-0001"}), "call"),
        (replace(good[0], values={**good[0].values, "position": 99}), "position"),
        (replace(good[0], values={**good[0].values, "year": 2040}), "year"),
        (replace(good[0], values={**good[0].values, "qty_min": Decimal(50)}), "qty_expected"),
        (replace(good[0], values={**good[0].values, "qty_expected": Decimal(-1)}), "qty_expected"),
    ]
    for row, field in cases:
        outcome = await files.write(conn, cast.nord.viewer, [row])
        assert [e.field for e in outcome.errors] == [field]
    twice = await files.write(conn, cast.nord.viewer, [good[0], good[0]])
    assert [e.field for e in twice.errors] == ["year"]


def test_totals_are_sums_of_years():
    line_years = {
        2027: Amount(Decimal(1), Decimal(2), Decimal(3)),
        2028: Amount(Decimal("0.5"), Decimal(2), Decimal(4)),
    }
    from procurement.responses.model import Line

    line = Line(1, "x", "30213100", "Stück", line_years, "interest")
    assert line.total == Amount(Decimal("1.5"), Decimal(4), Decimal(7))
