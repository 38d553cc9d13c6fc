"""Upload the own ledger extract beside a statement and read the gaps."""

from starlette.responses import Response

from exchange.matching.actions import match_extract, may_match, newest_report
from exchange.matching.files import write_gaps
from exchange.matching.model import GAP_LABELS, GAP_STEPS, from_stored
from exchange.matching.store import list_reports
from exchange.netting.reading import read_statement
from exchange.netting.store import get_run
from kdnx.errors import Invalid
from kdnx.members.store import list_members
from kdnx.text import _
from kdnx.viewer import Permission
from kdnx.web.routing import Call, get, post

P = Permission
CSV = "text/csv; charset=utf-8"
KEPT = 20  # reports listed
SHOWN = 500  # gaps of the newest report on the page


async def show_match(call: Call) -> Response:
    """The newest report, earlier ones, and the form."""
    return await _show(call)


async def _show(call: Call, error: str = "", status: int = 200) -> Response:
    run, member = await get_run(call.conn, call.path_id()), call.path_id("member_id")
    found = await read_statement(call.conn, call.viewer, run, member, 1)
    (house,) = await list_members(call.conn, [member])
    reports = await list_reports(call.conn, run.id, member, KEPT)
    newest = reports[0] if reports else None
    gaps = [from_stored(g) for g in newest.gaps[:SHOWN]] if newest else []
    return await call.page(
        "matching/show.html", status=status, run=run, house=house, reports=reports, newest=newest, gaps=gaps,
        labels=GAP_LABELS, error=error, shown=SHOWN, steps=GAP_STEPS,
        may_match=call.viewer.acts_for(found.line.final_id) and may_match(call.viewer),
        is_own=call.viewer.acts_for(found.line.final_id),
    )  # fmt: skip


async def match(call: Call) -> Response:
    """Compare the uploaded file."""
    id_, member = call.path_id(), call.path_id("member_id")
    try:
        file = call.upload("file")
        body = await file.read()
        report = await match_extract(call.conn, call.viewer, id_, member, body, file.filename or "")
    except Invalid as error:
        said = " ".join(p for p in (error.detail, error.remedy) if p)
        return await _show(call, said, 422)
    return call.redirect(
        f"/settlements/{id_}/members/{member}/match",
        _("Verglichen: {n} Belege stimmen überein, {m} Lücken.").format(
            n=report.matched, m=len(report.gaps)
        ),
    )


async def download_gaps(call: Call) -> Response:
    """The gaps of the newest comparison as CSV."""
    member = call.path_id("member_id")
    run, report = await newest_report(call.conn, call.viewer, call.path_id(), member)
    (house,) = await list_members(call.conn, [member])
    name = f"luecken-{run.number}-{house.code}.csv"
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(write_gaps(report), media_type=CSV, headers=headers)


DOORS = (
    get("/settlements/{id}/members/{member_id}/match.csv", download_gaps, permission=P.LEDGER_READ),
    get("/settlements/{id}/members/{member_id}/match", show_match, permission=P.LEDGER_READ),
    post("/settlements/{id}/members/{member_id}/match", match, permission=P.LEDGER_READ),
)
