"""The house's own declaration and test, the overview of lights, and the piece on an order's page."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from starlette.responses import Response

from exchange.inhouse import store
from exchange.inhouse.actions import (
    FIRST_YEAR,
    SEES_LIGHTS,
    TESTED,
    Monitor,
    provider_standing,
    read_lights,
    read_monitor,
    save_declaration,
    sign_declaration,
    sign_off,
)
from exchange.inhouse.model import (
    BASIS_LABELS,
    LABELS,
    LIGHT_BADGES,
    LIGHT_LABELS,
    PART_LABELS,
    PARTS,
    YEARS,
    Amounts,
    Basis,
    Declaration,
    DeclarationEvent,
    DeclarationState,
    Light,
)
from exchange.inhouse.schemas import DeclarationForm, SignoffForm, StepForm
from exchange.orders.actions import read_order
from exchange.orders.model import OrderState
from exchange.orders.pages import order_page
from kdnx.db.conn import Conn
from kdnx.errors import Invalid, NotFound
from kdnx.imports.kinds import Column
from kdnx.imports.writing import write_csv
from kdnx.text import _
from kdnx.viewer import Permission, Scope, Viewer
from kdnx.web.form import Form
from kdnx.web.routing import Call, get, post

P, E, S = Permission, DeclarationEvent, DeclarationState
OPEN = {S.DRAFT, S.SIGNED_ONCE}
CSV_NAMES = {
    "year": "Jahr", "version": "Fassung", "state": "Stand", "basis": "Grundlage", "total_cents": "Gesamt",
    **PART_LABELS, "ledger": "Hauptbuch",
}  # fmt: skip
WORDS: dict[str, Any] = {
    "labels": LABELS, "bases": BASIS_LABELS, "lights": LIGHT_LABELS, "light_badges": LIGHT_BADGES,
    "parts": PART_LABELS,
}  # fmt: skip


def _newest(found: Monitor, year: int) -> Declaration | None:
    return next((d for d in found.declarations if d.year == year), None)


def _counting(found: Monitor, year: int) -> Declaration | None:
    return next((d for d in found.declarations if d.year == year and d.state == S.SIGNED), None)


async def show_monitor(call: Call) -> Response:
    """Three years, share, gauge, room, outlook, and what is to be declared; without a house the overview."""
    if call.viewer.scope in (Scope.AUDIT, Scope.COMMITTEE):
        return call.redirect("/inhouse/overview")
    found = await read_monitor(call.conn, call.viewer)
    award = found.standing.award_year
    years = [
        {"year": y, "newest": _newest(found, y), "counts": _counting(found, y), "ledger": found.ledger.get(y, 0)}
        for y in range(award - YEARS, award)
    ]  # fmt: skip
    return await call.page(
        "inhouse/own.html", found=found, years=years, may_edit=call.viewer.may(P.ORDER_EDIT),
        sees_lights=call.viewer.scope in SEES_LIGHTS, due_year=award - 1, **WORDS,
    )  # fmt: skip


async def show_overview(call: Call) -> Response:
    """The light of every member and no figure."""
    rows = await read_lights(call.conn, call.viewer)
    counts = {light: sum(r.light == light for r in rows) for light in Light}
    return await call.page(
        "inhouse/overview.html", rows=rows, counts=counts, award_year=call.conn.today.year, **WORDS
    )


def _year(call: Call) -> int:
    text = call.path_text("year")
    if not (text.isascii() and text.isdigit()) or not FIRST_YEAR <= int(text) < call.conn.today.year:  # fmt: skip
        raise NotFound(_("Für dieses Jahr wird hier nichts erklärt."))
    return int(text)


async def show_year(call: Call) -> Response:
    """The declaration of a year: its versions, the form, the signatures."""
    return await _year_page(call, None, 200)


async def _year_page(call: Call, form: Form[DeclarationForm] | None, status: int) -> Response:
    year = _year(call)
    found = await read_monitor(call.conn, call.viewer)
    newest = _newest(found, year)
    return await call.page(
        "inhouse/year.html", status=status, year=year, newest=newest, form=form,
        is_open=newest is not None and newest.state in OPEN, may_edit=call.viewer.may(P.ORDER_EDIT),
        may_approve=call.viewer.may(P.ORDER_APPROVE),
        is_signer=newest is not None and newest.signer_1 == call.viewer.person_id,
        versions=[d for d in found.declarations if d.year == year], ledger=found.ledger.get(year, 0), **WORDS,
    )  # fmt: skip


async def save(call: Call) -> Response:
    """Save the draft of a year."""
    year, form = _year(call), call.form(DeclarationForm)
    if form.value is None:
        return await _year_page(call, form, 422)
    v = form.value
    amounts = Amounts(v.total_cents, *(getattr(v, p) for p in PARTS))
    try:
        await save_declaration(
            call.conn, call.viewer, year, amounts, basis=v.basis, evidence=v.evidence, expected=v.row_version
        )  # fmt: skip
    except Invalid as error:
        return await _year_page(call, Form(raw=form.raw, errors=error.errors), 422)
    return call.redirect(f"/inhouse/{year}", _("Entwurf gespeichert. Jetzt fehlen zwei Unterschriften."))  # fmt: skip


async def _step(call: Call, event: DeclarationEvent, said: str) -> Response:
    year, form = _year(call), call.form(StepForm).valid()
    await sign_declaration(call.conn, call.viewer, year, event, expected=form.row_version)
    return call.redirect(f"/inhouse/{year}", said)


async def sign_first(call: Call) -> Response:
    """The first signature."""
    return await _step(call, E.SIGN_FIRST, _("Unterzeichnet. Jetzt unterschreibt eine zweite Person."))  # fmt: skip


async def sign_second(call: Call) -> Response:
    """The second signature; from now on the declaration counts."""
    return await _step(call, E.SIGN_SECOND, _("Die Erklärung ist unterzeichnet und zählt ab jetzt.")
    )  # fmt: skip


async def give_back(call: Call) -> Response:
    """Back to draft."""
    return await _step(call, E.GIVE_BACK, _("Zurückgegeben; die Erklärung lässt sich wieder ändern."))  # fmt: skip


async def download(call: Call) -> Response:
    """All own versions as CSV, amounts in euro."""
    found = await read_monitor(call.conn, call.viewer)
    rows: list[dict[str, Any]] = []
    for d in found.declarations:
        row: dict[str, Any] = {n: getattr(d, n) for n in CSV_NAMES if n != "ledger"}
        row.update(
            state=LABELS[S(d.state)],
            basis=BASIS_LABELS[Basis(d.basis)],
            ledger=found.ledger.get(d.year, 0),
        )
        for name in (*PARTS, "total_cents", "ledger"):
            row[name] = str(Decimal(row[name]) / 100).replace(".", ",")
        rows.append({k: str(v) for k, v in row.items()})
    return Response(
        write_csv([Column(n, t) for n, t in CSV_NAMES.items()], rows),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="inhouse.csv"'},
    )


async def order_section(
    conn: Conn, viewer: Viewer, key: Any
) -> tuple[str, Mapping[str, Any]] | None:
    """On an order: what was kept at its review, or the sign-off a red light asks for. Provider, office, audit."""
    order = await read_order(conn, viewer, key)
    is_lawyer = viewer.scope == Scope.OFFICE and viewer.may(P.ORDER_REVIEW_LEGAL)
    sees = viewer.acts_for(order.owner_id) or viewer.scope == Scope.AUDIT or is_lawyer
    if order.legal_route not in TESTED or not sees:
        return None
    kept = await store.find_signoff(conn, order.owner_id, order.id, order.current_version)
    is_due = kept is None and order.state == OrderState.OFFERED
    if kept is None and not is_due:
        return None
    now, limit = await provider_standing(conn, order)
    return "inhouse/order.html", {
        "order": order, "kept": kept, "now": now, "limit": limit,
        "may_sign": is_due and now.light == Light.RED and is_lawyer and viewer.person_id != order.author_id, **WORDS,
    }  # fmt: skip


async def sign_order(call: Call) -> Response:
    """Sign a red order off."""
    form = call.form(SignoffForm)
    if form.value is None:
        return await order_page(call, form, 422)
    order = await sign_off(call.conn, call.viewer, call.path_id(), reason=form.value.reason)
    said = _("Freigezeichnet; die Begründung steht am Leistungsschein.")
    return call.redirect(f"/orders/{order.id}", said)


DOORS = (
    get("/inhouse", show_monitor, permission=P.ORDER_READ),
    get("/inhouse/overview", show_overview, permission=P.REPORT_READ),
    get("/inhouse.csv", download, permission=P.ORDER_READ),
    get("/inhouse/{year}", show_year, permission=P.ORDER_READ),
    post("/inhouse/{year}", save, permission=P.ORDER_EDIT),
    post("/inhouse/{year}/sign_first", sign_first, permission=P.ORDER_EDIT),
    post("/inhouse/{year}/sign_second", sign_second, permission=P.ORDER_APPROVE),
    post("/inhouse/{year}/give_back", give_back, permission=P.ORDER_APPROVE),
    post("/orders/{id}/inhouse", sign_order, permission=P.ORDER_REVIEW_LEGAL),
)
