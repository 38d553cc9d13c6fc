"""Agreements with the consent of every party, amounts with two people, and who reads what."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import asyncpg
import pytest

from exchange.cooperations import store
from exchange.cooperations.actions import (
    agree_cooperation,
    end_cooperation,
    return_cooperation,
    run_ends,
    save_cooperation,
)
from exchange.cooperations.amounts import Entry, enter_year, joint_today, sign_year
from exchange.cooperations.model import CooperationEvent
from exchange.cooperations.reading import read_detail
from exchange.cooperations.succession import carry_out
from exchange.inhouse.model import Basis
from kdnx.errors import Forbidden, Invalid, NotFound, Refused, Stale
from tests.exchange.build import SYSTEM
from tests.exchange.cooperations.coop_build import amounts, concluded, proposed, terms, three_years
from tests.exchange.inhouse.test_actions import clerk

E = CooperationEvent


async def test_it_is_in_force_when_every_party_has_agreed_by_somebody_else(conn, cast):
    c = await proposed(conn, cast.nord, cast.sued)
    with pytest.raises(Refused) as refused:
        await agree_cooperation(conn, cast.nord.viewer, c.id, expected=c.row_version)
    assert refused.value.code == "four_eyes"
    c = await agree_cooperation(conn, cast.nord.second, c.id, expected=c.row_version)
    assert c.state == "proposed"
    await conn.act_as(cast.sued.viewer)
    tasks = await conn.fetch("SELECT kind, state FROM kdnx.task WHERE owner_id = $1", cast.sued.id)
    assert [(t["kind"], t["state"]) for t in tasks] == [("cooperation.agree", "open")]
    c = await agree_cooperation(conn, cast.sued.viewer, c.id, expected=c.row_version)
    assert c.state == "active"
    tasks = await conn.fetch("SELECT state FROM kdnx.task WHERE owner_id = $1", cast.sued.id)
    assert [t["state"] for t in tasks] == ["done"]
    with pytest.raises(Refused):
        await agree_cooperation(conn, cast.sued.viewer, c.id, expected=c.row_version)


async def test_a_changed_text_needs_every_consent_again(conn, cast):
    c = await proposed(conn, cast.nord, cast.sued)
    c = await agree_cooperation(conn, cast.nord.second, c.id, expected=c.row_version)
    await conn.act_as(cast.sued.viewer)
    c = await return_cooperation(conn, cast.sued.viewer, c.id, E.RETURN, reason="zu weit gefasst", expected=c.row_version)  # fmt: skip
    assert c.state == "draft"
    nord = cast.nord.viewer
    await conn.act_as(nord)
    new = terms(cast.nord.id, cast.sued.id, activities="nur der Betrieb der Ratsinformation")
    c = await save_cooperation(conn, nord, new, key=c.id, expected=c.row_version)
    with pytest.raises(Stale):
        await save_cooperation(conn, nord, new, key=c.id, expected=c.row_version - 1)
    assert await store.list_consents(conn, replace(c, round=2)) == {}
    # a draft is the leading house's own until it was proposed once
    fresh = await save_cooperation(conn, nord, terms(cast.nord.id, cast.sued.id))
    await conn.act_as(cast.sued.viewer)
    assert (await read_detail(conn, cast.sued.viewer, c.id)).cooperation.state == "draft"
    with pytest.raises(NotFound):
        await read_detail(conn, cast.sued.viewer, fresh.id)


async def test_two_houses_that_exist_one_of_them_the_own(conn, cast):
    nord = cast.nord.viewer
    await conn.act_as(nord)
    for parties in ((cast.nord.id,), (cast.sued.id, cast.fremd.id)):
        with pytest.raises(Invalid):
            await save_cooperation(conn, nord, terms(*parties))
    with pytest.raises(Invalid):
        await save_cooperation(conn, nord, terms(cast.nord.id, cast.sued.id, valid_to=date(2019, 1, 1)))  # fmt: skip


async def test_amounts_take_two_people_and_a_correction_is_a_new_version(conn, cast):
    c = await concluded(conn, cast.nord, cast.sued)
    year, nord = conn.today.year - 1, cast.nord.viewer
    await conn.act_as(nord)
    entry = Entry(5_00, 100_00, Basis.COST, "Bericht")
    with pytest.raises(Invalid):
        await enter_year(conn, nord, c.id, year, replace(entry, market_cents=100_01))
    with pytest.raises(Refused):
        await enter_year(conn, nord, c.id, year + 1, entry)
    await enter_year(conn, nord, c.id, year, entry)
    with pytest.raises(Refused) as refused:
        await sign_year(conn, nord, c.id, year, expected=1)
    assert refused.value.code == "four_eyes"
    with pytest.raises(Stale):
        await enter_year(conn, nord, c.id, year, entry)
    await sign_year(conn, cast.nord.second, c.id, year, expected=1)
    again = await enter_year(conn, nord, c.id, year, replace(entry, market_cents=6_00))
    assert again.version == 2
    assert (await store.signed_years(conn, c.id, [cast.nord.id]))[cast.nord.id][year] == (500, 10_000)  # fmt: skip
    await sign_year(conn, cast.nord.second, c.id, year, expected=1)
    assert (await store.signed_years(conn, c.id, [cast.nord.id]))[cast.nord.id][year] == (600, 10_000)  # fmt: skip


async def test_amounts_are_read_by_the_house_lawyer_and_audit_and_lights_by_the_parties(conn, cast):
    c = await concluded(conn, cast.nord, cast.sued)
    await three_years(conn, cast.nord, c, 15_00)
    await three_years(conn, cast.sued, c, 1_00)
    without = await clerk(conn, cast)
    for viewer, owners in (
        (cast.nord.viewer, {cast.nord.id}), (cast.sued.viewer, {cast.sued.id}), (cast.fremd.viewer, set()),
        (cast.committee, set()), (without, set()), (cast.office, {cast.nord.id, cast.sued.id}),
        (cast.auditor, {cast.nord.id, cast.sued.id}),
    ):  # fmt: skip
        await conn.act_as(viewer)
        rows = await conn.fetch("SELECT owner_id FROM exchange.cooperation_year")
        assert {r["owner_id"] for r in rows} == owners
        checks = await conn.fetch("SELECT 1 FROM exchange.cooperation_check")
        assert bool(checks) == (len(owners) == 2)
        lights = await store.lights_of(conn, [c.id], conn.today.year, is_due=True)
        assert lights == ({} if viewer is cast.fremd.viewer else {c.id: "amber"})
    await conn.act_as(cast.sued.viewer)
    found = await read_detail(conn, cast.sued.viewer, c.id)
    assert (found.light, found.joint) == ("amber", None)
    assert found.mine is not None
    assert found.mine.total_cents == 300_00
    for stranger in (cast.fremd.viewer,):
        await conn.act_as(stranger)
        with pytest.raises(NotFound):
            await read_detail(conn, stranger, c.id)
        with pytest.raises(NotFound):
            await enter_year(conn, stranger, c.id, conn.today.year - 1, Entry(0, 1, Basis.COST, "x y"))  # fmt: skip
    await conn.act_as(cast.fremd.viewer)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with conn.savepoint():
            await store.insert_check(conn, c, found.mine, [])


async def test_the_office_that_is_no_party_writes_nothing(conn, cast):
    c = await concluded(conn, cast.nord, cast.sued)
    await conn.act_as(cast.office)
    with pytest.raises((Forbidden, NotFound)):
        await enter_year(conn, cast.office, c.id, conn.today.year - 1, Entry(0, 1, Basis.COST, "x"))
    with pytest.raises((Forbidden, NotFound)):
        await end_cooperation(conn, cast.office, c.id, on=conn.today, reason="so", expected=None)


async def test_it_ends_after_its_last_day(conn, cast):
    c = await concluded(conn, cast.nord, cast.sued)
    sued = cast.sued.viewer
    await conn.act_as(sued)
    with pytest.raises(Invalid):
        await end_cooperation(conn, sued, c.id, on=conn.today - timedelta(days=1), reason="zu früh", expected=c.row_version)  # fmt: skip
    c = await end_cooperation(conn, sued, c.id, on=conn.today, reason="Kündigung", expected=c.row_version)  # fmt: skip
    await conn.act_as(SYSTEM)
    assert await run_ends(conn) == 0
    conn.now += timedelta(days=1)
    assert await run_ends(conn) == 1
    assert await run_ends(conn) == 0
    assert (await store.get_cooperation(conn, c.id)).state == "ended"


SUCCEED = "INSERT INTO kdnx.succession (id, predecessor_id, successor_id, effective_on, kind, basis, recorded_at) VALUES (gen_random_uuid(), $1, $2, $3, 'takeover', 'Vertrag', $4)"  # fmt: skip


async def test_a_successor_stands_in_its_predecessors_place(conn, cast):
    conn.now = datetime(2026, 11, 22, 11, tzinfo=UTC)
    c = await concluded(conn, cast.nord, cast.sued)
    await three_years(conn, cast.nord, c, 5_00)
    await three_years(conn, cast.sued, c, 15_00)
    await conn.act_as(SYSTEM)
    before = await conn.fetch("SELECT * FROM exchange.cooperation_year ORDER BY id")
    await conn.execute(SUCCEED, cast.sued.id, cast.fremd.id, date(2026, 7, 1), conn.now)
    await carry_out(conn, cast.office, cast.sued.id, cast.fremd.id, date(2026, 7, 1))
    await conn.act_as(cast.office)
    joint, _limit = await joint_today(conn, c)
    assert {p.party_id: p.market_cents for p in joint.parts} == {cast.nord.id: 15_00, cast.fremd.id: 45_00}  # fmt: skip
    assert joint.light == "amber"
    fremd = replace(cast.fremd.viewer, members=(cast.fremd.id, cast.sued.id))
    await conn.act_as(fremd)
    found = await read_detail(conn, fremd, c.id)
    assert found.mine is not None
    assert found.mine.market_cents == 45_00
    await conn.act_as(SYSTEM)
    assert await conn.fetch("SELECT * FROM exchange.cooperation_year ORDER BY id") == before
    assert (await store.get_cooperation(conn, c.id)).party_ids == (cast.nord.id, cast.sued.id)


async def test_nobody_cooperates_with_itself(conn, cast):
    conn.now = datetime(2026, 11, 22, 11, tzinfo=UTC)
    c = await concluded(conn, cast.nord, cast.sued)
    await conn.act_as(SYSTEM)
    await conn.execute(SUCCEED, cast.sued.id, cast.nord.id, date(2026, 7, 1), conn.now)
    await carry_out(conn, cast.office, cast.sued.id, cast.nord.id, date(2026, 7, 1))
    await conn.act_as(SYSTEM)
    assert (await store.get_cooperation(conn, c.id)).valid_to == date(2026, 6, 30)
    assert await run_ends(conn) == 1


async def test_a_late_party_keeps_the_light_grey_and_then_turns_it(conn, cast):
    c = await concluded(conn, cast.nord, cast.sued)
    year = conn.today.year
    await three_years(conn, cast.nord, c, 1_00)
    await amounts(conn, cast.sued, c, year - 3, 1_00)
    assert await store.lights_of(conn, [c.id], year, is_due=True) == {c.id: "grey"}
    await amounts(conn, cast.sued, c, year - 2, 1_00)
    await amounts(conn, cast.sued, c, year - 1, 1_00)
    assert await store.lights_of(conn, [c.id], year, is_due=True) == {c.id: "green"}
