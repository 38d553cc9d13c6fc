"""Offerings as a file: one row an offering with its first price; what is exported comes in unchanged."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from pydantic import ValidationError

from catalog.categories import store as categories
from catalog.offerings import store
from catalog.offerings.actions import SERIES, contact_list, tell
from catalog.offerings.model import (
    AUDIENCE_LABELS,
    LABELS,
    LEGAL_BASIS_LABELS,
    PROTECTION_LABELS,
    RECONFIRM_MONTHS,
    REGION_LABELS,
    TAX_LABELS,
    Audience,
    Offering,
    State,
    Version,
    add_months,
    missing,
)
from catalog.offerings.schemas import OfferingBody, to_body, to_version
from catalog.prices.model import BASE_LABELS, KIND_LABELS, PER_LABELS, PriceItem
from kdnx.clock import berlin_day, end_of_day
from kdnx.db.conn import Conn
from kdnx.ids import new_id
from kdnx.imports.kinds import CellKind, Column, FileKind, Outcome, Row, RowError
from kdnx.members.model import LEVEL_LABELS
from kdnx.members.store import list_members
from kdnx.numbers.actions import assign_many, draw
from kdnx.text import _
from kdnx.viewer import Permission, Scope, Viewer
from kdnx.web.form import field_errors

MICRO = 1_000_000
IMPORTABLE = {State.DRAFT, State.PUBLISHED, State.SUSPENDED, State.RETIRED}


def _choices(labels: Mapping[Any, str]) -> dict[str, str]:
    return {label: str(value) for value, label in labels.items()}


COLUMNS = (
    Column("member_code", _("Mitglied"), required=True, example="M07", note=_("Kennung des anbietenden Mitglieds"), aliases=("member", "Anbieter")),
    Column("reference", _("Eigene Kennung"), required=True, example="SICH-01", note=_("bleibt für immer; daran wird die Leistung erkannt"), max_length=60),
    Column("title", _("Titel"), required=True, example="Datensicherung für Kommunen", max_length=160, aliases=("Leistung", "name")),
    Column("category", _("Kategorie"), required=True, example="RZ/Hosting/Backup", note=_("Name oder Kennung der Kategorie"), max_length=120),
    Column("summary", _("Kurzbeschreibung"), example="Tägliche Sicherung in zwei Rechenzentren", max_length=400),
    Column("description", _("Beschreibung"), example="Sicherung von Servern und Arbeitsplätzen, verschlüsselt und geprüft.", max_length=8000),
    Column("prerequisites", _("Voraussetzungen"), example="Netzanbindung mit 100 Mbit/s", max_length=4000),
    Column("price_kind", _("Preisart"), CellKind.CHOICE, choices=_choices(KIND_LABELS), example="laufend"),
    Column("price_base", _("Bezugsgröße"), CellKind.CHOICE, choices=_choices(BASE_LABELS), example="je Arbeitsplatz"),
    Column("price_per", _("Zeitraum"), CellKind.CHOICE, choices=_choices(PER_LABELS), example="je Monat"),
    Column("unit_price", _("Preis netto in Euro"), CellKind.DECIMAL, example="4,50", note=_("bis zu sechs Stellen nach dem Komma")),
    Column("price_label", _("Bezeichnung des Preises"), example="Grundpaket", max_length=120),
    Column("audience", _("Zielgruppe"), CellKind.CHOICE, choices=_choices(AUDIENCE_LABELS), example="alle Mitglieder"),
    Column("audience_names", _("Zielgruppe genauer"), note=_("Kennungen der Mitglieder, Ebenen oder Bezirke, durch Komma getrennt"), max_length=2000),
    Column("legal_basis", _("Rechtsgrundlage"), CellKind.CHOICE, choices=_choices(LEGAL_BASIS_LABELS), example="§ 108 Abs. 6 GWB – Zusammenarbeit"),
    Column("tax_code", _("Umsatzsteuer"), CellKind.CHOICE, choices=_choices(TAX_LABELS), example="nicht steuerbar, § 2b UStG"),
    Column("protection_level", _("Schutzbedarf"), CellKind.CHOICE, choices=_choices(PROTECTION_LABELS), example="hoch"),
    Column("site", _("Betriebsort"), example="Rechenzentrum Nord, Deutschland", max_length=200),
    Column("lead_time_days", _("Vorlauf in Tagen"), CellKind.INTEGER, example="30"),
    Column("notice_months", _("Kündigungsfrist in Monaten"), CellKind.INTEGER, example="6"),
    Column("min_term_months", _("Mindestlaufzeit in Monaten"), CellKind.INTEGER, example="12"),
    Column("capacity", _("Kapazität"), example="bis 500 Server", max_length=200),
    Column("availability_pct", _("Verfügbarkeit in Prozent"), CellKind.DECIMAL, example="99,5"),
    Column("service_hours", _("Servicezeiten"), example="Mo–Fr 7–18 Uhr", max_length=200),
    Column("reaction_hours", _("Reaktionszeit in Stunden"), CellKind.INTEGER, example="4"),
    Column("cpv", _("CPV"), example="72000000-5", note=_("mehrere durch Komma getrennt"), max_length=300),
    Column("valid_from", _("Gültig ab"), CellKind.DAY, example="01.01.2026"),
    Column("contact_name", _("Ansprechperson"), example="Team Sicherung", max_length=120),
    Column("contact_email", _("E-Mail"), example="sicherung@example.org", max_length=200),
    Column("state", _("Stand"), CellKind.CHOICE, choices=_choices({s: LABELS[s] for s in State}), example="Entwurf",
           note=_("Anderes als Entwurf trägt nur die Geschäftsstelle ein, für schon veröffentlichte Leistungen")),
    Column("published_on", _("Veröffentlicht am"), CellKind.DAY, note=_("nur die Geschäftsstelle")),
)  # fmt: skip

# where an error of the schema stands in the file
COLUMN_OF = {
    "prices": "unit_price", "prices.kind": "price_kind", "prices.base": "price_base", "prices.per": "price_per",
    "prices.unit_price_micro": "unit_price", "prices.label": "price_label", "audiences": "audience_names",
    "audiences.kind": "audience", "contacts.lead.name": "contact_name", "contacts.lead.email": "contact_email",
}  # fmt: skip


@dataclass(frozen=True)
class Around:
    """What rows name: members by code, categories by name or code, what is there already."""

    members: Mapping[str, UUID]
    categories: Mapping[str, UUID]
    heads: Mapping[tuple[UUID, str], Offering]
    versions: Mapping[UUID, Version]
    bodies: Mapping[UUID, OfferingBody]


@dataclass(frozen=True)
class Item:
    """One row that can be written."""

    head: Offering
    version: Version
    body: OfferingBody
    state: State
    published_on: date | None
    is_new: bool


class RowProblem(ValueError):
    """Why a row cannot be written: column title, what was found, what is expected, in words."""

    def __init__(self, field: str, found: object, expected: str, message: str) -> None:
        super().__init__(message)
        self.parts = (field, "" if found is None else str(found)[:80], expected, message)


async def _read_around(conn: Conn, viewer: Viewer) -> Around:
    members = {m.code: m.id for m in await list_members(conn)}
    found = await categories.list_categories(conn)
    heads = await store.list_heads(conn, viewer)
    ids = [h.id for h in heads]
    latest = {h.id: h.latest_version for h in heads}
    versions = {v.offering_id: v for v in await store.load_versions(conn, viewer, ids) if v.version == latest[v.offering_id]}
    contacts = await store.list_contacts(conn, ids)
    return Around(
        members=members,
        categories={c.name.lower(): c.id for c in found} | {c.code: c.id for c in found},
        heads={(h.owner_id, h.reference): h for h in heads},
        versions=versions,
        bodies={h.id: to_body(versions[h.id], h.reference, contacts.get(h.id, [])) for h in heads if h.id in versions},
    )


async def write(conn: Conn, viewer: Viewer, rows: Sequence[Row]) -> Outcome:
    """New rows become drafts (or, from the office, published history); changed ones a new draft version."""
    around = await _read_around(conn, viewer)
    outcome = Outcome()
    items: list[Item] = []
    seen: set[tuple[str, str]] = set()
    for row in rows:
        key = (row.values["member_code"].upper(), row.values["reference"])
        try:
            if key in seen:
                raise RowProblem(_("Eigene Kennung"), key[1], _("jede Kennung einmal"), _("Diese Kennung steht mehrfach in der Datei."))
            seen.add(key)
            item = _item(conn, viewer, around, row)
        except RowProblem as problem:
            outcome.errors.append(RowError(row.number, *problem.parts))
            continue
        if item is None:
            outcome.unchanged += 1
            continue
        items.append(item)
        outcome.new += item.is_new
        outcome.changed += not item.is_new
    await _write_items(conn, viewer, items)
    return outcome


def _item(conn: Conn, viewer: Viewer, around: Around, row: Row) -> Item | None:
    values = row.values
    owner = around.members.get(values["member_code"].upper())
    is_office = viewer.scope in (Scope.OFFICE, Scope.SYSTEM)
    if owner is None or not (is_office or viewer.acts_for(owner)):
        raise RowProblem(_("Mitglied"), values["member_code"], _("Kennung Ihres Hauses"), _("Für dieses Mitglied können Sie nichts eintragen."))
    head = around.heads.get((owner, values["reference"]))
    old = around.bodies.get(head.id) if head else None
    body = _body(around, values, old)
    state = State(values["state"]) if values["state"] else (State(head.state) if head else State.DRAFT)
    if head and old and _same(body, old) and state == head.state:
        return None
    if state not in IMPORTABLE or (state != State.DRAFT and not is_office and not (head and state == head.state)):
        raise RowProblem(_("Stand"), LABELS[state], LABELS[State.DRAFT], _("Veröffentlicht wird nicht durch eine Datei, sondern durch eine zweite Person."))
    if head and (head.draft_submitted or head.state == State.RETIRED):
        raise RowProblem(_("Stand"), LABELS[State(head.state)], LABELS[State.DRAFT], _("Diese Leistung ist geschlossen: sie liegt zur Prüfung oder ist eingestellt."))
    # without a word about the state even the office only writes a draft
    publish = is_office and state != State.DRAFT and bool(values["state"])
    if head is None:
        head = Offering(id=new_id(), owner_id=owner, number="", reference=values["reference"], state=State.DRAFT,
                        category_id=body.category_id, title=body.title, row_version=1, updated_at=conn.now, draft_version=1)  # fmt: skip
        old = None
    elif head.draft_version is None:
        head = replace(head, draft_version=(head.published_version or 0) + 1)
    who = (viewer.principal,) if viewer.principal else ()
    before = around.versions.get(head.id)
    editors = tuple(before.editors) if before and before.version == head.draft_version else ()
    version = to_version(body, head.id, head.draft_version or 1, author=viewer.principal,
                         editors=tuple(dict.fromkeys((*editors, *who))), origin="imported" if publish else "entered")  # fmt: skip
    if publish and (gaps := missing(version, contact_list(body.contacts))):
        raise RowProblem(_("Stand"), LABELS[state], LABELS[State.DRAFT], _("Es fehlt noch: ") + ", ".join(w for _f, w in gaps))
    return Item(head, version, body, state if publish else State.DRAFT, values["published_on"], old is None)


def _same(a: OfferingBody, b: OfferingBody) -> bool:
    return a.model_dump(mode="json") == b.model_dump(mode="json")


def _body(around: Around, values: Mapping[str, Any], old: OfferingBody | None) -> OfferingBody:
    category = around.categories.get(values["category"].lower())
    if category is None:
        raise RowProblem(_("Kategorie"), values["category"], _("Name oder Kennung einer Kategorie"), _("Diese Kategorie gibt es nicht."))
    plain = ("reference", "title", "summary", "description", "prerequisites", "site", "capacity", "lead_time_days", "notice_months",
             "min_term_months", "protection_level", "valid_from")  # fmt: skip
    given: dict[str, Any] = {n: values[n] for n in plain if values[n] is not None}
    # what the file has no column for stays as it is: further prices, audiences, contacts
    kept: dict[str, Any] = old.model_dump() if old else {}
    given |= {n: kept[n] for n in ("leika", "valid_to") if n in kept}
    sla = {n: values[n] for n in ("availability_pct", "service_hours", "reaction_hours") if values[n] is not None}
    kept_sla = {n: v for n, v in kept.get("sla", {}).items() if n in ("recovery_hours", "maintenance_window")}
    contact = {"name": values["contact_name"] or "", "email": values["contact_email"] or ""}
    old_lead = (kept.get("contacts") or {}).get("lead") or {}
    lead = {**contact, "phone": old_lead.get("phone", "")} if contact["name"] else None
    given |= {
        "category_id": category,
        "cpv": [c.strip() for c in (values["cpv"] or "").split(",") if c.strip()],
        "sla": {**kept_sla, **sla},
        "prices": _price(values, kept.get("prices", [])) + kept.get("prices", [])[1:],
        "audiences": _audience(around, values) + kept.get("audiences", [])[1:],
        "contacts": {**(kept.get("contacts") or {}), "lead": lead},
    }
    try:
        return OfferingBody.model_validate(given, strict=False)
    except ValidationError as error:
        first = field_errors(error)[0]
        path = [step for step in first.field.split(".") if not step.isdigit()]
        name = COLUMN_OF.get(".".join(path), path[-1] if path else "")
        title = next((c.title for c in COLUMNS if c.name == name), name)
        raise RowProblem(title, values.get(name), _("siehe Vorlage"), first.message) from None


def _price(values: Mapping[str, Any], kept: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    if not values["price_kind"]:
        return []
    micro = None if values["unit_price"] is None else values["unit_price"] * MICRO
    if micro is not None and micro != micro.to_integral_value():
        raise RowProblem(_("Preis netto in Euro"), values["unit_price"], _("höchstens sechs Stellen nach dem Komma"), _("Der Preis hat zu viele Stellen."))
    price = {"kind": values["price_kind"], "base": values["price_base"], "per": values["price_per"], "label": values["price_label"] or "",
             "unit_price_micro": None if micro is None else int(micro)}  # fmt: skip
    more = ("tier_mode", "tiers", "pro_rata", "frozen_until", "index_clause", "valid_from")
    return [{**{n: kept[0][n] for n in more if kept}, **price}]


def _audience(around: Around, values: Mapping[str, Any]) -> list[dict[str, Any]]:
    if not values["audience"]:
        return []
    names = [n.strip() for n in (values["audience_names"] or "").split(",") if n.strip()]
    column, known = {
        "members": ("member_ids", around.members),
        "level": ("levels", {v: k for k, v in LEVEL_LABELS.items()}),
        "region": ("regions", {v: k for k, v in REGION_LABELS.items()}),
    }.get(values["audience"], ("", {}))
    unknown = [n for n in names if n not in known]
    if unknown:
        raise RowProblem(_("Zielgruppe genauer"), unknown[0], ", ".join(sorted(map(str, known))[:40]), _("Das gehört nicht zur Zielgruppe."))
    chosen = {column: [known[n] for n in names]} if column else {}
    return [{"kind": values["audience"], "legal_basis": values["legal_basis"], "tax_code": values["tax_code"], **chosen}]


async def _write_items(conn: Conn, viewer: Viewer, items: Sequence[Item]) -> None:
    if not items:
        return
    new = [i for i in items if i.is_new]
    numbers = await draw(conn, SERIES, conn.today.year, len(new)) if new else []
    heads = {i.head.id: i.head for i in items}
    for item, number in zip(new, numbers, strict=True):
        heads[item.head.id] = replace(item.head, number=number)
    await store.insert_offerings(conn, [heads[i.head.id] for i in new])
    await assign_many(conn, "offering", [(heads[i.head.id].number, i.head.owner_id, i.head.id) for i in new])
    await store.write_versions(conn, [i.version for i in items])
    await store.write_contacts(conn, [(i.head.id, contact_list(i.body.contacts)) for i in items])
    await store.approve_imported(conn, [
        replace(i.version, approved_at=end_of_day(i.published_on) if i.published_on else conn.now)
        for i in items if i.state != State.DRAFT
    ])  # fmt: skip
    for item in items:
        head = heads[item.head.id]
        if item.state != State.DRAFT:
            at = end_of_day(item.published_on) if item.published_on else head.published_at or conn.now
            # history confirmed by the office counts from the day it comes in
            head = replace(head, state=item.state, published_version=item.version.version, draft_version=None,
                           published_at=min(at, conn.now), reconfirm_due=add_months(conn.today, RECONFIRM_MONTHS))  # fmt: skip
        heads[head.id] = await store.mark_offering(conn, head)
    await store.show_face(conn, list(heads))
    for item in items:
        shown = heads[item.head.id]
        keys = sorted(set().union(*(a.keys() for a in item.version.audiences))) if item.state != State.DRAFT else ()
        await tell(conn, viewer, "offering.import", replace(shown, audience_keys=keys))


async def read(conn: Conn, viewer: Viewer) -> Sequence[Mapping[str, Any]]:
    """The own house's offerings, for the office all; the latest version of each in the columns of the file."""
    around = await _read_around(conn, viewer)
    codes = {i: c for c, i in around.members.items()}
    names = {c.id: c.name for c in await categories.list_categories(conn)}
    return [
        _row(head, around.versions[head.id], around.bodies[head.id], codes, names)
        for head in sorted(around.heads.values(), key=lambda h: (codes.get(h.owner_id, ""), h.reference))
        if head.id in around.versions
    ]


