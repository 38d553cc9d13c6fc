"""The catalogue's list: words, three facets, chips, order, pieces, and a file of exactly this selection."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from starlette.responses import Response

from catalog.categories import store as categories
from catalog.finding import store
from catalog.finding.model import SORT_LABELS, VIEW_LABELS, Counts, Criteria, Found, Sort, View
from catalog.finding.schemas import ListQuery
from catalog.offerings.model import LABELS, STATE_KINDS, State
from catalog.offerings.store import count_users
from catalog.prices.model import BASE_LABELS, PriceBase, price_text
from kdnx.db.conn import Conn
from kdnx.errors import Invalid
from kdnx.members.store import list_members
from kdnx.text import _
from kdnx.viewer import Permission
from kdnx.web.formats import day, micro_eur
from kdnx.web.paging import SIZES, decode_cursor, encode_cursor
from kdnx.web.routing import Call, get

FILE_LIMIT = 10_000
FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Names:
    """German names of what the facets show."""

    categories: Mapping[UUID, str]
    members: Mapping[UUID, str]


async def read_names(conn: Conn) -> Names:
    """Names of all categories and members."""
    return Names(
        {c.id: c.name for c in await categories.list_categories(conn)},
        {m.id: m.short_name or m.name for m in await list_members(conn)},
    )


async def list_offerings(call: Call) -> Response:
    """Find an offering."""
    query = call.query(ListQuery)
    if query.view == View.MINE and not call.viewer.members:
        query = query.model_copy(update={"view": View.PUBLISHED})
    size = query.size if query.size in SIZES else SIZES[0]
    criteria = query.criteria()
    counts = await store.count_facets(call.conn, call.viewer, criteria)
    if query.q and not counts.total and " " in query.q:
        # nothing has all the words: better what has one of them, and say so
        criteria = query.criteria(any_word=True)
        counts = await store.count_facets(call.conn, call.viewer, criteria)
    after = _after(call, query)
    hits = await store.list_found(call.conn, call.viewer, criteria, after=after, limit=size + 1)
    more, hits = len(hits) > size, hits[:size]
    names = await read_names(call.conn)
    users = await count_users(call.conn, [h.id for h in hits])
    cursor = (
        encode_cursor(call.house.settings.secret(), (hits[-1].sort_text, hits[-1].id))
        if more
        else ""
    )
    return await call.page(
        "finding/list.html",
        query=query,
        criteria=criteria,
        counts=counts,
        size=size,
        names=names,
        rows=[_row(h, names, users) for h in hits],
        facets_=_facets(criteria, counts, names),
        chips_=_chips(query, names),
        sentence=_sentence(criteria, counts),
        sorts=[(s.value, SORT_LABELS[s]) for s in Sort],
        views=[(v.value, VIEW_LABELS[v]) for v in View] if call.viewer.members else [],
        next_href=_address(query, after=cursor) if cursor else "",
        first_href=_address(query) if after else "",
        sizes=[(s, _address(query, size=s), s == size) for s in SIZES],
        reset_href="/offerings" + (f"?{urlencode({'q': query.q})}" if query.q else ""),
        file_href=_address(query).replace("/offerings", "/offerings/file.csv", 1),
    )


def _after(call: Call, query: ListQuery) -> Sequence[str] | None:
    if not query.after:
        return None
    after = decode_cursor(call.house.settings.secret(), query.after, 2)
    try:
        UUID(after[1])
    except ValueError:
        raise Invalid(_("Diese Fortsetzung ist ungültig."), code="bad_cursor") from None
    return after


def _row(hit: Found, names: Names, users: Mapping[UUID, int]) -> dict[str, Any]:
    state = State(hit.state)
    return {
        "hit": hit,
        "owner": names.members.get(hit.owner_id, ""),
        "category": names.categories.get(hit.category_id, ""),
        "users": users.get(hit.id, 0),
        "unit": price_text(hit.price_base, hit.price_per),
        "state_label": LABELS[state],
        "state_kind": STATE_KINDS[state],
    }


def _facets(
    criteria: Criteria, counts: Counts, names: Names
) -> list[tuple[str, str, list[tuple[str, str, int, bool]]]]:
    def options(
        counted: Mapping[Any, int], labels: Mapping[Any, str], chosen: Sequence[Any]
    ) -> list[tuple[str, str, int, bool]]:
        keys = [k for k in labels if k in counted or k in chosen]
        return [(str(k), labels[k], counted.get(k, 0), k in chosen) for k in keys]

    bases = {b.value: BASE_LABELS[b] for b in PriceBase}
    return [
        (
            "category",
            _("Kategorie"),
            options(counts.categories, names.categories, criteria.categories),
        ),
        ("member", _("Mitglied"), options(counts.members, names.members, criteria.members)),
        ("base", _("Preismodell"), options(counts.bases, bases, criteria.bases)),
    ]


def _address(query: ListQuery, **changes: Any) -> str:
    values = query.model_dump(mode="json", exclude={"after"}, exclude_defaults=True) | changes
    pairs = [
        (k, v)
        for k, vs in values.items()
        for v in (vs if isinstance(vs, list) else [vs])
        if v not in ("", None)
    ]
    return "/offerings" + (f"?{urlencode(pairs)}" if pairs else "")


def _chips(query: ListQuery, names: Names) -> list[tuple[str, str]]:
    chips = [(_("Suche: {q}").format(q=query.q), _address(query, q=""))] if query.q else []
    chosen: dict[str, list[tuple[str, str]]] = {
        "category": [(str(c), names.categories.get(c, _("unbekannt"))) for c in query.category],
        "member": [(str(m), names.members.get(m, _("unbekannt"))) for m in query.member],
        "base": [(b.value, BASE_LABELS[b]) for b in query.base],
    }
    for name, values in chosen.items():
        for value, label in values:
            rest = [v for v, _label in values if v != value]
            chips.append((label, _address(query, **{name: rest})))
    return chips


def _sentence(criteria: Criteria, counts: Counts) -> str:
    n = counts.total
    what = _("1 Leistung") if n == 1 else _("{n} Leistungen").format(n=n)
    if not criteria.q:
        return what
    if criteria.any_word:
        return _(
            "Keine Leistung enthält alle Wörter. {what} mit mindestens einem Wort aus „{q}“."
        ).format(what=what, q=criteria.q)
    return _("{what} zu „{q}“").format(what=what, q=criteria.q)


async def download_offerings(call: Call) -> Response:
    """The selection as CSV for German spreadsheets: semicolon, byte order mark, decimal comma."""
    query = call.query(ListQuery)
    criteria = query.criteria()
    hits = await store.list_found(call.conn, call.viewer, criteria, limit=FILE_LIMIT)
    if not hits and " " in query.q:
        hits = await store.list_found(
            call.conn, call.viewer, query.criteria(any_word=True), limit=FILE_LIMIT
        )
    names = await read_names(call.conn)
    users = await count_users(call.conn, [h.id for h in hits])
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
    for h in hits:
        row = _row(h, names, users)
        price = "" if h.price_micro is None else micro_eur(h.price_micro).removesuffix("\u00a0€")
        published = day(h.published_at) if h.published_at else ""
        writer.writerow(
            [
                _safe(str(cell))
                for cell in (
                    h.number,
                    h.title,
                    h.summary,
                    row["owner"],
                    row["category"],
                    row["state_label"],
                    price,
                    row["unit"],
                    row["users"],
                    published,
                )
            ]
        )
    headers = {
        "Content-Disposition": 'attachment; filename="leistungen.csv"',
        "Cache-Control": "no-store",
    }
    return Response("\ufeff" + out.getvalue(), 200, headers, "text/csv; charset=utf-8")


def _safe(cell: str) -> str:
    return "'" + cell if cell.startswith(FORMULA) else cell


DOORS = (
    get("/offerings", list_offerings, permission=Permission.CATALOG_READ),
    get("/offerings/file.csv", download_offerings, permission=Permission.CATALOG_READ),
)
