"""Declarations with two signatures, and who sees what of them; every year from the test's own clock."""

from dataclasses import replace
from datetime import UTC, date, datetime

import asyncpg
import pytest

from exchange.inhouse import store
from exchange.inhouse.actions import (
    read_lights,
    read_monitor,
    save_declaration,
    sign_declaration,
)
from exchange.inhouse.model import Amounts, Basis, DeclarationEvent, Light
from exchange.inhouse.succession import carry_out
from exchange.signing.actions import confirm_booking
from kdnx.errors import Forbidden, Invalid, NotFound, Refused, Stale
from kdnx.viewer import Role, Scope
from tests.cast import make_person
from tests.exchange.build import SYSTEM, a_booking, an_order

E = DeclarationEvent


def last(conn):
    """The last year that is over."""
    return conn.today.year - 1


def parts(market=0, total=100_00):
    """Everything else is for the owners."""
    return Amounts(total, 0, total - market, 0, 0, 0, market)


async def save(conn, viewer, year, amounts, basis=Basis.TURNOVER, expected=0):
    return await save_declaration(conn, viewer, year, amounts, basis=basis, evidence="JA, S. 3", expected=expected)  # fmt: skip


async def signed(conn, actor, year, amounts):
    """A declaration with both signatures."""
    await conn.act_as(actor.viewer)
    await save(conn, actor.viewer, year, amounts)
    await sign_declaration(conn, actor.viewer, year, E.SIGN_FIRST, expected=1)
    await conn.act_as(actor.second)
    return await sign_declaration(conn, actor.second, year, E.SIGN_SECOND, expected=2)


async def three(conn, actor, market):
    for year in range(conn.today.year - 3, conn.today.year):
        await signed(conn, actor, year, parts(market))


async def offered(conn, cast):
    order = await an_order(conn, cast, cast.nord, cast.sued)
    await conn.execute("UPDATE exchange.service_order SET state = 'offered' WHERE id = $1", order)
    return order


async def test_two_different_people_sign(conn, cast):
    nord = cast.nord.viewer
    await conn.act_as(nord)
    await save(conn, nord, last(conn), parts())
    await sign_declaration(conn, nord, last(conn), E.SIGN_FIRST, expected=1)
    with pytest.raises(Refused) as refused:
        await sign_declaration(conn, nord, last(conn), E.SIGN_SECOND, expected=2)
    assert refused.value.code == "four_eyes"
    with pytest.raises(Refused):
        await save(conn, nord, last(conn), parts(), expected=2)
    back = await sign_declaration(conn, cast.nord.second, last(conn), E.GIVE_BACK, expected=2)
    assert (back.state, back.signer_1) == ("draft", None)
    with pytest.raises(Stale):
        await save(conn, nord, last(conn), parts(), expected=1)


async def test_a_correction_is_a_new_version_and_the_old_one_counts_until_it_is_signed(conn, cast):
    await three(conn, cast.nord, 0)
    nord = cast.nord.viewer
    await conn.act_as(nord)
    assert (await read_monitor(conn, nord)).standing.light == Light.GREEN
    new = await save(conn, nord, last(conn), parts(100_00))
    assert new.version == 2
    assert (await read_monitor(conn, nord)).standing.light == Light.GREEN
    await sign_declaration(conn, nord, last(conn), E.SIGN_FIRST, expected=1)
    await sign_declaration(conn, cast.nord.second, last(conn), E.SIGN_SECOND, expected=2)
    found = await read_monitor(conn, nord)
    assert found.standing.light == Light.RED
    assert [(d.version, d.state) for d in found.declarations[:2]] == [(2, "signed"), (1, "superseded")]  # fmt: skip


async def test_parts_make_the_total_and_the_year_is_over(conn, cast):
    nord = cast.nord.viewer
    await conn.act_as(nord)
    with pytest.raises(Invalid):
        await save(conn, nord, last(conn), Amounts(100, 0, 0, 0, 0, 0, 99))
    with pytest.raises(Refused):
        await save(conn, nord, conn.today.year, parts())
    await save(conn, nord, last(conn), parts())
    with pytest.raises(asyncpg.CheckViolationError):
        async with conn.savepoint():
            await conn.execute("UPDATE exchange.declaration SET total_cents = total_cents + 1")


