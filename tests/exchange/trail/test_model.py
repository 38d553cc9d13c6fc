"""Cells after succession, and roles in words."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from exchange.trail.model import Cell, acting_roles, with_members
from kdnx.viewer import Permission, Role

A, B, C = (UUID(int=n) for n in (1, 2, 3))


def test_a_successor_stands_for_everybody_it_succeeded():
    cell = with_members(Cell(2024, providers=(C,), recipients=None), {A: C, B: C, C: C})
    assert cell.providers == (A, B, C) and cell.recipients is None
    # read as it was, a predecessor is itself
    assert with_members(Cell(2024, providers=(A,)), {}).providers == (A,)


@given(st.sets(st.uuids(), max_size=8), st.dictionaries(st.uuids(), st.uuids(), max_size=8))
def test_widening_loses_nobody_and_is_done_once(members, finals):
    once = with_members(Cell(2024, providers=tuple(members)), finals)
    assert set(once.providers or ()) >= members
    rooted = {m: f for m, f in finals.items() if f not in finals}
    again = with_members(once, rooted)
    assert set(again.providers or ()) >= set(once.providers or ())


def test_only_the_roles_that_admit_the_act_are_named():
    held = ",".join(sorted((Role.BOOKING_CLERK.value, Role.BOOKING_APPROVER.value)))
    assert acting_roles(held, Permission.BOOKING_CONFIRM) == "Freigabe Buchung"
    assert acting_roles(held, Permission.BOOKING_PROPOSE) == "Buchung"
    assert acting_roles("system", Permission.BOOKING_CONFIRM) == ""
