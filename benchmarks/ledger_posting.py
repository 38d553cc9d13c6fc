"""Confirm bookings: one at a time by 1, 8 and 32 clients and in bulk, beside the same rows written bare.

usage: python -m benchmarks.ledger_posting [bookings per round]
"""

import asyncio
import hashlib
import sys
from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

import asyncpg

from benchmarks.ground import SYSTEM, Ground, emit, emit_memory, ground, rate
from exchange.signing.actions import Signing, confirm_booking, confirm_bookings
from kdnx.audit.actions import finish
from kdnx.db.pool import transaction
from kdnx.ids import new_id
from tests.cast import Actor
from tests.exchange.build import a_booking, an_order

PROVIDERS = 28  # as many as the alliance has members

# the rows of one confirmation, without chain, rights, checks and tasks: one statement, one commit
BARE_TABLES = """
CREATE TABLE public.bare_booking (owner_id uuid, id uuid, state text, net bigint, PRIMARY KEY (owner_id, id));
CREATE TABLE public.bare_confirmation (owner_id uuid, booking_id uuid, cents bigint, at timestamptz, evidence bytea, PRIMARY KEY (owner_id, booking_id));
CREATE TABLE public.bare_transfer (owner_id uuid, seq bigint, id uuid, kind text, debit uuid, credit uuid, cents bigint, source uuid, hash bytea, PRIMARY KEY (owner_id, seq));
CREATE TABLE public.bare_audit (owner_id uuid, seq bigint, id uuid, action text, object uuid, hash bytea, PRIMARY KEY (owner_id, seq));
CREATE TABLE public.bare_change (owner_id uuid, id uuid, object uuid, PRIMARY KEY (owner_id, id));
GRANT ALL ON public.bare_booking, public.bare_confirmation, public.bare_transfer, public.bare_audit, public.bare_change TO kdnx_app;
"""
BARE_CONFIRM = """
WITH b AS (UPDATE public.bare_booking SET state = 'confirmed' WHERE owner_id = $1 AND id = $2 AND state = 'proposed' RETURNING id),
c AS (INSERT INTO public.bare_confirmation SELECT $1, id, 100000, now(), $3 FROM b),
t AS (INSERT INTO public.bare_transfer SELECT $1, $4::bigint * 3 + k, gen_random_uuid(), 'supply', $1, $2, 100000, id, $3 FROM b, generate_series(1, 3) k),
a AS (INSERT INTO public.bare_audit SELECT $1, $4::bigint, gen_random_uuid(), 'confirm', id, $3 FROM b)
INSERT INTO public.bare_change SELECT $1, gen_random_uuid(), id FROM b
"""


INSERT_PROVIDER = """
INSERT INTO kdnx.member (id, code, name, short_name, legal_form, legal_personality, seat, state, created_at, updated_at)
VALUES ($1, $2, $2, $2, 'zweckverband', true, 'Ort', 'active', now(), now())
"""


async def make_providers(g: Ground) -> list[Actor]:
    """As many delivering members as in reality; their viewers differ from Nordrechen's in the member only."""
    made = []
    async with transaction(g.pool, SYSTEM) as conn:
        for n in range(PROVIDERS):
            member_id = new_id()
            await conn.execute(INSERT_PROVIDER, member_id, f"P{n}")
            viewer = replace(g.cast.nord.viewer, member_id=member_id, members=(member_id,))
            made.append(
                replace(g.cast.nord, id=member_id, code=f"P{n}", viewer=viewer, second=viewer)
            )
    return made


async def propose(g: Ground, count: int, providers: Sequence[Actor]) -> list[UUID]:
    """`count` proposed bookings, one order a provider, round robin; statistics as autovacuum would keep them."""
    ids: dict[int, UUID] = {}
    for n, provider in enumerate(providers):
        async with transaction(g.pool, SYSTEM, finish=finish) as conn:
            order = await an_order(conn, g.cast, provider, g.cast.sued)
            for i in range(n, count, len(providers)):
                ids[i] = (await a_booking(conn, provider, order)).id
    owner = await asyncpg.connect(g.owner_dsn)
    await owner.execute("ANALYZE")
    await owner.close()
    return [ids[i] for i in range(count)]


async def single(g: Ground, clients: int, count: int, providers: Sequence[Actor]) -> float:
    """Whole confirmations a second, each in its own transaction."""
    ids = await propose(g, count, providers)

    async def work(i: int) -> None:
        async with transaction(g.pool, g.cast.sued.viewer, finish=finish) as conn:
            await confirm_booking(conn, g.cast.sued.viewer, ids[i])

    return await rate(clients, count, work)


async def bulk(g: Ground, count: int) -> float:
    """Confirmations a second when one transaction takes all of them."""
    ids = await propose(g, count, [g.cast.nord])

    async def work(_i: int) -> None:
        async with transaction(g.pool, g.cast.sued.viewer, finish=finish) as conn:
            await confirm_bookings(conn, g.cast.sued.viewer, [Signing(i) for i in ids])

    return count * await rate(1, 1, work)


async def bare(g: Ground, clients: int, count: int, base: int, providers: Sequence[Actor]) -> float:
    """The same rows by one bare statement each, over the same pool."""
    owners = [providers[i % len(providers)].id for i in range(count)]
    ids = [new_id() for _ in range(count)]
    evidence = hashlib.sha256(b"x").digest()
    async with g.pool.acquire() as raw:
        await raw.executemany(
            "INSERT INTO public.bare_booking VALUES ($1, $2, 'proposed', 100000)",
            list(zip(owners, ids, strict=True)),
        )

    async def work(i: int) -> None:
        async with g.pool.acquire() as raw:
            await raw.execute(BARE_CONFIRM, owners[i], ids[i], evidence, base + i)

    return await rate(clients, count, work)


async def compare(
    g: Ground, case: str, clients: int, count: int, base: int, providers: Sequence[Actor]
) -> int:
    """Three rounds of both, interleaved; the best round counts."""
    ours = theirs = 0.0
    for _ in range(3):
        ours = max(ours, await single(g, clients, count, providers))
        theirs = max(theirs, await bare(g, clients, count, base, providers))
        base += count + 1
    emit(case, "kdnx", n=count, concurrency=clients, value=ours, unit="1/s")
    emit(case, "asyncpg", n=count, concurrency=clients, value=theirs, unit="1/s")
    emit(case, "ratio", n=count, concurrency=clients, value=ours / theirs, unit="kdnx/asyncpg")
    return base


async def main(count: int) -> None:
    """One provider and many, by 1, 8 and 32 clients; then a thousand in one transaction."""
    async with ground() as g:
        owner = await asyncpg.connect(g.owner_dsn)
        await owner.execute(BARE_TABLES)
        await owner.close()
        many = await make_providers(g)
        base = 0
        for case, providers in (
            ("confirm_one_provider", [g.cast.nord]),
            ("confirm_28_providers", many),
        ):
            for clients in (1, 8, 32):
                base = await compare(g, case, clients, count, base, providers)
                emit_memory(case, n=count, concurrency=clients)
        emit("confirm_bulk", "kdnx", n=1000, concurrency=1, value=await bulk(g, 1000), unit="1/s")
        emit_memory("confirm_bulk", n=1000)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 200))
