"""Pages of answers: the grid, its moves, what the lead sees, and free demands."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel
from starlette.responses import Response as Answered

from kdnx.errors import FieldError, Forbidden, NotFound
from kdnx.text import _
from kdnx.viewer import Permission, Scope
from kdnx.web.form import Form
from kdnx.web.formats import num
from kdnx.web.routing import Call, get, post
from kdnx.web.slots import render_slots
from procurement.codes.model import cpv_label
from procurement.demands.model import BINDING_LABELS, DemandCall, may_lead
from procurement.demands.schemas import ReasonIn, VersionIn
from procurement.demands.store import get_call, list_positions, list_totals
from procurement.responses import actions, store
from procurement.responses.model import (
    MOVES,
    OUTCOME_LABELS,
    STATE_KINDS,
    STATE_LABELS,
    GridErrors,
    Line,
    Response,
    ResponseEvent,
)
from procurement.responses.schemas import FreeIn, read_grid, read_outcomes, read_rest, read_years

WORDS: dict[str, Any] = {"STATE_LABELS": STATE_LABELS, "STATE_KINDS": STATE_KINDS, "BINDING_LABELS": BINDING_LABELS,
         "OUTCOME_LABELS": OUTCOME_LABELS, "cpv_label": cpv_label}  # fmt: skip
FREE_YEARS = 4


class MoveIn(BaseModel):
    """Which button of the grid was pressed."""

    move: str = "save"


async def _call(call: Call) -> DemandCall:
    return await get_call(
        call.conn, call.path_id(), members=call.viewer.members, member_id=call.viewer.member_id
    )


async def show_response(call: Call) -> Answered:
    """The grid of the viewer's member."""
    return await _grid(call, await _call(call))


async def _grid(
    call: Call,
    demand: DemandCall,
    *,
    posted: Mapping[str, Any] | None = None,
    errors: GridErrors | None = None,
) -> Answered:
    if not demand.is_invited:
        raise Forbidden(_("Ihr Haus ist zu dieser Bedarfsabfrage nicht eingeladen."))
    positions = await list_positions(call.conn, [demand.id])
    response = await store.find_response(call.conn, call.viewer.owner_id, demand.id)
    lines = (
        await store.list_lines(call.conn, response.owner_id, response.id, response.version)
        if response
        else []
    )
    matches = await store.list_matches(call.conn, response, lines) if response else []
    values = dict(posted) if posted else cells(lines)
    return await call.page(
        "responses/grid.html", status=422 if errors else 200, demand=demand, positions=positions, response=response,
        lines={x.ordinal: x for x in lines}, matches=matches, values=values, errors=errors.found if errors else [],
        error_at={e.field: e.message for e in errors.found} if errors else {}, events=_events(call, demand, response),
        totals=await list_totals(call.conn, demand.id), **WORDS,
    )  # fmt: skip


def _events(call: Call, demand: DemandCall, response: Response | None) -> set[str]:
    if demand.state != "open" or demand.closes_at <= call.conn.now:
        return set()
    if response is None:
        return {"save"} if call.viewer.may(Permission.DEMAND_ANSWER) else set()
    return possible(call, response)


def possible(call: Call, response: Response) -> set[str]:
    """The moves this person may make: four eyes are asked again by the action."""
    release = {ResponseEvent.RELEASE, ResponseEvent.RETURN}
    time = {ResponseEvent.DEADLINE, ResponseEvent.KEEP}
    foreseen = {e for (s, e) in MOVES if s == response.state} - time
    author = call.viewer.principal in (response.written_by, response.requested_by)
    return {
        e.value
        for e in foreseen
        if (call.viewer.may(Permission.DEMAND_RELEASE) and not (author and e == ResponseEvent.RELEASE)
            if e in release else call.viewer.may(Permission.DEMAND_ANSWER))
    }  # fmt: skip


