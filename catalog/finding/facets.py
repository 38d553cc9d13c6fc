"""The facets of the catalogue: which there are, their German words, their counts in order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from catalog.attributes.model import Schema
from catalog.attributes.store import get_schema
from catalog.attributes.texts import facet_label
from catalog.categories import store as categories
from catalog.contents.model import LEGAL_BASIS_LABELS, PROTECTION_LABELS
from catalog.finding.model import LEAD_LABELS, Counts
from catalog.finding.schemas import Filters, address_pairs
from catalog.prices.model import BASE_LABELS
from kdnx.db.conn import Conn
from kdnx.errors import NotFound
from kdnx.members.store import list_members
from kdnx.text import _


@dataclass(frozen=True)
class Names:
    """German names of what the facets show."""

    categories: Mapping[UUID, str]
    members: Mapping[UUID, str]


@dataclass(frozen=True)
class Option:
    """One value of a facet; `count` is how many hits a further tick would give."""

    value: str
    label: str
    count: int
    chosen: bool


@dataclass(frozen=True)
class Facet:
    """One facet; `name` is its parameter in the address."""

    name: str
    legend: str
    options: Sequence[Option]


async def read_names(conn: Conn) -> Names:
    """Names of all categories and members."""
    return Names(
        {c.id: c.name for c in await categories.list_categories(conn)},
        {m.id: m.short_name or m.name for m in await list_members(conn)},
    )


async def schema_of(conn: Conn, query: Filters) -> Schema | None:
    """What the one chosen category asks of its offerings; None for none or several."""
    if len(query.category) != 1:
        return None
    try:
        return await get_schema(conn, query.category[0])
    except NotFound:
        return None


def facets_of(query: Filters, counts: Counts, names: Names, schema: Schema | None) -> list[Facet]:
    """All facets that have something to choose."""
    plain: list[tuple[str, str, Mapping[Any, int], Mapping[Any, str], Sequence[Any]]] = [
        ("category", _("Kategorie"), counts.categories, names.categories, query.category),
        ("member", _("Mitglied"), counts.members, names.members, query.member),
        ("base", _("Preismodell"), counts.bases, BASE_LABELS, query.base),
        ("lead", _("Verfügbar"), counts.leads, LEAD_LABELS, query.lead),
        ("protection", _("Schutzbedarf"), counts.protections, PROTECTION_LABELS, query.protection),
        ("route", _("Rechtsgrundlage"), counts.routes, LEGAL_BASIS_LABELS, query.route),
    ]
    found = [Facet(name, legend, _options(n, words, c)) for name, legend, n, words, c in plain]
    if counts.certified or query.certified:
        option = Option("1", _("gültiges Zertifikat"), counts.certified, query.certified)
        found.append(Facet("certified", _("Zertifiziert"), [option]))
    return [f for f in [*found, *_attributes(query, counts, schema)] if f.options]


def _options(
    counted: Mapping[Any, int], labels: Mapping[Any, str], chosen: Sequence[Any]
) -> list[Option]:
    keys = [k for k in labels if k in counted or k in chosen]
    return [Option(str(k), _(labels[k]), counted.get(k, 0), k in chosen) for k in keys]


def _attributes(query: Filters, counts: Counts, schema: Schema | None) -> list[Facet]:
    found = []
    for a in schema.active if schema else ():
        if not a.facet:
            continue
        mine = {v for v in (*counts.attributes, *query.attribute) if v.partition("=")[0] == a.key}
        words = {v: facet_label(a, v.partition("=")[2]) for v in mine}
        place = {f"{a.key}={o.value}": n for n, o in enumerate(a.options)}
        ordered = sorted(mine, key=lambda v: (place.get(v, 999), words[v]))
        options = [
            Option(v, words[v], counts.attributes.get(v, 0), v in query.attribute) for v in ordered
        ]
        found.append(Facet("attribute", a.label, options))
    return found


def chips_of(query: Filters, facets: Sequence[Facet], names: Names) -> list[tuple[str, str]]:
    """The chosen values as (words, address without them)."""
    chips = [(_("Suche: {q}").format(q=query.q), address(query, q=""))] if query.q else []
    if query.exact and query.q:
        chips.append((_("ohne Synonyme"), address(query, exact=False)))
    words = {(f.name, o.value): o.label for f in facets for o in f.options}
    dumped = query.model_dump(mode="json")
    for name in ("category", "member", "base", "lead", "protection", "route", "attribute"):
        for value in dumped[name]:
            label = words.get((name, value)) or _name(names, value)
            chips.append((label, address(query, **{name: [v for v in dumped[name] if v != value]})))
    if query.certified:
        chips.append((_("gültiges Zertifikat"), address(query, certified=False)))
    return chips


def _name(names: Names, value: str) -> str:
    everything = {str(k): v for k, v in (*names.categories.items(), *names.members.items())}
    return everything.get(value, _("unbekannt"))


def address(query: Filters, **changes: Any) -> str:
    """The address of the list for this query; a change of what is looked for begins at the first piece."""
    pairs = address_pairs(query, **changes)
    return "/offerings" + (f"?{urlencode(pairs)}" if pairs else "")
