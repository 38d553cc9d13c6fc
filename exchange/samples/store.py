"""SQL of audit samples: measuring and drawing from the ledger, sheets and findings."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from exchange.samples.model import Drawn, Item, Measure, Population, Sample, Steps
from kdnx.db.conn import Conn
from kdnx.db.rows import many, maybe

MEASURE = """
SELECT count(*)::bigint AS rows, coalesce(sum(t.cents), 0)::bigint AS cents,
  CASE WHEN count(*) <= 1000000 THEN sha256(coalesce(string_agg(t.hash, ''::bytea ORDER BY t.owner_id, t.seq), '')) ELSE ''::bytea END AS hash
FROM exchange.transfer t
WHERE t.kind = 'supply' AND t.service_year = $1 AND ($2::uuid IS NULL OR t.owner_id = $2) AND ($3::uuid IS NULL OR t.recipient_id = $3)
  AND ($4::uuid IS NULL OR t.category_id = $4) AND t.seq <= ($5::jsonb ->> t.owner_id::text)::bigint
"""
DRAW_RANDOM = """
SELECT t.owner_id, t.id, t.seq, t.recipient_id, t.cents, t.sign, t.hash, 1 AS hits FROM exchange.transfer t
WHERE t.kind = 'supply' AND t.service_year = $1 AND ($2::uuid IS NULL OR t.owner_id = $2) AND ($3::uuid IS NULL OR t.recipient_id = $3)
  AND ($4::uuid IS NULL OR t.category_id = $4) AND t.seq <= ($5::jsonb ->> t.owner_id::text)::bigint
ORDER BY sha256(convert_to($6 || '|' || t.id::text, 'UTF8')), t.id::text COLLATE "C" LIMIT $7
"""
# f(x) = how many of the steps lie below x; a row is hit by those between its two edges
DRAW_MONEY_UNITS = """
WITH laid AS (
  SELECT t.owner_id, t.id, t.seq, t.recipient_id, t.cents, t.sign, t.hash, (sum(t.cents) OVER (ORDER BY t.owner_id, t.seq))::bigint AS edge FROM exchange.transfer t
  WHERE t.kind = 'supply' AND t.service_year = $1 AND ($2::uuid IS NULL OR t.owner_id = $2) AND ($3::uuid IS NULL OR t.recipient_id = $3)
    AND ($4::uuid IS NULL OR t.category_id = $4) AND t.seq <= ($5::jsonb ->> t.owner_id::text)::bigint),
hit AS (
  SELECT owner_id, id, seq, recipient_id, cents, sign, hash,
    (least($8::bigint, (edge - $6::bigint + $7::bigint - 1) / $7) - least($8::bigint, (edge - cents - $6::bigint + $7::bigint - 1) / $7))::int AS hits FROM laid)
SELECT owner_id, id, seq, recipient_id, cents, sign, hash, hits FROM hit WHERE hits > 0 ORDER BY owner_id, seq
"""
INSERT_SAMPLE = """
INSERT INTO exchange.audit_sample (owner_id, id, number, title, purpose, method, wanted, seed, service_year, provider_id, recipient_id, category_id,
  heads, population_rows, population_cents, population_hash, evidence, drawn_person, drawn_at, state, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $19, $13, $14, $15, $16, $17, $18, 'open', $18, $18)
"""
INSERT_ITEMS = """
INSERT INTO exchange.audit_sample_item (owner_id, sample_id, n, transfer_owner_id, transfer_id, transfer_seq, recipient_id, cents, sign, hits, transfer_hash,
  finding, created_at, updated_at)
