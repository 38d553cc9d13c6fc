"""Offerings of several rows: every price, tier, audience, contact and answer comes back; faults name their row."""

from typing import Any

import pytest

from catalog.contents import store as contents
from catalog.contents.schemas import to_body
from catalog.filing.files import OFFERINGS
from catalog.offerings import store
from kdnx.db.conn import Conn
from kdnx.imports.actions import Report, run_import
from kdnx.imports.kinds import with_columns
from kdnx.imports.reading import read_table
from kdnx.imports.writing import write_file
from kdnx.viewer import Viewer
from tests.cast import Cast, make_cast
from tests.catalog.build import ALL, FLAT, WORKPLACE, a_draft, only_for
from tests.conftest import Database
from tests.exchange.build import SYSTEM, committed

TIERS = [
    {"from_quantity": "101", "unit_price_micro": 4_000_001},
    {"from_quantity": "1000.5", "unit_price_micro": 0},
]
RICH: dict[str, Any] = {
    "leika": ["99012102012000", "99012102012001"],
    "cpv": ["72000000-5", "48000000-8"],
    "valid_to": "2031-01-01",
    "sla": {"recovery_hours": 8, "maintenance_window": "So 2–6 Uhr", "availability_pct": "99.95"},
    "capacity_amount": "12.5", "capacity_unit": "TB",
    "attributes": {
        "data_location": "nrw", "subcontractors": False, "support_levels": ["first", "third"],
        "backup_days": 30, "exit": 'Zeile eins\nZeile zwei; mit "Zeichen"', "processing_agreement": "ready",
    },
    "contacts": {
        "lead": {"name": "Team", "email": "team@example.org", "deputy": "Zweites Team"},
        "contract": {"name": "Verträge", "phone": "0221 0"},
    },
}  # fmt: skip


async def rich(conn: Conn, cast: Cast) -> Any:
    tiered = {
        **WORKPLACE,
        "tier_mode": "graduated",
        "tiers": TIERS,
        "label": "Staffel;mit Semikolon",
    }
    indexed = {
        **FLAT, "frozen_until": "2028-12-31", "pro_rata": "days",
        "terms": {"index_name": "VPI", "index_month": "2026-01", "index_value": "120.3", "index_share_pct": "70",
                  "setup_cents": 250_000, "minimum_cents": 12_345},
    }  # fmt: skip
    slab = {**WORKPLACE, "tier_mode": "slab", "tiers": TIERS[:1], "label": "=nicht rechnen"}
    audiences = [ALL, {**only_for(cast.sued.id, cast.fremd.id), "legal_basis": "tendered"}]
    return await a_draft(
        conn, cast.nord.viewer, "Reiche Leistung", prices=[tiered, indexed, slab], audiences=audiences, **RICH
    )  # fmt: skip


async def bring(conn: Conn, viewer: Viewer, rows: Any, form: str = "csv", **how: bool) -> Report:
    kind = await with_columns(conn, OFFERINGS)
    table = read_table(write_file(kind, rows, form), f"x.{form}")
    return await run_import(conn, viewer, OFFERINGS, table, **how)


async def body_of(conn: Conn, viewer: Viewer, offering_id: Any) -> Any:
    head = await store.get_offering(conn, viewer, offering_id)
    version = await contents.get_version(conn, viewer, head.id, head.latest_version)
    found = (await contents.list_contacts(conn, [head.id])).get(head.id, [])
    return to_body(version, head.reference, found)


@pytest.mark.parametrize("form", ["csv", "xlsx", "json"])
async def test_everything_comes_back_in_every_form(conn: Conn, cast: Cast, form: str):
    head = await rich(conn, cast)
    viewer = cast.nord.viewer
    before = await body_of(conn, viewer, head.id)
    rows = [dict(r) for r in await OFFERINGS.read(conn, viewer)]
    assert [r["line"] for r in rows] == [
        "offering", "tier", "tier", "price", "price", "tier", "audience", "contact"
    ]  # fmt: skip
    again = await bring(conn, viewer, rows, form)
    assert (again.new, again.changed, again.unchanged, again.errors) == (0, 0, 1, ())
    # a copy under another reference says the same
    copy = [{**r, "reference": "KOPIE"} for r in rows]
    made = await bring(conn, viewer, copy, form)
    assert (made.new, made.errors) == (1, ())
    other = next(h for h in await store.list_heads(conn, viewer) if h.reference == "KOPIE")
    after = await body_of(conn, viewer, other.id)
    assert after.model_dump(exclude={"reference"}) == before.model_dump(exclude={"reference"})


