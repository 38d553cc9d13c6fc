"""Audit samples for auditors: the desk with the running right, drawing, the sheet, the file."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from exchange.samples import actions, store
from exchange.samples.model import (
    BADGES,
    FINDING_BADGES,
    FINDING_LABELS,
    LABELS,
    METHOD_LABELS,
    METHOD_TEXTS,
    Finding,
    Item,
    Method,
    Sample,
    SampleState,
)
from exchange.samples.schemas import CheckQuery, CloseForm, FindingForm, SampleForm, SamplePageQuery
from exchange.trail.store import list_categories
from kdnx.access.actions import own_audit_term
from kdnx.errors import FieldError, Invalid, NotFound, Refused
from kdnx.imports.kinds import CellKind, Column
from kdnx.imports.writing import MEDIA, write_table
from kdnx.members.store import list_members
from kdnx.text import _
from kdnx.viewer import Permission
from kdnx.web.form import Form
from kdnx.web.routing import Call, get, post

P = Permission
PER_PAGE = 25
WORDS: Mapping[str, Any] = {
    "labels": {s.value: t for s, t in LABELS.items()},
    "badges": {s.value: b for s, b in BADGES.items()},
    "methods": {m.value: t for m, t in METHOD_LABELS.items()},
    "findings": {f.value: t for f, t in FINDING_LABELS.items()},
    "finding_badges": {f.value: b for f, b in FINDING_BADGES.items()},
}
COLUMNS = (
    Column("n", "Nr.", CellKind.INTEGER),
    Column("provider", "Bereitsteller"),
    Column("recipient", "Abnehmer"),
    Column("booking", "Buchung"),
    Column("place", "Platz in der Kette", CellKind.INTEGER),
    Column("service", "Leistungsmonat"),
    Column("cents", "Betrag netto", CellKind.MONEY),
    Column("hits", "Treffer", CellKind.INTEGER),
    Column("finding", "Feststellung"),
    Column("difference", "Unterschied", CellKind.MONEY),
    Column("note", "Begründung"),
    Column("found_by", "Geprüft von"),
    Column("hash", "Prüfsumme der Zeile"),
)


async def show_desk(call: Call) -> Response:
    """The auditor's desk: the right and how long it holds, the ways in, the samples."""
    query = call.query(SamplePageQuery)
    actions.require_auditor(call.viewer)
    found = await store.list_samples(
        call.conn, query.state.value if query.state else None, query.cursor, PER_PAGE + 1
    )
    more = len(found) > PER_PAGE
    term = await own_audit_term(call.conn, call.viewer)
    return await call.page(
        "samples/list.html", samples=found[:PER_PAGE], query=query, term=term,
        left=term.days_left(call.conn.today) if term else None,
        state_tabs=[
            (_("Alle"), "/audit", query.state is None),
            *((t[:1].upper() + t[1:], f"/audit?state={s.value}", query.state == s) for s, t in LABELS.items()),
        ],
        next_href=_next(found[PER_PAGE - 1].number, query) if more else "",
        first_href="/audit" if query.cursor else "", **WORDS,
    )  # fmt: skip


def _next(number: str, query: SamplePageQuery) -> str:
    state = {"state": query.state.value} if query.state else {}
    return "/audit?" + urlencode({**state, "cursor": number})


async def new_sample(call: Call) -> Response:
    """The form to draw."""
    actions.require_auditor(call.viewer)
    return await _new(call)


async def _new(call: Call, form: Form[SampleForm] | None = None, status: int = 200) -> Response:
    members = await list_members(call.conn)
    year = call.conn.today.year
    return await call.page(
        "samples/new.html", status=status, form=form,
        members=sorted(((str(m.id), m.short_name) for m in members), key=lambda m: m[1].lower()),
        categories=await list_categories(call.conn), year=year - 1,
        years=[(y, str(y)) for y in range(year, 2019, -1)],
        method_options=[(m.value, t) for m, t in METHOD_LABELS.items()],
        method_texts=[(METHOD_LABELS[m], t) for m, t in METHOD_TEXTS.items()],
    )  # fmt: skip


async def draw(call: Call) -> Response:
    """Draw what was asked for."""
    actions.require_auditor(call.viewer)
    form = call.form(SampleForm)
    if form.value is None:
        return await _new(call, form, 422)
    f = form.value
    wanted = actions.Wanted(
        f.title, f.year, f.method, f.wanted, f.seed, f.purpose, f.provider, f.recipient, f.category
    )
    try:
        async with call.conn.savepoint():
            sample = await actions.draw_sample(call.conn, call.viewer, wanted)
    except Invalid as error:
        return await _new(call, Form(form.raw, None, list(error.errors)), 422)
    except Refused as error:
        text = " ".join(t for t in (error.detail, error.remedy) if t)
        return await _new(call, Form(form.raw, None, [FieldError("year", text, error.code)]), 422)
    return call.redirect(
        f"/audit/samples/{sample.id}", _("Die Stichprobe {n} ist gezogen.").format(n=sample.number)
    )


