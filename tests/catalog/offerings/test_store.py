"""Heads, versions and row security over the real database."""

import asyncpg
import pytest

from catalog import interface
from catalog.contents import store as contents
from catalog.contents.schemas import to_body
from catalog.offerings import store
from kdnx.db.conn import Conn
from kdnx.errors import NotFound
from kdnx.viewer import NOBODY
from tests.cast import Cast
from tests.catalog.build import FLAT, a_body, a_draft, an_offering, only_for


async def test_what_goes_in_comes_out(conn: Conn, cast: Cast):
    tiers = {
        **FLAT,
        "base": "case",
        "tier_mode": "slab",
        "tiers": [{"from_quantity": "1000", "unit_price_micro": 9}],
    }
    body = a_body(
        prices=[FLAT, tiers],
        sla={"availability_pct": "99.9", "reaction_hours": 4},
        cpv=["72000000-5"],
    )
    head = await a_draft(conn, cast.nord.viewer)
    del head
    again = await a_draft(
        conn, cast.nord.viewer, **body.model_dump(exclude={"title"}), title="Zweite"
    )
    version = await contents.get_version(conn, cast.nord.viewer, again.id, 1)
    contacts = await contents.list_contacts(conn, [again.id])
    out = to_body(version, again.reference, contacts[again.id])
    assert out.model_dump(mode="json") == {
        **body.model_dump(mode="json"), "title": "Zweite", "reference": again.number,
    }  # fmt: skip


async def test_an_approved_version_cannot_be_changed_below_the_application(conn: Conn, cast: Cast):
    head = await an_offering(conn, cast.nord)
    changed = "UPDATE catalog.offering_version SET title = 'anders' WHERE offering_id = $1"
    assert await conn.execute(changed, head.id) == 0
    assert await conn.execute("DELETE FROM catalog.price_item WHERE offering_id = $1", head.id) == 0
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with conn.savepoint():
            await conn.execute(
                "DELETE FROM catalog.offering_version WHERE offering_id = $1", head.id
            )


async def test_row_security_shows_a_restricted_offering_to_its_audience_only(
    conn: Conn, cast: Cast
):
    head = await an_offering(conn, cast.nord, audiences=[only_for(cast.sued.id)])
    seen = {}
    for name, viewer in {
        "nord": cast.nord.viewer, "sued": cast.sued.viewer, "fremd": cast.fremd.viewer, "office": cast.office,
        "audit": cast.auditor, "committee": cast.committee, "nobody": NOBODY,
    }.items():  # fmt: skip
        await conn.act_as(viewer)
        seen[name] = [
            await conn.fetchval(f"SELECT count(*)::int FROM catalog.{table} WHERE {key} = $1", head.id)
            for table, key in [
                ("offering", "id"), ("offering_version", "offering_id"), ("price_item", "offering_id"),
                ("audience", "offering_id"), ("offering_contact", "offering_id"), ("visible_offering", "id"),
                ("public_offering", "id"), ("public_offering_version", "offering_id"), ("public_price_item", "offering_id"),
            ]
        ]  # fmt: skip
    for name in ("nord", "sued", "office", "audit"):
        assert seen[name] == [1] * 9, name
    for name in ("fremd", "committee", "nobody"):
        assert seen[name] == [0] * 9, name


async def test_levels_and_regions_reach_their_members(conn: Conn, cast: Cast):
    audience = {"kind": "region", "legal_basis": "tendered", "tax_code": "U19", "regions": ["DEA5"]}
    head = await an_offering(conn, cast.nord, audiences=[audience])
    await conn.act_as(cast.office)
    await conn.execute("UPDATE kdnx.member SET nuts3 = 'DEA5C' WHERE id = $1", cast.sued.id)
    await conn.act_as(cast.sued.viewer)
    assert (await store.get_offering(conn, cast.sued.viewer, head.id)).id == head.id
    await conn.act_as(cast.fremd.viewer)
    with pytest.raises(NotFound):
        await store.get_offering(conn, cast.fremd.viewer, head.id)


async def test_a_draft_is_seen_by_its_owner_the_office_and_audit(conn: Conn, cast: Cast):
    head = await a_draft(conn, cast.nord.viewer)
    for viewer in (cast.nord.second, cast.office, cast.auditor):
        await conn.act_as(viewer)
        assert (await store.get_offering(conn, viewer, head.id)).state == "draft"
    for viewer in (cast.sued.viewer, cast.committee):
        await conn.act_as(viewer)
        with pytest.raises(NotFound):
            await store.get_offering(conn, viewer, head.id)


async def test_the_interface_names_what_is_published(conn: Conn, cast: Cast):
    head = await an_offering(conn, cast.nord)
    hidden = await an_offering(conn, cast.nord, "Verborgen", audiences=[only_for(cast.sued.id)])
    await conn.act_as(cast.fremd.viewer)
    ref = await interface.get_offering(conn, head.id)
    assert (ref.owner_id, ref.version, ref.state, ref.notice_months) == (
        cast.nord.id,
        1,
        "published",
        6,
    )
    assert (ref.price_micro, ref.price_unit) == (4_500_000, "je Arbeitsplatz und Monat")
    assert list(await interface.get_offerings(conn, [head.id, hidden.id])) == [head.id]
    with pytest.raises(NotFound):
        await interface.get_offering(conn, hidden.id)
    keys = [(cast.nord.id, head.reference), (cast.nord.id, hidden.reference)]
    assert await interface.find_offering_ids(conn, keys) == {keys[0]: head.id}
    assert [p.unit_price_micro for p in await interface.list_prices(conn, head.id, 1)] == [
        4_500_000
    ]
    assert await interface.list_prices(conn, hidden.id, 1) == []


async def test_use_is_counted_for_all_and_named_to_the_parties(conn: Conn, cast: Cast):
    head = await an_offering(conn, cast.nord)
    await conn.act_as(cast.sued.viewer)
    await interface.mark_use(
        conn, offering_id=head.id, recipient_id=cast.sued.id, valid_from=conn.today
    )
    await interface.mark_use(
        conn, offering_id=head.id, recipient_id=cast.sued.id, valid_from=conn.today
    )
    await conn.act_as(cast.fremd.viewer)
    assert await store.count_users(conn, [head.id]) == {head.id: 1}
    assert await store.list_users(conn, head.id) == []
    await conn.act_as(cast.nord.viewer)
    assert await store.list_users(conn, head.id) == [cast.sued.id]
    await interface.mark_use(
        conn,
        offering_id=head.id,
        recipient_id=cast.sued.id,
        valid_from=conn.today,
        valid_to=conn.today,
    )
    assert await store.count_users(conn, [head.id]) == {}
