"""The years of the books, and the checklist by which two people close one."""

from collections.abc import Callable, Coroutine, Mapping, Sequence
from datetime import datetime
from typing import Any

import asyncpg
from starlette.responses import Response

from exchange.balances.actions import list_houses
from exchange.balances.model import ANSWER_LABELS, Answer
from exchange.balances.pages import year_of
from exchange.balances.reading import own_houses
from exchange.balances.store import newest_answers
from exchange.closing import actions, store
from exchange.closing.checklist import read_checklist
from exchange.closing.model import (
    BADGES,
    EVENT_LABELS,
    LABELS,
    WEIGHT_BADGES,
    WEIGHT_LABELS,
    YEAR,
    Period,
    PeriodState,
)
from exchange.closing.schemas import StepForm
from exchange.reports.model import Basis
from exchange.reports.reading import read_years
from kdnx.audit.store import list_events_of_object
from kdnx.db.conn import Conn
from kdnx.module import TileData
from kdnx.text import _, ngettext
from kdnx.viewer import Permission, Scope, Viewer
from kdnx.web.formats import eur, eur_short
from kdnx.web.routing import Call, get, post

P, S = Permission, PeriodState
SEES = {Scope.OFFICE, Scope.AUDIT}
WORDS: Mapping[str, Any] = {
    "labels": LABELS,
    "badges": BADGES,
    "weights": WEIGHT_LABELS,
    "weight_badges": WEIGHT_BADGES,
}


async def list_closings(call: Call) -> Response:
    """Every year with its state, newest first; a house sees what is asked of it."""
    written = {p.year: p for p in await store.list_periods(call.conn, None, YEAR)}
    this = call.conn.today.year
    first = min([await store.first_year(call.conn) or this, this, *written])
    closes, frozen = await store.list_closes(call.conn), await store.rollup_sums(call.conn)
    answers = {}
    if call.viewer.scope == Scope.MEMBER:
        asked = [y for y, p in written.items() if p.state in (S.CLOSING, S.CLOSED)]
        for year in sorted(asked, reverse=True)[:3]:
            answers[year] = await own_houses(call.conn, call.viewer, year)
    years = [written.get(y) or Period(y, YEAR) for y in range(this, first - 1, -1)]
    return await call.page(
        "closing/list.html", years=years, closes=closes, frozen=frozen, answers=answers,
        sees=call.viewer.scope in SEES, **WORDS,
    )  # fmt: skip


async def show_closing(call: Call) -> Response:
    """The checklist of the year for office and audit; a house goes on to its balance."""
    year = year_of(call)
    if call.viewer.scope not in SEES:
        return call.redirect(f"/closings/{year}/balance")
    period = await store.find_period(call.conn, year, YEAR)
    record = await store.find_close(call.conn, year)
    months = {p.month: p for p in await store.list_periods(call.conn, year, None)}
    events = await list_events_of_object(call.conn, actions.object_of(period))
    shown = None if record else await read_checklist(call.conn, period)
    is_closing = period.state == S.CLOSING
    may = call.viewer.scope == Scope.OFFICE and call.viewer.may(P.PERIOD_CLOSE)
    return await call.page(
        "closing/year.html", year=year, period=period, record=record, found=shown, events=_events(events),
        months=[months.get(m) or Period(year, m) for m in range(1, YEAR)], is_closing=is_closing,
        houses=await list_houses(call.conn, year), may=may, today=call.conn.today,
        is_starter=period.closed_by == call.viewer.person_id, providers=await store.totals_by_provider(call.conn, year),
        now=await store.read_totals(call.conn, year),
        may_lock=call.viewer.scope == Scope.AUDIT and call.viewer.may(P.AUDIT_READ), **WORDS,
    )  # fmt: skip


def _events(rows: Sequence[asyncpg.Record]) -> list[tuple[datetime, str, str]]:
    names = {f"closing.{e.value}": label for e, label in EVENT_LABELS.items()}
    return [(r["at"], names.get(r["action"], r["action"]), r["person"] or "") for r in rows]


Step = Callable[..., Coroutine[Any, Any, Period]]


async def _step(call: Call, act: Step, said: str, **over: Any) -> Response:
    year, form = year_of(call), call.form(StepForm).valid()
    period = await act(
        call.conn, call.viewer, year, form.month or YEAR, expected=form.version, **over
    )
    return call.redirect(f"/closings/{year}", said.format(period=period.word))


