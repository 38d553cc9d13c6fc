"""A closed year is read from what its close froze: both readings equal a plain fold of the ledger, for whoever reads."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exchange.bookings.actions import adjust_booking, reverse_booking
from exchange.closing import actions
from exchange.closing import store as closing
from exchange.closing.part import CHECKS
from exchange.digests.actions import prove_figures
from exchange.reports import part as reports
from exchange.reports import store
from exchange.reports.model import As, Basis, By, parts_of
from exchange.reports.reading import admitted, read_volume, read_years
from exchange.signing.actions import confirm_booking
from kdnx.db.conn import Conn
from kdnx.errors import KdnxError
from kdnx.viewer import Scope, Viewer
from tests.cast import Cast, make_cast
from tests.exchange.build import SYSTEM, an_order, committed
from tests.exchange.closing.build import Y, a_confirmed, closed, proved, started, whole
from tests.house.rooms import ROOT

# the definition once more, over the rows alone, as the owner of the tables reads them
FOLD = """
SELECT CASE $3 WHEN 'provider' THEN owner_id::text WHEN 'recipient' THEN recipient_id::text WHEN 'category' THEN category_id::text
    WHEN 'offering' THEN offering_id::text WHEN 'month' THEN service_month::text ELSE owner_id || '>' || recipient_id END AS key, sum(sign * cents)::bigint AS cents
FROM exchange.transfer WHERE kind = 'supply' AND service_year = $1 AND ($2 OR book_year = service_year)
  AND ($4::uuid[] IS NULL OR owner_id = ANY ($4) OR recipient_id = ANY ($4)) GROUP BY 1
"""
SUCCEED = """
INSERT INTO kdnx.succession (id, predecessor_id, successor_id, effective_on, kind, basis, recorded_at)
VALUES (gen_random_uuid(), $1, $2, '2026-06-01', 'merger', 'Fusion', now())
"""
NEW_RULE = """
INSERT INTO kdnx.rule (kind, key, valid_from, version, value, source)
VALUES ('volume_definition', 'volume', $1, 1, '{"version": "v2", "text": "anders"}', 'Beschluss (erfunden)')
"""
STATES = ("open", "closing", "closed", "locked")
BOOKINGS = st.lists(st.tuples(st.integers(0, 2), st.integers(1, 90_000_00), st.integers(1, 12)), min_size=1, max_size=4)  # fmt: skip
LATE = st.lists(st.tuples(st.sampled_from(("book", "reverse", "adjust")), st.integers(0, 9), st.integers(1, 5_000_00)), max_size=3)  # fmt: skip


async def fold(conn: Conn, basis: Basis, by: By, viewer: Viewer) -> dict[str, int]:
    await conn.act_as(SYSTEM)
    members = list(viewer.members) if viewer.scope == Scope.MEMBER else None
    rows = await conn.fetch(FOLD, Y, basis == Basis.CURRENT, by.value, members)
    return {r["key"]: r["cents"] for r in rows}


def key_of(by: By, row: object) -> str:
    ids = {b: getattr(row, "month" if b == By.MONTH else f"{b.value}_id", None) for b in By if b != By.PAIR}  # fmt: skip
    return f"{ids[By.PROVIDER]}>{ids[By.RECIPIENT]}" if by == By.PAIR else str(ids[by])


async def agree(conn: Conn, cast: Cast) -> None:
    """Every viewer, every dimension, both readings, as it was and after succession."""
    viewers = (cast.office, cast.auditor, cast.committee, cast.nord.viewer, cast.sued.viewer, cast.fremd.viewer)  # fmt: skip
    for viewer in viewers:
        for basis in Basis:
            await conn.act_as(viewer)
            for by in await admitted(conn, viewer, Y):
                wanted = await fold(conn, basis, by, viewer)
                await conn.act_as(viewer)
                found = await read_volume(conn, viewer, Y, by=by, basis=basis)
                assert {key_of(by, r): r.cents for r in found.rows} == wanted, (viewer.scope, basis, by)  # fmt: skip
                after = await read_volume(conn, viewer, Y, by=by, basis=basis, as_=As.SUCCESSOR)
                assert after.total_cents == found.total_cents == sum(wanted.values())
            years = await read_years(conn, viewer, basis)
            assert years.of(Y) == found.total_cents, (viewer.scope, basis)


async def book_late(conn: Conn, what: Any, act: str, cents: int) -> None:
    """One act on last year's figures today; reversed before, it is refused, which is as good a history as any."""
    provider, recipient, order, row = what
    if act == "book":
        await a_confirmed(conn, provider, recipient, order, cents, date(Y, 7, 1), date(Y, 7, 31))
        return
    await conn.act_as(provider.viewer)
    try:
        async with conn.savepoint():
            if act == "reverse":
                done = await reverse_booking(conn, provider.viewer, row.id, reason="falsch gebucht")
            else:
                done = await adjust_booking(conn, provider.viewer, row.id, delta_cents=cents, reason="mehr")  # fmt: skip
            await conn.act_as(recipient.viewer)
            await confirm_booking(conn, recipient.viewer, done.id)
    except KdnxError:
        pass


