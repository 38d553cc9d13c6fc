"""Prices that follow an index: which step is due and why, ticked ones proposed in one go."""

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from exchange.amendments.model import LABELS as AMENDMENT_LABELS
from exchange.indexing import store
from exchange.indexing.actions import Proposed, propose_steps
from exchange.indexing.model import BADGES, FINDING_LABELS, key_of, starts_on
from exchange.indexing.reading import INDEX_RULE, list_readings, read_indexed
from exchange.indexing.schemas import StepsForm
from exchange.indexing.words import hint_of, reason_of, said_month
from exchange.orders.actions import read_order
from kdnx.db.conn import Conn
from kdnx.errors import FieldError
from kdnx.text import _, ngettext
from kdnx.viewer import Permission, Viewer
from kdnx.web.form import Form
from kdnx.web.routing import Call, get, post

P = Permission
SHOWN, MOST_NAMED = 200, 5
WORDS: Mapping[str, Any] = {
    "findings": {f.value: label for f, label in FINDING_LABELS.items()},
    "badges": {f.value: kind for f, kind in BADGES.items()},
    "states": {s.value: label for s, label in AMENDMENT_LABELS.items()},
    "said_month": said_month,
    "reason_of": reason_of,
    "hint_of": hint_of,
}


async def list_steps(call: Call) -> Response:
    """The orders that follow an index, those with a due step first."""
    return await _page(call, None)


async def _page(call: Call, form: Form[StepsForm] | None, status: int = 200) -> Response:
    found = await read_indexed(call.conn, call.viewer)
    ordered = sorted(found, key=lambda x: not x.due)
    readings = await list_readings(call.conn)
    series = sorted({key_of(s.clause.series) for x in found for s in x.steps} | set(readings))
    return await call.page(
        "indexing/list.html", status=status, form=form, found=ordered[:SHOWN], more=max(0, len(ordered) - SHOWN),
        due=sum(bool(x.due) for x in found), yearly=sum(x.yearly_cents for x in found),
        readings=[(name, readings.get(name)) for name in series], rule_kind=INDEX_RULE,
        may=call.viewer.may(P.ORDER_EDIT), mine=set(call.viewer.members), may_enter=call.viewer.may(P.RULE_ENTER),
        first={x.head.id: starts_on(call.conn.today, x.head.booked_until) for x in ordered[:SHOWN]}, **WORDS,
    )  # fmt: skip


async def propose(call: Call) -> Response:
    """Propose the steps of the ticked orders; the message names what could not be and why."""
    form = call.form(StepsForm)
    if form.value is None or not form.value.order:
        message = _("Bitte mindestens einen Leistungsschein ankreuzen.")
        errors = form.errors or [FieldError("order", message, "missing")]
        return await _page(call, Form(form.raw, None, errors), 422)
    results = await propose_steps(call.conn, call.viewer, form.value.order)
    failed = any(r.problem for r in results)
    return call.redirect("/index-steps", _said(results), "warning" if failed else "success")


def _said(results: list[Proposed]) -> str:
    done = sum(r.amendment_id is not None for r in results)
    text = ngettext(
        "{n} Indexschritt vorgeschlagen; beide Seiten geben ihn frei.",
        "{n} Indexschritte vorgeschlagen; beide Seiten geben sie frei.",
        done,
    )
    failed = [r for r in results if r.problem]
    named = [f"{r.number or _('unbekannt')}: {r.problem}" for r in failed[:MOST_NAMED]]
    if len(failed) > MOST_NAMED:
        named.append(_("und {n} weitere").format(n=len(failed) - MOST_NAMED))
    return " ".join([text.format(n=done), *([_("Nicht möglich:")] if named else []), *named])


async def order_section(
    conn: Conn, viewer: Viewer, key: Any
) -> tuple[str, Mapping[str, Any]] | None:
    """The clauses of an order and its steps so far, on its page."""
    if not viewer.may(P.ORDER_READ):
        return None
    order = await read_order(conn, viewer, key)
    found = await read_indexed(conn, viewer, [order.id])
    done = await store.list_of_order(conn, order.owner_id, order.id)
    if not found and not done:
        return None
    return "indexing/section.html", {"found": found[0] if found else None, "done": done, **WORDS}


DOORS = (
    get("/index-steps", list_steps, permission=P.ORDER_READ),
    post("/index-steps", propose, permission=P.ORDER_EDIT),
)
