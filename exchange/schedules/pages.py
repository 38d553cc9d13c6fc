"""The booking plan of an order, what will be proposed next for all of mine, and reporting what was used."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from starlette.responses import Response

from exchange.bookings.model import BADGES, LABELS
from exchange.orders.actions import read_order
from exchange.orders.model import BILLING_LABELS, RUNNING
from exchange.schedules import store
from exchange.schedules.accrual import PRO_RATA_LABELS
from exchange.schedules.actions import (
    may_again,
    propose_again,
    read_outlook,
    report_quantities,
    switch_schedule,
)
from exchange.schedules.model import (
    PIECE_LABELS,
    STANDING_BADGES,
    STANDING_LABELS,
    Standing,
)
from exchange.schedules.reading import Entry, Outlook, read_outlooks
from exchange.schedules.schemas import AgainForm, QuantityForm, SchedulePageQuery, SwitchForm
from kdnx.db.conn import Conn
from kdnx.errors import FieldError, Invalid, NotFound
from kdnx.money import plain_number
from kdnx.text import _, ngettext
from kdnx.viewer import Permission, Viewer
from kdnx.web.form import Form
from kdnx.web.paging import decode_cursor, encode_cursor
from kdnx.web.routing import Call, get, post

P = Permission
AHEAD = timedelta(days=92)
YEAR = timedelta(days=366)
SHOWN = 4
PAST = timedelta(days=400)
MAX_QUANTITY = Decimal(10) ** 12
WORDS: Mapping[str, Any] = {
    "standings": STANDING_LABELS, "standing_badges": STANDING_BADGES, "pieces": PIECE_LABELS,
    "booking_labels": {s.value: t for s, t in LABELS.items()},
    "booking_badges": {s.value: b for s, b in BADGES.items()},
    "rules": PRO_RATA_LABELS, "billing": BILLING_LABELS,
}  # fmt: skip


def _coming(found: Outlook, today: date) -> list[Entry]:
    """What is not booked yet and comes to something, oldest first."""
    done = (Standing.BOOKED, Standing.BY_HAND, Standing.NOTHING)
    return [e for e in found.entries if e.standing not in done and e.piece.last >= today - PAST]


async def show_schedule(call: Call) -> Response:
    """All periods of an order for a year back and a year ahead, each with where it stands."""
    return await _page(call, None)


async def _page(call: Call, form: Form[Any] | None, status: int = 200) -> Response:
    order = await read_order(call.conn, call.viewer, call.path_id())
    if order.number is None:
        raise NotFound(_("Einen Buchungsplan gibt es erst, wenn der Leistungsschein eingereicht ist."))  # fmt: skip
    today = call.conn.today
    found = await read_outlook(call.conn, order.id, today + YEAR)
    shown = [e for e in found.entries if e.piece.last >= today - PAST]
    is_mine = call.viewer.acts_for(order.owner_id) and call.viewer.may(P.BOOKING_PROPOSE)
    waiting = [e for e in shown if e.standing == Standing.NEEDS_QUANTITY]
    return await call.page(
        "bookingplans/show.html", status=status, order=order, head=found.head, entries=shown, form=form,
        waiting=waiting if is_mine else [], again={_key(e) for e in shown if is_mine and may_again(e, today)},
        needs_tax=any(e.standing == Standing.NEEDS_TAX for e in shown), is_mine=is_mine,
        earlier=len(found.entries) - len(shown), runs=order.state in RUNNING, **WORDS,
    )  # fmt: skip


def _key(entry: Entry) -> tuple[date, str]:
    return entry.piece.first, entry.piece.kind.value


async def switch(call: Call) -> Response:
    """Switch the calendar on or off."""
    form = call.form(SwitchForm)
    if form.value is None:
        return await _page(call, form, 422)
    v = form.value
    rows = await switch_schedule(
        call.conn, call.viewer, call.path_id(), is_on=v.is_on == "yes", begins=v.begins, expected=v.version
    )  # fmt: skip
    said = _("Der Buchungsplan ist abgeschaltet.")
    if v.is_on == "yes":
        said = _("Der Buchungsplan ist eingeschaltet.") + _proposed(len(rows))
    return call.redirect(_url(call), said)


def _proposed(n: int) -> str:
    if not n:
        return ""
    text = ngettext("{n} Buchung ist vorgeschlagen.", "{n} Buchungen sind vorgeschlagen.", n)
    return " " + text.format(n=n)


def _url(call: Call) -> str:
    return f"/orders/{call.path_id()}/schedule"


async def report(call: Call) -> Response:
    """Report what was used in a period."""
    form: Form[Any] = call.form(QuantityForm)
    amounts, errors = _amounts(call.fields)
    if form.value is None or errors:
        return await _page(call, Form(form.raw, None, [*form.errors, *errors]), 422)
    v = form.value
    try:
        async with call.conn.savepoint():
            rows = await report_quantities(
                call.conn, call.viewer, call.path_id(), v.first, amounts, v.note
            )
    except Invalid as error:
        return await _page(call, Form(form.raw, None, error.errors), 422)
    return call.redirect(_url(call), _("Menge gemeldet.") + _proposed(len(rows)))


def _amounts(fields: Mapping[str, Any]) -> tuple[dict[int, Decimal], list[FieldError]]:
    """The posted quantities by place of the line, German notation."""
    amounts: dict[int, Decimal] = {}
    errors = []
    for name, text in fields.items():
        place = name.removeprefix("quantity_")
        if place == name or not (place.isascii() and place.isdigit()) or len(place) > len("1000"):
            continue
        value = _read(str(text))
        if value is None:
            errors.append(FieldError(name, _("Bitte eine Zahl eingeben, zum Beispiel 1.234,5.")))
        else:
            amounts[int(place)] = value
    return amounts, errors


def _read(text: str) -> Decimal | None:
    try:
        value = Decimal(plain_number(text))
        fits = value.is_finite() and 0 <= value <= MAX_QUANTITY
        return value if fits and value == round(value, 4) else None
    except InvalidOperation:
        return None


async def again(call: Call) -> Response:
    """Propose a period once more."""
    v = call.form(AgainForm).valid()
    rows = await propose_again(call.conn, call.viewer, call.path_id(), v.first, v.kind)
    return call.redirect(_url(call), _("Erneut vorgeschlagen.") + _proposed(len(rows)))


async def list_schedules(call: Call) -> Response:
    """What the calendar will propose for my running orders in the next three months, and what holds it up."""
    query = call.query(SchedulePageQuery)
    secret = call.house.settings.secret()
    after = decode_cursor(secret, query.cursor, 2) if query.cursor else None
    try:
        place = (after[0], UUID(after[1])) if after else None
    except ValueError:
        raise Invalid(_("Diese Fortsetzung ist ungültig."), code="bad_cursor") from None
    keys = await store.list_running(
        call.conn, call.viewer.members, query.side or None, place, query.size + 1, is_on=query.plan == "on"
    )  # fmt: skip
    shown = keys[: query.size]
    today = call.conn.today
    found = await read_outlooks(call.conn, [i for _n, i in shown], today + AHEAD)
    found = sorted(found, key=lambda o: (o.head.number, str(o.head.order_id)))
    rows = [(o, _coming(o, today)[:SHOWN] if o.head.is_on else []) for o in found]
    address = {"plan": query.plan, **({"side": query.side} if query.side else {})}
    more = len(keys) > query.size
    following = {**address, "cursor": encode_cursor(secret, shown[-1])} if more else {}
    return await call.page(
        "bookingplans/list.html", query=query, rows=rows, until=today + AHEAD,
        sums=_sums(found, today) if query.plan == "on" else [], tabs=_tabs(query),
        next_href="/schedules?" + urlencode(following) if more else "",
        first_href="/schedules?" + urlencode(address) if query.cursor else "", **WORDS,
    )  # fmt: skip


def _tabs(query: SchedulePageQuery) -> list[tuple[str, str, bool]]:
    side = f"&side={query.side}" if query.side else ""
    named = (("on", _("Plan eingeschaltet")), ("off", _("Plan abgeschaltet")))
    return [(text, f"/schedules?plan={key}{side}", query.plan == key) for key, text in named]


def _sums(found: Sequence[Outlook], today: date) -> list[tuple[Standing, int, int]]:
    """(standing, how many, cents) of what is coming."""
    every = [e for o in found for e in _coming(o, today)]
    kinds = [s for s in Standing if any(e.standing == s for e in every)]
    return [
        (s, sum(e.standing == s for e in every), sum(e.piece.cents or 0 for e in every if e.standing == s))
        for s in kinds
    ]  # fmt: skip


async def order_section(
    conn: Conn, viewer: Viewer, key: Any
) -> tuple[str, Mapping[str, Any]] | None:
    """The next periods of a running order, on its page."""
    order = await read_order(conn, viewer, key)
    if order.state not in RUNNING or not viewer.may(P.BOOKING_READ):
        return None
    found = await read_outlooks(conn, [order.id], conn.today + AHEAD)
    if not found or not found[0].versions:
        return None
    coming = _coming(found[0], conn.today)
    return "bookingplans/section.html", {
        "order": order, "head": found[0].head, "entries": coming[:SHOWN],
        "is_mine": viewer.acts_for(order.owner_id) and viewer.may(P.BOOKING_PROPOSE),
        "missing": sum(e.standing == Standing.NEEDS_QUANTITY for e in coming), **WORDS,
    }  # fmt: skip


DOORS = (
    get("/schedules", list_schedules, permission=P.BOOKING_READ),
    get("/orders/{id}/schedule", show_schedule, permission=P.BOOKING_READ),
    post("/orders/{id}/schedule", switch, permission=P.BOOKING_PROPOSE),
    post("/orders/{id}/schedule/again", again, permission=P.BOOKING_PROPOSE),
    post("/orders/{id}/quantities", report, permission=P.BOOKING_PROPOSE),
)
