"""Two members of the demonstration merge in mid-year: nothing in the past changes, contracts move, both readings agree."""

from collections.abc import AsyncIterator
from datetime import date
from urllib.parse import urlsplit
from uuid import UUID

import asyncpg
import pytest

from exchange.bookings.actions import Proposal, propose_booking
from exchange.ledger.actions import verify_ledger
from exchange.reports.model import As, By
from exchange.reports.reading import read_volume
from exchange.signing.actions import confirm_booking
from kdnx.app import make_house
from kdnx.commands.check import run_checks
from kdnx.commands.context import as_office
from kdnx.config import Settings
from kdnx.db.conn import Conn
from kdnx.db.pool import open_pool, transaction
from kdnx.ids import new_id
from kdnx.members.schemas import SuccessionForm
from kdnx.members.store import acting_members
from kdnx.succession.actions import carry_out_succession, propose_succession
from kdnx.viewer import Permission, Scope, Viewer
from kdnx.web.house import House
from tests.conftest import Cluster, clone
from tests.journeys.conftest import Demonstration

SYSTEM = Viewer(scope=Scope.SYSTEM)
DAY = date(2026, 7, 1)
YEARS = (2023, 2024, 2025, 2026)
# the pair with the most running orders from or to third houses, so that something moves
PAIR = """
SELECT a.id, b.id FROM kdnx.member a JOIN kdnx.member b ON a.id <> b.id AND a.state = 'active' AND b.state = 'active'
WHERE NOT EXISTS (SELECT FROM exchange.service_order o WHERE o.hub_id IN (a.id, b.id))
  AND EXISTS (SELECT FROM exchange.service_order o WHERE o.owner_id = a.id AND o.state = 'active' AND o.recipient_id <> b.id)
  AND EXISTS (SELECT FROM exchange.service_order o WHERE o.recipient_id = a.id AND o.state = 'active' AND o.owner_id <> b.id)
ORDER BY a.code, b.code DESC LIMIT 1
"""
PAST = """
SELECT md5(coalesce(string_agg(t::text, '|' ORDER BY t.owner_id, t.seq), '')) AS transfers,
  (SELECT md5(string_agg(c::text, '|' ORDER BY c.owner_id, c.booking_id)) FROM exchange.confirmation c) AS confirmations,
  (SELECT md5(string_agg(b.id || ':' || b.net_cents || ':' || b.owner_id || ':' || b.recipient_id, '|' ORDER BY b.owner_id, b.id))
    FROM exchange.booking b) AS bookings,
  (SELECT md5(string_agg(v::text, '|' ORDER BY v.owner_id, v.order_id, v.version)) FROM exchange.order_version v
    WHERE (v.owner_id, v.order_id) IN (SELECT owner_id, id FROM exchange.service_order WHERE created_at < $1)) AS versions
FROM exchange.transfer t
"""
MOVED = """
SELECT o.id, o.owner_id, o.recipient_id FROM exchange.service_order o
  JOIN exchange.order_version v ON (v.owner_id, v.order_id, v.version) = (o.owner_id, o.id, o.current_version)
WHERE o.state = 'active' AND o.origin = 'succession' AND o.created_at >= $1 AND $2 IN (o.owner_id, o.recipient_id) ORDER BY o.id
"""
STILL_RUNNING = "SELECT count(*) FROM exchange.service_order WHERE $1 IN (owner_id, recipient_id) AND state IN ('active', 'paused', 'notice_given')"


@pytest.fixture
async def house(
    cluster: Cluster, demonstration: Demonstration, tmp_path: object
) -> AsyncIterator[House]:
    """The loaded demonstration in a copy of its own."""
    await demonstration.house.pool.close()  # a database with guests cannot be copied
    name = await clone(cluster, urlsplit(demonstration.app_dsn).path.strip("/"))
    demonstration.house.pool_ = await open_pool(demonstration.app_dsn, size=2)
    it = make_house(Settings(database_url=cluster.app_dsn(name), data_dir=tmp_path, demo=True))  # type: ignore[arg-type]  # a path
    it.pool_ = await open_pool(it.settings.database_url, size=4)
    yield it
    it.pool.terminate()
    owner = await asyncpg.connect(cluster.owner)
    await owner.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    await owner.close()


