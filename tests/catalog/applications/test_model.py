"""What a declaration says, and when it is a new one."""

from dataclasses import replace
from datetime import date

from catalog.applications.model import Mode, Report, Use, changes, fault_of, has_reported
from kdnx.ids import new_id

OWNER, TASK, PRODUCT, OTHER = new_id(), new_id(), new_id(), new_id()
USE = Use(OWNER, TASK, PRODUCT, Mode.OWN.value, users=10, yearly_cents=100_00)


def test_saying_the_same_again_is_nothing_new():
    held = replace(USE, valid_from=date(2026, 1, 1), row_version=3)
    assert changes([held], [USE]) == []
    assert changes([held], [replace(USE, users=11)]) == [replace(USE, users=11)]


def test_ending_what_was_never_there_is_nothing():
    assert changes([], [Use(OWNER, TASK, PRODUCT)]) == []


def test_what_does_not_fit_together_is_told_at_its_field():
    assert fault_of(USE) is None
    assert fault_of(replace(USE, mode=Mode.FROM_MEMBER.value)) is not None
    own = fault_of(replace(USE, mode=Mode.FROM_MEMBER.value, from_member_id=OWNER))
    assert own == ("from_member_id", "Das eigene Haus ist „eigener Betrieb“.")
    late = replace(USE, used_since=date(2026, 1, 1), contract_end=date(2025, 1, 1))
    assert fault_of(late) == ("contract_end", "Das Vertragsende liegt vor dem Beginn.")


def test_a_report_counts_for_twelve_months():
    report = Report(OWNER, date(2025, 11, 22))
    assert has_reported(report, date(2026, 11, 21))
    assert not has_reported(report, date(2026, 11, 22))
    assert not has_reported(None, date(2026, 11, 22))
