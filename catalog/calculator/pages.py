"""The calculator of an offering: its own page, and the piece on the page of the offering."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from catalog.calculator.model import Case, Outlook, Tax, input_name, look_ahead, table_on
from catalog.calculator.reading import Basis, first_of_next_month, read_basis, tax_of
from catalog.calculator.schemas import PageQuery, read_quantities
from catalog.prices.model import BASE_LABELS, PriceBase, PriceItem, price_text
from catalog.prices.wording import item_name, notes, steps
from kdnx.db.conn import Conn
from kdnx.errors import NotFound
from kdnx.module import Slot
from kdnx.text import _
from kdnx.viewer import Permission, Viewer
from kdnx.web.formats import day, num
from kdnx.web.routing import Call, get

INPUT_LABELS = {
    PriceBase.INHABITANT: "Einwohner",
    PriceBase.WORKPLACE: "Arbeitsplätze",
    PriceBase.USER: "Benutzer",
    PriceBase.LICENCE: "Lizenzen",
    PriceBase.DEVICE: "Geräte",
}
OF_A_YEAR = {"use"}


def inputs(
    items: Sequence[PriceItem], basis: Basis, given: Mapping[str, str]
) -> list[dict[str, Any]]:
    """The fields that these positions need, once each: name, label, value, hint."""
    found: dict[str, dict[str, Any]] = {}
    for item in items:
        name = input_name(item)
        if not name or name in found:
            continue
        known = basis.known.get(name)
        found[name] = {
            "name": name,
            "label": _label(item, name),
            "value": given.get(name) or (num(known) if known else ""),
            "hint": _hint(item, name, basis),
        }
    return list(found.values())


def _label(item: PriceItem, name: str) -> str:
    if name in set(PriceBase):
        return _(INPUT_LABELS[PriceBase(name)])
    return f"{item_name(item)}: {_('Menge')}"


def _hint(item: PriceItem, name: str, basis: Basis) -> str:
    if name == PriceBase.INHABITANT:
        member = basis.member
        if member is None or not member.inhabitants:
            return _("Im Mitgliederregister steht für Ihr Haus keine Zahl.")
        as_of = member.inhabitants_as_of
        stand = _("Stand {day}").format(day=day(as_of)) if as_of else _("ohne Stichtag")
        return _("aus dem Mitgliederregister, {stand}").format(stand=stand)
    unit = _(BASE_LABELS[PriceBase(item.base)]).removeprefix("je ")
    return _("{unit} im Jahr").format(unit=unit) if item.per in OF_A_YEAR else unit


async def show_calculator(call: Call) -> Response:
    """What it costs my house; every state is an address."""
    query = call.query(PageQuery)
    basis = await read_basis(call.conn, call.viewer, call.path_id(), draft=query.draft)
    if not basis.version.prices:
        raise NotFound(_("Diese Leistung hat noch keine Preise."))
    given = {k: v for k, v in call.request.query_params.items() if len(v) <= 40}
    start = query.start or first_of_next_month(call.conn.today)
    last = query.end if query.end and query.end >= start else None
    case = Case(start, last + timedelta(days=1) if last else None, index_pct=query.index)
    values = await answer(call.conn, basis, case, given)
    return await call.page(
        "calculator/show.html",
        last=last,
        end_refused=query.end is not None and last is None,
        index=num(query.index) if query.index else "",
        api_href=api_href(basis, values["case"]),
        wants_draft=query.draft,
        **values,
    )


async def answer(conn: Conn, basis: Basis, case: Case, given: Mapping[str, str]) -> dict[str, Any]:
    """The values of both templates for one case."""
    items = table_on(basis.tables, case.start)
    everything = [i for _begin, table in basis.tables for i in table]
    quantities, wrong = read_quantities(everything, given, basis.known)
    full = Case(case.start, case.end, quantities, case.index_pct)
    outlook = look_ahead(basis.tables, full)
    tax = await tax_of(conn, basis, case.start)
    return {
        "basis": basis,
        "head": basis.head,
        "version": basis.version,
        "case": full,
        "outlook": outlook,
        "tax": tax,
        "inputs": inputs(items, basis, given),
        "wrong": wrong,
        "unasked": [i for i in inputs(items, basis, given) if not i["value"]],
        "coming": [begin for begin, _items in basis.tables[1:]],
        "gross": gross_of(outlook, tax),
        "name_of": item_name,
        "steps_of": steps,
        "notes_of": notes,
        "unit_of": price_text,
    }


def gross_of(outlook: Outlook, tax: Tax | None) -> dict[str, int] | None:
    """The same sums with tax where it is taxable, else None."""
    if tax is None or not tax.rate_pct:
        return None
    sums = {
        "first": outlook.first_year_cents,
        "full": outlook.full_year_cents,
        "frozen": outlook.total_frozen_cents,
        "indexed": outlook.total_indexed_cents,
    }
    return {name: cents + tax.vat(cents) for name, cents in sums.items()}


def api_href(basis: Basis, case: Case) -> str:
    """The same case as an address of the JSON interface."""
    named = [("start", case.start.isoformat())]
    if case.end:
        named.append(("end", (case.end - timedelta(days=1)).isoformat()))
    if case.index_pct:
        named.append(("index", f"{case.index_pct.normalize():f}"))
    named += [("quantity", f"{o}:{n.normalize():f}") for o, n in sorted(case.quantities.items())]
    return f"/api/v1/offerings/{basis.head.id}/estimate?{urlencode(named)}"


async def section(conn: Conn, viewer: Viewer, key: Any) -> tuple[str, Mapping[str, Any]] | None:
    """The piece on the page of an offering: the fields, and what is known without typing anything."""
    basis = await read_basis(conn, viewer, key)
    if not basis.version.prices:
        return None
    case = Case(first_of_next_month(conn.today), index_pct=Decimal(0))
    return "calculator/section.html", await answer(conn, basis, case, {})


SLOTS = (Slot("offering.sections", 5, section),)
DOORS = (get("/offerings/{id}/calculator", show_calculator, permission=Permission.CATALOG_READ),)
