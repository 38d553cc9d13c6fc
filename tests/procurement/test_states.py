"""The tables of moves, the CHECKs of the database and the German labels say the same."""

import re
from enum import StrEnum
from types import ModuleType

import pytest

from kdnx.db.conn import Conn
from procurement.bundles import model as bundles
from procurement.demands import model as demands
from procurement.responses import model as responses
from procurement.tenders import model as tenders

TABLES = [
    ("demand_call_state", demands, demands.CallState, demands.CallEvent),
    ("demand_response_state", responses, responses.ResponseState, responses.ResponseEvent),
    ("bundle_state", bundles, bundles.BundleState, bundles.BundleEvent),
    ("tender_state", tenders, tenders.TenderState, tenders.TenderEvent),
]


@pytest.mark.parametrize(("constraint", "module", "states", "events"), TABLES)
async def test_moves_check_and_labels_agree(
    conn: Conn, constraint: str, module: ModuleType, states: type[StrEnum], events: type[StrEnum]
):
    rule = await conn.fetchval(
        "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = $1", constraint
    )
    assert set(re.findall(r"'([a-z_]+)'", rule)) == {s.value for s in states}
    assert set(module.STATE_LABELS) == set(states)
    assert set(module.EVENT_LABELS) == set(events)
    reached = {s for s, _e in module.MOVES} | set(module.MOVES.values())
    assert reached == set(states)
    assert {e for _s, e in module.MOVES} == set(events)


@pytest.mark.parametrize(("constraint", "labels"), [
    ("demand_line_binding", demands.BINDING_LABELS),
    ("demand_call_binding", demands.BINDING_LABELS),
    ("inhouse_match_outcome", responses.OUTCOME_LABELS),
    ("bundle_line_decision", bundles.DECISION_LABELS),
    ("tender_buyer_mode", tenders.BUYER_MODE_LABELS),
])  # fmt: skip
async def test_word_lists_equal_their_checks(conn: Conn, constraint: str, labels: dict[str, str]):
    rule = await conn.fetchval(
        "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = $1", constraint
    )
    assert set(re.findall(r"'([a-z_]+)'", rule)) == {str(k) for k in labels}


async def test_procedures_equal_their_check(conn: Conn):
    from procurement.procedures.model import EU, LABELS, NATIONAL

    rule = await conn.fetchval(
        "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'tender_procedure'"
    )
    assert set(re.findall(r"'([a-z_]+)'", rule)) == set(LABELS) == {*EU, *NATIONAL}
