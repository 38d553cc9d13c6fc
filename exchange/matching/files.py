"""The gaps of a comparison as CSV, amounts in euro."""

from exchange.matching.model import GAP_LABELS, GAP_STEPS, from_stored
from exchange.matching.store import Report
from kdnx.imports.kinds import CellKind, Column
from kdnx.imports.writing import write_csv

C, MONEY = Column, CellKind.MONEY
GAP_COLUMNS = (
    C("reference", "Beleg"), C("kind", "Was abweicht"), C("own_reference", "Beleg im Auszug"),
    C("own_cents", "Eigener Auszug", MONEY), C("hub_cents", "Buchungsbuch", MONEY), C("step", "Nächster Schritt"),
)  # fmt: skip


def write_gaps(report: Report) -> bytes:
    """One row a gap of either side."""
    gaps = [from_stored(g) for g in report.gaps]
    return write_csv(
        GAP_COLUMNS,
        [{**vars(g), "kind": GAP_LABELS[g.kind], "step": GAP_STEPS[g.kind]} for g in gaps],
    )
