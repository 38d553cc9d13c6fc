"""Changes for people: the form, one change with what differs, and its piece on the order's page."""

import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from starlette.responses import Response

from exchange.amendments import store
from exchange.amendments.actions import (
    CHANGEABLE,
    possible,
    propose_amendment,
    read_amendment,
    step_amendment,
)
from exchange.amendments.law import all_changes, law_view, name_in_amendment
from exchange.amendments.model import (
    BADGES,
    EVENT_LABELS,
    LABELS,
    SIDE_OF,
    AmendmentEvent,
    earliest_start,
    turn_of,
)
from exchange.amendments.schemas import AmendBody, StepForm
from exchange.approvals.store import list_approvals
from exchange.clearing.change import CLAIMS, DOOR_LABELS
from exchange.clearing.model import CAP_POLICIES
from exchange.clearing.schemas import NameForm
from exchange.clearing.store import find_cap
from exchange.orders.actions import read_order, sides_of
from exchange.orders.model import ORIGIN_LABELS, SIDE_LABELS
from exchange.orders.pages import WORDS as ORDER_WORDS
from exchange.orders.pages import read_number, validate_form
from exchange.orders.store import Order
from kdnx.db.conn import Conn
from kdnx.errors import FieldError, Forbidden, Invalid, Refused
from kdnx.money import parse_euro
from kdnx.text import _
from kdnx.viewer import Permission, Viewer
from kdnx.web.form import Form
from kdnx.web.routing import Call, get, post

P, E = Permission, AmendmentEvent
LINE = re.compile(r"lines\.(\d{1,2})\.(label|unit|period|quantity|unit_price_micro|price)")
# at which field of the form a refusal is shown
FIELD_OF = {
    "valid_from_past": "valid_from", "booked_already": "valid_from", "after_end": "valid_from",
    "order_version_term": "ends_on", "notice_period": "early_reason", "price_frozen": "valid_from",
}  # fmt: skip
WORDS: Mapping[str, Any] = {
    "labels": LABELS, "badges": BADGES, "event_labels": EVENT_LABELS, "sides": SIDE_LABELS, "origins": ORIGIN_LABELS,
}  # fmt: skip
DONE = {
    E.REVIEW: "Rechtlich geprüft.",
    E.DECLINE: "Änderung abgelehnt.",
    E.WITHDRAW: "Änderung zurückgezogen.",
}


def _may_propose(viewer: Viewer, order: Order) -> bool:
    is_party = bool({"provider", "recipient"} & sides_of(viewer, order))
    runs = order.state in CHANGEABLE and order.termination_by is None
    return is_party and runs and viewer.may(P.ORDER_EDIT)


async def edit_amendment(call: Call) -> Response:
    """The form of a change, filled with the terms in force."""
    return await _form_page(call, None)


async def _form_page(call: Call, form: Form[AmendBody] | None, status: int = 200) -> Response:
    conn = call.conn
    order = await read_order(conn, call.viewer, call.path_id())
    if not _may_propose(call.viewer, order):
        raise Forbidden(
            _("Hier können Sie keine Änderung vorschlagen."),
            rule=_(
                "Das tun Bereitsteller oder Abnehmer, solange der Schein läuft und ungekündigt ist."
            ),
        )
    version = await store.find_version(conn, order.owner_id, order.id, order.current_version)
    return await call.page(
        "amendments/form.html", status=status, order=order, version=version, form=form,
        earliest=earliest_start(conn.today, order.notice_months),
        booked_until=await store.booked_until(conn, order.owner_id, order.id),
        cap=await find_cap(conn, order.owner_id, order.id, order.current_version), cap_policies=CAP_POLICIES.items(),
        claims=[(d.value, DOOR_LABELS[d]) for d in CLAIMS], **ORDER_WORDS,
    )  # fmt: skip


async def propose(call: Call) -> Response:
    """Propose the change; a refusal stands at its field and nothing typed is lost."""
    form = _read(call)
    if form.value is None:
        return await _form_page(call, form, 422)
    try:
        async with call.conn.savepoint():
            made = await propose_amendment(
                call.conn, call.viewer, call.path_id(), form.value, expected=_version(call)
            )
    except Invalid as error:
        return await _form_page(call, Form(raw=form.raw, errors=error.errors), 422)
    except Refused as error:
        text = " ".join(t for t in (error.detail, error.rule, error.remedy) if t)
        at = FieldError(FIELD_OF.get(error.code, "valid_from"), text, error.code)
        return await _form_page(call, Form(raw=form.raw, errors=[at]), 422)
    return call.redirect(
        f"/amendments/{made.id}", _("Änderung vorgeschlagen; jetzt geben alle Seiten frei.")
    )


def _version(call: Call) -> int | None:
    given = str(call.fields.get("row_version", ""))
    return int(given) if given.isdigit() and len(given) < 9 else None


