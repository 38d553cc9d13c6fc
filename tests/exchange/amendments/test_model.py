"""Days and notice of a change; renewed terms keep the end of the month."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest

from exchange.amendments.changes import changes
from exchange.amendments.model import (
    MOVES,
    AmendmentEvent,
    AmendmentState,
    check_start,
    earliest_start,
    is_onerous,
    renewal_start,
    renewed_until,
)
from exchange.orders.model import Line, Version
from kdnx.errors import Refused

ID = UUID(int=1)
LINE = Line(1, "Sicherung", "je Arbeitsplatz", "month", Decimal(12), 100_000_000, 1_200_00)
OLD = Version(
    1, ID, 1, ID, "Sicherung", date(2026, 7, 1), None, date(2026, 7, 1), 3, "month", Decimal("2.5"), 0, "escalate",
    30, ID, datetime(2026, 6, 1, tzinfo=UTC), lines=(LINE,),
)  # fmt: skip
TODAY = date(2026, 11, 23)


def check(new, **over):
    rest = {"today": TODAY, "booked_until": None, "runs_until": None, "early_reason": "", **over}
    check_start(OLD, new, **rest)


def test_every_end_is_reached_and_nothing_leaves_it():
    ends = {AmendmentState.IN_FORCE, AmendmentState.DECLINED, AmendmentState.WITHDRAWN, AmendmentState.LAPSED}  # fmt: skip
    assert not [s for s, _e in MOVES if s in ends] and ends <= set(MOVES.values())
    assert {e for _s, e in MOVES} == set(AmendmentEvent)


def test_a_dearer_price_keeps_the_notice_period():
    dearer = replace(OLD, lines=(replace(LINE, unit_price_micro=110_000_000),))
    assert is_onerous(OLD, dearer) and earliest_start(TODAY, 3) == date(2027, 3, 1)
    with pytest.raises(Refused, match=r"01\.03\.2027"):
        check(replace(dearer, valid_from=date(2027, 2, 1)))
    check(replace(dearer, valid_from=date(2027, 2, 1)), early_reason="einvernehmlich")
    check(replace(dearer, valid_from=date(2027, 3, 1)))


def test_more_of_the_same_holds_at_once():
    more = replace(OLD, lines=(replace(LINE, quantity=Decimal(24)),), valid_from=date(2026, 11, 24))
    assert not is_onerous(OLD, more)
    check(more)
    with pytest.raises(Refused, match="ab morgen"):
        check(replace(more, valid_from=TODAY))
    with pytest.raises(Refused, match="schon gebucht"):
        check(more, booked_until=date(2026, 11, 30))
    with pytest.raises(Refused, match="läuft am"):
        check(replace(more, valid_from=date(2027, 1, 1)), runs_until=date(2026, 12, 31))
    with pytest.raises(Refused, match="bevor die Änderung"):
        check(replace(more, ends_on=date(2026, 11, 1)))


def test_the_difference_in_words():
    new = replace(
        OLD, ends_on=date(2028, 12, 31), surcharge_pct=Decimal(3),
        lines=(replace(LINE, quantity=Decimal(24), net_cents=2_400_00), replace(LINE, ordinal=2, label="Prüfung")),
    )  # fmt: skip
    found = {c.what: (c.before, c.after) for c in changes(OLD, new)}
    assert found["Läuft bis"] == ("unbefristet", "31.12.2028")
    assert found["Position „Prüfung“"][0] == "bisher nicht enthalten"
    assert "24 ×" in found["Position „Sicherung“"][1]
    assert found["Jahreswert netto"] == ("14.400,00\u00a0€", "43.200,00\u00a0€")
    assert changes(OLD, OLD) == []
    assert changes(new, OLD)[-2].after == "entfällt"


@pytest.mark.parametrize(
    ("ends", "months", "until"),
    [
        (date(2026, 12, 31), 12, date(2027, 12, 31)),
        (date(2027, 2, 28), 12, date(2028, 2, 29)),  # the end of a month stays one
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2027, 1, 14), 6, date(2027, 7, 14)),
    ],
)
def test_renewed_terms(ends, months, until):
    assert renewed_until(ends, months) == until


def test_a_renewal_begins_before_the_old_term_is_over():
    assert renewal_start(TODAY, date(2027, 3, 31)) == date(2026, 12, 1)
    assert renewal_start(TODAY, date(2026, 11, 28)) == date(2026, 11, 28)
    assert renewal_start(date(2026, 12, 31), date(2027, 6, 30)) == date(2027, 1, 1)