async def history(
    conn: Conn, cast: Cast, state: str, bookings: Sequence[tuple[int, int, int]],
    late: Sequence[tuple[str, int, int]], *, merger: bool,
) -> None:  # fmt: skip
    """Bookings of last year, its close as far as `state`, what is booked for it afterwards, a merger."""
    orders = [
        (cast.nord, cast.sued, await an_order(conn, cast, cast.nord, cast.sued)),
        (cast.sued, cast.nord, await an_order(conn, cast, cast.sued, cast.nord, route="direct", category="druck")),
        (cast.fremd, cast.nord, await an_order(conn, cast, cast.fremd, cast.nord)),
    ]  # fmt: skip
    rows = []
    for which, cents, month in bookings:
        provider, recipient, order = orders[which]
        row = await a_confirmed(conn, provider, recipient, order, cents, date(Y, month, 1), date(Y, month, 28))  # fmt: skip
        rows.append((provider, recipient, order, row))
    if state != "open":
        await started(conn, cast)
    if state in ("closed", "locked"):
        await proved(conn, cast)
        await closed(conn, cast)
    if state == "locked":
        await conn.act_as(cast.auditor)
        await actions.lock_year(conn, cast.auditor, Y)
    for act, pick, cents in late if state != "closing" else ():
        await book_late(conn, rows[pick % len(rows)], act, cents)
    if merger:
        await conn.act_as(SYSTEM)
        await conn.execute(SUCCEED, cast.fremd.id, cast.sued.id)


@settings(max_examples=12, deadline=None,
          suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])  # fmt: skip
@given(state=st.sampled_from(STATES), bookings=BOOKINGS, late=LATE, merger=st.booleans())
async def test_both_readings_equal_a_plain_fold(conn, cast, state, bookings, late, merger):
    outer = conn.raw.transaction()
    await outer.start()
    try:
        await history(conn, cast, state, bookings, late, merger=merger)
        await agree(conn, cast)
        await conn.act_as(SYSTEM)
        for check in (*CHECKS, *reports.CHECKS):
            assert not await conn.fetch(check.sql), check.name
    finally:
        await outer.rollback()


def test_the_parts_of_a_year():
    assert parts_of(Basis.REPORTED, By.PAIR, is_frozen=False) == ["in_year"]
    assert parts_of(Basis.CURRENT, By.MONTH, is_frozen=False) == ["in_year", "late"]
    assert parts_of(Basis.REPORTED, By.PAIR, is_frozen=True) == ["sum"]
    assert parts_of(Basis.CURRENT, By.OFFERING, is_frozen=True) == ["cell", "late"]


async def test_a_closed_year_tells_its_definition(client, conn, cast):
    await a_confirmed(conn, cast.nord, cast.sued, await an_order(conn, cast, cast.nord, cast.sued), 12_00)  # fmt: skip
    office = client.as_(cast.office)
    before = (await office.get(f"/api/v1/reports/volume?year={Y}&by=pair")).json()
    assert before["frozen_on"] is None and before["rule_version"] is None
    assert "festgeschrieben" not in (await office.get(f"/reports?year={Y}")).text
    await whole(conn, cast)
    for viewer in (cast.office, cast.committee, cast.nord.viewer):
        reader = client.as_(viewer)
        after = (await reader.get(f"/api/v1/reports/volume?year={Y}&by=pair")).json()
        assert after["total_cents"] == 12_00 and after["rule_version"] == 1
        assert after["frozen_on"] == conn.today.isoformat() and after["definition"] == "v1"
        for path in (f"/reports?year={Y}", f"/reports/matrix?year={Y}"):
            page = (await reader.get(path)).text
            assert "festgeschrieben" in page and "Fassung 1" in page, path
    csv = (await office.get(f"/reports/volume.csv?year={Y}&by=pair")).text
    assert "festgeschrieben am" in csv


