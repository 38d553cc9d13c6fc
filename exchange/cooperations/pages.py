"""Cooperations for people: list with lights, one agreement, its text, its steps."""

from collections.abc import Sequence
from typing import Any

from markupsafe import Markup
from starlette.responses import Response

from exchange.cooperations import actions
from exchange.cooperations.amounts import LIMIT_KEY
from exchange.cooperations.model import (
    BADGES,
    LABELS,
    LIGHT_LABELS,
    YEAR_LABELS,
    CooperationEvent,
    CooperationState,
    Terms,
    percent_up,
)
from exchange.cooperations.reading import Detail, find_piece, read_detail
from exchange.cooperations.schemas import (
    CooperationForm,
    EndForm,
    PieceQuery,
    ReturnForm,
    StepForm,
)
from exchange.inhouse.actions import limit_on, term_on
from exchange.inhouse.model import BASIS_LABELS, LIGHT_BADGES, YEARS
from kdnx.documents.model import Kind, Visibility
from kdnx.documents.panel import Panel, panel_of
from kdnx.errors import Invalid
from kdnx.members.store import list_members
from kdnx.text import _
from kdnx.viewer import Permission, Scope
from kdnx.web.form import Form
from kdnx.web.page import make_shell
from kdnx.web.routing import Call, get, post

P, E, S = Permission, CooperationEvent, CooperationState
WORDS: dict[str, Any] = {
    "labels": LABELS, "badges": BADGES, "lights": LIGHT_LABELS, "light_badges": LIGHT_BADGES,
    "year_labels": YEAR_LABELS, "bases": BASIS_LABELS, "percent_up": percent_up,
}  # fmt: skip


async def list_cooperations(call: Call) -> Response:
    """The own agreements, for office and audit all, for the committee titles and lights."""
    piece = await find_piece(call.conn, call.viewer, call.house, call.query(PieceQuery).cursor)
    writes = call.viewer.may(P.ORDER_EDIT) and call.viewer.scope in {Scope.MEMBER, Scope.OFFICE}
    return await call.page(
        "cooperations/list.html", piece=piece, may_new=writes, year=call.conn.today.year,
        only_lights=call.viewer.scope == Scope.COMMITTEE, limit=await limit_on(call.conn, LIMIT_KEY),
        next_href=f"/cooperations?cursor={piece.next}" if piece.next else "", **WORDS,
    )  # fmt: skip


async def show_cooperation(call: Call) -> Response:
    """One agreement: conditions, parties, light, own amounts; all amounts for legal officer and audit."""
    return await _show(call, None, 200)


async def _show(call: Call, form: Form[Any] | None, status: int) -> Response:
    found = await read_detail(call.conn, call.viewer, call.path_id())
    c, viewer = found.cooperation, call.viewer
    mine, is_lead = found.mine is not None, viewer.acts_for(c.owner_id)
    edits, approves = viewer.may(P.ORDER_EDIT), viewer.may(P.ORDER_APPROVE)
    return await call.page(
        "cooperations/show.html", status=status, found=found, c=c, form=form,
        may_edit=is_lead and edits and c.state == S.DRAFT,
        may_withdraw=is_lead and edits and c.state in {S.DRAFT, S.PROPOSED},
        may_agree=mine and approves and c.state == S.PROPOSED and viewer.member_id not in found.consents,
        is_author=viewer.person_id == c.author_id, may_return=mine and approves and c.state == S.PROPOSED,
        may_end=mine and approves and c.state == S.ACTIVE, may_enter=mine and c.state in {S.ACTIVE, S.ENDED},
        years=_years(found), panel=await _panel(call, found), sections=await _sections(call, found),
        limit=found.limit or await limit_on(call.conn, LIMIT_KEY),
        due_on=(await term_on(call.conn)).due_on(call.conn.today.year - 1), **WORDS,
    )  # fmt: skip


def _years(found: Detail) -> list[dict[str, Any]]:
    """The own years that count now and those before the award, each house's newest version and the one that counts."""
    if found.mine is None:
        return []
    award = found.mine.award_year
    rows = []
    for year in sorted({*found.mine.years, *range(award - YEARS, award)}):
        for h in found.houses:
            mine = [y for y in found.years if y.year == year and y.owner_id == h.member_id]
            if not mine and not h.must_declare(year):
                continue
            counts = next((y for y in mine if y.state == "signed"), None)
            newest = mine[0] if mine else None
            rows.append({"year": year, "house": h.member_id, "newest": newest, "counts": counts})
    return rows


async def _panel(call: Call, found: Detail) -> Panel:
    c = found.cooperation
    is_draft = c.state == S.DRAFT
    return await panel_of(
        call, "cooperation", c.id, url=f"/cooperations/{c.id}", party_ids=() if is_draft else c.party_ids,
        visibilities=(Visibility.OFFICE,) if is_draft else (Visibility.PARTIES, Visibility.OFFICE),
        kinds=(Kind.CONTRACT, Kind.ANNEX), may_add=found.mine is not None,
    )  # fmt: skip


async def _sections(call: Call, found: Detail) -> list[Markup]:
    shell = make_shell(call.house, call.request, call.viewer, 0)
    around = {"shell": shell, "viewer": call.viewer, "now": call.conn.now, "today": call.conn.today}
    slots = [s for m in call.house.modules for s in m.slots if s.name == "cooperation.sections"]
    pieces = []
    for slot in sorted(slots, key=lambda s: s.order):
        given = await slot.render(call.conn, call.viewer, found.cooperation.id)
        if given is not None:
            template, values = given
            html = call.house.env.get_template(template).render({**around, **values})
            pieces.append(Markup(html))  # noqa: S704  # a template of ours, escaped by Jinja
    return pieces


