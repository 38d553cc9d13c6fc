"""Every statement fits the migrated schema; the schema fits a distribution by owner (D25)."""

import importlib

import asyncpg
import pytest

from kdnx.module import Module
from tests.house.rooms import ROOT, name_of, sql_constants, stores

# R tables: small or public, one copy a node; everything else with owner_id is G
REFERENCE = (ROOT / "tests" / "house" / "reference_tables.txt").read_text(encoding="utf-8").split()
SCHEMAS = ("kdnx", "catalog", "procurement", "exchange")
LINT = """
WITH t AS (SELECT c.oid, n.nspname || '.' || c.relname AS name, n.nspname || '.' || c.relname = ANY ($2) AS ref
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname = ANY ($1) AND c.relkind IN ('r', 'p') AND NOT c.relispartition),
k AS (SELECT t.name, t.ref, con.conrelid, con.conname, con.contype, con.condeferrable, con.confrelid,
  (SELECT array_agg(a.attname::text ORDER BY x.o) FROM unnest(con.conkey) WITH ORDINALITY x(n, o)
   JOIN pg_attribute a ON a.attrelid = con.conrelid AND a.attnum = x.n) AS cols FROM t JOIN pg_constraint con ON con.conrelid = t.oid)
SELECT name || ': no primary key' AS finding FROM t WHERE NOT EXISTS (SELECT 1 FROM k WHERE k.conrelid = t.oid AND contype = 'p')
UNION ALL SELECT name || ': primary key must begin with owner_id: ' || cols::text FROM k WHERE NOT ref AND contype = 'p' AND cols[1] <> 'owner_id'
UNION ALL SELECT name || ': unique key without owner_id: ' || conname FROM k WHERE NOT ref AND contype = 'u' AND NOT 'owner_id' = ANY (cols)
UNION ALL SELECT k.name || ': foreign key without owner_id: ' || conname FROM k JOIN t f ON f.oid = k.confrelid
  WHERE contype = 'f' AND NOT k.ref AND NOT f.ref AND NOT 'owner_id' = ANY (cols)
UNION ALL SELECT k.name || ': reference table points at a growing one: ' || conname FROM k JOIN t f ON f.oid = k.confrelid
  WHERE contype = 'f' AND k.ref AND NOT f.ref
UNION ALL SELECT name || ': deferrable: ' || conname FROM k WHERE condeferrable
UNION ALL SELECT name || ': exclusion: ' || conname FROM k WHERE contype = 'x'
UNION ALL SELECT t.name || ': unique index without owner_id: ' || i.relname FROM t JOIN pg_index x ON x.indrelid = t.oid AND x.indisunique
  JOIN pg_class i ON i.oid = x.indexrelid WHERE NOT t.ref AND NOT EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = t.oid
  AND a.attname = 'owner_id' AND a.attnum = ANY (x.indkey::smallint[])) AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conindid = x.indexrelid)
UNION ALL SELECT t.name || ': trigger: ' || tgname FROM t JOIN pg_trigger g ON g.tgrelid = t.oid WHERE NOT tgisinternal
UNION ALL SELECT t.name || ': sequence default: ' || a.attname FROM t JOIN pg_attrdef d ON d.adrelid = t.oid JOIN pg_attribute a
  ON a.attrelid = t.oid AND a.attnum = d.adnum WHERE pg_get_expr(d.adbin, d.adrelid) LIKE 'nextval(%'
UNION ALL SELECT t.name || ': identity: ' || a.attname FROM t JOIN pg_attribute a ON a.attrelid = t.oid WHERE a.attidentity <> ''
ORDER BY 1
"""
WITHOUT_ROW_SECURITY = """
SELECT n.nspname || '.' || c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = ANY ($1) AND c.relkind = 'r' AND NOT c.relrowsecurity AND NOT n.nspname || '.' || c.relname = ANY ($2)
  AND has_any_column_privilege('kdnx_app', c.oid, 'SELECT')
"""
CHECKS_OF = """
SELECT con.conname, pg_get_constraintdef(con.oid) AS def FROM pg_constraint con JOIN pg_namespace n ON n.oid = con.connamespace
WHERE n.nspname = ANY ($1) AND con.contype = 'c' AND con.conname LIKE '%\\_state'
"""


@pytest.mark.parametrize("path", stores(), ids=name_of)
async def test_every_statement_prepares(pool: asyncpg.Pool, path):
    async with pool.acquire() as conn:
        for name, sql in sql_constants(path):
            try:
                await conn.prepare(sql)
            except asyncpg.PostgresError as error:
                raise AssertionError(f"{name_of(path)}: {name}: {error}") from error


async def test_the_schema_can_be_distributed_by_owner(pool: asyncpg.Pool):
    async with pool.acquire() as conn:
        found = [r["finding"] for r in await conn.fetch(LINT, list(SCHEMAS), REFERENCE)]
    assert not found, "\n".join(found)


async def test_reference_tables_exist(pool: asyncpg.Pool):
    async with pool.acquire() as conn:
        gone = [t for t in REFERENCE if await conn.fetchval("SELECT to_regclass($1)", t) is None]
    assert not gone


async def test_every_growing_table_has_row_security(pool: asyncpg.Pool):
    async with pool.acquire() as conn:
        found = [r[0] for r in await conn.fetch(WITHOUT_ROW_SECURITY, list(SCHEMAS), REFERENCE)]
    assert not found


async def test_module_checks_prepare(pool: asyncpg.Pool):
    modules: tuple[Module, ...] = importlib.import_module("kdnx.app").MODULES
    async with pool.acquire() as conn:
        for check in (c for m in modules for c in m.checks):
            await conn.prepare(check.sql)


def moves() -> list[tuple[str, object, object, object]]:
    """(place, MOVES, labels, table) of every model that has a transition table."""
    found = []
    for path in sorted(p.parent / "model.py" for p in stores()):
        if not path.exists():
            continue
        module = importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
        for attribute in vars(module):
            if attribute.endswith("MOVES"):
                prefix = attribute.removesuffix("MOVES")
                found.append((name_of(path), attribute, getattr(module, attribute), module, prefix))
    return found


@pytest.mark.parametrize(
    ("place", "name", "table", "module", "prefix"), moves(), ids=lambda v: str(v)[:40]
)
async def test_moves_equal_the_constraint_and_the_labels(
    pool: asyncpg.Pool, place, name, table, module, prefix
):
    states = {s for s, _e in table} | set(table.values())
    kind = type(next(iter(states)))
    labels = getattr(module, f"{prefix}LABELS", None) or getattr(
        module, f"{prefix}STATE_LABELS", None
    )
    assert labels is not None, f"{place}: {prefix}LABELS is missing"
    assert set(kind) <= set(labels), f"{place}: {name} states without a label"
    async with pool.acquire() as conn:
        defs = [r["def"] for r in await conn.fetch(CHECKS_OF, list(SCHEMAS))]
    wanted = {str(s.value) for s in kind}
    listed = [{part.split("'")[1] for part in d.split("::text") if "'" in part} for d in defs]
    assert wanted in listed, f"{place}: no CHECK lists exactly {sorted(wanted)}"
