"""Settlements of cost for people: list, prepare with preview, settle; a recipient sees how its share came about."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from starlette.responses import Response

from exchange.bookings.model import BADGES as BOOKING_BADGES
from exchange.bookings.model import LABELS as BOOKING_LABELS
from exchange.bookings.store import get_bookings
from exchange.ledger.reading import own_or_all
from exchange.shares import store
from exchange.shares.actions import (
    Figures,
    create_pool,
    discard_pool,
    propose_pool,
    read_pool,
    save_pool,
)
from exchange.shares.drafting import work_out
from exchange.shares.model import BADGES, KEY_LABELS, LABELS, PoolState
from exchange.shares.schemas import NewPoolForm, PoolForm, PoolPageQuery, VersionForm
from kdnx.errors import FieldError, Invalid, Refused
from kdnx.money import plain_number
from kdnx.text import _, ngettext
from kdnx.viewer import Permission
from kdnx.web.form import Form
from kdnx.web.paging import decode_cursor, encode_cursor
from kdnx.web.routing import Call, get, post

P = Permission
SIZE = 50
MAX_KEY = Decimal(10) ** 12
WORDS: Mapping[str, Any] = {
    "labels": {s.value: t for s, t in LABELS.items()}, "badges": {s.value: b for s, b in BADGES.items()},
    "keys": {k.value: t for k, t in KEY_LABELS.items()},
    "booking_labels": {s.value: t for s, t in BOOKING_LABELS.items()},
    "booking_badges": {s.value: b for s, b in BOOKING_BADGES.items()},
}  # fmt: skip


async def list_pools(call: Call) -> Response:
    """Settlements of my house, and those it shares in."""
    query, secret = call.query(PoolPageQuery), call.house.settings.secret()
    place = decode_cursor(secret, query.cursor, 2) if query.cursor else None
    try:
        after = (int(place[0]), UUID(place[1])) if place else None
    except ValueError:
        raise Invalid(_("Diese Fortsetzung ist ungültig."), code="bad_cursor") from None
    found = await store.list_pools(call.conn, own_or_all(call.viewer), after, SIZE + 1)
    shown = found[:SIZE]
    next_href = ""
    if len(found) > SIZE:
        cursor = encode_cursor(secret, [shown[-1].year, shown[-1].id])
        next_href = "/cost-pools?" + urlencode({"cursor": cursor})
    return await call.page(
        "shares/list.html", pools=shown, next_href=next_href, first_href="/cost-pools" if query.cursor else "", **WORDS
    )  # fmt: skip


async def new_pool(call: Call) -> Response:
    """The form to begin a settlement."""
    return await _new(call, None)


async def _new(call: Call, form: Form[NewPoolForm] | None, status: int = 200) -> Response:
    offerings = await store.list_offerings(call.conn, call.viewer.members)
    return await call.page(
        "shares/new.html", status=status, form=form, options=[(str(i), t) for i, t in offerings],
        year=call.conn.today.year - 1, **WORDS,
    )  # fmt: skip


async def create(call: Call) -> Response:
    """Begin a settlement."""
    form = call.form(NewPoolForm)
    if form.value is None:
        return await _new(call, form, 422)
    v = form.value
    figures = Figures(v.key_kind, v.actual, evidence=v.evidence)
    try:
        async with call.conn.savepoint():
            pool = await create_pool(call.conn, call.viewer, v.offering, v.year, figures)
    except Refused as error:
        text = " ".join(t for t in (error.detail, error.remedy) if t)
        return await _new(call, Form(form.raw, None, [FieldError("year", text, error.code)]), 422)
    return call.redirect(f"/cost-pools/{pool.id}", _("Angelegt; bitte Schlüssel und Kosten prüfen."))  # fmt: skip


async def show_pool(call: Call) -> Response:
    """One settlement: for its house all shares, for a recipient its own."""
    return await _show(call, None)


async def _show(call: Call, form: Form[Any] | None, status: int = 200) -> Response:
    pool = await read_pool(call.conn, call.viewer, call.path_id())
    draft = await work_out(call.conn, pool)
    ids = [s.booking_id for s in draft.shares if s.booking_id]
    booked = {b.id: b for b in await get_bookings(call.conn, ids)}
    is_mine = call.viewer.acts_for(pool.owner_id) and call.viewer.may(P.BOOKING_PROPOSE)
    return await call.page(
        "shares/show.html", status=status, pool=draft.pool, shares=draft.shares, obstacles=draft.obstacles,
        booked=booked, form=form, may_edit=is_mine and pool.state == PoolState.DRAFT,
        sees_all=call.viewer.acts_for(pool.owner_id) or own_or_all(call.viewer) is None,
        sums=(sum(s.share_cents for s in draft.shares), sum(s.advances_cents for s in draft.shares)), **WORDS,
    )  # fmt: skip


async def save(call: Call) -> Response:
    """Keep figures and keys of a draft."""
    form: Form[Any] = call.form(PoolForm)
    keys, errors = _keys(call.fields)
    if form.value is None or errors:
        return await _show(call, Form(form.raw, None, [*form.errors, *errors]), 422)
    v = form.value
    figures = Figures(v.key_kind, v.actual, v.fixed_pct, v.by_days, v.evidence)
    pool = await save_pool(
        call.conn, call.viewer, call.path_id(), figures, keys, expected=v.version
    )
    return call.redirect(f"/cost-pools/{pool.id}", _("Gespeichert; die Vorschau ist neu gerechnet."))  # fmt: skip


def _keys(fields: Mapping[str, Any]) -> tuple[dict[UUID, Decimal], list[FieldError]]:
    """The posted keys by order, German notation."""
    keys: dict[UUID, Decimal] = {}
    errors = []
    for name, text in fields.items():
        if not name.startswith("key_") or name == "key_kind":
            continue
        try:
            order, value = UUID(name.removeprefix("key_")), Decimal(plain_number(str(text)))
            if not value.is_finite() or not 0 <= value <= MAX_KEY or value != round(value, 4):
                raise ValueError(text)
            keys[order] = value
        except (ValueError, InvalidOperation):
            said = _("Bitte eine Zahl ab null eingeben, zum Beispiel 12.500.")
            errors.append(FieldError(name, said))
    return keys, errors


async def propose(call: Call) -> Response:
    """Settle."""
    v = call.form(VersionForm).valid()
    rows = await propose_pool(call.conn, call.viewer, call.path_id(), expected=v.version)
    text = ngettext(
        "Abgerechnet: {n} Buchung ist vorgeschlagen.",
        "Abgerechnet: {n} Buchungen sind vorgeschlagen.",
        len(rows),
    )
    return call.redirect(f"/cost-pools/{call.path_id()}", text.format(n=len(rows)))


async def discard(call: Call) -> Response:
    """Drop a draft."""
    v = call.form(VersionForm).valid()
    await discard_pool(call.conn, call.viewer, call.path_id(), expected=v.version)
    return call.redirect("/cost-pools", _("Die Vorbereitung ist verworfen."))


DOORS = (
    get("/cost-pools", list_pools, permission=P.BOOKING_READ),
    get("/cost-pools/new", new_pool, permission=P.BOOKING_PROPOSE),
    post("/cost-pools", create, permission=P.BOOKING_PROPOSE),
    get("/cost-pools/{id}", show_pool, permission=P.BOOKING_READ),
    post("/cost-pools/{id}", save, permission=P.BOOKING_PROPOSE),
    post("/cost-pools/{id}/propose", propose, permission=P.BOOKING_PROPOSE),
    post("/cost-pools/{id}/discard", discard, permission=P.BOOKING_PROPOSE),
)
