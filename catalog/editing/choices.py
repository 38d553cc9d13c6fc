"""What the fields of the form offer to choose from, and how many rows they show."""

from typing import Any

from catalog.categories import store as categories
from catalog.contents.model import (
    AUDIENCE_LABELS,
    CONTACT_LABELS,
    LEGAL_BASIS_LABELS,
    PROTECTION_LABELS,
    REGION_LABELS,
    TAX_LABELS,
)
from catalog.contents.schemas import OfferingBody
from catalog.prices.model import BASE_LABELS, KIND_LABELS, PER_LABELS, PRO_RATA_LABELS, TIER_LABELS
from kdnx.members.model import LEVEL_LABELS
from kdnx.members.store import list_members
from kdnx.web.form import Form
from kdnx.web.routing import Call

PRICE_ROWS, TIER_ROWS, AUDIENCE_ROWS = 2, 3, 1


async def choices(call: Call, form: Form[OfferingBody]) -> dict[str, Any]:
    """Options as (value, label) by the names the templates use."""
    members = [m for m in await list_members(call.conn) if m.state == "active"]
    prices = max(PRICE_ROWS, _rows(form, "prices") + 1)
    return {
        "price_rows": range(min(prices, 20)),
        "tier_rows": range(max(TIER_ROWS, min(_tiers(form) + 1, 20))),
        "audience_rows": range(min(max(AUDIENCE_ROWS, _rows(form, "audiences") + 1), 5)),
        "categories": [(c.id, c.name) for c in await categories.list_categories(call.conn)],
        "members": [
            (m.id, m.short_name or m.name) for m in members if not call.viewer.acts_for(m.id)
        ],
        "kinds": _options(KIND_LABELS),
        "bases": _options(BASE_LABELS),
        "pers": _options(PER_LABELS),
        "tier_modes": _options(TIER_LABELS),
        "pro_ratas": _options(PRO_RATA_LABELS),
        "audiences": _options(AUDIENCE_LABELS),
        "legal": _options(LEGAL_BASIS_LABELS),
        "taxes": _options(TAX_LABELS),
        "protections": _options(PROTECTION_LABELS),
        "levels": _options(LEVEL_LABELS),
        "regions": _options(REGION_LABELS),
        "contact_labels": CONTACT_LABELS,
        "chosen": lambda name: _chosen(form, name),
    }


def _options(labels: Any) -> list[tuple[str, str]]:
    return [(str(value), label) for value, label in labels.items()]


def _rows(form: Form[OfferingBody], group: str) -> int:
    numbers = [
        n.split(".")[1]
        for n in form.raw
        if n.startswith(group + ".") and n.count(".") >= 2 and form.raw[n] != ""
    ]
    return max((int(n) + 1 for n in numbers if n.isascii() and n.isdigit()), default=0)


def _tiers(form: Form[OfferingBody]) -> int:
    parts = [n.split(".") for n in form.raw if ".tiers." in n and form.raw[n] != ""]
    found = [p[3] for p in parts if len(p) == 5 and p[3].isascii() and p[3].isdigit()]
    return max((int(n[:3]) + 1 for n in found), default=0)


def _chosen(form: Form[OfferingBody], name: str) -> list[str]:
    value = form.raw.get(name, [])
    return [str(v) for v in value] if isinstance(value, list) else [str(value)]
