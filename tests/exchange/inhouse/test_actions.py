"""Declarations with two signatures, who sees what, and the hook into the legal review."""

import asyncpg
import pytest

from exchange.approvals.actions import review_order
from exchange.inhouse import store
from exchange.inhouse.actions import (
    read_lights,
    read_monitor,
    save_declaration,
    sign_declaration,
    sign_off,
)
from exchange.inhouse.model import Amounts, Basis, DeclarationEvent, Light
from exchange.signing.actions import confirm_booking
from kdnx.errors import Forbidden, Invalid, Refused, Stale
from tests.exchange.build import a_booking, an_order

E = DeclarationEvent


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
    for year in (2023, 2024, 2025):
        await signed(conn, actor, year, parts(market))


async def offered(conn, cast):
    order = await an_order(conn, cast, cast.nord, cast.sued)
    await conn.execute("UPDATE exchange.service_order SET state = 'offered' WHERE id = $1", order)
    return order


async def test_two_different_people_sign(conn, cast):
    nord = cast.nord.viewer
    await conn.act_as(nord)
    await save(conn, nord, 2025, parts())
    await sign_declaration(conn, nord, 2025, E.SIGN_FIRST, expected=1)
    with pytest.raises(Refused) as refused:
        await sign_declaration(conn, nord, 2025, E.SIGN_SECOND, expected=2)
    assert refused.value.code == "four_eyes"
    with pytest.raises(Refused):
        await save(conn, nord, 2025, parts(), expected=2)
    back = await sign_declaration(conn, cast.nord.second, 2025, E.GIVE_BACK, expected=2)
    assert (back.state, back.signer_1) == ("draft", None)
    with pytest.raises(Stale):
        await save(conn, nord, 2025, parts(), expected=1)


async def test_a_correction_is_a_new_version_and_the_old_one_counts_until_it_is_signed(conn, cast):
    await three(conn, cast.nord, 0)
    nord = cast.nord.viewer
    await conn.act_as(nord)
    assert (await read_monitor(conn, nord)).standing.light == Light.GREEN
    new = await save(conn, nord, 2025, parts(100_00))
    assert new.version == 2
    assert (await read_monitor(conn, nord)).standing.light == Light.GREEN
    await sign_declaration(conn, nord, 2025, E.SIGN_FIRST, expected=1)
    await sign_declaration(conn, cast.nord.second, 2025, E.SIGN_SECOND, expected=2)
    found = await read_monitor(conn, nord)
    assert found.standing.light == Light.RED
    assert [(d.version, d.state) for d in found.declarations[:2]] == [(2, "signed"), (1, "superseded")]  # fmt: skip


async def test_parts_make_the_total_and_the_year_is_over(conn, cast):
    nord = cast.nord.viewer
    await conn.act_as(nord)
    with pytest.raises(Invalid):
        await save(conn, nord, 2025, Amounts(100, 0, 0, 0, 0, 0, 99))
    with pytest.raises(Refused):
        await save(conn, nord, 2026, parts())
    await save(conn, nord, 2025, parts())
    with pytest.raises(asyncpg.CheckViolationError):
        async with conn.savepoint():
            await conn.execute("UPDATE exchange.declaration SET total_cents = total_cents + 1")


async def test_nobody_declares_less_than_the_ledger_holds(conn, cast):
    order = await an_order(conn, cast, cast.nord, cast.sued)
    row = await a_booking(conn, cast.nord, order, 50_00)
    await conn.act_as(cast.sued.viewer)
    await confirm_booking(conn, cast.sued.viewer, row.id)
    conn.now = conn.now.replace(year=2027)
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
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with conn.savepoint():
            await store.insert_check(
                conn, cast.nord.id, (await read_monitor(conn, cast.sued.viewer)).standing, []
            )
    await conn.act_as(cast.committee)
    lights = {r.member_id: r.light for r in await read_lights(conn, cast.committee)}
    assert (lights[cast.nord.id], lights[cast.sued.id]) == ("amber", "grey")
    with pytest.raises(Forbidden):
        await read_monitor(conn, cast.committee)


async def test_red_needs_a_sign_off_before_the_review_and_once(conn, cast):
    await three(conn, cast.nord, 20_00)  # 80 percent exactly
    order = await offered(conn, cast)
    office = cast.office
    await conn.act_as(office)
    with pytest.raises(Refused) as refused:
        await review_order(conn, office, order, reason="trägt", expected=None)
    assert refused.value.code == "inhouse_red"
    await sign_off(conn, office, order, reason="Übergang bis zur Ausgliederung")
    with pytest.raises(Refused) as refused:
        await sign_off(conn, office, order, reason="noch einmal")
    assert refused.value.code == "nothing_to_sign"
    kept = await store.find_signoff(conn, cast.nord.id, order, 1)
    assert kept is not None
    assert (kept.light, kept.entrusted_cents, kept.total_cents) == ("red", 240_00, 300_00)
    assert len(kept.rule_ids) == 1
    reviewed = await review_order(conn, office, order, reason="trägt", expected=None)
    assert reviewed.state == "reviewed"
    await conn.act_as(cast.sued.viewer)
    assert await store.find_signoff(conn, cast.nord.id, order, 1) is None


async def test_grey_passes_and_is_kept_with_the_order(conn, cast):
    order = await offered(conn, cast)
    await conn.act_as(cast.office)
    with pytest.raises(Refused) as refused:
        await sign_off(conn, cast.office, order, reason="vorsorglich")
    assert refused.value.code == "not_red"
    await review_order(conn, cast.office, order, reason="trägt", expected=None)
    kept = await store.find_signoff(conn, cast.nord.id, order, 1)
    assert kept is not None
    assert kept.light == "grey"
