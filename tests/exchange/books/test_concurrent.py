"""Any order of acts by several houses at once, over real connections that commit: the books hold at every moment.

Seeds and length: SEEDS runs, each with WORKERS connections of ACTS acts, and a reader that checks beside them. A run that
fails names its seed; the interleaving is the server's own, so a seed repeats the wishes and not the order of locks.
"""

import asyncio
import random
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID

import asyncpg
import pytest

from exchange.bookings import part as bookings
from exchange.bookings.actions import adjust_booking, reverse_booking, withdraw_booking
from exchange.bookings.model import DisputeReason
from exchange.ledger import part as ledger
from exchange.ledger.actions import cut_today, verify_ledger
from exchange.reports import part as reports
from exchange.reports.model import By
from exchange.reports.reading import read_volume
from exchange.signing.actions import (
    Signing,
    confirm_booking,
    confirm_bookings,
    confirm_part,
    dispute_booking,
)
from kdnx.db.conn import Conn
from kdnx.errors import KdnxError
from tests.cast import Actor, Cast, make_cast
from tests.conftest import Database
from tests.exchange.build import SYSTEM, a_booking, an_order, committed

SEEDS = (1, 2, 3, 5, 8)
WORKERS, ACTS = 6, 40
KINDS = ("propose",) * 4 + ("confirm",) * 4 + ("bulk", "part", "dispute", "withdraw", "reverse", "adjust", "cut")  # fmt: skip
OPEN = "SELECT id, owner_id, recipient_id, proposed_by, state, net_cents FROM exchange.booking ORDER BY id"
# one statement, one snapshot: what is confirmed, what was posted and what the report adds up are the same cents
SAME = """
SELECT (SELECT count(*) FROM exchange.booking WHERE state = 'confirmed') = (SELECT count(*) FROM exchange.confirmation) AS signed,
  (SELECT coalesce(sum(b.sign * c.confirmed_cents), 0) FROM exchange.confirmation c JOIN exchange.booking b ON (b.owner_id, b.id) = (c.owner_id, c.booking_id))
    = (SELECT coalesce(sum(cents), 0) FROM exchange.volume) AS counted,
  (SELECT coalesce(sum(cents), 0) FROM exchange.entry) = 0 AS balanced
"""
REVERSED_TWICE = "SELECT count(*) FROM (SELECT reverses_id FROM exchange.booking WHERE kind = 'reversal' AND state <> 'withdrawn' AND state <> 'expired' GROUP BY 1 HAVING count(*) > 1) x"


@dataclass
class Run:
    """One run: who acts, what was done, what was refused by which code."""

    cast: Cast
    pool: asyncpg.Pool
    orders: list[tuple[Actor, UUID]]
    done: dict[str, int] = field(default_factory=dict)
    refused: dict[str, int] = field(default_factory=dict)

    def house_of(self, member: object) -> Actor:
        """The house a member id belongs to."""
        return next(a for a in (self.cast.nord, self.cast.sued, self.cast.fremd) if a.id == member)


async def a_proposal(conn: Conn, run: Run, chance: random.Random) -> None:
    provider, order = chance.choice(run.orders)
    first = date(2026, 1, 1) + timedelta(days=chance.randrange(360))
    last = min(first + timedelta(days=chance.randrange(60)), date(2026, 12, 31))
    await a_booking(conn, provider, order, chance.randrange(1, 900_00), first, last)


