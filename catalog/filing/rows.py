"""Rows of the offerings' file from and to content."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from pydantic import ValidationError

from catalog.contents.model import REGION_LABELS, Audience, Version
from catalog.contents.schemas import OfferingBody
from catalog.filing.columns import COLUMN_OF, COLUMNS
from catalog.offerings.model import Offering
from catalog.prices.model import PriceItem
from kdnx.clock import berlin_day
from kdnx.members.model import LEVEL_LABELS
from kdnx.text import _
from kdnx.web.form import field_errors

MICRO = 1_000_000


@dataclass(frozen=True)
class Around:
    """What rows name: members by code, categories by name or code, what is there already."""

    members: Mapping[str, UUID]
    categories: Mapping[str, UUID]
    heads: Mapping[tuple[UUID, str], Offering]
    versions: Mapping[UUID, Version]
    bodies: Mapping[UUID, OfferingBody]


class RowProblem(ValueError):
    """Why a row cannot be written: column title, what was found, what is expected, in words."""

    def __init__(self, field: str, found: object, expected: str, message: str) -> None:
        super().__init__(message)
        self.parts = (field, "" if found is None else str(found)[:80], expected, message)


# columns that hold one field of the content as it is
PLAIN = (
    "title", "summary", "description", "prerequisites", "site", "capacity", "lead_time_days", "notice_months",
    "min_term_months", "protection_level", "valid_from",
)  # fmt: skip


def same_body(a: OfferingBody, b: OfferingBody) -> bool:
    """Both say the same; 99.0 and 99 are one number."""
    return a.model_dump() == b.model_dump()


def body_of(around: Around, values: Mapping[str, Any], old: OfferingBody | None) -> OfferingBody:
    """The row as content; what the file has no column for stays as in `old`. RowProblem names the cell."""
    category = around.categories.get(values["category"].lower())
    if category is None:
        raise RowProblem(
            _("Kategorie"),
            values["category"],
            _("Name oder Kennung einer Kategorie"),
            _("Diese Kategorie gibt es nicht."),
        )
    given: dict[str, Any] = {n: values[n] for n in ("reference", *PLAIN) if values[n] is not None}
    # what the file has no column for stays as it is: further prices, audiences, contacts
    kept: dict[str, Any] = old.model_dump() if old else {}
    given |= {n: kept[n] for n in ("leika", "valid_to") if n in kept}
    sla = {
        n: values[n]
        for n in ("availability_pct", "service_hours", "reaction_hours")
        if values[n] is not None
    }
    kept_sla = {
        n: v
        for n, v in kept.get("sla", {}).items()
        if n in ("recovery_hours", "maintenance_window")
    }
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
        raise RowProblem(
            _("Preis netto in Euro"),
            values["unit_price"],
            _("höchstens sechs Stellen nach dem Komma"),
            _("Der Preis hat zu viele Stellen."),
        )
    price = {
        "kind": values["price_kind"],
        "base": values["price_base"],
        "per": values["price_per"],
        "label": values["price_label"] or "",
        "unit_price_micro": None if micro is None else int(micro),
    }
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
        raise RowProblem(
            _("Zielgruppe genauer"),
            unknown[0],
            ", ".join(sorted(map(str, known))[:40]),
            _("Das gehört nicht zur Zielgruppe."),
        )
    chosen = {column: [known[n] for n in names]} if column else {}
    return [
        {
            "kind": values["audience"],
            "legal_basis": values["legal_basis"],
            "tax_code": values["tax_code"],
            **chosen,
        }
    ]


def row_of(
    head: Offering,
    v: Version,
    body: OfferingBody,
    codes: Mapping[UUID, str],
    names: Mapping[UUID, str],
) -> dict[str, Any]:
    """One version in the columns of the file, values typed as they are read."""
    price: PriceItem | None = v.prices[0] if v.prices else None
    audience: Audience | None = v.audiences[0] if v.audiences else None
    lead = body.contacts.lead
    return {
        **{n: getattr(v, n) if getattr(v, n) != "" else None for n in PLAIN},
        "member_code": codes[head.owner_id],
        "reference": head.reference,
        "category": names[v.category_id],
        "price_kind": price.kind if price else None,
        "price_base": price.base if price else None,
        "price_per": price.per if price else None,
        "price_label": (price.label or None) if price else None,
        "unit_price": Decimal(price.unit_price_micro) / MICRO
        if price and price.unit_price_micro is not None
        else None,
        "audience": audience.kind if audience else None,
        "audience_names": _names_of(audience, codes) if audience else None,
        "legal_basis": audience.legal_basis if audience else None,
        "tax_code": audience.tax_code if audience else None,
        "availability_pct": body.sla.availability_pct,
        "service_hours": body.sla.service_hours or None,
        "reaction_hours": body.sla.reaction_hours,
        "cpv": ", ".join(v.cpv) or None,
        "contact_name": lead.name if lead else None,
        "contact_email": (lead.email or None) if lead else None,
        "state": head.state,
        "published_on": berlin_day(head.published_at) if head.published_at else None,
    }


def _names_of(a: Audience, codes: Mapping[UUID, str]) -> str | None:
    named = (
        [codes.get(m, "") for m in a.member_ids]
        + [LEVEL_LABELS[x] for x in a.levels]
        + [REGION_LABELS[r] for r in a.regions]
    )
    return ", ".join(sorted(named)) or None
