"""The demonstration loads on any day: after the thresholds and the old tax law have ended, on a leap day."""

from datetime import UTC, datetime

import pytest

from kdnx.app import make_house
from kdnx.commands.check import run_checks
from kdnx.commands.context import as_office
from kdnx.demo.loading import LAST, play
from kdnx.demo.store import list_steps
from kdnx.imports.actions import find_kind


@pytest.mark.slow
async def test_a_leap_day_years_later(fresh_database, settings):
    house = make_house(settings, clock=lambda: datetime(2028, 2, 29, 8, tzinfo=UTC))
    house.pool_ = fresh_database.pool
    await play(house)
    async with as_office(house, read_only=True) as (conn, viewer):
        assert LAST in await list_steps(conn)
        kinds = [k for m in house.modules for k in m.file_kinds]
        rows = await find_kind(kinds, "bookings").read(conn, viewer)
    for year, cents in ((2023, 2_400_000_000), (2024, 2_600_000_000)):
        assert sum(r["net"] for r in rows if r["service_from"].year == year) == cents
    assert not [f for f in await run_checks(house) if not f.ok]
