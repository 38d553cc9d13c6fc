"""The legal review asks the light of the provider or of the cooperation, and what a grey one means."""

from datetime import timedelta

import pytest

from exchange.approvals.actions import review_order
from exchange.clearing import store
from exchange.clearing.actions import name_cooperation, sign_off
from exchange.clearing.asking import ask_names
from exchange.clearing.model import GreyEffect, needs_sign_off
from exchange.inhouse.model import Light
from kdnx.errors import Forbidden, NotFound, Refused
from kdnx.rules.actions import approve_rule, enter_rule
from kdnx.tasks.actions import list_my_tasks
from tests.exchange.build import SYSTEM, an_order
from tests.exchange.cooperations.coop_build import concluded, three_years
from tests.exchange.inhouse.test_actions import three


async def offered(conn, cast, *, cooperation=False):
    """An offered order of Nordrechen to Suedrechen."""
    route = "cooperation_108_6" if cooperation else "joint_108_4"
    order = await an_order(conn, cast, cast.nord, cast.sued, legal_route=route)
    await conn.execute("UPDATE exchange.service_order SET state = 'offered' WHERE id = $1", order)
    return order


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


async def test_grey_passes_with_the_reviewers_reason(conn, cast):
    order = await offered(conn, cast)
    await conn.act_as(cast.office)
    with pytest.raises(Refused) as refused:
        await sign_off(conn, cast.office, order, reason="vorsorglich")
    assert refused.value.code == "not_red"
    await review_order(conn, cast.office, order, reason="Prognose liegt vor", expected=None)
    kept = await store.find_signoff(conn, cast.nord.id, order, 1)
    assert kept is not None
    assert (kept.light, kept.reason) == ("grey", "Prognose liegt vor")


async def test_grey_blocks_where_the_rule_says_so(conn, cast):
    order = await offered(conn, cast)
    await conn.act_as(cast.office)
    rule = await enter_rule(
        conn, cast.office, kind="inhouse_policy", key="grey_light", valid_from=conn.today, value={"effect": "block"},
        source="Beschluss (erfunden)",
    )  # fmt: skip
    await conn.act_as(cast.hub.second)
    await approve_rule(conn, cast.hub.second, rule, row_version=1)
    await conn.act_as(cast.office)
    with pytest.raises(Refused) as refused:
        await review_order(conn, cast.office, order, reason="trägt", expected=None)
    assert refused.value.code == "inhouse_grey"
    await sign_off(conn, cast.office, order, reason="Prognose geprüft")
    assert (await review_order(conn, cast.office, order, reason="trägt", expected=None)).state == "reviewed"  # fmt: skip


async def test_an_order_names_its_cooperation_before_the_review(conn, cast):
    order = await offered(conn, cast, cooperation=True)
    office, nord = cast.office, cast.nord.viewer
    await conn.act_as(office)
    with pytest.raises(Refused) as refused:
        await review_order(conn, office, order, reason="trägt", expected=None)
    assert refused.value.code == "cooperation_missing"
    other = await concluded(conn, cast.nord, cast.fremd)
    later = await concluded(conn, cast.nord, cast.sued, valid_from=conn.today + timedelta(days=1))
    fit = await concluded(conn, cast.nord, cast.sued)
    await conn.act_as(nord)
    for unfit in (other, later):
        with pytest.raises(Refused) as refused:
            await name_cooperation(conn, nord, order, unfit.id)
        assert refused.value.code == "cooperation_unfit"
    await conn.act_as(cast.sued.viewer)
    with pytest.raises(Forbidden):
        await name_cooperation(conn, cast.sued.viewer, order, fit.id)
    await conn.act_as(cast.fremd.viewer)
    with pytest.raises(NotFound):
        await name_cooperation(conn, cast.fremd.viewer, order, other.id)
    await conn.act_as(nord)
    await name_cooperation(conn, nord, order, fit.id)
    await three_years(conn, cast.nord, fit, 12_00)
    await three_years(conn, cast.sued, fit, 2_00)
    await conn.act_as(office)
    await review_order(conn, office, order, reason="trägt", expected=None)
    kept = await store.find_signoff(conn, cast.nord.id, order, 1)
    assert kept is not None
    assert (kept.light, kept.total_cents - kept.entrusted_cents, kept.total_cents) == ("amber", 42_00, 600_00)  # fmt: skip
    assert (kept.worst_market_cents, kept.worst_total_cents) == (36_00, 300_00)
    # the parties read the light and no joint amount
    for viewer in (nord, cast.sued.viewer):
        await conn.act_as(viewer)
        named = await store.find_named(conn, cast.nord.id, order, 1)
        assert named is not None
        assert named.light == "amber"
        assert await store.find_signoff(conn, cast.nord.id, order, 1) is None
    await conn.act_as(cast.fremd.viewer)
    assert await store.find_named(conn, cast.nord.id, order, 1) is None


async def test_the_provider_is_asked_to_name_the_cooperation(conn, cast):
    order = await offered(conn, cast, cooperation=True)
    await offered(conn, cast)
    await conn.act_as(SYSTEM)
    assert await ask_names(conn) == 1
    assert await ask_names(conn) == 0
    fit = await concluded(conn, cast.nord, cast.sued)
    nord = cast.nord.viewer
    await conn.act_as(nord)
    (task,) = await list_my_tasks(conn, nord, kind="order.cooperation")
    assert task.title.startswith("Kooperation benennen") and task.object_id == order
    await name_cooperation(conn, nord, order, fit.id)
    assert not await list_my_tasks(conn, nord, kind="order.cooperation")
    await conn.act_as(SYSTEM)
    assert await ask_names(conn) == 0


async def test_a_red_cooperation_needs_the_same_sign_off(conn, cast):
    order = await offered(conn, cast, cooperation=True)
    c = await concluded(conn, cast.nord, cast.sued)
    await three_years(conn, cast.nord, c, 20_00)
    await three_years(conn, cast.sued, c, 0)
    nord = cast.nord.viewer
    await conn.act_as(nord)
    await name_cooperation(conn, nord, order, c.id)
    await conn.act_as(cast.office)
    with pytest.raises(Refused) as refused:
        await review_order(conn, cast.office, order, reason="trägt", expected=None)
    assert refused.value.code == "inhouse_red"
    await sign_off(conn, cast.office, order, reason="Markt wird eingestellt")
    await review_order(conn, cast.office, order, reason="trägt", expected=None)
    await conn.act_as(nord)
    with pytest.raises(Refused):
        await name_cooperation(conn, nord, order, c.id)


def test_what_needs_a_sign_off():
    assert needs_sign_off(Light.RED, GreyEffect.WARN)
    assert not needs_sign_off(Light.GREY, GreyEffect.WARN)
    assert needs_sign_off(Light.GREY, GreyEffect.BLOCK)
    assert not needs_sign_off(Light.AMBER, GreyEffect.BLOCK)