async def show_sample(call: Call) -> Response:
    """The sheet: how it was drawn, each item with its finding, the result; `again=1` draws a second time."""
    return await _sheet(call)


async def _sheet(
    call: Call, form: Form[Any] | None = None, status: int = 200, at: int = 0
) -> Response:
    sheet = await actions.read_sheet(call.conn, call.viewer, call.path_id())
    s = sheet.sample
    again = call.request.method == "GET" and call.query(CheckQuery).again
    return await call.page(
        "samples/show.html", status=status, s=s, items=sheet.items, outcome=sheet.outcome, form=form, at=at,
        redrawn=await actions.draw_again(call.conn, call.viewer, s, sheet.items) if again else None,
        population=await _population_words(call, s), method_text=METHOD_TEXTS[Method(s.method)],
        is_open=s.state == SampleState.OPEN.value,
        finding_options=[(f.value, t) for f, t in FINDING_LABELS.items()], **WORDS,
    )  # fmt: skip


async def _population_words(call: Call, s: Sample) -> Sequence[str]:
    names = {m.id: m.short_name for m in await list_members(call.conn)}
    words = [_("bestätigte Leistungen des Leistungsjahrs {year}").format(year=s.service_year)]
    if s.provider_id:
        words.append(_("Bereitsteller {name}").format(name=names.get(s.provider_id, "–")))
    if s.recipient_id:
        words.append(_("Abnehmer {name}").format(name=names.get(s.recipient_id, "–")))
    if s.category_id:
        known = dict(await list_categories(call.conn))
        words.append(_("Kategorie {name}").format(name=known.get(str(s.category_id), "–")))
    return words


async def find(call: Call) -> Response:
    """Enter a finding; errors stand at their fields."""
    form = call.form(FindingForm)
    n = _position(call)
    await actions.read_sample(call.conn, call.viewer, call.path_id())
    if form.value is None:
        return await _sheet(call, form, 422, n)
    f = form.value
    try:
        async with call.conn.savepoint():
            await actions.enter_finding(
                call.conn, call.viewer, call.path_id(), n, finding=f.finding, note=f.note,
                difference_cents=f.difference, expected=f.version,
            )  # fmt: skip
    except Invalid as error:
        return await _sheet(call, Form(form.raw, None, list(error.errors)), 422, n)
    return call.redirect(
        f"/audit/samples/{call.path_id()}#item-{n}", _("Position {n} ist festgehalten.").format(n=n)
    )


def _position(call: Call) -> int:
    text = call.path_text("n")
    if not (text.isascii() and text.isdigit() and len(text) < 5):
        raise NotFound(_("Diese Position gibt es in der Stichprobe nicht."))
    return int(text)


async def close(call: Call) -> Response:
    """Close the sheet."""
    form = call.form(CloseForm)
    await actions.read_sample(call.conn, call.viewer, call.path_id())
    if form.value is None:
        return await _sheet(call, form, 422)
    try:
        async with call.conn.savepoint():
            sample = await actions.close_sample(
                call.conn, call.viewer, call.path_id(), result=form.value.result, expected=form.value.version
            )  # fmt: skip
    except Refused as error:
        text = " ".join(t for t in (error.detail, error.remedy) if t)
        return await _sheet(
            call, Form(form.raw, None, [FieldError("result", text, error.code)]), 422
        )
    return call.redirect(f"/audit/samples/{sample.id}", _("Das Ergebnisblatt ist abgeschlossen."))


async def download(call: Call) -> Response:
    """The sheet as XLSX."""
    sheet = await actions.read_sheet(call.conn, call.viewer, call.path_id())
    body = write_table(
        f"Stichprobe {sheet.sample.number}", COLUMNS, [_row(i) for i in sheet.items], "xlsx"
    )
    name = f"stichprobe-{sheet.sample.number}.xlsx"
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "no-store",
    }
    return Response(body, 200, headers, MEDIA["xlsx"])


def _row(i: Item) -> dict[str, Any]:
    return {
        "n": i.n, "provider": i.provider_name, "recipient": i.recipient_name, "booking": i.booking_number or "",
        "place": i.transfer_seq, "service": f"{i.service_month:02d}/{i.service_year}", "cents": i.sign * i.cents,
        "hits": i.hits, "finding": FINDING_LABELS[Finding(i.finding)], "difference": i.sign * i.difference_cents,
        "note": i.note, "found_by": i.found_by, "hash": i.transfer_hash.hex(),
    }  # fmt: skip


DOORS = (
    get("/audit", show_desk, permission=P.SAMPLE_DRAW),
    get("/audit/samples/new", new_sample, permission=P.SAMPLE_DRAW),
    post("/audit/samples", draw, permission=P.SAMPLE_DRAW),
    get("/audit/samples/{id}", show_sample, permission=P.SAMPLE_DRAW),
    get("/audit/samples/{id}/export", download, permission=P.SAMPLE_DRAW),
    post("/audit/samples/{id}/items/{n}", find, permission=P.SAMPLE_DRAW),
    post("/audit/samples/{id}/close", close, permission=P.SAMPLE_DRAW),
)