async def on_one(
    conn: Conn, run: Run, chance: random.Random, act: str, row: asyncpg.Record
) -> None:
    proposer = run.house_of(row["proposed_by"])
    other = run.house_of(
        row["owner_id"] if row["proposed_by"] == row["recipient_id"] else row["recipient_id"]
    )
    right = proposer if act == "withdraw" else other
    actor = right if chance.random() < 0.9 else chance.choice([proposer, other, run.cast.fremd])
    viewer = chance.choice([actor.viewer, actor.second])
    await conn.act_as(viewer)
    if act == "confirm":
        await confirm_booking(conn, viewer, row["id"])
    elif act == "part":
        cents = chance.randrange(1, max(row["net_cents"], 2))
        await confirm_part(conn, viewer, row["id"], cents=cents, reason="nur ein Teil")
    elif act == "dispute":
        await dispute_booking(
            conn, viewer, row["id"], reason=DisputeReason.AMOUNT, text="zu viel", claimed_cents=0
        )
    elif act == "withdraw":
        await withdraw_booking(conn, viewer, row["id"], reason="doch nicht")
    elif act == "reverse":
        await reverse_booking(conn, viewer, row["id"], reason="falsch gebucht")
    else:
        delta = chance.choice([-1, 1]) * chance.randrange(1, 50_00)
        await adjust_booking(conn, viewer, row["id"], delta_cents=delta, reason="anders")


async def act_once(run: Run, chance: random.Random) -> str:
    act = chance.choice(KINDS)
    async with committed(run.pool, SYSTEM) as conn:
        rows = await conn.fetch(OPEN)
        if act == "propose" or not rows:
            await a_proposal(conn, run, chance)
            return "propose"
        if act == "cut":
            await cut_today(conn)
            return act
        if act == "bulk":
            house = chance.choice([run.cast.nord, run.cast.sued])
            mine = [r["id"] for r in rows if house.id in (r["owner_id"], r["recipient_id"])]
            picked = chance.sample(mine, min(len(mine), 12))
            await conn.act_as(house.viewer)
            await confirm_bookings(
                conn, house.viewer, [Signing(i) for i in picked], skip_refused=True
            )
            return act
        await on_one(conn, run, chance, act, chance.choice(rows))
        return act


async def worker(run: Run, seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(ACTS):
        try:
            act = await act_once(run, chance)
        except KdnxError as error:
            run.refused[error.code] = run.refused.get(error.code, 0) + 1
        else:
            run.done[act] = run.done.get(act, 0) + 1


async def reader(run: Run, *, until: asyncio.Event) -> int:
    """Look while the others write; how often it looked."""
    looked = 0
    while not until.is_set():
        async with committed(run.pool, SYSTEM) as conn:
            seen = await conn.fetchrow(SAME)
        assert seen is not None
        assert all(seen.values()), dict(seen)
        looked += 1
        await asyncio.sleep(0.05)
    return looked


async def assert_books_hold(run: Run) -> None:
    async with committed(run.pool, SYSTEM) as conn:
        for check in (*ledger.CHECKS, *bookings.CHECKS, *reports.CHECKS):
            assert not await conn.fetch(check.sql), check.name
        assert (await verify_ledger(conn)).ok
        assert await conn.fetchval(REVERSED_TWICE) == 0
        fold = await conn.fetchval("SELECT coalesce(sum(cents), 0)::bigint FROM exchange.volume")
        await conn.act_as(run.cast.office)
        for by in By:
            assert (await read_volume(conn, run.cast.office, 2026, by=by)).total_cents == fold


@pytest.mark.parametrize("seed", SEEDS)
async def test_any_order_over_several_connections(fresh_database: Database, seed: int) -> None:
    async with committed(fresh_database.pool, SYSTEM) as conn:
        cast = await make_cast(conn)
        orders = [
            (cast.nord, await an_order(conn, cast, cast.nord, cast.sued, fee_cents=7)),
            (cast.sued, await an_order(conn, cast, cast.sued, cast.nord, route="direct")),
            (cast.fremd, await an_order(conn, cast, cast.fremd, cast.sued)),
        ]
    run = Run(cast, fresh_database.pool, orders)
    over = asyncio.Event()
    watching = asyncio.create_task(reader(run, until=over))
    try:
        await asyncio.gather(*(worker(run, seed * 100 + n) for n in range(WORKERS)))
    finally:
        over.set()
    assert await watching > 3
    await assert_books_hold(run)
    # the run did something: bookings were signed, and some wishes collided
    assert run.done.get("confirm", 0) >= 5, run
    assert run.done.get("propose", 0) >= 20, run
    assert sum(run.refused.values()) >= 5, run