async def new_cooperation(call: Call) -> Response:
    """The form of a new agreement."""
    return await _form(call, None, 200)


async def edit_cooperation(call: Call) -> Response:
    """The form of a draft."""
    return await _form(call, None, 200, await _draft(call))


async def _draft(call: Call) -> Detail:
    return await read_detail(call.conn, call.viewer, call.path_id())


async def _form(
    call: Call, form: Form[CooperationForm] | None, status: int, found: Detail | None = None
) -> Response:
    members = [m for m in await list_members(call.conn) if m.state == "active"]
    c = found.cooperation if found else None
    chosen: Sequence[str] = [str(p) for p in c.party_ids] if c else []
    if form is not None and hasattr(form.raw, "getlist"):
        chosen = [str(v) for v in form.raw.getlist("party_ids")]
    others = [(str(m.id), m.name) for m in members if m.id != call.viewer.owner_id]
    return await call.page(
        "cooperations/form.html", status=status, form=form, c=c, others=others, chosen=chosen, **WORDS
    )  # fmt: skip


def _terms(call: Call, v: CooperationForm) -> Terms:
    return Terms(
        v.title, v.activities, v.goals, v.public_interest, v.no_advantage, v.agreement, v.agreed_on, v.valid_from,
        v.valid_to, tuple(dict.fromkeys((call.viewer.owner_id, *v.party_ids))),
    )  # fmt: skip


async def create(call: Call) -> Response:
    """Write a new draft."""
    form = call.form(CooperationForm)
    if form.value is None:
        return await _form(call, form, 422)
    try:
        made = await actions.save_cooperation(call.conn, call.viewer, _terms(call, form.value))
    except Invalid as error:
        return await _form(call, Form(raw=form.raw, errors=error.errors), 422)
    said = _("Entwurf gespeichert. Jetzt die Vereinbarung ablegen und zur Zustimmung vorlegen.")
    return call.redirect(f"/cooperations/{made.id}", said)


async def change(call: Call) -> Response:
    """Write a draft over."""
    form, key = call.form(CooperationForm), call.path_id()
    if form.value is None:
        return await _form(call, form, 422, await _draft(call))
    v = form.value
    try:
        await actions.save_cooperation(
            call.conn, call.viewer, _terms(call, v), key=key, expected=v.row_version
        )
    except Invalid as error:
        found = await _draft(call)
        return await _form(call, Form(raw=form.raw, errors=error.errors), 422, found)
    return call.redirect(f"/cooperations/{key}", _("Entwurf gespeichert."))


async def propose(call: Call) -> Response:
    """Put the text to every party."""
    form, key = call.form(StepForm).valid(), call.path_id()
    await actions.propose_cooperation(call.conn, call.viewer, key, expected=form.row_version)
    return call.redirect(f"/cooperations/{key}", _("Vorgelegt; jedes beteiligte Haus stimmt zu."))


async def agree(call: Call) -> Response:
    """Agree for the own house."""
    form, key = call.form(StepForm).valid(), call.path_id()
    after = await actions.agree_cooperation(call.conn, call.viewer, key, expected=form.row_version)
    said = _("Zugestimmt; andere Häuser fehlen noch.")
    if after.state == S.ACTIVE:
        said = _("Alle haben zugestimmt; die Zusammenarbeit ist in Kraft.")
    return call.redirect(f"/cooperations/{key}", said)


async def _back(call: Call, event: CooperationEvent, said: str) -> Response:
    form, key = call.form(ReturnForm), call.path_id()
    if form.value is None:
        return await _show(call, form, 422)
    v = form.value
    await actions.return_cooperation(
        call.conn, call.viewer, key, event, reason=v.reason, expected=v.row_version
    )
    return call.redirect(f"/cooperations/{key}", said)


async def give_back(call: Call) -> Response:
    """Give a proposal back with a reason."""
    return await _back(call, E.RETURN, _("Zurückgegeben; der Text lässt sich wieder ändern."))


async def withdraw(call: Call) -> Response:
    """Take draft or proposal back."""
    return await _back(call, E.WITHDRAW, _("Zurückgezogen."))


async def end(call: Call) -> Response:
    """Set the last day."""
    form, key = call.form(EndForm), call.path_id()
    if form.value is None:
        return await _show(call, form, 422)
    v = form.value
    try:
        async with call.conn.savepoint():
            await actions.end_cooperation(
                call.conn, call.viewer, key, on=v.on, reason=v.reason, expected=v.row_version
            )
    except Invalid as error:
        return await _show(call, Form(raw=form.raw, errors=error.errors), 422)
    return call.redirect(f"/cooperations/{key}", _("Der letzte Tag ist festgelegt."))


DOORS = (
    get("/cooperations", list_cooperations, permission=P.REPORT_READ),
    get("/cooperations/new", new_cooperation, permission=P.ORDER_EDIT),
    post("/cooperations/new", create, permission=P.ORDER_EDIT),
    get("/cooperations/{id}", show_cooperation, permission=P.ORDER_READ),
    get("/cooperations/{id}/edit", edit_cooperation, permission=P.ORDER_EDIT),
    post("/cooperations/{id}/edit", change, permission=P.ORDER_EDIT),
    post("/cooperations/{id}/propose", propose, permission=P.ORDER_EDIT),
    post("/cooperations/{id}/agree", agree, permission=P.ORDER_APPROVE),
    post("/cooperations/{id}/return", give_back, permission=P.ORDER_APPROVE),
    post("/cooperations/{id}/withdraw", withdraw, permission=P.ORDER_EDIT),
    post("/cooperations/{id}/end", end, permission=P.ORDER_APPROVE),
)
