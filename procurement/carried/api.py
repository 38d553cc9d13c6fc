"""JSON: carry a decided request into a free demand, and what was carried."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from kdnx.errors import NotFound
from kdnx.text import _
from kdnx.viewer import Permission
from kdnx.web.api import Api, Body
from kdnx.web.routing import Call
from procurement.carried import actions, store
from procurement.demands.schemas import CpvCode
from procurement.responses.model import GridErrors
from procurement.responses.schemas import FreeIn, Text, YearBody, read_rest

api = Api("demands")


class CarryBody(Body):
    """The free demand that comes of a request."""

    title: Annotated[Text, Field(min_length=3, max_length=200)]
    cpv: Annotated[CpvCode, Field(examples=["72000000-5"])]
    unit: Annotated[Text, Field(min_length=1, max_length=40)]
    spec: Annotated[Text, Field(max_length=4000)] = ""
    years: Annotated[list[YearBody], Field(min_length=1, max_length=10)]


class CarriedOfferOut(BaseModel):
    """What a member offered, and why it was or was not taken."""

    member_id: UUID
    member_name: str
    summary: str
    is_chosen: bool
    reason: str
    offering_id: UUID | None
    offering_version: int | None


class CarriedOut(BaseModel):
    """The request a demand came from, with the hash of its record."""

    demand_id: UUID
    request_id: UUID
    request_number: str
    outcome: str
    reason: str
    evidence_sha256: str
    created_at: datetime
    offers: list[CarriedOfferOut]


async def _out(call: Call, request_id: UUID) -> CarriedOut:
    found = await store.find_by_request(call.conn, request_id, call.viewer.members)
    if found is None:
        raise NotFound(_("Dieses Gesuch gibt es nicht, oder es ist für Sie nicht sichtbar."))
    offers = await store.list_offers(call.conn, found)
    return CarriedOut(
        demand_id=found.response_id, request_id=found.request_id, request_number=found.request_number,
        outcome=found.outcome, reason=found.reason, evidence_sha256=found.evidence_hash.hex(),
        created_at=found.created_at,
        offers=[CarriedOfferOut(**{n: getattr(o, n) for n in CarriedOfferOut.model_fields}) for o in offers],
    )  # fmt: skip


@api.get("/api/v1/requests/{id}/demand", permission=Permission.DEMAND_READ)
async def get_carried_demand(call: Call, *, id: UUID) -> CarriedOut:
    """The demand that came of a request of the own house."""
    return await _out(call, id)


@api.post("/api/v1/requests/{id}/demand", permission=Permission.DEMAND_ANSWER, status=201)
async def carry_request_to_demand(call: Call, *, id: UUID, body: CarryBody) -> CarriedOut:
    """Make a free demand of a decided request."""
    form = FreeIn(title=body.title, cpv=body.cpv, unit=body.unit, spec=body.spec)
    years = {y.year: y.amount() for y in body.years}
    rest = read_rest(1, "non_binding", {}, GridErrors())
    await actions.carry_request(call.conn, call.viewer, id, form, years, rest)
    return await _out(call, id)