async def test_nobody_declares_less_than_the_ledger_holds(conn, cast):
    conn.now = datetime(2026, 11, 22, 11, tzinfo=UTC)
    order = await an_order(conn, cast, cast.nord, cast.sued)
    row = await a_booking(conn, cast.nord, order, 50_00)
    await conn.act_as(cast.sued.viewer)
    await confirm_booking(conn, cast.sued.viewer, row.id)
    conn.now = datetime(2027, 2, 1, 11, tzinfo=UTC)
    nord = cast.nord.viewer
    await conn.act_as(nord)
    await save(conn, nord, 2026, parts())
    with pytest.raises(Refused) as refused:
        await sign_declaration(conn, nord, 2026, E.SIGN_FIRST, expected=1)
    assert refused.value.code == "below_ledger"
    await save(conn, nord, 2026, Amounts(100_00, 50_00, 50_00, 0, 0, 0, 0), expected=1)
    assert (await sign_declaration(conn, nord, 2026, E.SIGN_FIRST, expected=2)).state == "signed_once"  # fmt: skip


async def test_others_see_nothing_and_the_committee_only_lights(conn, cast):
    await three(conn, cast.nord, 15_00)
    for viewer in (cast.sued.viewer, cast.fremd.viewer, cast.committee):
        await conn.act_as(viewer)
        assert await conn.fetch("SELECT * FROM exchange.declaration") == []
        assert await conn.fetch("SELECT * FROM exchange.inhouse_check") == []
    await conn.act_as(cast.sued.viewer)
    assert await conn.fetch("SELECT * FROM exchange.public_inhouse_light") == []
    with pytest.raises(Forbidden):
        await read_lights(conn, cast.sued.viewer)
    mine = (await read_monitor(conn, cast.sued.viewer)).standing
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with conn.savepoint():
            await store.insert_check(conn, cast.nord.id, mine, [])
    await conn.act_as(cast.committee)
    lights = {k.light.member_id: k.light.light for k in await read_lights(conn, cast.committee)}
    assert (lights[cast.nord.id], lights[cast.sued.id]) == ("amber", "grey")
    with pytest.raises(Forbidden):
        await read_monitor(conn, cast.committee)


async def clerk(conn, cast):
    """A person of the office without the lawyer's role."""
    roles = frozenset({Role.CONTRACT_MANAGER, Role.BOOKING_CLERK})
    await conn.act_as(SYSTEM)
    return await make_person(conn, "Gerd", cast.hub.id, cast.hub.name, roles=roles, scope=Scope.OFFICE)  # fmt: skip


async def test_of_the_office_only_the_lawyer_reads_amounts(conn, cast):
    await three(conn, cast.nord, 15_00)
    await signed(conn, cast.hub, last(conn), parts(7_00))
    without = await clerk(conn, cast)
    await conn.act_as(without)
    owners = {r["owner_id"] for r in await conn.fetch("SELECT owner_id FROM exchange.declaration")}
    assert owners == {cast.hub.id}  # the own house's
    rows = await conn.fetch("SELECT owner_id FROM exchange.inhouse_check")
    assert {r["owner_id"] for r in rows} == {cast.hub.id}
    known = {k.light.member_id: k for k in await read_lights(conn, without)}
    assert known[cast.nord.id].light.light == "amber"
    assert known[cast.nord.id].standing is None
    with pytest.raises(Forbidden):
        await read_monitor(conn, without, owner=cast.nord.id)
    # a forged role in the program alone opens no row
    forged = replace(without, roles=frozenset({Role.LEGAL_OFFICER}))
    assert (await read_monitor(conn, forged, owner=cast.nord.id)).declarations == []
    for reader in (cast.office, cast.auditor):
        await conn.act_as(reader)
        found = await read_monitor(conn, reader, owner=cast.nord.id)
        assert found.standing.percent == 85
        known = {k.light.member_id: k for k in await read_lights(conn, reader)}
        assert known[cast.nord.id].standing == found.standing


async def test_who_stands_in_for_the_lawyer_reads_amounts_as_long_as_it_lasts(conn, cast):
    await three(conn, cast.nord, 15_00)
    without = await clerk(conn, cast)
    insert = "INSERT INTO kdnx.deputy (id, person_id, deputy_id, member_id, roles, valid_from, valid_to, created_at, ended_at) VALUES (gen_random_uuid(), $1, $2, $3, $4, '2020-01-01', '2200-01-01', now(), $5)"  # fmt: skip
    await conn.execute(insert, cast.office.person_id, without.person_id, cast.hub.id, ["legal_officer"], conn.now)  # fmt: skip
    await conn.act_as(without)
    assert await conn.fetch("SELECT 1 FROM exchange.declaration") == []
    await conn.act_as(SYSTEM)
    await conn.execute(insert, cast.office.person_id, without.person_id, cast.hub.id, ["legal_officer"], None)  # fmt: skip
    await conn.act_as(without)
    assert len(await conn.fetch("SELECT 1 FROM exchange.declaration")) == 3


