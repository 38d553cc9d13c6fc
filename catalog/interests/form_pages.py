"""The two forms of an interest (asking and offering) and the letter of an offer."""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar
from uuid import UUID

from pydantic import BaseModel, ValidationError
from starlette.responses import Response

from catalog.contents import store as contents
from catalog.contents.model import LEGAL_BASIS_LABELS, TAX_LABELS
from catalog.interests import actions, offering, store
from catalog.interests.model import InterestEvent, InterestState, advance
from catalog.interests.pages import WORDS
from catalog.interests.schemas import NewInterest, NewInterestQuery, OfferBody
from catalog.offerings import store as offerings
from catalog.prices.model import PriceBase, price_text
from kdnx.errors import Invalid, NotFound
from kdnx.members.store import get_member
from kdnx.money import plain_number
from kdnx.rules.calendar import add_days
from kdnx.text import _
from kdnx.viewer import Permission
from kdnx.web.form import Form, field_errors
from kdnx.web.routing import Call, get, post

E, P = InterestEvent, Permission
M = TypeVar("M", bound=BaseModel)
QUANTITY = re.compile(r"quantity_([1-9]\d?)")
LINE = re.compile(r"lines\.(\d{1,2})\.(label|unit|period|quantity|unit_price_micro|price)")


async def new_interest(call: Call) -> Response:
    """The form to express interest; leads to the open thread where there is one."""
    offering_id = call.query(NewInterestQuery).offering
    there = await store.find_open(call.conn, call.viewer.members, offering_id)
    if there is not None:
        return call.redirect(
            f"/interests/{there.id}", _("Ihr Haus hat für diese Leistung schon ein offenes Interesse."), "info"
        )  # fmt: skip
    return await _new_page(call, offering_id, None)


async def create(call: Call) -> Response:
    """Hand the interest to the provider."""
    form = _read_wish(call)
    if form.value is None:
        return await _new_page(call, _offering_of(call), form, 422)
    made = await actions.express_interest(call.conn, call.viewer, form.value)
    return call.redirect(
        f"/interests/{made.id}",
        _("Interesse {number} bekundet; {name} ist am Zug.").format(
            number=made.number, name=made.provider_short
        ),
    )


def _offering_of(call: Call) -> UUID:
    try:
        return UUID(str(call.fields.get("offering_id", "")))
    except ValueError:
        raise NotFound(
            _("Diese Leistung gibt es nicht, oder sie ist für Sie nicht sichtbar.")
        ) from None


async def _new_page(
    call: Call, offering_id: UUID, form: Form[NewInterest] | None, status: int = 200
) -> Response:
    conn = call.conn
    head = await offerings.get_offering(conn, call.viewer, offering_id)
    if head.published_version is None:
        raise actions.not_on_offer(head.id)
    version = await contents.get_version(conn, call.viewer, head.id, head.published_version)
    me = await get_member(conn, call.viewer.owner_id)
    usual = {PriceBase.FLAT: 1, PriceBase.INHABITANT: me.inhabitants or ""}
    provider = await get_member(conn, head.owner_id)
    return await call.page(
        "interests/new.html", status=status, head=head, version=version, provider=provider, form=form,
        prices=[(p, price_text(p.base, p.per), usual.get(PriceBase(p.base), "")) for p in version.prices],
        first_day=_first_day(call, version.lead_time_days), **WORDS,
    )  # fmt: skip


def _first_day(call: Call, lead_time_days: int | None) -> date:
    return add_days(call.conn.today, lead_time_days or 0)


def _read_wish(call: Call) -> Form[NewInterest]:
    raw = call.fields
    lines = [
        {"price": int(found[1]), "quantity": plain_number(str(value))}
        for key, value in raw.items() if (found := QUANTITY.fullmatch(key)) and str(value).strip()
    ]  # fmt: skip
    values = {
        k: raw[k] for k in ("offering_id", "starts_on", "ends_on", "route", "note") if raw.get(k)
    }
    form = _validate(NewInterest, raw, {**values, "lines": lines})
    if form.errors:  # the lines of the form are numbered by price, those of the schema by place
        places = {f"lines.{n}.quantity": f"quantity_{x['price']}" for n, x in enumerate(lines)}
        moved = [type(e)(places.get(e.field, e.field), e.message, e.code) for e in form.errors]
        return Form(raw=form.raw, errors=moved)
    return form


def _validate(schema: type[M], raw: Mapping[str, Any], values: Mapping[str, Any]) -> Form[M]:
    try:
        return Form(raw=dict(raw), value=schema.model_validate(values, strict=False))
    except ValidationError as error:
        return Form(raw=dict(raw), errors=field_errors(error))


