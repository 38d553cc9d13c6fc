"""Relabelling after a merger keeps the total; the committee's grain; shares and growth."""

from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.reports.model import (
    MERGED_LABEL,
    As,
    By,
    Cell,
    Grain,
    Names,
    growth,
    make_rows,
    relabel,
    share,
)
from exchange.reports.reading import read_volume
from exchange.signing.actions import confirm_booking
from tests.exchange.build import SYSTEM, a_booking, an_order

SUCCEED = """
INSERT INTO kdnx.succession (id, predecessor_id, successor_id, effective_on, kind, basis, recorded_at)
VALUES (gen_random_uuid(), $1, $2, '2026-06-01', 'merger', 'Fusion', now())
"""
MEMBERS = [UUID(int=n) for n in range(1, 6)]
NAMES = Names({m: (f"M{n}", f"Haus {n}") for n, m in enumerate(MEMBERS)}, {}, {})
CELLS = st.lists(
    st.builds(
        Cell,
        st.sampled_from(MEMBERS),
        st.sampled_from(MEMBERS),
        st.none(),
        st.none(),
        st.none(),
        st.integers(-(10**9), 10**9),
    )
)


@given(cells=CELLS, finals=st.dictionaries(st.sampled_from(MEMBERS), st.sampled_from(MEMBERS)))
def test_relabelling_drops_nothing(cells, finals):
    for by in (By.PROVIDER, By.RECIPIENT, By.PAIR):
        rows = make_rows(relabel(cells, finals), by, 2026, NAMES)
        assert sum(r.cents for r in rows) == sum(c.cents for c in cells)
        assert len({r.key for r in rows}) == len(rows)


async def test_after_a_merger(conn, cast):
    order = await an_order(conn, cast, cast.nord, cast.sued)
    other = await an_order(conn, cast, cast.nord, cast.fremd)
    for o, signer in ((order, cast.sued), (other, cast.fremd)):
        row = await a_booking(conn, cast.nord, o, 500_00)
        await conn.act_as(signer.viewer)
        await confirm_booking(conn, signer.viewer, row.id)
    await conn.act_as(SYSTEM)
    await conn.execute(SUCCEED, cast.sued.id, cast.nord.id)
    await conn.act_as(cast.office)
    as_was = await read_volume(conn, cast.office, 2026, by=By.PAIR)
    now = await read_volume(conn, cast.office, 2026, by=By.PAIR, as_=As.SUCCESSOR)
    assert as_was.total_cents == now.total_cents == 1_000_00
    assert {r.key for r in as_was.rows} == {"NORD>SUED", "NORD>FREMD"}
    assert {(r.key, r.label.endswith(MERGED_LABEL)) for r in now.rows} == {
        ("NORD=", True),
        ("NORD>FREMD", False),
    }


@pytest.mark.parametrize(
    ("grain", "closed", "pairs"),
    [
        (Grain(), False, True),
        (Grain(pairs_from="closed_years"), False, False),
        (Grain(pairs_from="closed_years"), True, True),
        (Grain(k=3), True, False),
        (Grain("provider_category"), True, False),
        (Grain("category"), True, False),
        (Grain("unknown"), True, False),
    ],
)
def test_committee_grain(grain, closed, pairs):
    assert grain.admits(By.PAIR, is_closed=closed) is pairs
    assert not grain.admits(By.MONTH, is_closed=True)
    assert not grain.admits(By.OFFERING, is_closed=True)


def test_share_and_growth():
    assert share(0, 0) == share(100, 0) == 1
    assert share(75, 25) == Decimal("0.7500")
    assert share(-5, 10) == 0
    assert growth(2_600_000_000, 2_400_000_000) == Decimal(26) / 24 - 1
    assert growth(1, 0) is None


def test_unknown_names_do_not_break():
    cell = Cell(uuid4(), uuid4(), uuid4(), uuid4(), 3, 5)
    for by in By:
        assert [r.cents for r in make_rows([cell], by, 2026, NAMES)] == [5]
