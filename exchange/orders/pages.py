"""Orders for people: lists by side, one order with both contracts, what the forms of an order share."""

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar
from urllib.parse import urlencode

from pydantic import BaseModel, ValidationError
from starlette.responses import Response

from exchange.orders import actions, store
from exchange.orders.model import (
    BADGES,
    BILLING_LABELS,
    EVENT_LABELS,
    LABELS,
    LEGAL_ROUTE_LABELS,
    ORIGIN_LABELS,
    PERIOD_LABELS,
    ROUTE_LABELS,
    SIDE_LABELS,
    SILENCE_LABELS,
    LegalRoute,
    OrderEvent,
    OrderState,
    turn_of,
)
from exchange.orders.reading import OrderSelection, Piece, find_piece
from exchange.orders.schemas import OrderFilter
from exchange.orders.store import Order
from exchange.running.model import earliest_end
from kdnx.documents.model import Kind, Visibility
from kdnx.documents.panel import Panel, panel_of
from kdnx.money import plain_number
from kdnx.text import _
from kdnx.viewer import ROLE_LABELS, Permission, Viewer
from kdnx.web.form import Form, field_errors
from kdnx.web.formats import day, eur
from kdnx.web.routing import Call, get
from kdnx.web.slots import render_slots

E, P = OrderEvent, Permission
M = TypeVar("M", bound=BaseModel)
CSV_LIMIT = 5000
FORMULA = ("=", "+", "-", "@", "\t")
WORDS: Mapping[str, Any] = {
    "labels": LABELS, "badges": BADGES, "event_labels": EVENT_LABELS, "billing": BILLING_LABELS,
    "periods": PERIOD_LABELS,
    "routes": ROUTE_LABELS, "legal_routes": LEGAL_ROUTE_LABELS, "silences": SILENCE_LABELS, "sides": SIDE_LABELS,
    "origins": ORIGIN_LABELS,
}  # fmt: skip
IN_SECTION = {E.REVIEW, E.APPROVE_PROVIDER, E.APPROVE_HUB, E.APPROVE_RECIPIENT}
SIMPLE_MOVES = {
    E.EXPRESS, E.COORDINATE, E.RETURN, E.WITHDRAW, E.DECLINE, E.PAUSE, E.RESUME, E.REQUEST_TERMINATION,
    E.CONFIRM_TERMINATION, E.REFUSE_TERMINATION, E.WITHDRAW_TERMINATION,
}  # fmt: skip


async def list_orders(call: Call) -> Response:
    """My orders: what I deliver and what I receive."""
    query = call.query(OrderFilter)
    piece = await _piece(call, query)
    sums = await store.count_orders(
        call.conn, call.viewer.members, sees_all=call.viewer.scope in actions.ALL_SCOPES
    )
    address = {
        k: v
        for k, v in query.model_dump(mode="json").items()
        if v not in ("", None) and k != "cursor"
    }
    return await call.page(
        "orders/list.html", query=query, orders=piece.items, states=_states(sums, query), address=urlencode(address),
        next_href="/orders?" + urlencode({**address, "cursor": piece.next}) if piece.next else "", **WORDS,
    )  # fmt: skip


def _states(rows: Sequence[Mapping[str, Any]], query: OrderFilter) -> list[tuple[str, str]]:
    """The states that occur on the chosen side, with how many orders."""
    found = []
    for state in OrderState:
        count = sum(
            r["orders"]
            for r in rows
            if r["state"] == state
            and query.side in {"", "provider" if r["is_provider"] else "recipient"}
        )
        if count or state == query.state:
            found.append((state.value, f"{LABELS[state]} ({count})"))
    return found


async def _piece(call: Call, query: OrderFilter) -> Piece:
    states = [query.state] if query.state in set(OrderState) else None
    given = OrderSelection(query.side or None, states, query.offering, query.q.strip() or None)
    return await find_piece(call, given, query.cursor, query.size)


async def export_orders(call: Call) -> Response:
    """The selection of the list as CSV."""
    query = call.query(OrderFilter).model_copy(update={"cursor": None, "size": CSV_LIMIT})
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow([_("Nummer"), _("Leistung"), _("Bereitsteller"), _("Abnehmer"), _("Kategorie"),
    _("Stand"), _("Beginn"), _("Ende"),
                     _("Jahreswert netto"), _("Abrechnung"), _("Weg"), _("Rechtsweg")])  # fmt: skip
    for o in (await _piece(call, query)).items:
        cells = [o.number or "", o.title, o.provider_name, o.recipient_name, o.category_name or "",
        LABELS[OrderState(o.state)], day(o.starts_on),
                 day(o.runs_until) if o.runs_until else "",
                 eur(o.yearly_net_cents).removesuffix("\u00a0€"), BILLING_LABELS[o.billing],
                 ROUTE_LABELS[o.route], LEGAL_ROUTE_LABELS[LegalRoute(o.legal_route)]]  # fmt: skip
        writer.writerow(["'" + c if c.startswith(FORMULA) else c for c in cells])
    headers = {
        "Content-Disposition": 'attachment; filename="leistungsscheine.csv"',
        "Cache-Control": "no-store",
    }
    return Response("\ufeff" + out.getvalue(), 200, headers, "text/csv; charset=utf-8")