def cells(lines: list[Line]) -> dict[str, str]:
    """Saved lines as the fields of the grid."""
    out: dict[str, str] = {}
    for line in lines:
        n = line.ordinal
        for year, a in line.years.items():
            out |= {
                f"q_{n}_{year}_min": num(a.low),
                f"q_{n}_{year}_exp": num(a.expected),
                f"q_{n}_{year}_max": num(a.high),
            }
        out |= {
            f"binding_{n}": line.binding,
            f"place_{n}": line.place,
            f"deviation_{n}": line.deviation_reason,
            f"needed_from_{n}": line.needed_from.isoformat() if line.needed_from else "",
            f"needed_to_{n}": line.needed_to.isoformat() if line.needed_to else "",
            f"contract_end_{n}": line.existing_contract_end.isoformat()
            if line.existing_contract_end
            else "",
            f"price_{n}": ""
            if line.price_today_cents is None
            else f"{line.price_today_cents / 100:.2f}".replace(".", ","),
            f"budget_{n}": "on" if line.budget_confirmed else "",
        }
    return out


async def save_response(call: Call) -> Answered:
    """Save the grid; with the second button also give it to release."""
    demand = await _call(call)
    positions = await list_positions(call.conn, [demand.id])
    lines, errors = read_grid(demand, positions, call.fields)
    outcomes = read_outcomes(call.fields, errors)
    if errors.found:
        return await _grid(call, demand, posted=call.fields, errors=errors)
    version = call.form(VersionIn).value
    saved = await actions.save_response(
        call.conn,
        call.viewer,
        demand.id,
        lines,
        outcomes,
        row_version=version.row_version if version else None,
    )
    here = f"/demands/{demand.id}/response"
    if call.form(MoveIn).valid().move == "request_release":
        await actions.request_release(call.conn, call.viewer, saved)
        return call.redirect(here, _("Gespeichert und zur Freigabe gegeben."))
    return call.redirect(here, _("Entwurf gespeichert."))


async def _own(call: Call) -> Response:
    demand = await _call(call)
    found = await store.find_response(call.conn, call.viewer.owner_id, demand.id)
    if found is None:
        raise NotFound(_("Ihr Haus hat zu dieser Abfrage noch keine Antwort."))
    return found


async def release_response(call: Call) -> Answered:
    """Submit by the second person."""
    version = call.form(VersionIn).valid().row_version
    proof = await actions.release_response(
        call.conn, call.viewer, await _own(call), row_version=version
    )
    return call.redirect(
        f"/demands/{call.path_id()}/response",
        _("Abgegeben. Prüfsumme der Quittung: {hash}").format(hash=proof.hex()[:16]),
    )


async def return_response(call: Call) -> Answered:
    """Back to the author."""
    await actions.return_response(
        call.conn, call.viewer, await _own(call), call.form(ReasonIn).valid().reason
    )
    return call.redirect(f"/demands/{call.path_id()}/response", _("Zurückgegeben."))


async def revise_response(call: Call) -> Answered:
    """Open it again."""
    await actions.revise_response(call.conn, call.viewer, await _own(call))
    return call.redirect(
        f"/demands/{call.path_id()}/response",
        _("Zur Überarbeitung geöffnet; die abgegebene Fassung gilt weiter."),
    )


async def withdraw_response(call: Call) -> Answered:
    """Take it back."""
    await actions.withdraw_response(call.conn, call.viewer, await _own(call))
    return call.redirect(f"/demands/{call.path_id()}/response", _("Zurückgezogen."), "info")


async def list_answers(call: Call) -> Answered:
    """What was submitted, by position and member: for the lead, the office and audit."""
    demand = await _call(call)
    if not may_lead(demand, call.viewer) and call.viewer.scope != Scope.AUDIT:
        raise Forbidden(_("Die Mengen der einzelnen Mitglieder sieht nur die einladende Stelle."))
    sees_all = call.viewer.scope in (Scope.OFFICE, Scope.AUDIT)
    answers = await store.list_answers(call.conn, demand.id, call.viewer.members, sees_all=sees_all)
    return await call.page(
        "responses/answers.html",
        demand=demand,
        answers=answers,
        positions=await list_positions(call.conn, [demand.id]),
        **WORDS,
    )


async def list_free_demands(call: Call) -> Answered:
    """The member's demands outside any call."""
    found = await store.list_free(call.conn, call.viewer.owner_id) if call.viewer.member_id else []
    return await call.page("responses/free_list.html", found=found, **WORDS)


async def new_free_demand(call: Call) -> Answered:
    """The empty form."""
    return await _free(call, None, Form(), {}, GridErrors())


