"""Terms that end soon: preview of what a renewal does, ticked ones in one go."""

from datetime import date
from urllib.parse import urlencode
from uuid import UUID

from starlette.responses import Response

from exchange.amendments import store
from exchange.amendments.renewals import Renewal, preview_renewals, renew_orders
from exchange.amendments.schemas import RenewalForm, RenewalQuery
from exchange.running.model import add_months, earliest_end
from kdnx.errors import FieldError, Invalid
from kdnx.text import _, ngettext
from kdnx.viewer import Permission
from kdnx.web.form import Form
from kdnx.web.paging import decode_cursor, encode_cursor
from kdnx.web.routing import Call, get, post

P = Permission
SIZE = 50
MOST_NAMED = 5
SPANS = [("3", "3 Monate"), ("6", "6 Monate"), ("12", "12 Monate"), ("24", "24 Monate")]


async def list_renewals(call: Call) -> Response:
    """Orders whose term ends soon, with what a renewal would do to each."""
    return await _page(call, call.query(RenewalQuery), None)


async def _page(
    call: Call, query: RenewalQuery, form: Form[RenewalForm] | None, status: int = 200
) -> Response:
    conn, secret = call.conn, call.house.settings.secret()
    place = decode_cursor(secret, query.cursor, 2) if query.cursor else None
    try:
        after = (date.fromisoformat(place[0]), UUID(place[1])) if place else None
    except ValueError:
        raise Invalid(_("Diese Fortsetzung ist ungültig."), code="bad_cursor") from None
    last = add_months(conn.today, int(query.within))
    found = await store.list_ending(conn, call.viewer.members, conn.today, last, after, SIZE + 1)
    shown = found[:SIZE]
    may = call.viewer.may(P.ORDER_EDIT)
    plans = {r.order_id: r for r in await preview_renewals(conn, call.viewer, shown, query.months)}
    address = {"within": query.within, "months": query.months}
    next_href = ""
    if len(found) > SIZE:
        cursor = encode_cursor(secret, [shown[-1].ends_on, shown[-1].id])
        next_href = "/renewals?" + urlencode({**address, "cursor": cursor})
    notice = {o.id: earliest_end(conn.today, o.notice_months) for o in shown}
    return await call.page(
        "amendments/renewals.html", status=status, query=query, orders=shown, plans=plans, may=may, form=form,
        spans=SPANS, last=last, notice=notice, next_href=next_href,
        first_href="/renewals?" + urlencode(address) if query.cursor else "",
    )  # fmt: skip


async def renew(call: Call) -> Response:
    """Propose the renewal of the ticked orders; the message names what could not be renewed and why."""
    form = call.form(RenewalForm)
    if form.value is None or not form.value.order:
        message = _("Bitte mindestens einen Leistungsschein ankreuzen.")
        errors = form.errors or [FieldError("order", message, "missing")]
        return await _page(call, RenewalQuery(), Form(form.raw, None, errors), 422)
    v = form.value
    results = await renew_orders(call.conn, call.viewer, v.order, v.months)
    url = "/renewals?" + urlencode({"within": v.within, "months": v.months})
    failed = any(r.problem for r in results)
    return call.redirect(url, _said(results), "warning" if failed else "success")


def _said(results: list[Renewal]) -> str:
    done = sum(r.amendment_id is not None for r in results)
    text = ngettext("{n} Verlängerung vorgeschlagen.", "{n} Verlängerungen vorgeschlagen.", done)
    failed = [r for r in results if r.problem]
    named = [f"{r.number or _('unbekannt')}: {r.problem}" for r in failed[:MOST_NAMED]]
    if len(failed) > MOST_NAMED:
        named.append(_("und {n} weitere").format(n=len(failed) - MOST_NAMED))
    return " ".join([text.format(n=done), *([_("Nicht möglich:")] if named else []), *named])


DOORS = (
    get("/renewals", list_renewals, permission=P.ORDER_READ),
    post("/renewals", renew, permission=P.ORDER_EDIT),
)
