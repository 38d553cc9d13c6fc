"""The form that carries a request into a free demand, and the pieces on the request's and the demand's page."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from starlette.responses import Response

from catalog.interface import RequestOutcome, get_request_outcome
from kdnx.db.conn import Conn
from kdnx.errors import FieldError, KdnxError
from kdnx.module import Slot
from kdnx.text import _
from kdnx.viewer import Permission, Viewer
from kdnx.web.form import Form
from kdnx.web.formats import num
from kdnx.web.routing import Call, get, post
from procurement.carried import actions, store
from procurement.carried.model import LONGEST_SPEC, OUTCOME_LABELS, USUAL_CPV
from procurement.demands.model import BINDING_LABELS
from procurement.responses.model import GridErrors
from procurement.responses.pages import FREE_YEARS
from procurement.responses.schemas import FreeIn, read_rest, read_years


def first_values(found: RequestOutcome, today: date, count: int) -> Mapping[str, str]:
    """The fields of the free demand as the request fills them; quantities of its first item, for `count` years."""
    first = found.wanted[0] if found.wanted else None
    rest = [f"{label}: {num(quantity)}" for label, _unit, quantity in found.wanted[1:]]
    spec = found.need + ("\n" + _("Weitere Mengen: ") + "; ".join(rest) if rest else "")
    year = max(found.starts_on.year if found.starts_on else today.year + 1, today.year)
    out = {
        "title": found.title, "cpv": USUAL_CPV, "unit": first[0][:40] if first else _("Leistung"),
        "spec": spec[:LONGEST_SPEC], "first_year": str(year), "place_1": found.place,
        "needed_from_1": found.starts_on.isoformat() if found.starts_on else "",
    }  # fmt: skip
    quantity = num(first[2]) if first else "1"
    return out | {f"q_1_{y}_exp": quantity for y in range(year, year + count)}


async def new_carried(call: Call) -> Response:
    """The form of the free demand, filled from the request."""
    return await _form(call, {}, Form(), [])


async def _form(
    call: Call, posted: Mapping[str, Any], form: Form[FreeIn], errors: list[FieldError]
) -> Response:
    found = await get_request_outcome(call.conn, call.viewer, call.path_id())
    values = dict(posted) or dict(first_values(found, call.conn.today, FREE_YEARS))
    first = _first_year(call, values)
    return await call.page(
        "carried/form.html", status=422 if errors else 200, found=found, values=values, form=form, errors=errors,
        years=range(first, first + FREE_YEARS), error_at={e.field: e.message for e in errors},
        carried=await store.find_by_request(call.conn, found.id, call.viewer.members), BINDING_LABELS=BINDING_LABELS,
    )  # fmt: skip


def _first_year(call: Call, values: Mapping[str, Any]) -> int:
    text = str(values.get("first_year", ""))
    year = int(text) if text.isdigit() and len(text) == 4 else 0
    return year if 2000 <= year <= 2090 else call.conn.today.year + 1


async def create_carried(call: Call) -> Response:
    """Make the free demand."""
    await get_request_outcome(call.conn, call.viewer, call.path_id())
    form, errors = call.form(FreeIn), GridErrors()
    first = _first_year(call, call.fields)
    years = read_years(1, range(first, first + FREE_YEARS), call.fields, errors)
    rest = read_rest(1, "non_binding", call.fields, errors)
    if not years and not errors.found:
        errors.add(f"q_1_{first}_exp", _("Bitte mindestens eine Menge eintragen."))
    if form.value is None or errors.found:
        return await _form(call, form.raw, form, [*form.errors, *errors.found])
    demand = await actions.carry_request(
        call.conn, call.viewer, call.path_id(), form.value, years, rest
    )
    return call.redirect(
        f"/demands/free/{demand.id}",
        _(
            "Bedarf angelegt. Was Mitglieder angeboten haben und warum es nicht genügt, ist mit festgehalten."
        ),
    )


async def carry_action(
    conn: Conn, viewer: Viewer, key: Any
) -> tuple[str, Mapping[str, Any]] | None:
    """On the request's page: the way into a demand, or to the demand that came of it."""
    if not viewer.members or not viewer.may(Permission.DEMAND_ANSWER):
        return None
    carried = await store.find_by_request(conn, key, viewer.members)
    if carried is not None:
        return "carried/action.html", {"carried": carried, "request_id": key}
    try:
        await get_request_outcome(conn, viewer, key)
    except KdnxError:  # not decided, or another house's
        return None
    return "carried/action.html", {"carried": None, "request_id": key}


async def carried_section(
    conn: Conn, _viewer: Viewer, key: Any
) -> tuple[str, Mapping[str, Any]] | None:
    """On the demand's page: the request it came from, what was found and why it was not taken."""
    response_id: UUID = key
    carried = await store.find_by_demand(conn, response_id)
    if carried is None:
        return None
    offers = await store.list_offers(conn, carried)
    return "carried/section.html", {
        "carried": carried,
        "offers": offers,
        "OUTCOME_LABELS": OUTCOME_LABELS,
    }


ANSWER = Permission.DEMAND_ANSWER
DOORS = (
    get("/demands/carried/{id}", new_carried, permission=ANSWER),
    post("/demands/carried/{id}", create_carried, permission=ANSWER),
)
SLOTS = (
    Slot("request.actions", 50, carry_action),
    Slot("demand.sections", 50, carried_section),
)
