"""Candidates as JSON."""

from catalog.consolidation.model import Candidate
from catalog.consolidation.reading import Basis, read_candidates
from catalog.consolidation.schemas import (
    AssumptionsOut,
    CandidateApiQuery,
    CandidateOut,
    CandidatesOut,
    EstimateOut,
)
from kdnx.viewer import Permission
from kdnx.web.api import Api
from kdnx.web.routing import Call

api = Api("landscape")


@api.get("/api/v1/landscape/candidates", permission=Permission.CATALOG_READ)
async def list_candidates_json(call: Call, *, query: CandidateApiQuery) -> CandidatesOut:
    """Ranked candidates; ranges under the assumptions that come along with them."""
    found = await read_candidates(call.conn, call.viewer, query.model_dump())
    return CandidatesOut(assumptions=_assumed(found.basis), items=[_item(c) for c in found.items])


def _assumed(basis: Basis) -> AssumptionsOut:
    a = basis.assumptions
    return AssumptionsOut(
        low_pct=a.low_pct, high_pct=a.high_pct, migration_cents=a.migration_cents, procedures=a.procedures,
        procedure_cents=a.procedure_cents, years=a.years, least_users=a.least_users,
        sources={key: rule.source for key, rule in basis.rules.items()},
    )  # fmt: skip


def _item(c: Candidate) -> CandidateOut:
    return CandidateOut(
        capability_id=c.row.task.id, name=c.row.task.name, houses=c.houses, products=c.row.products,
        index=None if c.row.index is None else round(c.row.index, 4), providers=c.row.providers,
        contracts_ending_24_months=c.soon, half_free_on=c.half_free_on,
        estimate=EstimateOut.model_validate(c.estimate, from_attributes=True) if c.estimate else None,
    )  # fmt: skip
