"""The catalogue's list: words, facets, chips, order, pieces, and a file of exactly this selection."""

import csv
import io
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from catalog.finding.excerpts import excerpt, marked
from catalog.finding.facets import Facet, Names, address, chips_of, facets_of, read_names, schema_of
from catalog.finding.model import SORT_LABELS, VIEW_LABELS, Asked, Found, Outcome, Sort, Stage, View
from catalog.finding.schemas import ListQuery, address_pairs, read_cursor
from catalog.finding.searching import search, suggest
from catalog.offerings.model import LABELS, STATE_KINDS, State
from catalog.prices.model import price_text
from kdnx.text import _
from kdnx.viewer import Permission
from kdnx.web.formats import day, micro_eur
from kdnx.web.paging import SIZES, encode_cursor
from kdnx.web.routing import Call, get
from kdnx.web.slots import render_slots

FILE_LIMIT = 10_000
FORMULA = ("=", "+", "-", "@", "\t", "\r")
COMPARABLE = 4

__all__ = ["DOORS", "Names", "read_names"]


async def list_offerings(call: Call) -> Response:
    """Find an offering."""
    query = call.query(ListQuery)
    if query.view == View.MINE and not call.viewer.members:
        query = query.model_copy(update={"view": View.PUBLISHED})
    size = query.size if query.size in SIZES else SIZES[0]
    after = read_cursor(call.house.settings.secret(), query.after)
    outcome = await search(call.conn, call.viewer, query.criteria(), after=after, limit=size + 1)
    answer = outcome.answer
    more, hits = len(answer.hits) > size, answer.hits[:size]
    names = await read_names(call.conn)
    facets = facets_of(query, answer.counts, names, await schema_of(call.conn, query))
    asked = urlencode(address_pairs(query))
    return await call.page(
        "finding/list.html",
        query=query,
        criteria=outcome.criteria,
        outcome=outcome,
        size=size,
        rows=[_row(h, names, answer.asked) for h in hits],
        facets_=[
            (f.name, f.legend, [(o.value, o.label, o.count, o.chosen) for o in f.options])
            for f in facets
        ],
        sorts=[(s.value, SORT_LABELS[s]) for s in Sort],
        views=[(v.value, VIEW_LABELS[v]) for v in View] if call.viewer.members else [],
        suggestions=await suggest(call.conn, query.q),
        comparable=COMPARABLE,
        search=asked,
        slot_actions=await render_slots(call, "finding.actions", asked),
        slot_empty=[] if hits else await render_slots(call, "finding.empty", asked),
        slot_found=await render_slots(call, "finding.found", asked) if hits else [],
        **_sentences(query, outcome),
        **_links(call, query, size, facets, names, hits[-1] if more else None),
    )


def _links(
    call: Call,
    query: ListQuery,
    size: int,
    facets: Sequence[Facet],
    names: Names,
    last: Found | None,
) -> dict[str, Any]:
    """The addresses that lead on from here."""
    cursor = encode_cursor(call.house.settings.secret(), (last.sort_text, last.id)) if last else ""
    return {
        "chips_": chips_of(query, facets, names),
        "next_href": address(query, after=cursor) if cursor else "",
        "first_href": address(query) if query.after else "",
        "sizes": [(s, address(query, size=s), s == size) for s in SIZES],
        "reset_href": "/offerings" + (f"?{urlencode({'q': query.q})}" if query.q else ""),
        "file_href": address(query).replace("/offerings", "/offerings/file.csv", 1),
        "exact_href": address(query, exact=True),
        "wide_href": address(query, exact=False),
    }


def _row(hit: Found, names: Names, asked: Asked) -> dict[str, Any]:
    state = State(hit.state)
    title, summary = marked(hit.title, asked.marks), marked(hit.summary, asked.marks)
    return {
        "hit": hit,
        "title": title,
        "summary": summary,
        "excerpt": "" if "<mark>" in title + summary else excerpt(hit.description, asked.marks),
        "owner": names.members.get(hit.owner_id, ""),
        "category": names.categories.get(hit.category_id, ""),
        "unit": price_text(hit.price_base, hit.price_per),
        "state_label": LABELS[state],
        "state_kind": STATE_KINDS[state],
    }


def _sentences(query: ListQuery, outcome: Outcome) -> dict[str, Any]:
    """What was looked for, in words: `sentence`, `also` (synonyms), `meant` (another spelling and its address)."""
    n, q = outcome.answer.counts.total, query.q
    what = _("1 Leistung") if n == 1 else _("{n} Leistungen").format(n=n)
    also = [t for _said, terms in outcome.answer.asked.also for t in terms]
    meant = (outcome.corrected, address(query, q=outcome.corrected)) if outcome.corrected else None
    around = {"also": also, "meant": meant}
    if not q:
        return around | {"sentence": what}
    sentences = {
        Stage.ALL: _("{what} zu „{q}“"),
        Stage.PARTS: _("Kein Angebot enthält „{q}“ als ganzes Wort. {what} mit seinen Wortteilen."),
        Stage.CORRECTED: _("Zu „{q}“ gibt es nichts. {what} zu „{corrected}“."),
        Stage.ANY: _(
            "Keine Leistung enthält alle Wörter. {what} mit mindestens einem Wort aus „{q}“."
        ),
    }
    text = sentences[outcome.stage].format(what=what, q=q, corrected=outcome.corrected)
    return around | {"sentence": text}


async def download_offerings(call: Call) -> Response:
    """The selection as CSV for German spreadsheets: semicolon, byte order mark, decimal comma."""
    query = call.query(ListQuery)
    outcome = await search(call.conn, call.viewer, query.criteria(), limit=FILE_LIMIT, count=False)
    names = await read_names(call.conn)
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(
        [
            _("Nummer"),
            _("Titel"),
            _("Kurzbeschreibung"),
            _("Mitglied"),
            _("Kategorie"),
            _("Stand"),
            _("Preis netto"),
            _("Einheit"),
            _("Nutzende Mitglieder"),
            _("Veröffentlicht am"),
        ]
    )
    for hit in outcome.answer.hits:
        writer.writerow([_safe(str(cell)) for cell in _cells(hit, names)])
    headers = {
        "Content-Disposition": 'attachment; filename="leistungen.csv"',
        "Cache-Control": "no-store",
    }
    return Response("\ufeff" + out.getvalue(), 200, headers, "text/csv; charset=utf-8")


def _cells(h: Found, names: Names) -> Sequence[object]:
    return (
        h.number,
        h.title,
        h.summary,
        names.members.get(h.owner_id, ""),
        names.categories.get(h.category_id, ""),
        LABELS[State(h.state)],
        "" if h.price_micro is None else micro_eur(h.price_micro).removesuffix("\u00a0€"),
        price_text(h.price_base, h.price_per),
        h.users,
        day(h.published_at) if h.published_at else "",
    )


def _safe(cell: str) -> str:
    return "'" + cell if cell.startswith(FORMULA) else cell


DOORS = (
    get("/offerings", list_offerings, permission=Permission.CATALOG_READ),
    get("/offerings/file.csv", download_offerings, permission=Permission.CATALOG_READ),
)
