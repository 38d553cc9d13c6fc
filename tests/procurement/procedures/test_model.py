"""Admissible procedures and their periods, with the vectors of the VgV."""

from datetime import date

import pytest

from kdnx.db.conn import Conn
from kdnx.errors import Refused
from kdnx.rules.calendar import Holidays
from kdnx.rules.store import list_rules
from procurement.procedures.model import (
    Conditions,
    Option,
    check_choice,
    eu_options,
    law_of,
    national_options,
)

DISPATCH = date(2026, 11, 23)


async def options(conn: Conn, **conditions: bool) -> dict[str, Option]:
    periods = {r.key: r.value for r in await list_rules(conn, "notice_period", DISPATCH)}
    return {o.key: o for o in eu_options(periods, DISPATCH, Conditions(**conditions), Holidays())}


@pytest.mark.parametrize(("conditions", "days", "end"), [
    ({"is_electronic": False}, 35, date(2026, 12, 28)),
    ({"is_electronic": True}, 30, date(2026, 12, 23)),
    ({"is_urgent": True}, 15, date(2026, 12, 8)),
    ({"has_prior_notice": True}, 15, date(2026, 12, 8)),
    ({"is_electronic": False, "documents_online": False}, 40, date(2027, 1, 4)),
    ({"is_urgent": True, "documents_online": False}, 15, date(2026, 12, 8)),
])  # fmt: skip
async def test_open_procedure_periods(
    conn: Conn, conditions: dict[str, bool], days: int, end: date
):
    found = (await options(conn, **conditions))["open"]
    assert (found.offer_days, found.offer_end) == (days, end)
    assert found.earliest_closing
    assert found.earliest_closing > end


async def test_two_stage_procedures_count_participation_first(conn: Conn):
    found = (await options(conn))["restricted"]
    assert (found.participation_days, found.participation_end) == (30, date(2026, 12, 23))
    assert found.offer_days == 25
    assert found.offer_end
    assert found.offer_end > date(2027, 1, 17)
    urgent = (await options(conn, is_urgent=True))["negotiated"]
    assert (urgent.participation_days, urgent.offer_days) == (15, 10)


async def test_all_six_procedures_with_their_freedom(conn: Conn):
    found = await options(conn)
    assert [k for k, o in found.items() if o.is_free] == ["open", "restricted"]
    social = await options(conn, is_social=True)
    assert {k for k, o in social.items() if not o.is_free} == {"negotiated_without_notice"}


async def test_a_procedure_that_is_not_free_needs_a_reason(conn: Conn):
    found = list((await options(conn)).values())
    check_choice("open", "", found)
    with pytest.raises(Refused) as refusal:
        check_choice("negotiated", "weil", found)
    assert "§ 14 Abs. 3" in str(refusal.value.rule)
    check_choice("negotiated", "Die Leistung ist konzeptionell (§ 14 Abs. 3 Nr. 2).", found)
    with pytest.raises(Refused):
        check_choice("direct", "", found)
    check_choice("direct", "", national_options())


def test_the_law_of_the_day_the_procedure_begins():
    assert "bis 30.06.2026" in law_of(date(2026, 6, 30))
    assert "ab 01.07.2026" in law_of(date(2026, 7, 1))
