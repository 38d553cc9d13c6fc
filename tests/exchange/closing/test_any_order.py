"""Propose, confirm, dispute, reverse, adjust, begin, take back, prove, close, lock: in any order, over several connections.

Seeds and length: SEEDS runs, each with WORKERS connections of ACTS acts. A run that fails names its seed; the interleaving
is the server's own, so a seed repeats the wishes and not the order of locks.
"""

import asyncio
import random
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID

import asyncpg
import pytest

from exchange.balances.actions import answer_balance, list_houses
from exchange.balances.model import Answer
from exchange.bookings import part as bookings
from exchange.bookings.actions import adjust_booking, reverse_booking, withdraw_booking
from exchange.bookings.model import DisputeReason
from exchange.closing import actions, store
from exchange.closing.model import YEAR
from exchange.closing.part import CHECKS
from exchange.ledger import part as ledger
from exchange.ledger.actions import verify_ledger
from exchange.reports import part as reports
from exchange.reports.model import Basis
from exchange.reports.reading import read_volume
from exchange.signing.actions import confirm_booking, confirm_part, dispute_booking
from kdnx.db.conn import Conn
from kdnx.errors import KdnxError
from tests.cast import Actor, Cast, make_cast
from tests.exchange.build import SYSTEM, a_booking, an_order, committed

SEEDS = (1, 2, 3, 5, 8)
WORKERS, ACTS = 6, 30
BOOKS = ("propose",) * 5 + ("confirm",) * 6 + ("part", "dispute", "withdraw", "reverse", "adjust")
CLOSES = ("start",) * 2 + ("prove",) * 2 + ("close",) * 5 + ("resume", "month", "answer", "lock")
YEARS = (2024, 2025)
ROWS = "SELECT id, owner_id, recipient_id, proposed_by, net_cents, state FROM exchange.booking ORDER BY id"
# after its close nothing of a year was written into it
BEHIND = """
SELECT count(*) FROM exchange.transfer t JOIN exchange.year_close_head h ON h.owner_id = t.owner_id AND t.seq > h.seq WHERE t.book_year <= h.year
"""


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


async def propose(conn: Conn, run: Run, chance: random.Random) -> None:
    provider, order = chance.choice(run.orders)
    year = chance.choice(YEARS)
    first = date(year, 1, 1) + timedelta(days=chance.randrange(330))
    last = min(first + timedelta(days=chance.randrange(60)), date(year, 12, 31))
    await a_booking(conn, provider, order, chance.randrange(100, 900_00), first, last)


async def on_booking(conn: Conn, run: Run, chance: random.Random, act: str) -> None:
    rows = await conn.fetch(ROWS)
    if not rows:
        return
    wished = ("confirmed",) if act in ("reverse", "adjust") else ("proposed", "disputed")
    fitting = [r for r in rows if r["state"] in wished]
    row = chance.choice(fitting if fitting and chance.random() < 0.8 else rows)
    proposer = run.house_of(row["proposed_by"])
    is_own = row["proposed_by"] == row["recipient_id"]
    other = run.house_of(row["owner_id"] if is_own else row["recipient_id"])
    viewer = (proposer if act == "withdraw" else other).viewer
    await conn.act_as(viewer)
    match act:
        case "confirm":
            await confirm_booking(conn, viewer, row["id"])
        case "part":
            cents = chance.randrange(1, row["net_cents"])
            await confirm_part(conn, viewer, row["id"], cents=cents, reason="nur ein Teil")
        case "dispute":
            await dispute_booking(conn, viewer, row["id"], reason=DisputeReason.AMOUNT, text="zu viel", claimed_cents=0)  # fmt: skip
        case "withdraw":
            await withdraw_booking(conn, viewer, row["id"], reason="doch nicht")
        case "reverse":
            await reverse_booking(conn, viewer, row["id"], reason="falsch gebucht")
        case _:
            delta = chance.choice([-1, 1]) * chance.randrange(1, 50_00)
            await adjust_booking(conn, viewer, row["id"], delta_cents=delta, reason="anders")


async def a_year_to(conn: Conn, chance: random.Random, act: str) -> int:
    """Mostly the year whose turn it is, else any."""
    if act in ("answer", "lock") or chance.random() >= 0.7:
        return chance.choice(YEARS)
    is_done = (await store.find_period(conn, YEARS[0], YEAR)).state in ("closed", "locked")
    return YEARS[is_done]


