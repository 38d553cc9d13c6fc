"""States of a standard and its quota."""

import pytest

from catalog.standards.model import Event, Link, State, adoption_of, advance
from kdnx.errors import Refused
from kdnx.ids import new_id


def link(offering, *, conforms=True, version=2) -> Link:
    reason = "" if conforms else "Der Vertrag läuft noch."
    return Link(
        new_id(), "Titel", "AK", "agreed", "adopted", 2, offering, version, conforms, reason
    )


def test_moves():
    assert advance(State.DRAFT, Event.ADOPT) == State.ADOPTED
    with pytest.raises(Refused, match="Entwurf"):
        advance(State.DRAFT, Event.WITHDRAW)
    with pytest.raises(Refused, match="abgelöst"):
        advance(State.SUPERSEDED, Event.ADOPT)


def test_the_quota_counts_the_current_version_only():
    a, b, c, d = (new_id() for _ in range(4))
    found = adoption_of({a, b, c, d}, [link(a), link(b, version=1), link(c, conforms=False)])
    assert (found.concerned, found.conform, found.outdated, found.deviate, found.silent) == (
        4, 2, 1, 1, 1,
    )  # fmt: skip
    assert found.quota is not None
    assert float(found.quota) == 0.25


def test_nothing_concerned_has_no_quota():
    assert adoption_of(set(), []).quota is None
