"""Bookings for people: the inbox of what waits for me, one booking with its proof, proposing and correcting."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from starlette.responses import Response

from exchange.bookings import store
from exchange.bookings.actions import (
    BOOKABLE,
    Proposal,
    adjust_booking,
    propose_booking,
    reverse_booking,
    terms_on,
    withdraw_booking,
)
from exchange.bookings.model import (
    BADGES,
    KIND_LABELS,
    LABELS,
    REASON_LABELS,
    BookingKind,
    BookingState,
    DisputeReason,
    possible,
)
from exchange.bookings.schemas import AdjustForm, BookingPageQuery, ProposalForm, ReasonForm
from exchange.bookings.store import BookingFilter, Row, Terms
from exchange.ledger.model import TRANSFER_LABELS, TransferKind
from exchange.ledger.reading import own_or_all
from exchange.ledger.store import TransferFilter, list_transfers
from kdnx.audit.store import list_events_of_object
from kdnx.db.conn import Conn
from kdnx.errors import FieldError, Invalid, NotFound, Refused
from kdnx.members.store import list_members
from kdnx.text import _
from kdnx.viewer import Permission, Scope, Viewer, roles_with
from kdnx.web.form import Form
from kdnx.web.paging import decode_cursor, encode_cursor
from kdnx.web.routing import Call, get, post
from kdnx.web.slots import render_slots

WORDS: Mapping[str, Any] = {
    "labels": {s.value: text for s, text in LABELS.items()},
    "badges": {s.value: kind for s, kind in BADGES.items()},
    "kinds": {k.value: text for k, text in KIND_LABELS.items()},
    "reasons": {r.value: text for r, text in REASON_LABELS.items()},
    "transfer_kinds": {k.value: text for k, text in TRANSFER_LABELS.items()},
}
# at which field of the form a refusal is shown
FIELD_OF = {"booking_one_year": "service_to", "outside_term": "service_to", "period_order": "service_to",
            "booking_reference_once": "reference", "booking_positive": "net"}  # fmt: skip
PROPOSED = "Vorgeschlagen; die andere Seite bestätigt oder bestreitet."
ACT_LABELS = {
    "booking.propose": "vorgeschlagen",
    "booking.confirm": "bestätigt",
    "booking.dispute": "bestritten",
    "booking.withdraw": "zurückgezogen",
    "booking.reversal": "als Storno vorgeschlagen",
    "booking.adjustment": "als Berichtigung vorgeschlagen",
    "booking.escalate": "nach Fristablauf an die Geschäftsstelle gegeben",
    "booking.expire": "nach Fristablauf verfallen",
    "booking.consent": "nach Fristablauf als bestätigt übernommen",
}


async def list_bookings(call: Call) -> Response:
    """The inbox, or all bookings by state, year, order and number."""
    query = call.query(BookingPageQuery)
    rows, cursor = await _rows(call, query)
    states = await store.count_states(call.conn, own_or_all(call.viewer), query.year, query.order)
    waiting = await store.count_inbox(call.conn, call.viewer.members)
    return await call.page(
        "bookings/list.html", query=query, rows=rows, states=states, waiting=waiting,
        tabs=_tabs(query, states, waiting[0]), signable={r.id for r in rows if _may_sign(call.viewer, r)},
        years=[(y, str(y)) for y in range(call.conn.today.year + 1, 2019, -1)],
        next_href=_address(query, cursor=cursor) if cursor else "",
        first_href=_address(query) if query.cursor else "", **WORDS,
    )  # fmt: skip


async def _rows(call: Call, query: BookingPageQuery) -> tuple[list[store.Listed], str | None]:
    secret = call.house.settings.secret()
    place = decode_cursor(secret, query.cursor, 2) if query.cursor else None
    try:
        if query.view == "inbox":
            rows = await store.list_inbox(
                call.conn, call.viewer.members, escalated=call.viewer.scope == Scope.OFFICE,
                after=(date.fromisoformat(place[0]), UUID(place[1])) if place else None, limit=query.size + 1,
            )  # fmt: skip
        else:
            wanted = BookingFilter(
                query.state or None, query.year, query.order, query.q.strip() or None,
                (datetime.fromisoformat(place[0]), UUID(place[1])) if place else None,
            )  # fmt: skip
            rows = await store.list_bookings(
                call.conn, own_or_all(call.viewer), wanted, query.size + 1
            )
    except ValueError:
        raise Invalid(_("Diese Fortsetzung ist ungültig."), code="bad_cursor") from None
    if len(rows) <= query.size:
        return rows, None
    last = rows[query.size - 1]
    key = last.due_on if query.view == "inbox" else last.proposed_at
    return rows[: query.size], encode_cursor(secret, [key, last.id])


def _address(query: BookingPageQuery, **over: object) -> str:
    values = {**query.model_dump(exclude={"cursor"}), **over}
    return "/bookings?" + urlencode({k: v for k, v in values.items() if v not in (None, "")})


def _tabs(
    query: BookingPageQuery, states: Mapping[str, tuple[int, int]], waiting: int
) -> list[tuple[str, str, bool, int]]:
    tabs = [(_("Wartet auf mich"), "/bookings", query.view == "inbox", waiting)]
    everything = sum(n for n, _cents in states.values())
    tabs.append(
        (
            _("Alle"),
            _address(query, view="all", state=None),
            query.view == "all" and not query.state,
            everything,
        )
    )
    for state, label in LABELS.items():
        n = states.get(state.value, (0, 0))[0]
        here = query.view == "all" and query.state == state.value
        tabs.append((label.capitalize(), _address(query, view="all", state=state.value), here, n))
    return tabs


def _may_sign(viewer: Viewer, row: Row) -> bool:
    return (
        viewer.may(Permission.BOOKING_CONFIRM)
        and row.state in (BookingState.PROPOSED.value, BookingState.DISPUTED.value)
        and row.counterpart in viewer.members
    )


async def show_booking(call: Call) -> Response:
    """One booking: amounts, history, disputes, related bookings, ledger rows, proof."""
    return await _show(call, call.path_id())


async def show_with_errors(call: Call, form: Form[Any]) -> Response:
    """The booking again, with what was typed and the errors at their fields."""
    return await _show(call, call.path_id(), form=form, status=422)


async def act_or_show(
    call: Call, form: Form[Any], field: str, act: Callable[[], Awaitable[Row]], flash: str
) -> Response:
    """Do it and go to the booking; a refusal stands at `field` and nothing typed is lost."""
    try:
        async with call.conn.savepoint():
            row = await act()
    except Refused as error:
        text = " ".join(t for t in (error.detail, error.remedy) if t)
        return await show_with_errors(
            call, Form(form.raw, None, [FieldError(field, text, error.code)])
        )
    return call.redirect(f"/bookings/{row.id}", flash)


async def _show(
    call: Call, booking_id: UUID, *, form: Form[Any] | None = None, status: int = 200
) -> Response:
    row = await store.find_booking(call.conn, booking_id)
    if row is None:
        raise NotFound(_("Diese Buchung gibt es nicht, oder sie ist für Sie nicht sichtbar."))
    may_propose = call.viewer.may(Permission.BOOKING_PROPOSE)
    is_party = any(call.viewer.acts_for(m) for m in (row.owner_id, row.recipient_id))
    moves = possible(
        row,
        call.viewer.members,
        may_propose=may_propose,
        may_confirm=call.viewer.may(Permission.BOOKING_CONFIRM),
    )
    names = {
        m.id: m.short_name for m in await list_members(call.conn, [row.owner_id, row.recipient_id])
    }
    events = await list_events_of_object(call.conn, row.id)
    is_mine = row.counterpart in call.viewer.members and not moves
    return await call.page(
        "bookings/show.html", status=status, row=row, title=await store.title_of(call.conn, row), names=names,
        signers=", ".join(roles_with(Permission.BOOKING_CONFIRM)) if is_mine else "", form=form,
        moves={m.value for m in moves},
        correctable=row.state == BookingState.CONFIRMED.value and may_propose and is_party,
        reversible=row.kind != BookingKind.REVERSAL.value, disputes=await store.list_disputes(call.conn, row),
        related=await store.list_related(call.conn, row),
        transfers=await list_transfers(call.conn, None, TransferFilter(source_id=row.id), 200),
        history=[(e["at"], _sentence(e["action"], e["reason"]), e["person"] or "") for e in events],
        volume_kind=TransferKind.SUPPLY.value, sections=await render_slots(call, "booking.sections", row.id),
        facts=await render_slots(call, "booking.facts", row),
        reason_options=[(r.value, text) for r, text in REASON_LABELS.items() if r != DisputeReason.REST], **WORDS,
    )  # fmt: skip


def _sentence(action: str, reason: str | None) -> str:
    text = ACT_LABELS.get(action, action)
    return text[:1].upper() + text[1:] + (f": {reason}" if reason else "")


async def new_booking(call: Call) -> Response:
    """The form to propose; with `order` the terms of that order beside it."""
    order = call.query(BookingPageQuery).order
    return await _new(call, order)


async def _new(
    call: Call, order: UUID | None, *, form: Form[Any] | None = None, status: int = 200
) -> Response:
    found = await store.get_terms(call.conn, ids=[order] if order else None)
    own = [t for t in found if call.viewer.acts_for(t.owner_id) and t.state in BOOKABLE]
    by_order: dict[UUID, list[Terms]] = {}
    for t in own:
        by_order.setdefault(t.order_id, []).append(t)
    terms = [terms_on(versions, call.conn.today) for versions in by_order.values()]
    names = {m.id: m.short_name for m in await list_members(call.conn)}
    options = [
        (str(t.order_id), f"{t.number} · {t.title} · {names.get(t.recipient_id, '–')}")
        for t in terms
    ]
    chosen = next((t for t in terms if t.order_id == order), None)
    before = call.conn.today.replace(day=1) - timedelta(days=1)  # the last full month
    return await call.page(
        "bookings/new.html", status=status, form=form, options=options, chosen=chosen, names=names,
        first=before.replace(day=1).isoformat(), last=before.isoformat(),
    )  # fmt: skip


async def propose(call: Call) -> Response:
    """Propose what was typed; errors stand at their fields."""
    form = call.form(ProposalForm)
    if form.value is None:
        return await _new(call, _order_of(call.fields), form=form, status=422)
    f = form.value
    proposal = Proposal(
        f.order, f.service_from, f.service_to, f.net, f.quantity, f.reference, f.note
    )
    try:
        async with call.conn.savepoint():
            row = await propose_booking(call.conn, call.viewer, proposal)
    except Refused as error:
        field = FIELD_OF.get(error.code, "order")
        faults = [
            FieldError(field, " ".join(t for t in (error.detail, error.remedy) if t), error.code)
        ]
        return await _new(call, f.order, form=Form(form.raw, None, faults), status=422)
    return call.redirect(
        f"/bookings/{row.id}", _("Die Buchung {n} ist vorgeschlagen.").format(n=row.booking_number)
    )


def _order_of(fields: Mapping[str, Any]) -> UUID | None:
    try:
        return UUID(str(fields.get("order", "")))
    except ValueError:
        return None


async def withdraw(call: Call) -> Response:
    """Take back an open proposal."""
    return await _with_reason(call, withdraw_booking, _("Die Buchung ist zurückgezogen."))


async def reverse(call: Call) -> Response:
    """Propose a reversal."""
    return await _with_reason(call, reverse_booking, PROPOSED)


async def _with_reason(call: Call, action: Callable[..., Awaitable[Row]], flash: str) -> Response:
    form = call.form(ReasonForm)
    if form.value is None:
        return await show_with_errors(call, form)
    f = form.value
    act = partial(
        action, call.conn, call.viewer, call.path_id(), reason=f.reason, expected=f.version
    )
    return await act_or_show(call, form, "reason", act, _(flash))


async def adjust(call: Call) -> Response:
    """Propose an adjustment."""
    form = call.form(AdjustForm)
    if form.value is None:
        return await show_with_errors(call, form)
    f = form.value
    act = partial(
        adjust_booking, call.conn, call.viewer, call.path_id(),
        delta_cents=f.delta, reason=f.reason, expected=f.version,
    )  # fmt: skip
    return await act_or_show(call, form, "delta", act, _(PROPOSED))


async def order_section(
    conn: Conn, viewer: Viewer, key: Any
) -> tuple[str, Mapping[str, Any]] | None:
    """The bookings of an order for its page; `key` is the order or its id."""
    order_id = key if isinstance(key, UUID) else getattr(key, "id", None)
    if not isinstance(order_id, UUID) or not viewer.may(Permission.BOOKING_READ):
        return None
    rows: Sequence[Row] = await store.list_bookings(
        conn, own_or_all(viewer), BookingFilter(order_id=order_id), 50
    )
    states = await store.count_states(conn, own_or_all(viewer), order_id=order_id)
    terms = await store.get_terms(conn, ids=[order_id])
    can = bool(terms) and viewer.acts_for(terms[-1].owner_id) and terms[-1].state in BOOKABLE
    values = {
        "rows": rows,
        "states": states,
        "order_id": order_id,
        "is_open": can and viewer.may(Permission.BOOKING_PROPOSE),
    }
    return "bookings/order_section.html", {**values, **WORDS}


DOORS = (
    get("/bookings", list_bookings, permission=Permission.BOOKING_READ),
    get("/bookings/new", new_booking, permission=Permission.BOOKING_PROPOSE),
    post("/bookings", propose, permission=Permission.BOOKING_PROPOSE),
    get("/bookings/{id}", show_booking, permission=Permission.BOOKING_READ),
    post("/bookings/{id}/withdraw", withdraw, permission=Permission.BOOKING_PROPOSE),
    post("/bookings/{id}/reverse", reverse, permission=Permission.BOOKING_PROPOSE),
    post("/bookings/{id}/adjust", adjust, permission=Permission.BOOKING_PROPOSE),
)
