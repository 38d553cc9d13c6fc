"""The house's own declaration and test, and the overview of lights."""

from typing import Any
from uuid import UUID

from starlette.responses import Response

from exchange.inhouse.actions import (
    FIRST_YEAR,
    SEES_LIGHTS,
    Monitor,
    house_of,
    read_lights,
    read_monitor,
    reads_amounts,
    save_declaration,
    sign_declaration,
)
from exchange.inhouse.model import (
    BASIS_LABELS,
    LABELS,
    LIGHT_BADGES,
    LIGHT_LABELS,
    PART_LABELS,
    PARTS,
    YEARS,
    Amounts,
    Declaration,
    DeclarationEvent,
    DeclarationState,
    Light,
)
from exchange.inhouse.schemas import DeclarationForm, StepForm, YearQuery
from exchange.inhouse.tables import AMOUNTS, LIGHTS, OWN, as_file, light_rows, own_rows
from exchange.inhouse.telling import object_of
from kdnx.documents.model import Document, Visibility
from kdnx.documents.panel import panel_of
from kdnx.documents.store import list_of_object
from kdnx.errors import Invalid, NotFound
from kdnx.members.store import list_members
from kdnx.text import _
from kdnx.viewer import Permission, Scope
from kdnx.web.form import Form
from kdnx.web.routing import Call, get, post

P, E, S = Permission, DeclarationEvent, DeclarationState
OPEN = {S.DRAFT, S.SIGNED_ONCE}
WORDS: dict[str, Any] = {
    "labels": LABELS, "bases": BASIS_LABELS, "lights": LIGHT_LABELS, "light_badges": LIGHT_BADGES,
    "parts": PART_LABELS,
}  # fmt: skip


def _newest(found: Monitor, house: UUID, year: int) -> Declaration | None:
    return next((d for d in found.declarations if d.year == year and d.owner_id == house), None)


def _counting(found: Monitor, house: UUID, year: int) -> Declaration | None:
    mine = (d for d in found.declarations if d.year == year and d.owner_id == house)
    return next((d for d in mine if d.state == S.SIGNED), None)


def _years(found: Monitor) -> list[dict[str, Any]]:
    """The years that count and, until it is declared, the last one; a row for each house that has to say something."""
    last = found.standing.award_year
    years = sorted({*found.standing.years, *range(last - YEARS, last)})
    rows = []
    for year in years:
        for h in found.houses:
            newest = _newest(found, h.member_id, year)
            if newest is None and not h.must_declare(year):
                continue
            rows.append({
                "year": year, "house": h.member_id, "newest": newest, "counts": _counting(found, h.member_id, year),
                "ledger": found.ledger.get(year, 0), "in_test": year in found.standing.years,
            })  # fmt: skip
    return rows


async def _names(call: Call, found: Monitor) -> dict[UUID, str]:
    ids = [h.member_id for h in found.houses]
    return {m.id: m.name for m in await list_members(call.conn, ids)}


async def show_monitor(call: Call) -> Response:
    """Three years, share, gauge, room, outlook, and what is to be declared; without a house the overview."""
    if call.viewer.scope in (Scope.AUDIT, Scope.COMMITTEE):
        return call.redirect("/inhouse/overview")
    return await _own_page(call, await read_monitor(call.conn, call.viewer), is_own=True)


async def show_member(call: Call) -> Response:
    """Another house's declarations with their papers, for the legal officer and audit."""
    found = await read_monitor(call.conn, call.viewer, owner=call.path_id())
    return await _own_page(call, found, is_own=False)


async def _own_page(call: Call, found: Monitor, *, is_own: bool) -> Response:
    award = found.standing.award_year
    papers: list[tuple[int, Document]] = []
    for owner, year in [] if is_own else dict.fromkeys((d.owner_id, d.year) for d in found.declarations):  # fmt: skip
        found_papers = await list_of_object(call.conn, "declaration", object_of(owner, year))
        papers += [(year, paper) for paper in found_papers]
    return await call.page(
        "inhouse/own.html", found=found, years=_years(found), names=await _names(call, found), is_own=is_own,
        may_edit=is_own and call.viewer.may(P.ORDER_EDIT), sees_lights=call.viewer.scope in SEES_LIGHTS,
        due_year=award - 1, due_on=found.term.due_on(award - 1), papers=papers, **WORDS,
    )  # fmt: skip


async def show_overview(call: Call) -> Response:
    """The light of every member; figures for those who may read them only."""
    rows = await read_lights(call.conn, call.viewer)
    counts = {light: sum(r.light.light == light for r in rows) for light in Light}
    return await call.page(
        "inhouse/overview.html", rows=rows, counts=counts, award_year=call.conn.today.year,
        amounts=reads_amounts(call.viewer), **WORDS,
    )  # fmt: skip


def _year(call: Call) -> int:
    text = call.path_text("year")
    if not (text.isascii() and text.isdigit()) or not FIRST_YEAR <= int(text) < call.conn.today.year:  # fmt: skip
        raise NotFound(_("Für dieses Jahr wird hier nichts erklärt."))
    return int(text)