async def test_an_unmarked_row_leaves_what_it_does_not_say(conn: Conn, cast: Cast):
    head = await rich(conn, cast)
    viewer = cast.nord.viewer
    before = await body_of(conn, viewer, head.id)
    row = dict((await OFFERINGS.read(conn, viewer))[0])
    short = {n: v for n, v in row.items() if not n.startswith("answer_")}
    done = await bring(conn, viewer, [{**short, "line": None, "title": "Umbenannt"}])
    assert (done.changed, done.errors) == (1, ())
    after = await body_of(conn, viewer, head.id)
    assert after.model_dump(exclude={"title"}) == before.model_dump(exclude={"title"})
    whole = await bring(conn, viewer, [{**row, "title": "Umbenannt", "tier_mode": None}])
    assert (whole.changed, whole.errors) == (1, ())
    last = await body_of(conn, viewer, head.id)
    assert (len(last.prices), len(last.audiences), last.prices[0].tiers) == (1, 1, [])


async def test_faults_of_lines_name_their_own_row(conn: Conn, cast: Cast):
    await rich(conn, cast)
    viewer = cast.nord.viewer
    rows = [dict(r) for r in await OFFERINGS.read(conn, viewer)]
    key = {n: rows[0][n] for n in ("member_code", "reference")}
    cases = [
        ({**key, "line": "audience", "audience": "members", "audience_names": "NIEMAND"}, "Zielgruppe genauer"),
        ({**key, "line": "contact", "contact_name": "Ohne Aufgabe"}, "Aufgabe der Ansprechperson"),
        ({**key, "reference": "FEHLT", "line": "price", "price_kind": "recurring"}, "Eigene Kennung"),
    ]  # fmt: skip
    for extra, field in cases:
        report = await bring(conn, viewer, [*rows, extra], "json")
        assert [(e.row, e.field) for e in report.errors] == [(len(rows) + 2, field)]
        assert not report.written
    main = {**rows[0], "answer_data_location": "auf dem Mond"}
    report = await bring(conn, viewer, [main, *rows[1:]], "json")
    assert [(e.row, e.field) for e in report.errors] == [(2, "Angabe: Wo die Daten liegen")]
    alone = {**rows[0], "price_kind": None}
    report = await bring(conn, viewer, [alone, rows[1]], "json")
    assert [(e.row, e.field) for e in report.errors] == [(3, "Zeile")]


@pytest.mark.slow
async def test_five_thousand_rows_with_37_bad_ones(fresh_database: Database):
    # a database of its own and three transactions, as in a first import: where others rolled thousands of
    # rows back, the planner believes full tables empty
    db = fresh_database.pool
    async with committed(db, SYSTEM) as conn:
        cast = await make_cast(conn)
        await rich(conn, cast)
        viewer = cast.nord.viewer
        row = {**(await OFFERINGS.read(conn, viewer))[0], "tier_mode": None}
    bad = {17 + 131 * n for n in range(37)}
    rows = [
        {**row, "reference": f"F-{n:04}", "title": f"Leistung {n}"} | ({"category": "Gibtesnicht"} if n in bad else {})
        for n in range(5000)
    ]  # fmt: skip
    async with committed(db, viewer) as conn:
        none = await bring(conn, viewer, rows, "xlsx")
        assert (none.rows, none.new, none.refused, none.written) == (5000, 4963, 37, False)
        assert [e.row for e in none.errors] == sorted(n + 2 for n in bad)
        assert await conn.fetchval("SELECT count(*)::int FROM catalog.offering") == 1
    async with committed(db, viewer) as conn:
        some = await bring(conn, viewer, rows, partial=True)
        assert (some.new, some.refused, some.written) == (4963, 37, True)
    async with committed(db, viewer) as conn:
        again = await bring(conn, viewer, rows, partial=True)
        assert (again.new, again.changed, again.unchanged, again.refused) == (0, 0, 4963, 37)