async def _free(
    call: Call,
    response: Response | None,
    form: Form[FreeIn],
    values: Mapping[str, Any],
    errors: GridErrors,
) -> Answered:
    found = [*form.errors, *errors.found]
    lines = (
        await store.list_lines(call.conn, response.owner_id, response.id, response.version)
        if response
        else []
    )
    line = lines[0] if lines else None
    first = min(line.years) if line and line.years else call.conn.today.year + 1
    return await call.page(
        "responses/free_form.html", status=422 if found else 200, response=response, form=form, line=line,
        values=dict(values) or cells(lines), errors=found, years=range(first, first + FREE_YEARS), demand=None,
        error_at={e.field: e.message for e in found}, events=possible(call, response) if response else {"save"},
        matches=await store.list_matches(call.conn, response, lines) if response else [],
        pieces=await render_slots(call, "demand.sections", response.id) if response else [], **WORDS,
    )  # fmt: skip


async def _own_free(call: Call) -> Response:
    return await store.get_response(call.conn, call.viewer.owner_id, call.path_id())


async def show_free_demand(call: Call) -> Answered:
    """One free demand."""
    return await _free(call, await _own_free(call), Form(), {}, GridErrors())


async def create_free_demand(call: Call) -> Answered:
    """Save a new one."""
    return await _save_free(call, None)


async def save_free_demand(call: Call) -> Answered:
    """Save it again."""
    return await _save_free(call, await _own_free(call))


async def _save_free(call: Call, response: Response | None) -> Answered:
    form, errors = call.form(FreeIn), GridErrors()
    first = (
        int(str(call.fields.get("first_year", "")) or 0)
        if str(call.fields.get("first_year", "")).isdigit()
        else 0
    )
    first = first if 2000 <= first <= 2100 else call.conn.today.year + 1
    years = read_years(1, range(first, first + FREE_YEARS), call.fields, errors)
    rest = read_rest(1, "non_binding", call.fields, errors)
    if not years and not errors.found:
        errors.found.append(
            FieldError(f"q_1_{first}_exp", _("Bitte mindestens eine Menge eintragen."))
        )
    outcomes = read_outcomes(call.fields, errors)
    if form.value is None or errors.found:
        return await _free(call, response, form, call.fields, errors)
    saved = await actions.save_free_demand(
        call.conn, call.viewer, form.value, years, rest, response.id if response else None, outcomes
    )
    if call.form(MoveIn).valid().move == "request_release":
        await actions.request_release(call.conn, call.viewer, saved)
        return call.redirect(
            f"/demands/free/{saved.id}", _("Gespeichert und zur Freigabe gegeben.")
        )
    return call.redirect(f"/demands/free/{saved.id}", _("Freier Bedarf gespeichert."))


async def release_free_demand(call: Call) -> Answered:
    """Submit a free demand by the second person."""
    version = call.form(VersionIn).valid().row_version
    await actions.release_response(
        call.conn, call.viewer, await _own_free(call), row_version=version
    )
    return call.redirect(
        f"/demands/free/{call.path_id()}",
        _("Abgegeben. Die Geschäftsstelle kann den Bedarf jetzt bündeln."),
    )


async def withdraw_free_demand(call: Call) -> Answered:
    """Take a free demand back."""
    await actions.withdraw_response(call.conn, call.viewer, await _own_free(call))
    return call.redirect("/demands/free", _("Zurückgezogen."), "info")


READ, ANSWER, RELEASE = Permission.DEMAND_READ, Permission.DEMAND_ANSWER, Permission.DEMAND_RELEASE
DOORS = (
    get("/demands/free", list_free_demands, permission=READ),
    get("/demands/free/new", new_free_demand, permission=ANSWER),
    post("/demands/free/new", create_free_demand, permission=ANSWER),
    get("/demands/free/{id}", show_free_demand, permission=READ),
    post("/demands/free/{id}", save_free_demand, permission=ANSWER),
    post("/demands/free/{id}/release", release_free_demand, permission=RELEASE),
    post("/demands/free/{id}/withdraw", withdraw_free_demand, permission=ANSWER),
    get("/demands/{id}/response", show_response, permission=READ),
    post("/demands/{id}/response", save_response, permission=ANSWER),
    post("/demands/{id}/response/release", release_response, permission=RELEASE),
    post("/demands/{id}/response/return", return_response, permission=RELEASE),
    post("/demands/{id}/response/revise", revise_response, permission=ANSWER),
    post("/demands/{id}/response/withdraw", withdraw_response, permission=ANSWER),
    get("/demands/{id}/answers", list_answers, permission=READ),
)
