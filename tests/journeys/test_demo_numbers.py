"""The demonstration shows what it promises: exact volumes, people, states, tasks, and books that prove themselves."""

import asyncio
import json
import os
from collections import Counter
from dataclasses import replace

import pytest
from click.testing import CliRunner

from kdnx.app import make_house
from kdnx.auth.actions import list_personas
from kdnx.cli import main
from kdnx.commands.check import run_checks
from kdnx.commands.context import Context, as_office
from kdnx.db.pool import transaction
from kdnx.demo import store
from kdnx.demo.loading import LAST, load_demo, play_step, script
from kdnx.demo.people import ISSUER, PERSONAS
from kdnx.demo.scene import Scene, as_table
from kdnx.errors import Refused
from kdnx.frames.store import count_waiting
from kdnx.imports.actions import find_kind, run_import
from kdnx.imports.kinds import with_columns
from kdnx.imports.reading import read_table
from kdnx.imports.writing import write_file
from kdnx.members.actions import found_alliance
from kdnx.members.store import list_members
from kdnx.viewer import Scope, Viewer
from tests.journeys.conftest import Demonstration

SYSTEM = Viewer(scope=Scope.SYSTEM)
DECIDERS = (
    "petra",
    "paul",
    "birgit",
    "bernd",
    "erwin",
    "frieda",
    "vera",
    "viktor",
    "gisela",
    "julia",
)
BY = ("provider", "recipient", "category", "offering", "month", "pair")


def kinds_of(demo):
    return [k for m in demo.house.modules for k in m.file_kinds]


async def rows_of(demo, kind):
    async with as_office(demo.house, read_only=True) as (conn, viewer):
        return await find_kind(kinds_of(demo), kind).read(conn, viewer)


@pytest.fixture
def kdnx(demonstration: Demonstration, monkeypatch, tmp_path):
    """Runs a command on the demonstration's database."""
    for name in [n for n in os.environ if n.startswith("KDNX_") and n != "KDNX_PG_UNSAFE"]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("KDNX_DATABASE_URL", demonstration.app_dsn)
    monkeypatch.setenv("KDNX_DATA_DIR", str(tmp_path))

    async def run(*words):
        return await asyncio.to_thread(CliRunner().invoke, main, list(words))

    return run


@pytest.mark.parametrize(("year", "cents"), [(2023, 2_400_000_000), (2024, 2_600_000_000)])
async def test_the_volume_of_the_given_years_is_exact(kdnx, year, cents):
    for by in BY:
        result = await kdnx("report", "volume", "--year", str(year), "--by", by, "--json")
        assert result.exit_code == 0, result.output
        body = json.loads(result.stdout)
        assert body["total_cents"] == cents
        assert sum(r["cents"] for r in body["rows"]) == cents
        assert body["confirmed_share"] == 1.0


async def test_as_successor_the_merged_members_are_one(kdnx):
    plain = json.loads((await kdnx("report", "volume", "--year", "2024", "--json")).stdout)
    later = json.loads(
        (await kdnx("report", "volume", "--year", "2024", "--as", "successor", "--json")).stdout
    )
    assert later["total_cents"] == plain["total_cents"] == 2_600_000_000
    assert {"M29", "M30"} <= {r["key"] for r in plain["rows"]}
    assert not {"M29", "M30"} & {r["key"] for r in later["rows"]}


async def test_the_books_prove_themselves(kdnx, demonstration):
    result = await kdnx("ledger", "verify", "--json")
    assert result.exit_code == 0
    body = json.loads(result.stdout)
    assert (body["ok"], body["first_bad"]) == (True, None)
    assert body["transfers"] > 30_000
    breaches = [f for f in await run_checks(demonstration.house) if not f.ok]
    assert not breaches


async def test_28_living_members_a_hub_and_two_that_merged(demonstration):
    async with transaction(demonstration.house.pool, SYSTEM, read_only=True) as conn:
        members = await list_members(conn)
    living = {m.code for m in members if m.state == "active"}
    assert {m.code for m in members if m.state == "ended"} == {"M29", "M30"}
    assert len(living - {"HUB"}) == 28