async def show_year(call: Call) -> Response:
    """The declaration of a year: its versions, the form, the signatures."""
    return await _year_page(call, None, 200, call.query(YearQuery).member_id)


async def _year_page(
    call: Call, form: Form[DeclarationForm] | None, status: int, member_id: UUID | None
) -> Response:
    year = _year(call)
    found = await read_monitor(call.conn, call.viewer)
    house = house_of(call.viewer, member_id)
    newest = _newest(found, house, year)
    panel = await panel_of(
        call, "declaration", object_of(house, year), url=_url(year, member_id), visibilities=(Visibility.OFFICE,)
    )  # fmt: skip
    return await call.page(
        "inhouse/year.html", status=status, year=year, newest=newest, form=form,
        is_open=newest is not None and newest.state in OPEN, may_edit=call.viewer.may(P.ORDER_EDIT),
        may_approve=call.viewer.may(P.ORDER_APPROVE),
        is_signer=newest is not None and newest.signer_1 == call.viewer.person_id,
        versions=[d for d in found.declarations if d.year == year and d.owner_id == house],
        ledger=found.ledger.get(year, 0), member_id=member_id, names=await _names(call, found), panel=panel, **WORDS,
    )  # fmt: skip


async def save(call: Call) -> Response:
    """Save the draft of a year."""
    year, form = _year(call), call.form(DeclarationForm)
    if form.value is None:
        return await _year_page(call, form, 422, call.query(YearQuery).member_id)
    v = form.value
    amounts = Amounts(v.total_cents, *(getattr(v, p) for p in PARTS))
    try:
        await save_declaration(
            call.conn, call.viewer, year, amounts, basis=v.basis, evidence=v.evidence, expected=v.row_version,
            house=v.member_id,
        )  # fmt: skip
    except Invalid as error:
        return await _year_page(call, Form(raw=form.raw, errors=error.errors), 422, v.member_id)
    said = _("Entwurf gespeichert. Jetzt fehlen zwei Unterschriften.")
    return call.redirect(_url(year, v.member_id), said)


async def _step(call: Call, event: DeclarationEvent, said: str) -> Response:
    year, form = _year(call), call.form(StepForm).valid()
    await sign_declaration(
        call.conn, call.viewer, year, event, expected=form.row_version, house=form.member_id
    )
    return call.redirect(_url(year, form.member_id), said)


def _url(year: int, member_id: UUID | None) -> str:
    return f"/inhouse/{year}" + (f"?member_id={member_id}" if member_id else "")


async def sign_first(call: Call) -> Response:
    """The first signature."""
    return await _step(call, E.SIGN_FIRST, _("Unterzeichnet. Jetzt unterschreibt eine zweite Person."))  # fmt: skip


async def sign_second(call: Call) -> Response:
    """The second signature; from now on the declaration counts."""
    return await _step(call, E.SIGN_SECOND, _("Die Erklärung ist unterzeichnet und zählt ab jetzt.")
    )  # fmt: skip


async def give_back(call: Call) -> Response:
    """Back to draft."""
    return await _step(call, E.GIVE_BACK, _("Zurückgegeben; die Erklärung lässt sich wieder ändern."))  # fmt: skip


async def download(call: Call) -> Response:
    """All own versions as CSV or XLSX, amounts in euro."""
    found = await read_monitor(call.conn, call.viewer)
    names = await _names(call, found)
    return as_file("inhouse", "Inhouse-Erklärungen", OWN, own_rows(found, names), _form_of(call))


async def download_overview(call: Call) -> Response:
    """The overview as CSV or XLSX; amounts for those who may read them."""
    rows = light_rows(await read_lights(call.conn, call.viewer))
    columns = (*LIGHTS, *AMOUNTS) if reads_amounts(call.viewer) else LIGHTS
    return as_file("inhouse-ampeln", "Inhouse-Ampeln", columns, rows, _form_of(call))


def _form_of(call: Call) -> str:
    return "xlsx" if call.request.url.path.endswith(".xlsx") else "csv"


DOORS = (
    get("/inhouse", show_monitor, permission=P.ORDER_READ),
    get("/inhouse/overview", show_overview, permission=P.REPORT_READ),
    get("/inhouse/overview.csv", download_overview, permission=P.REPORT_READ),
    get("/inhouse/overview.xlsx", download_overview, permission=P.REPORT_READ),
    get("/inhouse/members/{id}", show_member, permission=P.ORDER_READ),
    get("/inhouse.csv", download, permission=P.ORDER_READ),
    get("/inhouse.xlsx", download, permission=P.ORDER_READ),
    get("/inhouse/{year}", show_year, permission=P.ORDER_READ),
    post("/inhouse/{year}", save, permission=P.ORDER_EDIT),
    post("/inhouse/{year}/sign_first", sign_first, permission=P.ORDER_EDIT),
    post("/inhouse/{year}/sign_second", sign_second, permission=P.ORDER_APPROVE),
    post("/inhouse/{year}/give_back", give_back, permission=P.ORDER_APPROVE),
)