async def test_a_later_definition_leaves_a_closed_year_as_it_was(fresh_database):
    async with committed(fresh_database.pool, SYSTEM) as conn:
        cast = await make_cast(conn)
        await a_confirmed(conn, cast.nord, cast.sued, await an_order(conn, cast, cast.nord, cast.sued))  # fmt: skip
        await whole(conn, cast)
        before = await store.find_freeze(conn, Y)
    assert before is not None and (before.definition, before.rule_version) == ("v1", 1)
    assert before.wording.startswith("Summe der von beiden Seiten bestätigten")
    owner = await asyncpg.connect(fresh_database.owner_dsn)
    try:
        await owner.execute(NEW_RULE, date(Y, 1, 1))
    finally:
        await owner.close()
    async with committed(fresh_database.pool, SYSTEM) as conn:
        await conn.act_as(cast.office)
        assert (await read_volume(conn, cast.office, Y)).freeze == before


async def test_nobody_writes_a_frozen_figure_by_hand(conn, cast):
    await a_confirmed(conn, cast.nord, cast.sued, await an_order(conn, cast, cast.nord, cast.sued))
    await whole(conn, cast)
    for viewer in (cast.office, cast.nord.viewer, cast.auditor):
        await conn.act_as(viewer)
        for sql in (
            "UPDATE exchange.volume_year SET cents = 0",
            "DELETE FROM exchange.volume_freeze",
            f"SELECT exchange.freeze_volume({Y}, now())",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                async with conn.savepoint():
                    await conn.execute(sql)


async def test_the_nightly_proof_names_a_falsified_sum(fresh_database):
    async with committed(fresh_database.pool, SYSTEM) as conn:
        cast = await make_cast(conn)
        await a_confirmed(conn, cast.nord, cast.sued, await an_order(conn, cast, cast.nord, cast.sued))  # fmt: skip
        await whole(conn, cast)
    owner = await asyncpg.connect(fresh_database.owner_dsn)
    try:
        for delta, wrong in ((1, {Y: 1}), (-1, {})):
            await owner.execute("UPDATE exchange.volume_year SET cents = cents + $1", delta)
            async with committed(fresh_database.pool, SYSTEM) as conn:
                assert await closing.wrong_cells(conn) == wrong
                assert [r[0] for r in await conn.fetch(store.WRONG_ROLLUP)] == list(wrong)
                assert await prove_figures(conn) == 1
    finally:
        await owner.close()


async def test_years_closed_before_are_frozen_by_the_migration(fresh_database):
    async with committed(fresh_database.pool, SYSTEM) as conn:
        cast = await make_cast(conn)
        await a_confirmed(conn, cast.nord, cast.sued, await an_order(conn, cast, cast.nord, cast.sued))  # fmt: skip
        await whole(conn, cast)
        before = await store.find_freeze(conn, Y)
        sums = await conn.fetch("SELECT * FROM exchange.volume_year")
    text = (ROOT / "migrations" / "2170_frozen_report.sql").read_text(encoding="utf-8")
    (fill,) = [line for line in text.splitlines() if line.startswith("SELECT exchange.freeze_volume(c.year")]  # fmt: skip
    owner = await asyncpg.connect(fresh_database.owner_dsn)
    try:
        await owner.execute("DELETE FROM exchange.volume_year")
        await owner.execute("DELETE FROM exchange.volume_freeze")
        await owner.execute(fill)
    finally:
        await owner.close()
    async with committed(fresh_database.pool, SYSTEM) as conn:
        assert before is not None and await store.find_freeze(conn, Y) == before
        assert sums and await conn.fetch("SELECT * FROM exchange.volume_year") == sums