async def on_period(conn: Conn, run: Run, chance: random.Random, act: str) -> None:
    year = await a_year_to(conn, chance, act)
    if act == "answer":
        house = chance.choice([run.cast.nord, run.cast.sued])
        await conn.act_as(house.viewer)
        for h in await list_houses(conn, year):
            await answer_balance(conn, house.viewer, year, h.member_id, answer=Answer.CONFIRMED, reason="",
                                 entries=h.now.entries)  # fmt: skip
        return
    viewer = chance.choice([run.cast.hub.viewer, run.cast.hub.second])
    if act == "lock":
        await conn.act_as(run.cast.auditor)
        await actions.lock_year(conn, run.cast.auditor, year)
        return
    await conn.act_as(viewer)
    match act:
        case "start":
            await actions.start_closing(conn, viewer, year)
        case "prove":
            await actions.prove_chains(conn, viewer, year)
        case "close":
            await actions.close_period(conn, viewer, year, lists_open=True)
        case "resume":
            await actions.resume(conn, viewer, year)
        case _:
            month = chance.randrange(1, 13)
            state = (await store.find_period(conn, year, month)).state
            step = actions.start_closing if state == "open" else actions.close_period
            await step(conn, viewer, year, month)


async def worker(run: Run, seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(ACTS):
        # most acts are bookings; a close comes now and then
        act = chance.choice(BOOKS if chance.random() < 0.7 else CLOSES)
        try:
            async with committed(run.pool, SYSTEM) as conn:
                if act == "propose":
                    await propose(conn, run, chance)
                else:
                    await (on_booking if act in BOOKS else on_period)(conn, run, chance, act)
        except KdnxError as error:
            run.refused[error.code] = run.refused.get(error.code, 0) + 1
        else:
            run.done[act] = run.done.get(act, 0) + 1


async def finish(run: Run) -> None:
    """Whatever is still open is closed at the end, by two persons, year by year."""
    for year in YEARS:
        for viewer, act in (
            (run.cast.hub.viewer, actions.start_closing),
            (run.cast.hub.viewer, actions.prove_chains),
        ):
            try:
                async with committed(run.pool, viewer) as conn:
                    await act(conn, viewer, year)
            except KdnxError:
                pass
        for viewer in (run.cast.hub.viewer, run.cast.hub.second):
            try:
                async with committed(run.pool, viewer) as conn:
                    await actions.close_period(conn, viewer, year, lists_open=True)
            except KdnxError as error:
                run.refused[error.code] = run.refused.get(error.code, 0) + 1


@pytest.mark.parametrize("seed", SEEDS)
async def test_any_order_of_booking_and_closing(fresh_database, seed: int) -> None:
    async with committed(fresh_database.pool, SYSTEM) as conn:
        cast = await make_cast(conn)
        orders = [
            (cast.nord, await an_order(conn, cast, cast.nord, cast.sued, fee_cents=7)),
            (cast.sued, await an_order(conn, cast, cast.sued, cast.nord, route="direct")),
            (cast.fremd, await an_order(conn, cast, cast.fremd, cast.sued)),
        ]
    run = Run(cast, fresh_database.pool, orders)
    await asyncio.gather(*(worker(run, seed * 100 + n) for n in range(WORKERS)))
    await finish(run)
    async with committed(fresh_database.pool, SYSTEM) as conn:
        for check in (*CHECKS, *ledger.CHECKS, *bookings.CHECKS, *reports.CHECKS):
            assert not await conn.fetch(check.sql), (check.name, run)
        assert (await verify_ledger(conn)).ok
        assert await conn.fetchval(BEHIND) == 0
        frozen = await store.rollup_sums(conn)
        await conn.act_as(cast.office)
        for year in YEARS:
            assert (await store.find_period(conn, year, YEAR)).state in {"closed", "locked"}, run
            volume = await read_volume(conn, cast.office, year, basis=Basis.REPORTED)
            assert volume.total_cents == frozen.get(year, 0), run
    assert run.done.get("propose", 0) >= 10, run
    assert run.done.get("start", 0) + run.done.get("close", 0) >= 1, run
    assert sum(run.refused.values()) >= 5, run