def someone(member: UUID, members: tuple[UUID, ...]) -> Viewer:
    """A new person of a house with every right there."""
    return Viewer(
        person_id=new_id(), member_id=member, members=members, scope=Scope.MEMBER, permissions=frozenset(Permission)
    )  # fmt: skip


async def volumes(house: House, as_: As) -> dict[int, dict[str, int]]:
    """Cents by member and year, as the office reads them."""
    async with as_office(house, read_only=True) as (conn, viewer):
        read = [await read_volume(conn, viewer, y, by=By.PAIR, as_=as_) for y in YEARS]
    for volume in read:
        assert sum(r.cents for r in volume.rows) == volume.total_cents
    return {v.year: {r.key: r.cents for r in v.rows} for v in read}


async def past(house: House, until: object) -> dict[str, str]:
    async with transaction(house.pool, SYSTEM, read_only=True) as conn:
        row = await conn.fetchrow(PAST, until)
    assert row is not None
    return dict(row)


async def merge(house: House, predecessor: UUID, successor: UUID) -> None:
    """Proposed by one person of the hub, carried out by another."""
    parts = [p for m in house.modules for p in m.successions]
    async with as_office(house) as (conn, viewer):
        form = SuccessionForm(
            predecessor_id=predecessor, successor_id=successor, kind="merger", effective_on=DAY,
            basis="Beschluss beider Verbandsversammlungen (erfunden)",
        )  # fmt: skip
        plan = await propose_succession(conn, viewer, form)
    async with as_office(house) as (conn, viewer):
        second = Viewer(
            person_id=new_id(), member_id=viewer.member_id, members=viewer.members, scope=Scope.OFFICE,
            permissions=viewer.permissions,
        )  # fmt: skip
        await conn.act_as(second)
        await carry_out_succession(conn, second, plan.id, parts)


async def book(house: House, conn: Conn, order: UUID, provider: UUID, recipient: UUID) -> int:
    """One booking of August on a moved order, confirmed by the other side; its cents."""
    viewer = someone(provider, await acting_members(conn, provider))
    other = someone(recipient, await acting_members(conn, recipient))
    await conn.act_as(viewer)
    row = await propose_booking(
        conn, viewer, Proposal(order, date(2026, 8, 1), date(2026, 8, 31), 123_45)
    )
    await conn.act_as(other)
    await confirm_booking(conn, other, row.id)
    await conn.act_as(SYSTEM)
    return 123_45


async def test_a_merger_in_mid_year(house: House) -> None:
    async with transaction(house.pool, SYSTEM, read_only=True) as conn:
        predecessor, successor = await conn.fetchrow(PAIR) or (None, None)
        began = conn.now
    assert predecessor is not None
    before, as_was, as_now = (
        await past(house, began), await volumes(house, As.MEMBER), await volumes(house, As.SUCCESSOR),
    )  # fmt: skip

    await merge(house, predecessor, successor)

    # nothing in the past changed: not a byte of a transfer, a signature, a booking or an order's version
    assert await past(house, began) == before
    assert await volumes(house, As.MEMBER) == as_was
    later = await volumes(house, As.SUCCESSOR)
    for year in YEARS:
        assert sum(later[year].values()) == sum(as_now[year].values()) == sum(as_was[year].values())
    assert later != as_now  # the two are read as one

    # contracts moved, and go on being booked under the successor
    async with transaction(house.pool, SYSTEM, finish=house.hooks.finish) as conn:
        assert await conn.fetchval(STILL_RUNNING, predecessor) == 0
        moved = await conn.fetch(MOVED, began, successor)
        assert len(moved) >= 2
        booked = 0
        for row in moved[:3]:
            booked += await book(house, conn, row["id"], row["owner_id"], row["recipient_id"])
    one, two = await volumes(house, As.MEMBER), await volumes(house, As.SUCCESSOR)
    for year in YEARS:
        extra = booked if year == DAY.year else 0
        assert sum(one[year].values()) == sum(as_was[year].values()) + extra
        assert sum(two[year].values()) == sum(one[year].values())

    async with transaction(house.pool, SYSTEM, read_only=True) as conn:
        assert (await verify_ledger(conn)).ok
    assert not [f for f in await run_checks(house) if not f.ok]
