"""A party's amounts of a year: versions, form, second signature, papers."""

from uuid import UUID

from starlette.responses import Response

from exchange.cooperations.amounts import Entry, enter_year, sign_year
from exchange.cooperations.pages import WORDS
from exchange.cooperations.reading import read_detail
from exchange.cooperations.schemas import YearForm, YearQuery, YearStepForm
from exchange.cooperations.telling import object_of
from exchange.inhouse.actions import FIRST_YEAR
from kdnx.documents.model import Visibility
from kdnx.documents.panel import panel_of
from kdnx.errors import Forbidden, Invalid, NotFound
from kdnx.text import _
from kdnx.viewer import Permission
from kdnx.web.form import Form
from kdnx.web.routing import Call, get, post

P = Permission


def _year(call: Call) -> int:
    text = call.path_text("year")
    if not (text.isascii() and text.isdigit()) or not FIRST_YEAR <= int(text) < call.conn.today.year:  # fmt: skip
        raise NotFound(_("Für dieses Jahr wird hier nichts eingetragen."))
    return int(text)


async def show_year(call: Call) -> Response:
    """The own amounts of a year."""
    return await _page(call, None, 200, call.query(YearQuery).member_id)


async def _page(
    call: Call, form: Form[YearForm] | None, status: int, member_id: UUID | None
) -> Response:
    found = await read_detail(call.conn, call.viewer, call.path_id())
    year = _year(call)
    if found.mine is None:
        raise Forbidden(_("Beträge trägt jedes beteiligte Haus für sich ein."))
    owner = member_id or call.viewer.owner_id
    if owner not in [h.member_id for h in found.houses]:
        raise NotFound(_("Dieses Haus gibt es nicht, oder Sie handeln nicht für es."))
    versions = [y for y in found.years if y.year == year and y.owner_id == owner]
    newest = versions[0] if versions else None
    c = found.cooperation
    url = f"/cooperations/{c.id}/years/{year}" + (f"?member_id={owner}" if member_id else "")
    panel = await panel_of(
        call, "cooperation_year", object_of(c.id, owner, year), url=url, visibilities=(Visibility.OFFICE,),
    )  # fmt: skip
    return await call.page(
        "cooperations/year.html", status=status, c=c, year=year, form=form, versions=versions, newest=newest,
        member_id=member_id, house=found.names.get(owner, ""), panel=panel,
        is_open=newest is not None and newest.state == "entered", may_edit=call.viewer.may(P.ORDER_EDIT),
        may_sign=call.viewer.may(P.ORDER_APPROVE),
        is_author=newest is not None and newest.author_id == call.viewer.person_id, **WORDS,
    )  # fmt: skip


async def enter(call: Call) -> Response:
    """Enter the amounts, the first signature."""
    form, key = call.form(YearForm), call.path_id()
    if form.value is None:
        return await _page(call, form, 422, call.query(YearQuery).member_id)
    v, year = form.value, _year(call)
    entry = Entry(v.market_cents, v.total_cents, v.basis, v.evidence)
    try:
        async with call.conn.savepoint():
            await enter_year(
                call.conn, call.viewer, key, year, entry, expected=v.row_version, house=v.member_id
            )
    except Invalid as error:
        return await _page(call, Form(raw=form.raw, errors=error.errors), 422, v.member_id)
    return call.redirect(
        _url(key, year, v.member_id), _("Eingetragen. Jetzt unterschreibt eine zweite Person.")
    )


def _url(key: UUID, year: int, member_id: UUID | None) -> str:
    return f"/cooperations/{key}/years/{year}" + (f"?member_id={member_id}" if member_id else "")


async def sign(call: Call) -> Response:
    """The second signature."""
    form, key, year = call.form(YearStepForm).valid(), call.path_id(), _year(call)
    await sign_year(
        call.conn, call.viewer, key, year, expected=form.row_version, house=form.member_id
    )
    said = _("Unterzeichnet; die Beträge zählen ab jetzt.")
    return call.redirect(_url(key, year, form.member_id), said)


DOORS = (
    get("/cooperations/{id}/years/{year}", show_year, permission=P.ORDER_READ),
    post("/cooperations/{id}/years/{year}", enter, permission=P.ORDER_EDIT),
    post("/cooperations/{id}/years/{year}/sign", sign, permission=P.ORDER_APPROVE),
)
