"""What stands on the data sheet of an offering, all of it as text."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from catalog.attributes.model import Schema
from catalog.attributes.texts import by_group
from catalog.contents.model import CONTACT_LABELS, Contact, Version
from catalog.offerings.facts import audience_rows, key_facts
from catalog.offerings.model import LABELS, Offering, State
from catalog.prices.model import KIND_LABELS, PriceItem, PriceKind, price_text
from catalog.prices.wording import item_name, notes
from kdnx.text import _
from kdnx.web.formats import day, instant, last_day, micro_eur


@dataclass(frozen=True)
class Sheet:
    """An offering in one version with the words for its ids; `sees_names` as in `audience_rows`."""

    head: Offering
    version: Version
    owner: str
    category: str
    schema: Schema
    contacts: Sequence[Contact]
    users: int
    members: Mapping[UUID, str]
    sees_names: bool


def values_of(sheet: Sheet, now: datetime, *, today: date) -> dict[str, Any]:
    """Everything the template shows; `now` is the day the sheet was printed."""
    head, version = sheet.head, sheet.version
    is_public = version.version == head.published_version
    state = _(LABELS[State(head.state)]) if is_public else _("Entwurf, noch nicht veröffentlicht")
    audiences = audience_rows(version, sheet.members, sees_names=sheet.sees_names)
    return {
        "at": int(now.timestamp()),
        "printed": instant(now),
        "number": head.number,
        "title": version.title,
        "summary": version.summary,
        "version": version.version,
        "head": _rows(
            (_("Mitglied"), sheet.owner), (_("Kategorie"), sheet.category), (_("Stand"), state),
            (_("Veröffentlicht am"), day(head.published_at) if is_public and head.published_at else ""),
            (_("Gültig ab"), day(version.valid_from) if version.valid_from else ""),
            (_("Gültig bis"), last_day(version.valid_to) if version.valid_to else ""),
        ),
        "facts": [list(f) for f in key_facts(head, version, sheet.users, today=today)],
        "description": _paragraphs(version.description),
        "prerequisites": _paragraphs(version.prerequisites),
        "prices": [_price(p) for p in version.prices],
        "audiences": [[a.text, a.legal, a.tax] for a in audiences],
        "terms": _terms(version),
        "answers": [
            {"title": title, "rows": [list(r) for r in rows]}
            for title, rows in by_group(version.attributes, sheet.schema)
        ],
        "contacts": [_contact(c) for c in sheet.contacts],
    }  # fmt: skip


def _rows(*rows: tuple[str, str]) -> list[list[str]]:
    return [[label, text] for label, text in rows if text]


def _paragraphs(text: str) -> list[str]:
    return [p.strip() for p in text.split("\n") if p.strip()]


def _price(item: PriceItem) -> list[str]:
    price = _("nach Abrechnung")
    if item.unit_price_micro is not None:
        price = micro_eur(item.unit_price_micro)
    kind = _(KIND_LABELS[PriceKind(item.kind)])
    return [item_name(item), kind, price, price_text(item.base, item.per), ". ".join(notes(item))]


def _terms(v: Version) -> list[list[str]]:
    hours = _("{n} Stunden")
    said = {k: v.sla.get(k) for k in ("reaction_hours", "recovery_hours")}
    return _rows(
        (_("Reaktionszeit"), hours.format(n=said["reaction_hours"]) if said["reaction_hours"] is not None else ""),
        (_("Wiederherstellung"), hours.format(n=said["recovery_hours"]) if said["recovery_hours"] is not None else ""),
        (_("Wartungsfenster"), str(v.sla.get("maintenance_window") or "")),
        (_("CPV"), ", ".join(v.cpv)),
        (_("LeiKa"), ", ".join(v.leika)),
    )  # fmt: skip


def _contact(c: Contact) -> list[str]:
    reached = ", ".join(t for t in (c.name, c.email, c.phone) if t)
    deputy = ", ".join(t for t in (c.deputy, c.deputy_email) if t)
    return [CONTACT_LABELS.get(c.role, c.role), reached, deputy]