async def test_every_state_can_be_seen(demonstration):
    offerings = Counter(
        r["state"] for r in await rows_of(demonstration, "offerings") if r["line"] == "offering"
    )
    assert {"draft", "in_review", "published", "suspended", "retired"} <= set(offerings)
    assert offerings["published"] > 140
    orders = Counter(r["state"] for r in await rows_of(demonstration, "orders"))
    assert {
        "interest", "coordinating", "offered", "reviewed", "approved_provider", "approved_hub", "approved", "active",
        "paused", "notice_given", "ended", "withdrawn", "declined", "transferred",
    } <= set(orders)  # fmt: skip
    assert orders["active"] > 300
    bookings = Counter(r["state"] for r in await rows_of(demonstration, "bookings"))
    assert {"proposed", "confirmed", "disputed"} <= set(bookings)
    assert bookings["confirmed"] > 8_000


async def test_every_persona_signs_in_and_who_decides_finds_a_task(demonstration):
    async with transaction(demonstration.house.pool, SYSTEM, read_only=True) as conn:
        personas = {p.display_name: p for p in await list_personas(conn)}
        assert set(personas) == {p.name for p in PERSONAS}
        people = await store.list_cast(conn, ISSUER)
        assert {p.key for p in PERSONAS} <= set(people)
        codes = await store.list_codes(conn)
        scene = Scene(conn, conn.now, codes, people, {})
        for key in DECIDERS:
            assert (await count_waiting(conn, await scene.act(key)))[0] > 0, key


@pytest.mark.parametrize("kind", ["members", "offerings", "orders", "bookings", "demands"])
@pytest.mark.parametrize("form", ["csv", "xlsx", "json"])
async def test_what_goes_out_comes_in_unchanged(demonstration, kind, form):
    async with as_office(demonstration.house, read_only=True) as (conn, _viewer):
        chosen = await with_columns(conn, find_kind(kinds_of(demonstration), kind))
    before = await rows_of(demonstration, kind)
    table = read_table(write_file(chosen, before, form), f"{kind}.{form}")
    async with as_office(demonstration.house) as (conn, viewer):
        report = await run_import(conn, viewer, chosen, table, dry_run=True)
    assert report.errors == ()
    # an offering may have several rows: one is it, the others add prices, tiers, audiences, contacts
    things = [r for r in before if r.get("line") in (None, "offering")]
    assert (report.new, report.changed, report.unchanged) == (0, 0, len(things))


async def test_a_second_start_finds_it_complete_at_once(demonstration):
    async def never(_house):
        raise AssertionError

    context = Context(
        demonstration.house.settings, never, never, never, never, demonstration.house.modules
    )
    await load_demo(context, demonstration.house.settings)


async def test_a_step_that_breaks_leaves_nothing_and_is_played_again(fresh_database, settings):
    house = make_house(settings)
    house.pool_ = fresh_database.pool
    steps = {s.name: s for s in script(house)}
    await play_step(house, steps["members"])

    async def breaks(scene):
        await steps["people"].run(scene)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await play_step(house, replace(steps["people"], run=breaks))
    async with transaction(fresh_database.pool, SYSTEM) as conn:
        assert await store.list_steps(conn) == {"members"}
        assert await store.list_cast(conn, ISSUER) == {}
    await play_step(house, steps["people"])
    async with transaction(fresh_database.pool, SYSTEM) as conn:
        assert LAST not in await store.list_steps(conn)
        assert len(await store.list_cast(conn, ISSUER)) > len(PERSONAS)


async def test_a_real_alliance_is_never_filled(fresh_database, settings):
    async with transaction(fresh_database.pool, SYSTEM) as conn:
        await found_alliance(conn, name="Wirklicher Verbund", short_name="Wirklich", is_demo=False)
    with pytest.raises(Refused, match="Wirklicher Verbund"):
        await load_demo(None, replace(settings, database_url=fresh_database.app_dsn))


def test_a_table_of_rows_has_line_numbers():
    assert as_table([{"a": 1}, {"a": 2}]).rows == [(2, [1]), (3, [2])]
