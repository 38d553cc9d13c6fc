"""Every act that the program records has a German name in the table of its module."""

import pytest

from catalog.interests.model import InterestEvent
from catalog.offerings.model import Event as OfferingEvent
from catalog.rollover.model import RolloverState
from exchange.amendments.model import AmendmentEvent
from exchange.balances.model import Answer
from exchange.bookings.model import BookingKind
from exchange.closing.model import PeriodEvent
from exchange.cooperations.model import CooperationEvent
from exchange.inhouse.model import DeclarationEvent
from exchange.orders.model import OrderEvent
from exchange.selfbilling.model import AgreementEvent
from kdnx.app import MODULES
from kdnx.documents.model import ScanState
from procurement.bundles.model import BundleEvent, Decision
from procurement.demands.model import CallEvent
from tests.house.recorded import ANY, CODE, recorded

# what stands behind a name that is put together at run time
FAMILIES = {
    "amendment.*": AmendmentEvent, "balance.*": Answer, "booking.*": BookingKind, "bundle.*": BundleEvent,
    "bundle.decide_*": Decision, "closing.*": PeriodEvent, "cooperation.*": CooperationEvent, "declaration.*": DeclarationEvent,
    "demand_call.*": CallEvent, "document.scan_*": ScanState, "interest.*": InterestEvent, "offering.*": OfferingEvent,
    "order.*": OrderEvent, "rollover.*": RolloverState, "self_billing.*": AgreementEvent,
}  # fmt: skip
LABELS = {code: label for m in MODULES for code, label in m.action_labels.items()}


def _codes(action: str) -> set[str]:
    """The whole names an action can have."""
    if ANY not in action:
        return {action}
    if action == "import.*":
        return {f"import.{kind.name}" for m in MODULES for kind in m.file_kinds}
    return {action.replace(ANY, str(end.value)) for end in FAMILIES[action]}


@pytest.mark.parametrize(
    ("action", "rooms"), sorted(recorded().items()), ids=lambda v: v if isinstance(v, str) else ""
)
def test_every_recorded_action_has_a_label(action, rooms):
    assert ANY not in action or action in FAMILIES or action == "import.*", (
        f"{action} in {rooms}: name its values in FAMILIES"
    )
    missing = {code for code in _codes(action) if code not in LABELS}
    assert not missing, (
        f"{sorted(rooms)} record {sorted(missing)}: add them to acts.py of the module"
    )


def test_labels_are_german_sentences_and_stand_once():
    every = [code for m in MODULES for code in m.action_labels]
    assert len(every) == len(set(every)), sorted({c for c in every if every.count(c) > 1})
    for code, label in LABELS.items():
        assert CODE.fullmatch(code), code
        assert label and label != code and "." not in label, code