SELECT $1, $2, x.n, x.o, x.i, x.q, x.r, x.c, x.s, x.h, x.t, 'open', $11, $11
FROM unnest($3::uuid[], $4::uuid[], $5::bigint[], $6::uuid[], $7::bigint[], $8::smallint[], $9::int[], $10::bytea[]) WITH ORDINALITY x(o, i, q, r, c, s, h, t, n)
"""
FIND_SAMPLES = """
SELECT * FROM exchange.audit_sample_row
WHERE ($1::uuid IS NULL OR id = $1) AND ($2::text IS NULL OR state = $2) AND ($3::text IS NULL OR number < $3) ORDER BY number DESC LIMIT $4
"""
LOCK_SAMPLE = "SELECT row_version FROM exchange.audit_sample WHERE id = $1 FOR UPDATE"
LIST_ITEMS = (
    "SELECT * FROM exchange.audit_sample_line WHERE owner_id = $1 AND sample_id = $2 ORDER BY n"
)
SET_FINDING = """
UPDATE exchange.audit_sample_item SET finding = $4, note = $5, difference_cents = $6, found_person = $7, found_at = $8, row_version = row_version + 1, updated_at = $8
WHERE owner_id = $1 AND sample_id = $2 AND n = $3 AND row_version = $9
"""
CLOSE_SAMPLE = """
UPDATE exchange.audit_sample SET state = $3, result = $4, closed_person = $5, closed_at = $6, sheet_hash = $7, row_version = row_version + 1, updated_at = $6
WHERE owner_id = $1 AND id = $2 AND row_version = $8
"""
# an item whose ledger row is gone or has another hash than on the day of the drawing
CHANGED_ITEMS = """
SELECT i.sample_id, i.n FROM exchange.audit_sample_item i LEFT JOIN exchange.transfer t ON t.owner_id = i.transfer_owner_id AND t.id = i.transfer_id
WHERE t.hash IS DISTINCT FROM i.transfer_hash OR t.cents <> i.cents OR t.sign <> i.sign LIMIT 20
"""


def _population(p: Population) -> list[Any]:
    return [p.year, p.provider_id, p.recipient_id, p.category_id, dict(p.heads)]


async def measure(conn: Conn, population: Population) -> Measure:
    """Rows, cents and the hash of a population, as far as the viewer sees the ledger."""
    row = await conn.fetchrow(MEASURE, *_population(population))
    assert row is not None  # noqa: S101  # an aggregate always gives one row
    return Measure(row["rows"], row["cents"], row["hash"])


async def draw_random(conn: Conn, population: Population, seed: str, wanted: int) -> list[Drawn]:
    """The rows with the smallest hashes, best first."""
    return many(Drawn, await conn.fetch(DRAW_RANDOM, *_population(population), seed, wanted))


async def draw_money_units(conn: Conn, population: Population, steps: Steps) -> list[Drawn]:
    """The rows that the steps hit, in the order of the chains."""
    rows = await conn.fetch(
        DRAW_MONEY_UNITS, *_population(population), steps.start, steps.interval, steps.count
    )
    return many(Drawn, rows)


async def insert_sample(conn: Conn, s: Sample, drawn: Sequence[Drawn]) -> None:
    """Keep a sample with its items, numbered in the order of the drawing."""
    await conn.execute(
        INSERT_SAMPLE, s.owner_id, s.id, s.number, s.title, s.purpose, s.method, s.wanted, s.seed, s.service_year, s.provider_id,
        s.recipient_id, s.category_id, s.population_rows, s.population_cents, s.population_hash, s.evidence, s.drawn_person, s.drawn_at,
        dict(s.heads),
    )  # fmt: skip
    await conn.execute(
        INSERT_ITEMS, s.owner_id, s.id, [d.owner_id for d in drawn], [d.id for d in drawn], [d.seq for d in drawn],
        [d.recipient_id for d in drawn], [d.cents for d in drawn], [d.sign for d in drawn], [d.hits for d in drawn],
        [d.hash for d in drawn], conn.now,
    )  # fmt: skip


async def find_sample(conn: Conn, sample_id: UUID) -> Sample | None:
    """One sample, None where the viewer is no auditor."""
    return maybe(Sample, await conn.fetchrow(FIND_SAMPLES, sample_id, None, None, 1))


async def list_samples(
    conn: Conn, state: str | None, before: str | None, limit: int
) -> list[Sample]:
    """Newest number first; `before` is the number of the last one shown."""
    return many(Sample, await conn.fetch(FIND_SAMPLES, None, state, before, limit))


async def lock_sample(conn: Conn, sample_id: UUID) -> None:
    """Nobody else changes the sample or its items until the transaction ends."""
    await conn.fetchval(LOCK_SAMPLE, sample_id)


async def list_items(conn: Conn, s: Sample) -> list[Item]:
    """The items with names, bookings and findings (at most 1,000)."""
    return many(Item, await conn.fetch(LIST_ITEMS, s.owner_id, s.id))


async def set_finding(
    conn: Conn, s: Sample, n: int, *, finding: str, note: str, difference_cents: int, person_id: UUID | None, row_version: int
) -> bool:  # fmt: skip
    """Write a finding; False when somebody else was first."""
    return (
        await conn.execute(
            SET_FINDING, s.owner_id, s.id, n, finding, note, difference_cents, person_id, conn.now, row_version
        )
        == 1
    )  # fmt: skip


async def close_sample(
    conn: Conn, s: Sample, state: str, result: str, person_id: UUID | None, sheet: bytes
) -> bool:
    """Close it; False when it was changed meanwhile."""
    return (
        await conn.execute(
            CLOSE_SAMPLE, s.owner_id, s.id, state, result, person_id, conn.now, sheet, s.row_version
        )
        == 1
    )  # fmt: skip
