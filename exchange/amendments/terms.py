"""The terms a change wishes for: what stays, what is replaced, and which prices may not rise yet."""

from dataclasses import replace

from catalog.interface import list_prices
from exchange.amendments.schemas import AmendBody
from exchange.orders.actions import surcharge_on
from exchange.orders.model import LegalRoute, Line, Version
from kdnx.db.conn import Conn
from kdnx.errors import FieldError, Invalid, Refused
from kdnx.money import times
from kdnx.text import _


async def changed_terms(conn: Conn, old: Version, wish: AmendBody, route: str) -> Version:
    """The terms of a version as wished; Invalid where a wish makes no sense."""
    given = {
        name: getattr(wish, name)
        for name in ("notice_months", "billing", "confirm_days", "legal_reason", "entrustment", "note")
        if getattr(wish, name) is not None
    }  # fmt: skip
    new = replace(old, valid_from=wish.valid_from, **given)
    if wish.open_ended or wish.ends_on is not None:
        new = replace(new, ends_on=None if wish.open_ended else wish.ends_on)
    if wish.legal_route is not None:
        _check_route(wish)
        new = replace(new, legal_route=wish.legal_route.value)
    if wish.renew_surcharge:
        percent, fee, rule = await surcharge_on(conn, wish.valid_from, route)
        new = replace(new, surcharge_pct=percent, surcharge_fee_cents=fee, surcharge_rule_id=rule)
    if wish.lines is not None:
        new = replace(new, lines=_lines(wish))
    if wish.contract_refs:
        refs = dict(enumerate(wish.contract_refs, 1))
        legs = tuple(replace(x, contract_ref=refs.get(x.leg, x.contract_ref)) for x in new.legs)
        new = replace(new, legs=legs)
    return new


def _check_route(wish: AmendBody) -> None:
    if wish.legal_route == LegalRoute.OPEN:
        message = _("Bitte einen Rechtsweg wählen.")
        raise Invalid(message, errors=[FieldError("legal_route", message)])


def _lines(wish: AmendBody) -> tuple[Line, ...]:
    names = [x.label for x in wish.lines or ()]
    if len(set(names)) < len(names):
        message = _("Jede Position braucht eine eigene Bezeichnung.")
        raise Invalid(message, errors=[FieldError("lines", message)])
    return tuple(
        Line(
            n, x.label, x.unit, x.period, x.quantity, x.unit_price_micro,
            times(x.quantity, x.unit_price_micro), x.price,
        )
        for n, x in enumerate(wish.lines or (), 1)
    )  # fmt: skip


async def check_frozen(conn: Conn, old: Version, new: Version) -> None:
    """No price rises while the catalogue's price is frozen."""
    prices = {p.ordinal: p for p in await list_prices(conn, old.offering_id, old.offering_version)}
    before = {x.label: x.unit_price_micro for x in old.lines}
    for x in new.lines:
        price = prices.get(x.price_ordinal or 0)
        until = price.frozen_until if price else None
        rises = x.unit_price_micro > before.get(x.label, x.unit_price_micro)
        if until is not None and new.valid_from <= until and rises:
            raise Refused(
                _("Der Preis „{label}“ ist bis zum {day} fest.").format(
                    label=x.label, day=until.strftime("%d.%m.%Y")
                ),
                code="price_frozen",
                rule=_("Preisbindung der Leistung im Katalog."),
                remedy=_("Die Änderung für die Zeit danach vorschlagen."),
            )
