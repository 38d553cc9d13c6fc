"""Index steps for machines: what the clauses say, and proposing what is due."""

from exchange.indexing.actions import propose_steps
from exchange.indexing.model import Step
from exchange.indexing.reading import read_indexed
from exchange.indexing.schemas import (
    IndexedList,
    IndexedOut,
    ProposedList,
    ProposedOut,
    StepOut,
    StepsBody,
)
from exchange.indexing.words import hint_of, reason_of
from kdnx.viewer import Permission
from kdnx.web.api import Api
from kdnx.web.routing import Call

api = Api("indexing")
P = Permission
MOST = 1000


def _step(s: Step) -> StepOut:
    return StepOut(
        label=s.line.label, series=s.clause.series, finding=s.finding.value,
        since_month=s.since[0], since_value=s.since[1],
        month=s.now.month if s.now else None, value=s.now.value if s.now else None, change_pct=round(s.change_pct, 4),
        old_micro=s.line.unit_price_micro, new_micro=s.new_micro if s.is_due else None, yearly_cents=s.yearly_cents,
        reason=reason_of(s) or hint_of(s),
    )  # fmt: skip


@api.get("/api/v1/index-steps", permission=P.ORDER_READ)
async def list_index_steps_json(call: Call) -> IndexedList:
    """The orders of the house that follow an index, with what the clause says today; the first 1,000 by number."""
    found = await read_indexed(call.conn, call.viewer)
    return IndexedList(items=[
        IndexedOut(
            order_id=x.head.id, number=x.head.number, is_changing=x.head.is_changing, yearly_cents=x.yearly_cents,
            steps=[_step(s) for s in x.steps],
        )
        for x in found[:MOST]
    ])  # fmt: skip


@api.post("/api/v1/index-steps", permission=P.ORDER_EDIT)
async def propose_index_steps_json(call: Call, *, body: StepsBody) -> ProposedList:
    """Propose the due steps of each order as a change; what cannot be is reported and leaves the others alone."""
    results = await propose_steps(call.conn, call.viewer, body.order_ids)
    return ProposedList(items=[ProposedOut.model_validate(r) for r in results])
