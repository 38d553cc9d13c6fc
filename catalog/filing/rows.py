"""Rows of the offerings' file from and to content: one offering is one row, or several of the same reference."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pydantic import ValidationError

from catalog.attributes.model import Schema
from catalog.attributes.store import COMMON
from catalog.contents.model import Version
from catalog.contents.schemas import ContactsBody, OfferingBody
from catalog.filing.cells import (
    Cells,
    Names,
    RowProblem,
    answer_cells,
    audience_cells,
    contact_cells,
    price_cells,
    read_answers,
    read_audience,
    read_contact,
    read_price,
    read_tier,
    tier_cells,
)
from catalog.filing.columns import SLA, Line, column_of
from catalog.offerings.model import Offering
from kdnx.clock import berlin_day
from kdnx.imports.kinds import Row
from kdnx.text import _
from kdnx.web.form import field_errors


@dataclass(frozen=True)
class Around:
    """What rows name: members by code, categories by name or code, what is there already, titles of columns."""

    members: Mapping[str, UUID]
    categories: Mapping[str, UUID]
    heads: Mapping[tuple[UUID, str], Offering]
    versions: Mapping[UUID, Version]
    bodies: Mapping[UUID, OfferingBody]
    schemas: Mapping[UUID, Schema]
    titles: Mapping[str, str]

    @property
    def names(self) -> Names:
        """Members by code and codes by member."""
        return Names(self.members, {i: c for c, i in self.members.items()})

    def schema(self, category_id: UUID) -> Schema:
        """What a category asks today."""
        return self.schemas.get(category_id) or self.schemas[COMMON]


@dataclass(frozen=True)
class Group:
    """The rows of one offering: the first says what it is, the others add to it."""

    main: Row
    more: Sequence[Row] = ()


# columns that hold one field of the content as it is
PLAIN = (
    "title", "summary", "description", "prerequisites", "site", "capacity", "lead_time_days", "notice_months",
    "min_term_months", "protection_level", "valid_from", "valid_to", "capacity_amount", "capacity_unit",
)  # fmt: skip
LISTS = ("cpv", "leika")


def group_rows(rows: Sequence[Row]) -> tuple[list[Group], list[tuple[Row, RowProblem]]]:
    """The rows by offering, in the order of the file, and those that belong to none or say twice what one is."""
    mains: dict[tuple[str, str], Row] = {}
    more: dict[tuple[str, str], list[Row]] = {}
    faults: list[tuple[Row, RowProblem]] = []
    for row in rows:
        key = (row.values["member_code"].upper(), row.values["reference"])
        if row.values["line"] not in (None, Line.OFFERING):
            more.setdefault(key, []).append(row)
        elif key in mains:
            message = _("Diese Kennung steht mehrfach in der Datei.")
            hint = _("jede Kennung einmal; weitere Preise in Zeilen „Preis“")
            faults.append((row, RowProblem(_("Eigene Kennung"), key[1], hint, message)))
        else:
            mains[key] = row
    for key, lost in more.items():
        if key not in mains:
            message = _("Zu dieser Zeile fehlt in der Datei die Zeile der Leistung.")
            problem = RowProblem(_("Eigene Kennung"), key[1], _("eine Zeile „Leistung“"), message)
            faults += [(row, problem) for row in lost]
    return [Group(row, more.get(key, ())) for key, row in mains.items()], faults


class LineProblem(RowProblem):
    """A problem of a row below the first; `row` says which."""

    def __init__(self, row: Row, problem: RowProblem) -> None:
        super().__init__(*problem.parts)
        self.row = row


def body_of(around: Around, group: Group, old: OfferingBody | None) -> OfferingBody:
    """The rows as content. RowProblem names the cell.

    A first row marked „Leistung“ says everything; an unmarked one leaves what it does not say as in `old`.
    """
    values = group.main.values
    if not values["title"]:
        raise RowProblem(_("Titel"), "", _("Text"), _("Diese Angabe fehlt."))
    category = around.categories.get((values["category"] or "").lower())
    if category is None:
        raise RowProblem(
            _("Kategorie"),
            values["category"],
            _("Name oder Kennung einer Kategorie"),
            _("Diese Kategorie gibt es nicht."),
        )
    is_whole = values["line"] == Line.OFFERING
    kept: dict[str, Any] = {} if old is None or is_whole else old.model_dump()
    given: dict[str, Any] = {n: values[n] for n in ("reference", *PLAIN) if values[n] is not None}
    if not is_whole:
        given |= {n: kept[n] for n in ("valid_to",) if n in kept and n not in given}
    sla = {n: v for n in SLA if (v := values[n]) is not None}
    given |= {
        "category_id": category,
        "sla": {**{n: kept.get("sla", {}).get(n) for n in SLA[3:] if kept.get("sla")}, **sla},
        "attributes": read_answers(
            values, around.schema(category), kept.get("attributes", {}), around.titles
        ),
        **{n: _list(values[n]) or (kept.get(n, []) if n == "leika" else []) for n in LISTS},
        **_lines(around, group, kept),
    }
    try:
        return OfferingBody.model_validate(given, strict=False)
    except ValidationError as error:
        first = field_errors(error)[0]
        name = column_of(first.field)
        raise RowProblem(
            around.titles.get(name, name), values.get(name), _("siehe Vorlage"), first.message
        ) from None


def _list(cell: str | None) -> list[str]:
    return [c.strip() for c in (cell or "").split(",") if c.strip()]


def _lines(around: Around, group: Group, kept: Mapping[str, Any]) -> dict[str, Any]:
    values = group.main.values
    old_prices, old_audiences = kept.get("prices", []), kept.get("audiences", [])
    contacts: dict[str, Any] = dict(kept.get("contacts") or {})
    prices = (
        [read_price(values, old_prices[0] if old_prices else {})] if values["price_kind"] else []
    )
    audiences = [read_audience(values, around.names)] if values["audience"] else []
    role = values["contact_role"] or "lead"
    contact = {n: v for n, v in read_contact(values).items() if v}
    contacts[role] = {**(contacts.get(role) or {}), **contact} if values["contact_name"] else None
    said = {r.values["line"] for r in group.more}
    prices += [] if Line.PRICE in said else old_prices[1:]
    audiences += [] if Line.AUDIENCE in said else old_audiences[1:]
    if Line.TIER in said and prices:
        prices[0] = {**prices[0], "tiers": []}
    for row in group.more:
        try:
            _add(row.values, around, prices, audiences, contacts)
        except RowProblem as problem:
            raise LineProblem(row, problem) from None
    return {"prices": prices, "audiences": audiences, "contacts": contacts}


def _add(
    cells: Cells, around: Around, prices: list[Any], audiences: list[Any], contacts: dict[str, Any]
) -> None:
    match cells["line"]:
        case Line.PRICE:
            prices.append(read_price(cells, {}))
        case Line.TIER if prices:
            prices[-1] = {**prices[-1], "tiers": [*prices[-1].get("tiers", []), read_tier(cells)]}
        case Line.TIER:
            message = _("Eine Staffel gehört zu dem Preis in einer Zeile darüber.")
            raise RowProblem(_("Zeile"), _("Staffel"), _("Preis"), message)
        case Line.AUDIENCE:
            audiences.append(read_audience(cells, around.names))
        case _:
            if not cells["contact_role"]:
                message = _("Zu dieser Ansprechperson fehlt die Aufgabe.")
                raise RowProblem(_("Aufgabe der Ansprechperson"), "", _("siehe Vorlage"), message)
            contacts[cells["contact_role"]] = read_contact(cells)


def rows_of(around: Around, head: Offering, categories: Mapping[UUID, str]) -> list[dict[str, Any]]:
    """One offering as the rows of the file, values typed as they are read."""
    v, body = around.versions[head.id], around.bodies[head.id]
    names = around.names
    key = {"member_code": names.codes[head.owner_id], "reference": head.reference}
    price, *prices = v.prices or (None,)
    audience, *audiences = v.audiences or (None,)
    contacts = {
        r: c for r in ContactsBody.model_fields if (c := getattr(body.contacts, r)) and c.name
    }
    lead = next(iter(contacts), "lead")
    main: dict[str, Any] = {
        **key,
        **{n: getattr(v, n) if getattr(v, n) != "" else None for n in PLAIN},
        "line": Line.OFFERING.value,
        "category": categories[v.category_id],
        **(price_cells(price) if price else {}),
        **(audience_cells(audience, names) if audience else {}),
        **{n: s if (s := getattr(body.sla, n)) != "" else None for n in SLA},
        **{n: ", ".join(getattr(v, n)) or None for n in LISTS},
        **contact_cells(contacts.get(lead)),
        "contact_role": lead if lead in contacts else None,
        **answer_cells(v.attributes, around.schema(v.category_id)),
        "state": head.state,
        "published_on": berlin_day(head.published_at) if head.published_at else None,
    }
    more = [tier_cells(t) for t in (price.tiers if price else ())]
    for p in prices:
        more += [{"line": Line.PRICE.value, **price_cells(p)}, *(tier_cells(t) for t in p.tiers)]
    more += [{"line": Line.AUDIENCE.value, **audience_cells(a, names)} for a in audiences]
    more += [
        {"line": Line.CONTACT.value, "contact_role": r, **contact_cells(c)}
        for r, c in contacts.items()
        if r != lead
    ]
    return [main, *({**key, **m} for m in more)]