def validate_form(schema: type[M], raw: Mapping[str, Any], values: Mapping[str, Any]) -> Form[M]:
    """The posted values by their schema, lenient about notation; errors stand at the fields."""
    try:
        return Form(raw=dict(raw), value=schema.model_validate(values, strict=False))
    except ValidationError as error:
        return Form(raw=dict(raw), errors=field_errors(error))


def read_number(text: str) -> str:
    """German notation as the schema reads it: 1.234,5 becomes 1234.5, 5.000 becomes 5000."""
    return plain_number(text)


async def show_order(call: Call) -> Response:
    """One order: contracts side by side, schedule, terms, who is to act, what happened."""
    return await order_page(call, None)


async def order_page(call: Call, form: Form[Any] | None, status: int = 200) -> Response:
    """The page of an order; `form` brings back what a refused form held."""
    order = await actions.read_order(call.conn, call.viewer, call.path_id())
    conn, key = call.conn, (order.owner_id, order.id)
    moves = actions.possible(call.viewer, order)
    return await call.page(
        "orders/show.html", status=status, order=order, form=form, next_step=next_step(order),
        legs=await store.list_legs(conn, *key, order.current_version), lines=await store.list_lines(conn,
        *key, order.current_version),
        versions=await store.list_versions(conn, *key), steps=await store.list_steps(conn, *key),
        moves=[m for m in moves if m in SIMPLE_MOVES], may_offer=E.OFFER in moves,
        earliest=earliest_end(conn.today, order.notice_months),
        section_step=next((m.value for m in moves if m in IN_SECTION), ""),
        nothing_to_do=turn_words(call.viewer, order, moves),
        sections=await render_slots(call, "order.sections", order.id),
        continued_by=await store.find_continuation(conn, *key), needs_reason=actions.NEEDS_REASON,
        my_sides=actions.sides_of(call.viewer, order), panel=await _documents(call, order),
        **WORDS,
    )  # fmt: skip


async def _documents(call: Call, order: Order) -> Panel:
    """Contract and annexes; a draft is the recipient's own, so its documents stay in the house."""
    parties = () if order.number is None else (order.owner_id, order.recipient_id)
    visibilities = (Visibility.PARTIES, Visibility.OFFICE) if parties else (Visibility.OFFICE,)
    return await panel_of(
        call, "order", order.id, url=f"/orders/{order.id}", party_ids=parties, visibilities=visibilities,
        kinds=(Kind.CONTRACT, Kind.ANNEX), may_add=bool(actions.sides_of(call.viewer, order)),
    )  # fmt: skip


def turn_words(viewer: Viewer, order: Order, moves: Sequence[OrderEvent]) -> str:
    """Why the viewer finds no button for the step that is next: whose it is, or which role; else empty."""
    turn = turn_of(order.state, order.route)
    if turn is None or turn[1] in moves:
        return ""
    side, event = turn
    if side not in actions.sides_of(viewer, order):
        if moves:
            return ""
        return _("Für Sie steht hier nichts an: „{event}“ ist Sache von {who}.").format(
            event=EVENT_LABELS[event], who=_name_of(order, side)
        )
    role = actions.TASK_ROLES.get(event)
    return (
        _("Diesen Schritt tut in Ihrem Haus eine Person mit der Rolle „{role}“.").format(
            role=ROLE_LABELS[role]
        )
        if role
        else ""
    )


def _name_of(order: Order, side: str) -> str:
    return {
        "provider": order.provider_name,
        "recipient": order.recipient_name,
        "hub": _("die Drehscheibe") if order.hub_id else _("die Geschäftsstelle"),
    }[side]


def next_step(order: Order) -> str:
    """Who is to act next, in words."""
    state = OrderState(order.state)
    turn = turn_of(order.state, order.route)
    if turn:
        return _("Jetzt ist {who} am Zug: {what}.").format(
            who=_name_of(order, turn[0]), what=EVENT_LABELS[turn[1]]
        )
    if state == OrderState.APPROVED:
        return _("Alle Seiten haben freigegeben; die Leistung beginnt am {day}.").format(
            day=day(order.starts_on)
        )
    if order.termination_by and state == OrderState.ACTIVE:
        other = (
            order.recipient_name if order.termination_by == order.owner_id else order.provider_name
        )
        return _("Gekündigt zum {day}; {who} bestätigt die Kündigung.").format(
            day=day(order.termination_on), who=other
        )
    if state in {OrderState.ACTIVE, OrderState.PAUSED, OrderState.NOTICE_GIVEN}:
        return (
            _("Läuft bis {day}.").format(day=day(order.runs_until))
            if order.runs_until
            else _("Läuft unbefristet.")
        )
    return ""


DOORS = (
    get("/orders", list_orders, permission=P.ORDER_READ),
    get("/orders/export", export_orders, permission=P.ORDER_READ),
    get("/orders/{id}", show_order, permission=P.ORDER_READ),
)
