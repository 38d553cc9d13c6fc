"""Settlement runs as JSON."""

from uuid import UUID

from starlette.responses import Response

from exchange.netting import actions
from exchange.netting.reading import Shown, pain_of, read_run, read_runs
from exchange.netting.schemas import (
    DiscardBody,
    LineOut,
    PaymentOut,
    PrepareBody,
    RunDetail,
    RunList,
    RunOut,
    RunQuery,
    SettleBody,
)
from exchange.netting.store import Run
from kdnx.viewer import Permission
from kdnx.web.api import Api, expected_version
from kdnx.web.routing import Call

api = Api("settlements")
P = Permission


def run_out(run: Run) -> RunOut:
    """A run as JSON."""
    return RunOut.model_validate(vars(run))


def detail_out(shown: Shown) -> RunDetail:
    """A run with its visible lines and payments."""
    lines = [LineOut(**vars(x), out_cents=x.out_cents, in_cents=x.in_cents) for x in shown.lines]
    days = {n: back.returned_on for n, back in shown.returned.items()}
    payments = [
        PaymentOut.model_validate({**vars(p), "returned_on": days.get(p.n)}) for p in shown.payments
    ]
    return RunDetail(**run_out(shown.run).model_dump(), lines=lines, payments=payments)


@api.get("/api/v1/settlements", permission=P.LEDGER_READ)
async def list_settlements_json(call: Call, *, query: RunQuery) -> RunList:
    """Runs the caller has a part in, newest first."""
    secret = call.house.settings.secret()
    rows, more = await read_runs(call.conn, query.cursor, limit=query.limit, secret=secret)
    return RunList(items=[run_out(r) for r in rows], next=more)


@api.post("/api/v1/settlements", permission=P.PERIOD_CLOSE, status=201)
async def prepare_settlement_json(call: Call, *, body: PrepareBody) -> RunOut:
    """A preview; nothing is posted."""
    return run_out(await actions.prepare_run(call.conn, call.viewer, body.mode))


@api.get("/api/v1/settlements/{id}", permission=P.LEDGER_READ)
async def get_settlement_json(call: Call, *, id: UUID) -> RunDetail:
    """A run with the lines and payments the caller may see."""
    return detail_out(await read_run(call.conn, call.viewer, id))


@api.post("/api/v1/settlements/{id}/freeze", permission=P.PERIOD_CLOSE, needs_match=True)
async def freeze_settlement_json(call: Call, *, id: UUID) -> RunOut:
    """Take the cut and keep the amounts."""
    expected = expected_version(call.request)
    return run_out(await actions.freeze_run(call.conn, call.viewer, id, expected=expected))


@api.post("/api/v1/settlements/{id}/approve", permission=P.PERIOD_CLOSE, needs_match=True)
async def approve_settlement_json(call: Call, *, id: UUID) -> RunOut:
    """Release the payments; a person other than the one who froze."""
    expected = expected_version(call.request)
    return run_out(await actions.approve_run(call.conn, call.viewer, id, expected=expected))


@api.post("/api/v1/settlements/{id}/settle", permission=P.PERIOD_CLOSE, needs_match=True)
async def settle_settlement_json(call: Call, *, id: UUID, body: SettleBody) -> RunOut:
    """The bank moved the money on that day: post it."""
    expected = expected_version(call.request)
    run = await actions.settle_run(
        call.conn, call.viewer, id, bank_day=body.bank_day, expected=expected
    )
    return run_out(run)


@api.post("/api/v1/settlements/{id}/discard", permission=P.PERIOD_CLOSE, needs_match=True)
async def discard_settlement_json(call: Call, *, id: UUID, body: DiscardBody) -> RunOut:
    """Drop a preview or a frozen run."""
    expected = expected_version(call.request)
    run = await actions.discard_run(
        call.conn, call.viewer, id, reason=body.reason, expected=expected
    )
    return run_out(run)


@api.get("/api/v1/settlements/{id}/pain001", permission=P.LEDGER_READ)
async def get_settlement_pain_json(call: Call, *, id: UUID) -> Response:
    """The SEPA credit transfer (pain.001.001.09) of the caller's payments."""
    shown = await read_run(call.conn, call.viewer, id)
    made = await pain_of(call.conn, call.viewer, shown)
    return Response(made, media_type="application/xml")