def _row(
    head: Offering, v: Version, body: OfferingBody, codes: Mapping[UUID, str], names: Mapping[UUID, str]
) -> dict[str, Any]:
    price: PriceItem | None = v.prices[0] if v.prices else None
    audience: Audience | None = v.audiences[0] if v.audiences else None
    lead = body.contacts.lead
    plain = ("title", "summary", "description", "prerequisites", "site", "capacity", "lead_time_days", "notice_months",
             "min_term_months", "protection_level", "valid_from")  # fmt: skip
    return {
        **{n: getattr(v, n) if getattr(v, n) != "" else None for n in plain},
        "member_code": codes[head.owner_id], "reference": head.reference, "category": names[v.category_id],
        "price_kind": price.kind if price else None, "price_base": price.base if price else None,
        "price_per": price.per if price else None, "price_label": (price.label or None) if price else None,
        "unit_price": Decimal(price.unit_price_micro) / MICRO if price and price.unit_price_micro is not None else None,
        "audience": audience.kind if audience else None, "audience_names": _names_of(audience, codes) if audience else None,
        "legal_basis": audience.legal_basis if audience else None, "tax_code": audience.tax_code if audience else None,
        "availability_pct": body.sla.availability_pct, "service_hours": body.sla.service_hours or None,
        "reaction_hours": body.sla.reaction_hours, "cpv": ", ".join(v.cpv) or None,
        "contact_name": lead.name if lead else None, "contact_email": (lead.email or None) if lead else None,
        "state": head.state, "published_on": berlin_day(head.published_at) if head.published_at else None,
    }  # fmt: skip


def _names_of(a: Audience, codes: Mapping[UUID, str]) -> str | None:
    named = [codes.get(m, "") for m in a.member_ids] + [LEVEL_LABELS[x] for x in a.levels] + [REGION_LABELS[r] for r in a.regions]
    return ", ".join(named) or None


OFFERINGS = FileKind("offerings", _("Leistungen"), Permission.OFFERING_EDIT, COLUMNS, write, read, order=20)
