"""What next year costs and brings, the plan beside it, the letter for the budget, and the batch of the office."""

from typing import Any
from uuid import UUID

from starlette.responses import Response

from exchange.planning import store
from exchange.planning.actions import OUTCOME_LABELS, issue_letters, save_plan
from exchange.planning.files import FORECAST, LETTER, file_of, forecast_rows, letter_rows
from exchange.planning.letters import letter_of, paper_values, words
from exchange.planning.model import ASSUMPTION_LABELS, Forecast, Side
from exchange.planning.paper import print_letter
from exchange.planning.reading import WIDE, read_forecast, read_forecasts
from exchange.planning.schemas import MemberQuery, PlanForm
from kdnx.errors import NotFound
from kdnx.text import _
from kdnx.viewer import Permission, Scope
from kdnx.web.form import Form
from kdnx.web.routing import Call, get, post

P = Permission
BACK, AHEAD = 1, 3


def year_of(call: Call) -> int:
    """The year in the address: from last year to three years ahead; NotFound otherwise."""
    text, today = call.path_text("year"), call.conn.today
    if text.isascii() and text.isdigit() and -BACK <= int(text) - today.year <= AHEAD:
        return int(text)
    raise NotFound(
        _("Für dieses Jahr gibt es keine Planung."),
        remedy=_("Geplant wird vom vorigen Jahr bis drei Jahre voraus."),
    )


async def start_planning(call: Call) -> Response:
    """To the next year."""
    return call.redirect(f"/planning/{call.conn.today.year + 1}")


async def show_planning(call: Call) -> Response:
    """The own house, or every house for office and audit."""
    year, query = year_of(call), call.query(MemberQuery)
    if call.viewer.scope in WIDE and query.member is None:
        return await _members_page(call, year)
    return await _page(call, year, query.member, None)


async def _page(
    call: Call, year: int, member: UUID | None, form: Form[Any] | None, status: int = 200
) -> Response:
    f = await read_forecast(call.conn, call.viewer, year, member)
    is_own = call.viewer.acts_for(f.member_id)
    return await call.page(
        "planning/show.html", status=status, f=f, form=form, years=_years(call), sides=list(Side),
        pay=f.sums[Side.PAY], receive=f.sums[Side.RECEIVE], is_own=is_own, words=ASSUMPTION_LABELS,
        may_plan=is_own and call.viewer.may(P.ORDER_EDIT), suffix=_suffix(call, f),
    )  # fmt: skip


def _years(call: Call) -> list[int]:
    return list(range(call.conn.today.year, call.conn.today.year + AHEAD))


def _suffix(call: Call, f: Forecast) -> str:
    return "" if call.viewer.acts_for(f.member_id) else f"?member={f.member_id}"


async def _members_page(call: Call, year: int) -> Response:
    found = await read_forecasts(call.conn, year)
    letters = await store.latest_letters(call.conn, year)
    return await call.page(
        "planning/members.html", year=year, found=[f for f in found if f.rows], years=_years(call), letters=letters,
        pay=sum(f.sums[Side.PAY].next_cents for f in found),
        receive=sum(f.sums[Side.RECEIVE].next_cents for f in found), PAY=Side.PAY, RECEIVE=Side.RECEIVE,
        apart=sum(f.sums[Side.RECEIVE].apart_cents for f in found),
        empty=[f for f in found if not f.rows],
        may_issue=call.viewer.scope == Scope.OFFICE and call.viewer.may(P.ORDER_EDIT),
    )  # fmt: skip


async def plan(call: Call) -> Response:
    """Write what the house plans for an order."""
    year, form = year_of(call), call.form(PlanForm)
    if form.value is None:
        return await _page(call, year, None, form, 422)
    v = form.value
    await save_plan(
        call.conn, call.viewer, year, v.order, v.amount, v.note, expected=v.version
    )  # fmt: skip
    return call.redirect(f"/planning/{year}", _("Der Planwert ist gespeichert."))


async def download_forecast(call: Call) -> Response:
    """The planning as CSV or Excel; office and audit without a member: all houses."""
    year, query, form = year_of(call), call.query(MemberQuery), call.path_text("form")
    if form not in ("csv", "xlsx"):
        raise NotFound(_("Diese Datei gibt es nicht."))
    if call.viewer.scope in WIDE and query.member is None:
        found = await read_forecasts(call.conn, year)
    else:
        found = [await read_forecast(call.conn, call.viewer, year, query.member)]
    title = _("Planung {year}").format(year=year)
    return file_of(f"planung-{year}", title, FORECAST, forecast_rows(found), form)


async def _letter(call: Call) -> tuple[dict[str, Any], bool]:
    """The newest issued letter, else a preview of today's figures; and whether the preview would differ."""
    year, query = year_of(call), call.query(MemberQuery)
    f = await read_forecast(call.conn, call.viewer, year, query.member)
    now = letter_of(f, call.house.title)
    kept = await store.letter_body(call.conn, f.member_id, year)
    if kept is None:
        return now, False
    return kept, any(kept[k] != now[k] for k in ("pay", "receive"))


async def show_letter(call: Call) -> Response:
    """The letter as a page, to read and print."""
    body, moved = await _letter(call)
    query = call.query(MemberQuery)
    return await call.page(
        "planning/letter.html", body=body, said=words(body), year=body["year"], moved=moved,
        paper=paper_values(body), suffix=f"?member={query.member}" if query.member else "",
    )  # fmt: skip


async def print_letter_pdf(call: Call) -> Response:
    """The same letter as a tagged PDF."""
    body, _moved = await _letter(call)
    return Response(
        await print_letter(body), media_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="budgetbrief-{body["year"]}.pdf"'},
    )  # fmt: skip


async def download_letter(call: Call) -> Response:
    """The rows of the same letter as an Excel file."""
    body, _moved = await _letter(call)
    return file_of(f"budgetbrief-{body['year']}", _("Budgetbrief"), LETTER, letter_rows(body), "xlsx")  # fmt: skip


async def issue(call: Call) -> Response:
    """Issue the letters of all members; the table then says for each what came of it."""
    year = year_of(call)
    results = await issue_letters(call.conn, call.viewer, year, call.house.title)
    n = {o: sum(r.outcome == o for r in results) for o in OUTCOME_LABELS}
    said = ", ".join(f"{count} {OUTCOME_LABELS[o]}" for o, count in n.items() if count)
    return call.redirect(f"/planning/{year}", _("Budgetbriefe: {said}.").format(said=said))


DOORS = (
    get("/planning", start_planning, permission=P.ORDER_READ),
    get("/planning/{year}", show_planning, permission=P.ORDER_READ),
    post("/planning/{year}/plan", plan, permission=P.ORDER_EDIT),
    get("/planning/{year}/forecast.{form}", download_forecast, permission=P.ORDER_READ),
    get("/planning/{year}/letter", show_letter, permission=P.ORDER_READ),
    get("/planning/{year}/letter.pdf", print_letter_pdf, permission=P.ORDER_READ),
    get("/planning/{year}/letter.xlsx", download_letter, permission=P.ORDER_READ),
    post("/planning/{year}/letters", issue, permission=P.ORDER_EDIT),
)