def _read(call: Call) -> Form[AmendBody]:
    raw = call.fields
    rows: dict[int, dict[str, Any]] = {}
    for key, value in raw.items():
        if (found := LINE.fullmatch(key)) and str(value).strip():
            rows.setdefault(int(found[1]), {})[found[2]] = str(value).strip()
    lines = [r for _n, r in sorted(rows.items()) if r.keys() & {"label", "quantity", "unit_price_micro"}]  # fmt: skip
    for row in lines:
        row["quantity"] = read_number(row.get("quantity", ""))
        row["unit_price_micro"] = _micro(row.get("unit_price_micro", ""))
    values = {
        k: v for k, v in raw.items()
        if k in AmendBody.model_fields and k not in {"lines", "contract_refs"} and str(v).strip()
    }  # fmt: skip
    if "yearly_cap_cents" in raw:
        values["yearly_cap_cents"] = _cents(str(raw["yearly_cap_cents"]).strip() or "0")
    values["open_ended"] = not str(raw.get("ends_on", "")).strip() and "ends_on" in raw
    refs = [str(raw[k]).strip() for k in ("contract_ref_1", "contract_ref_2") if k in raw]
    texts = {k: str(raw[k]).strip() for k in ("legal_reason", "entrustment", "note") if k in raw}
    wish = {**values, **texts, "contract_refs": refs, "lines": lines or None}
    return validate_form(AmendBody, raw, wish)


def _cents(text: str) -> Any:
    try:
        return parse_euro(text)
    except ValueError:
        return text


def _micro(text: str) -> Any:
    try:
        value = Decimal(read_number(text)) * 1_000_000
        return int(value) if value == value.to_integral_value() else text
    except (InvalidOperation, OverflowError, ValueError):
        return text


async def show_amendment(call: Call) -> Response:
    """One change: what differs, who signed, who is next."""
    return await _show(call, None)


async def _show(call: Call, form: Form[Any] | None, status: int = 200) -> Response:
    conn, viewer = call.conn, call.viewer
    a, order = await read_amendment(conn, viewer, call.path_id())
    old = await store.find_version(conn, a.owner_id, a.order_id, a.base_version)
    new = await store.find_version(conn, a.owner_id, a.order_id, a.version)
    approvals = [
        x for x in await list_approvals(conn, a.owner_id, a.order_id) if x.version == a.version
    ]
    moves = possible(viewer, a)
    signing = next((m for m in moves if m in SIDE_OF), None)
    signed = {x.person_id for x in approvals if x.person_id is not None}
    law = await law_view(conn, viewer, a, order, old, new) if old and new else {}
    return await call.page(
        "amendments/show.html", status=status, a=a, order=order, form=form, moves={m.value for m in moves},
        changes=await all_changes(conn, a, old, new) if old and new else [], approvals=approvals,
        turn=turn_of(a), signing=signing,
        has_signed=viewer.person_id in signed, is_author=viewer.person_id == a.author_id, **law, **WORDS,
    )  # fmt: skip


async def name_cooperation(call: Call) -> Response:
    """Name the cooperation the changed order rests on."""
    form = call.form(NameForm).valid()
    a = await name_in_amendment(call.conn, call.viewer, call.path_id(), form.cooperation_id)
    return call.redirect(f"/amendments/{a.id}", _("Die Zusammenarbeit ist genannt."))


async def _step(call: Call, event: AmendmentEvent | None) -> Response:
    form: Form[Any] = call.form(StepForm)
    if form.value is None:
        return await _show(call, form, 422)
    v = form.value
    a, _order = await read_amendment(call.conn, call.viewer, call.path_id())
    chosen = event or turn_of(a) or E.APPROVE_PROVIDER
    if chosen == E.REVIEW and event is None:
        chosen = E.APPROVE_PROVIDER
    try:
        async with call.conn.savepoint():
            await step_amendment(
                call.conn, call.viewer, a.id, chosen, reason=v.reason, expected=v.row_version
            )
    except Invalid as error:
        return await _show(call, Form(raw=form.raw, errors=error.errors), 422)
    return call.redirect(f"/amendments/{a.id}", DONE.get(chosen, _("Freigegeben.")))


async def review(call: Call) -> Response:
    """Confirm the new legal route."""
    return await _step(call, E.REVIEW)


async def approve(call: Call) -> Response:
    """Sign for the side whose turn it is."""
    return await _step(call, None)


async def decline(call: Call) -> Response:
    """Say no."""
    return await _step(call, E.DECLINE)


async def withdraw(call: Call) -> Response:
    """Take the own proposal back."""
    return await _step(call, E.WITHDRAW)


async def order_section(
    conn: Conn, viewer: Viewer, key: Any
) -> tuple[str, Mapping[str, Any]] | None:
    """The changes of an order, on its page."""
    order = await read_order(conn, viewer, key)
    if order.number is None:
        return None
    found = await store.list_of_order(conn, order.owner_id, order.id)
    may = _may_propose(viewer, order) and not any(a.is_open or a.state == "agreed" for a in found)
    if not found and not may:
        return None
    values = {"order": order, "amendments": found, "may_propose": may}
    return "amendments/section.html", {**values, **WORDS}


DOORS = (
    get("/orders/{id}/amend", edit_amendment, permission=P.ORDER_EDIT),
    post("/orders/{id}/amendments", propose, permission=P.ORDER_EDIT),
    get("/amendments/{id}", show_amendment, permission=P.ORDER_READ),
    post("/amendments/{id}/cooperation", name_cooperation, permission=P.ORDER_READ),
    post("/amendments/{id}/review", review, permission=P.ORDER_REVIEW_LEGAL),
    post("/amendments/{id}/approve", approve, permission=P.ORDER_APPROVE),
    post("/amendments/{id}/decline", decline, permission=P.ORDER_READ),
    post("/amendments/{id}/withdraw", withdraw, permission=P.ORDER_EDIT),
)
