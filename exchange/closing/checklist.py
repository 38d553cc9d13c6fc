"""The checklist of a year, read anew each time: what hinders the close, what is noted in its record."""

from collections.abc import Sequence

import asyncpg

from exchange.balances.actions import House, list_houses
from exchange.balances.model import Answer
from exchange.closing import store
from exchange.closing.model import Checklist, Item, Period, PeriodState, Totals, Weight, first_lines
from exchange.ledger import store as ledger
from kdnx.db.conn import Conn
from kdnx.text import _, ngettext
from kdnx.web.formats import eur

W = Weight


def _listed(rows: Sequence[asyncpg.Record]) -> tuple[str, ...]:
    return first_lines(
        [f"{r['number']} {r['provider']} → {r['recipient']}: {eur(r['cents'])}" for r in rows]
    )


async def read_checklist(conn: Conn, period: Period, *, lists_open: bool = False) -> Checklist:
    """All items as they are now; `lists_open`: the office lists what is still proposed as disputed."""
    year = period.year
    totals = await store.read_totals(conn, year)
    houses = await list_houses(conn, year)
    items = [
        await _order(conn, period),
        _balances(houses),
        await _proposed(conn, year, totals, lists_open=lists_open),
        await _disputed(conn, year, totals),
        await _undecided(conn, year),
        await _unbilled(conn, year),
        await _transit(conn, year),
        await _proof(conn, year),
    ]
    return Checklist(year, tuple(items), totals)


async def _order(conn: Conn, period: Period) -> Item:
    title = _("Jahr zu Ende, Vorjahre abgeschlossen")
    earlier = await store.open_before(conn, period.year)
    if not period.is_over(conn.today):
        return Item("order", title, W.STOPS, _("Das Jahr läuft noch."))
    if earlier is not None:
        found = _("{year} ist noch nicht abgeschlossen.").format(year=earlier)
        return Item("order", title, W.STOPS, found, f"/closings/{earlier}")
    return Item("order", title, W.DONE, _("Es fehlt nichts."))


def _balances(houses: Sequence[House]) -> Item:
    reported = sum(h.has_reported for h in houses)
    open_ = [h for h in houses if not h.is_settled]
    found = _("gemeldet: {n} von {all}").format(n=reported, all=len(houses))
    disputed = sum(
        h.answer is not None and h.answer.answer == Answer.DISPUTED.value and h.has_reported
        for h in houses
    )
    if disputed:
        found += ", " + _("davon bestritten: {n}").format(n=disputed)
    listed = first_lines([f"{h.name}: {h.said}" for h in open_])
    weight = W.NOTED if open_ else W.DONE
    return Item("balances", _("Salden der Häuser bestätigt"), weight, found, "#balances", listed)


async def _proposed(conn: Conn, year: int, totals: Totals, *, lists_open: bool) -> Item:
    title, href = _("Offene Vorschläge"), f"/bookings?year={year}&state=proposed"
    if not totals.proposed:
        return Item("proposed", title, W.DONE, _("keine"), href)
    found = ngettext("{n} Buchung über {amount}", "{n} Buchungen über {amount}", totals.proposed)
    found = found.format(n=totals.proposed, amount=eur(totals.proposed_cents))
    listed = _listed(await store.list_open(conn, year, "proposed"))
    if lists_open:
        found += ", " + _("als strittig vermerkt")
    weight = W.NOTED if lists_open else W.STOPS
    return Item("proposed", title, weight, found, href, listed)


async def _disputed(conn: Conn, year: int, totals: Totals) -> Item:
    title, href = _("Strittige Buchungen"), f"/bookings?year={year}&state=disputed"
    if not totals.disputed:
        return Item("disputed", title, W.DONE, _("keine"), href)
    found = ngettext("{n} Buchung über {amount}", "{n} Buchungen über {amount}", totals.disputed)
    found = found.format(n=totals.disputed, amount=eur(totals.disputed_cents))
    listed = _listed(await store.list_open(conn, year, "disputed"))
    return Item("disputed", title, W.NOTED, found, href, listed)


async def _undecided(conn: Conn, year: int) -> Item:
    title, rows = _("Steuerfall entschieden"), await store.list_undecided(conn, year)
    if not rows:
        return Item("tax", title, W.DONE, _("überall"))
    found = ngettext("{n} Buchung ohne Entscheidung", "{n} Buchungen ohne Entscheidung", len(rows))
    return Item("tax", title, W.NOTED, found.format(n=len(rows)), "", _listed(rows))


async def _unbilled(conn: Conn, year: int) -> Item:
    title, rows = _("Bestätigtes abgerechnet"), await store.list_unbilled(conn, year)
    if not rows:
        return Item("unbilled", title, W.DONE, _("alles"), "/invoices")
    count = sum(r["bookings"] for r in rows)
    found = ngettext("{n} Buchung ohne Rechnung", "{n} Buchungen ohne Rechnung", count)
    listed = first_lines([f"{r['name']}: {r['bookings']} ({eur(r['cents'])})" for r in rows])
    return Item("unbilled", title, W.NOTED, found.format(n=count), "/invoices", listed)


async def _transit(conn: Conn, year: int) -> Item:
    title, cents = _("Durchlauf der Drehscheibe ist null"), await store.transit_cents(conn, year)
    if cents == 0:
        return Item("transit", title, W.DONE, eur(0), "/transfers/accounts")
    return Item("transit", title, W.STOPS, eur(cents), "/transfers/accounts")


async def _proof(conn: Conn, year: int) -> Item:
    """Every chain was recomputed for this close; what came after is recomputed by the close itself."""
    title = _("Prüfsummen nachgerechnet")
    proofs = await store.list_proofs(conn, year)
    heads = [(o, seq) for o, seq, _hash in await ledger.list_heads(conn) if seq]
    bad = [p for p in proofs.values() if p.bad_seq is not None]
    if bad:
        found = _("Eine Kette ist unterbrochen, Zeile {n}.").format(n=bad[0].bad_seq)
        return Item("proof", title, W.STOPS, found, "/transfers/verify")
    done = sum(o in proofs for o, _seq in heads)
    rows = sum(p.rows for p in proofs.values())
    found = _("{n} von {all} Ketten, {rows} Zeilen").format(n=done, all=len(heads), rows=rows)
    return Item("proof", title, W.DONE if done == len(heads) else W.STOPS, found)


def is_closing(period: Period) -> bool:
    """The checklist is being worked on."""
    return period.state == PeriodState.CLOSING
