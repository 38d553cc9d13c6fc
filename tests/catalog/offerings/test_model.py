"""States, moves and what is missing; MOVES = CHECK = labels."""

import re
from datetime import date
from pathlib import Path
from uuid import uuid4

import pytest

from catalog.contents.model import (
    AUDIENCE_LABELS,
    LEGAL_BASIS_LABELS,
    PROTECTION_LABELS,
    TAX_LABELS,
    Audience,
    Version,
    check_second_person,
    missing,
)
from catalog.contents.schemas import to_version
from catalog.offerings.model import (
    EVENT_LABELS,
    LABELS,
    MOVES,
    STATE_KINDS,
    Event,
    State,
    add_months,
    advance,
)
from catalog.prices.model import BASE_LABELS, KIND_LABELS, PER_LABELS, PRO_RATA_LABELS, TIER_LABELS
from kdnx.errors import Refused
from tests.catalog.build import a_body

MIGRATIONS = Path(__file__).parents[3] / "migrations"
SQL = "".join(p.read_text() for p in sorted(MIGRATIONS.glob("1*.sql")))


def allowed(check: str) -> set[str]:
    found = re.findall(rf"CONSTRAINT {check} CHECK \(\w+ IN\s*\(([^)]*)\)", SQL)
    assert found, check
    return set(re.findall(r"'([^']+)'", found[-1]))  # a later migration may have widened it


@pytest.mark.parametrize(
    ("check", "labels"),
    [
        ("offering_state", LABELS), ("offering_version_protection", PROTECTION_LABELS), ("audience_kind", AUDIENCE_LABELS),
        ("audience_legal_basis", LEGAL_BASIS_LABELS), ("audience_tax_code", TAX_LABELS), ("price_item_kind", KIND_LABELS),
        ("price_item_base", BASE_LABELS), ("price_item_per", PER_LABELS), ("price_item_tier_mode", TIER_LABELS),
        ("price_item_pro_rata", PRO_RATA_LABELS),
    ],
)  # fmt: skip
def test_the_table_the_code_and_the_labels_agree(check: str, labels: dict[str, str]):
    assert allowed(check) == {str(k) for k in labels}


def test_moves_states_and_labels_agree():
    assert set(LABELS) == set(State) == set(STATE_KINDS)
    assert set(EVENT_LABELS) == set(Event)
    assert {s for s, _e in MOVES} | set(MOVES.values()) == set(State)
    assert {e for _s, e in MOVES} == set(Event)


@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize("event", list(Event))
def test_every_other_move_is_refused_in_words(state: State, event: Event):
    if (state, event) in MOVES:
        assert advance(state, event) == MOVES[state, event]
    else:
        with pytest.raises(Refused, match=LABELS[state]):
            advance(state, event)


def test_what_is_retired_stays_retired():
    assert not [e for s, e in MOVES if s == State.RETIRED]


def test_what_is_missing_is_named():
    empty = Version(offering_id=uuid4(), version=1, category_id=uuid4(), title="Leer")
    assert len(missing(empty, [])) == 8
    body = a_body()
    full = to_version(body, uuid4(), 1)
    assert [name for name, _words in missing(full, [])] == ["contacts.lead.name"]


def test_nobody_approves_what_they_touched():
    a, b, c, d = (uuid4() for _n in range(4))
    version = Version(uuid4(), 1, uuid4(), "Fassung", author=a, editors=(a, b), submitted_by=c)
    for person in (a, b, c, None):
        with pytest.raises(Refused, match="selbst bearbeitet"):
            check_second_person(version, person)
    check_second_person(version, d)


def test_audience_keys():
    m = uuid4()
    assert Audience(1, "all", "tendered", "U19").keys() == {"all"}
    assert Audience(1, "members", "tendered", "U19", member_ids=(m,)).keys() == {f"m:{m}"}
    assert Audience(1, "none", "tendered", "U19").keys() == set()


def test_months_end_where_the_month_ends():
    assert add_months(date(2024, 2, 29), 12) == date(2025, 2, 28)
    assert add_months(date(2026, 11, 22), 12) == date(2027, 11, 22)
    assert add_months(date(2026, 8, 31), 1) == date(2026, 9, 30)