async def edit_offer(call: Call) -> Response:
    """The form of the offer, filled from the catalogue and what was asked for."""
    return await _offer_page(call, None)


async def _offer_page(call: Call, form: Form[OfferBody] | None, status: int = 200) -> Response:
    interest = await actions.read_interest(call.conn, call.viewer, call.path_id())
    event = E.REVISE if interest.state == InterestState.OFFERED else E.OFFER
    advance(interest.state, event)
    actions.check_may(call.viewer, interest, event)
    proposal = await offering.propose_offer(call.conn, call.viewer, interest)
    return await call.page(
        "interests/offer.html", status=status, interest=interest, proposal=proposal, form=form,
        legal_options=[(k.value, v) for k, v in LEGAL_BASIS_LABELS.items()],
        tax_options=[(k.value, v) for k, v in TAX_LABELS.items()],
        is_revision=event == E.REVISE, **WORDS,
    )  # fmt: skip


async def offer(call: Call) -> Response:
    """Make the offer."""
    form = _read_offer(call)
    if form.value is None:
        return await _offer_page(call, form, 422)
    try:
        made = await offering.make_offer(
            call.conn, call.viewer, call.path_id(), form.value, expected=_version(call)
        )
    except Invalid as error:
        return await _offer_page(call, Form(raw=form.raw, errors=error.errors), 422)
    said = _("Angebot abgegeben; {name} entscheidet bis {day}.").format(
        name=made.asker_short,
        day=made.valid_until.strftime("%d.%m.%Y") if made.valid_until else "",
    )
    return call.redirect(f"/interests/{made.id}", said)


def _version(call: Call) -> int:
    given = str(call.fields.get("row_version", ""))
    return int(given) if given.isascii() and given.isdigit() and len(given) < 9 else -1


def _read_offer(call: Call) -> Form[OfferBody]:
    raw = call.fields
    rows: dict[int, dict[str, Any]] = {}
    for key, value in raw.items():
        if (found := LINE.fullmatch(key)) and str(value).strip():
            rows.setdefault(int(found[1]), {})[found[2]] = str(value).strip()
    places, lines = [], []
    for place, row in sorted(rows.items()):
        if row.keys() - {"period", "price"}:
            row["quantity"] = plain_number(row.get("quantity", ""))
            row["unit_price_micro"] = _micro(row.get("unit_price_micro", ""))
            places.append(place)
            lines.append(row)
    values = {k: v for k, v in raw.items() if k in OfferBody.model_fields and str(v).strip()}
    form = _validate(OfferBody, raw, {**values, "lines": lines})
    if form.errors:  # an empty line in between moves the places
        named = {f"lines.{n}.": f"lines.{place}." for n, place in enumerate(places)}
        moved = [type(e)(_renamed(e.field, named), e.message, e.code) for e in form.errors]
        return Form(raw=form.raw, errors=moved)
    return form


def _renamed(field: str, named: Mapping[str, str]) -> str:
    head = re.match(r"lines\.\d+\.", field)
    return named[head[0]] + field[head.end() :] if head and head[0] in named else field


def _micro(text: str) -> Any:
    try:
        value = Decimal(plain_number(text)) * 1_000_000
        return int(value) if value == value.to_integral_value() else text
    except (InvalidOperation, OverflowError, ValueError):
        return text


async def show_letter(call: Call) -> Response:
    """One offer as a letter to print."""
    interest = await actions.read_interest(call.conn, call.viewer, call.path_id())
    text = call.path_text("n")
    found = [o for o in await store.list_offers(call.conn, interest) if str(o.n) == text]
    if not found:
        raise NotFound(_("Dieses Angebot gibt es nicht."))
    return await call.page(
        "interests/letter.html", interest=interest, offer=found[0],
        provider=await get_member(call.conn, interest.provider_id),
        asker=await get_member(call.conn, interest.owner_id),
        is_last=found[0].n == interest.offer_n, **WORDS,
    )  # fmt: skip


DOORS = (
    get("/interests/new", new_interest, permission=P.ORDER_EDIT),
    post("/interests", create, permission=P.ORDER_EDIT),
    get("/interests/{id}/offer", edit_offer, permission=P.ORDER_EDIT),
    post("/interests/{id}/offer", offer, permission=P.ORDER_EDIT),
    get("/interests/{id}/offers/{n}", show_letter, permission=P.ORDER_READ),
)
