"""The in-house monitor for machines: the own test and declarations; signatures are given by people on the pages."""

from exchange.inhouse.actions import read_monitor, save_declaration
from exchange.inhouse.model import PARTS, Amounts
from exchange.inhouse.schemas import DeclarationBody, DeclarationOut, MonitorOut
from kdnx.viewer import Permission
from kdnx.web.api import Api, expected_version
from kdnx.web.routing import Call

api = Api("inhouse")


@api.get("/api/v1/inhouse", permission=Permission.ORDER_READ)
async def get_monitor_json(call: Call) -> MonitorOut:
    """The own house's test for an award this year, and its declarations."""
    found = await read_monitor(call.conn, call.viewer)
    s = found.standing
    return MonitorOut(
        award_year=s.award_year, entrusted_cents=s.entrusted_cents, total_cents=s.total_cents, missing=list(s.missing),
        years=list(s.years), is_provisional=s.is_provisional,
        light=s.light.value, share_percent=None if s.percent is None else str(s.percent),
        headroom_cents=s.headroom_cents,
        rule_id=found.limit.rule_id, norm=found.limit.norm,
        declarations=[DeclarationOut.model_validate(d) for d in found.declarations],
    )  # fmt: skip


@api.post("/api/v1/inhouse/{year}", permission=Permission.ORDER_EDIT, status=201, knows_match=True)
async def save_declaration_json(call: Call, *, year: int, body: DeclarationBody) -> DeclarationOut:
    """Write the draft of a year in cents; over an open draft If-Match names its version."""
    expected = expected_version(call.request) if "if-match" in call.request.headers else 0
    amounts = Amounts(body.total_cents, *(getattr(body, p) for p in PARTS))
    saved = await save_declaration(
        call.conn, call.viewer, year, amounts, basis=body.basis, evidence=body.evidence, expected=expected
    )  # fmt: skip
    return DeclarationOut.model_validate(saved)