async def test_the_hub_declares_for_itself(conn, cast):
    await three(conn, cast.hub, 5_00)
    await conn.act_as(cast.hub.viewer)
    assert (await read_monitor(conn, cast.hub.viewer)).standing.percent == 95
    await conn.act_as(cast.committee)
    lights = {k.light.member_id: k.light.light for k in await read_lights(conn, cast.committee)}
    assert lights[cast.hub.id] == "green"


async def test_between_the_years_the_last_declared_ones_count(conn, cast):
    """1 January to 30 June without the last year's declaration: provisional, then grey."""
    conn.now = datetime(2026, 11, 22, 11, tzinfo=UTC)
    await three(conn, cast.nord, 15_00)
    nord = cast.nord.viewer
    for now, light, provisional in (
        (datetime(2026, 12, 31, 22, 59, tzinfo=UTC), "amber", False),
        (datetime(2026, 12, 31, 23, 1, tzinfo=UTC), "amber", True),  # the new year has begun in Germany
        (datetime(2027, 6, 30, 21, 59, tzinfo=UTC), "amber", True),
        (datetime(2027, 6, 30, 22, 1, tzinfo=UTC), "grey", False),
    ):  # fmt: skip
        conn.now = now
        await conn.act_as(nord)
        found = (await read_monitor(conn, nord)).standing
        assert (found.light, found.is_provisional) == (light, provisional), now
        for reader in (cast.committee, cast.office):
            await conn.act_as(reader)
            known = {k.light.member_id: k.light for k in await read_lights(conn, reader)}
            assert (known[cast.nord.id].light, known[cast.nord.id].is_provisional) == (light, provisional)  # fmt: skip
    conn.now = datetime(2027, 8, 1, tzinfo=UTC)
    await signed(conn, cast.nord, 2026, parts(0))
    await conn.act_as(cast.committee)
    lights = {k.light.member_id: k.light.light for k in await read_lights(conn, cast.committee)}
    assert lights[cast.nord.id] == "green"


async def test_a_predecessor_counts_with_its_successor_and_can_be_declared_for(conn, cast):
    conn.now = datetime(2026, 11, 22, 11, tzinfo=UTC)
    await three(conn, cast.nord, 0)
    for year in (2023, 2024):
        await signed(conn, cast.fremd, year, parts(30_00))
    await conn.act_as(SYSTEM)
    before = await conn.fetch("SELECT * FROM exchange.declaration ORDER BY owner_id, year, version")
    await conn.execute(
        "INSERT INTO kdnx.succession (id, predecessor_id, successor_id, effective_on, kind, basis, recorded_at) VALUES (gen_random_uuid(), $1, $2, $3, 'takeover', 'Vertrag', $4)",
        cast.fremd.id, cast.nord.id, date(2026, 7, 1), conn.now,
    )  # fmt: skip
    await carry_out(conn, cast.office, cast.fremd.id, cast.nord.id, date(2026, 7, 1))
    nord, second = (
        replace(v, members=(cast.nord.id, cast.fremd.id))
        for v in (cast.nord.viewer, cast.nord.second)
    )
    await conn.act_as(nord)
    found = await read_monitor(conn, nord)
    assert (found.standing.light, found.standing.missing) == (Light.GREY, (2025,))
    await save_declaration(conn, nord, 2025, parts(30_00), basis=Basis.COST, evidence="JA 2025", house=cast.fremd.id)  # fmt: skip
    await sign_declaration(conn, nord, 2025, E.SIGN_FIRST, expected=1, house=cast.fremd.id)
    await conn.act_as(second)
    await sign_declaration(conn, second, 2025, E.SIGN_SECOND, expected=2, house=cast.fremd.id)
    found = await read_monitor(conn, second)
    # 300 of 300 and 210 of 300
    assert (found.standing.entrusted_cents, found.standing.total_cents) == (510_00, 600_00)
    assert found.standing.percent == 85
    await conn.act_as(cast.committee)
    lights = {k.light.member_id: k.light.light for k in await read_lights(conn, cast.committee)}
    assert lights[cast.nord.id] == "amber"
    await conn.act_as(SYSTEM)
    after = await conn.fetch("SELECT * FROM exchange.declaration ORDER BY owner_id, year, version")
    assert [r for r in after if r in before] == before  # nothing past has changed
    await conn.act_as(cast.sued.viewer)
    with pytest.raises(NotFound):
        await save_declaration(conn, cast.sued.viewer, 2025, parts(), basis=Basis.COST, evidence="fremd", house=cast.fremd.id)  # fmt: skip