async def start(call: Call) -> Response:
    """Begin the close of the year or a month."""
    said = _("Der Abschluss {period} hat begonnen; eine zweite Person schließt ab.")
    return await _step(call, actions.start_closing, said)


async def resume(call: Call) -> Response:
    """Take a begun close back."""
    return await _step(call, actions.resume, _("{period} ist wieder offen."))


async def close(call: Call) -> Response:
    """The second person closes."""
    lists_open = call.form(StepForm).valid().lists_open
    return await _step(
        call, actions.close_period, _("{period} ist abgeschlossen."), lists_open=lists_open
    )


async def prove(call: Call) -> Response:
    """Recompute a bounded piece of the chains."""
    year = year_of(call)
    done, every = await actions.prove_chains(call.conn, call.viewer, year)
    said = _("{done} von {all} Ketten nachgerechnet.").format(done=done, all=every)
    return call.redirect(f"/closings/{year}", said)


async def remind(call: Call) -> Response:
    """Remind the houses that have not reported."""
    year = year_of(call)
    count = await actions.remind(call.conn, call.viewer, year)
    said = ngettext("{n} Haus erinnert.", "{n} Häuser erinnert.", count).format(n=count)
    return call.redirect(f"/closings/{year}", said)


async def lock(call: Call) -> Response:
    """The audit locks a closed year."""
    year, form = year_of(call), call.form(StepForm).valid()
    await actions.lock_year(call.conn, call.viewer, year, expected=form.version)
    return call.redirect(f"/closings/{year}", _("{year} ist gesperrt.").format(year=year))


async def closing_tiles(conn: Conn, viewer: Viewer) -> Sequence[TileData]:
    """On the start page while a year is being closed: how many balances are in, or what the own one is."""
    if not viewer.may(P.LEDGER_READ):
        return []
    periods = await store.list_periods(conn, None, YEAR)
    year = next((p.year for p in reversed(periods) if p.state == S.CLOSING), None)
    if year is None:
        return []
    # counted from the answers alone: the start page folds no ledger
    title, answers = _("Abschluss {year}").format(year=year), await newest_answers(conn, year)
    if viewer.scope in SEES:
        said = ngettext("{n} Haus", "{n} Häuser", len(answers)).format(n=len(answers))
        return [TileData(title, said, _("Salden gemeldet"), f"/closings/{year}")]
    mine = [ANSWER_LABELS[Answer(a.answer)] for m, a in answers.items() if viewer.acts_for(m)]
    value = ", ".join(mine) or _("steht aus")
    return [TileData(title, value, _("Saldo Ihres Hauses"), f"/closings/{year}/balance")]


async def late_tiles(conn: Conn, viewer: Viewer) -> Sequence[TileData]:
    """On the report: each closed year that got adjustments afterwards, reported beside current."""
    closes = await store.list_closes(conn)
    if not closes or not viewer.may(P.REPORT_READ):
        return []
    reported = await read_years(conn, viewer, Basis.REPORTED)
    current = await read_years(conn, viewer, Basis.CURRENT)
    return [
        TileData(
            _("{year}: berichtet / aktuell").format(year=year), eur_short(reported.of(year)),
            _("aktuell {amount}, Nachträge {late}").format(
                amount=eur(current.of(year)), late=eur(current.of(year) - reported.of(year))
            ),
            f"/reports?year={year}&basis=current",
        )
        for year in sorted(closes, reverse=True) if reported.of(year) != current.of(year)
    ]  # fmt: skip


DOORS = (
    get("/closings", list_closings, permission=P.LEDGER_READ),
    get("/closings/{year}", show_closing, permission=P.LEDGER_READ),
    post("/closings/{year}/start", start, permission=P.PERIOD_CLOSE),
    post("/closings/{year}/resume", resume, permission=P.PERIOD_CLOSE),
    post("/closings/{year}/prove", prove, permission=P.PERIOD_CLOSE),
    post("/closings/{year}/remind", remind, permission=P.PERIOD_CLOSE),
    post("/closings/{year}/close", close, permission=P.PERIOD_CLOSE),
    post("/closings/{year}/lock", lock, permission=P.AUDIT_READ),
)
