"""Rules for machines: what holds on a day, one version, entering and deciding."""

from uuid import UUID

from kdnx.errors import Invalid
from kdnx.rules import store
from kdnx.rules.actions import approve_rule, enter_rule, reject_rule
from kdnx.rules.schemas import DecideBody, RuleBody, RuleList, RuleOut, RuleQuery, rule_out
from kdnx.rules.words import check_value
from kdnx.text import _
from kdnx.viewer import Permission
from kdnx.web.api import Api, expected_version
from kdnx.web.routing import Call

api = Api("rules")


@api.get("/api/v1/rules", permission=Permission.RULE_READ)
async def list_rules_json(call: Call, *, query: RuleQuery) -> RuleList:
    """All rules that hold on the day."""
    rules = await store.list_rules(call.conn, query.kind, query.on or call.conn.today)
    return RuleList(items=[rule_out(r) for r in rules])


@api.get("/api/v1/rules/{id}", permission=Permission.RULE_READ)
async def get_rule_json(call: Call, *, id: UUID) -> RuleOut:
    """One version of a rule: what a result names in its rule ids."""
    return rule_out(await store.read_rule(call.conn, id))


@api.post("/api/v1/rules", permission=Permission.RULE_ENTER, status=201)
async def enter_rule_json(call: Call, *, body: RuleBody) -> RuleOut:
    """Enter a version that waits for a second person."""
    if body.value is not None and (faults := check_value(body.kind, body.value)):
        raise Invalid(_("Der Wert passt nicht zu dieser Art von Regel."), errors=faults)
    rule_id = await enter_rule(
        call.conn, call.viewer, kind=body.kind, key=body.key, valid_from=body.valid_from,
        value=body.value, source=body.source, note=body.note,
    )  # fmt: skip
    return rule_out(await store.read_rule(call.conn, rule_id))


@api.post("/api/v1/rules/{id}/approve", permission=Permission.RULE_APPROVE, needs_match=True)
async def approve_rule_json(call: Call, *, id: UUID, body: DecideBody) -> RuleOut:
    """Second person: in force."""
    version = expected_version(call.request)
    return rule_out(
        await approve_rule(call.conn, call.viewer, id, row_version=version, note=body.note)
    )


@api.post("/api/v1/rules/{id}/reject", permission=Permission.RULE_APPROVE, needs_match=True)
async def reject_rule_json(call: Call, *, id: UUID, body: DecideBody) -> RuleOut:
    """Second person: not this one, and why."""
    version = expected_version(call.request)
    return rule_out(
        await reject_rule(call.conn, call.viewer, id, row_version=version, note=body.note)
    )
