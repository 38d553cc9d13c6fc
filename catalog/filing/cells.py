"""Cells of prices, audiences, contacts and answers to content and back; the parts of a row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any
from uuid import UUID

from catalog.attributes.model import Schema, carry_over, check, clean
from catalog.attributes.texts import answer_of, text_of
from catalog.contents.model import REGION_LABELS, Audience
from catalog.filing.columns import ANSWER, CONTACT, Line
from catalog.prices.model import PriceItem, Terms, Tier
from kdnx.members.model import LEVEL_LABELS
from kdnx.text import _

MICRO = 1_000_000
TERM_NAMES = tuple(f.name for f in fields(Terms))
PRICE = {
    "kind": "price_kind", "base": "price_base", "per": "price_per", "label": "price_label", "tier_mode": "tier_mode",
    "pro_rata": "pro_rata", "frozen_until": "frozen_until", "index_clause": "index_clause",
    "valid_from": "price_valid_from",
}  # fmt: skip
Cells = Mapping[str, Any]


class RowProblem(ValueError):
    """Why a row cannot be written: column title, what was found, what is expected, in words."""

    def __init__(self, field: str, found: object, expected: str, message: str) -> None:
        super().__init__(message)
        self.parts = (field, "" if found is None else str(found)[:80], expected, message)


@dataclass(frozen=True)
class Names:
    """Codes of members both ways; regions and levels have their words."""

    ids: Mapping[str, UUID]
    codes: Mapping[UUID, str]


def read_price(cells: Cells, kept: Mapping[str, Any]) -> dict[str, Any]:
    """One price as the schema takes it; what the cells do not say stays as in `kept`. RowProblem otherwise."""
    given = {name: cells[column] for name, column in PRICE.items() if cells[column] is not None}
    terms = {n: v for n in TERM_NAMES if (v := cells[f"terms_{n}"]) is not None}
    more = {n: kept[n] for n in ("tiers",) if n in kept}
    return {
        **{n: kept[n] for n in PRICE if n in kept},
        **more,
        **given,
        "unit_price_micro": read_micro(cells),
        "terms": terms or kept.get("terms", {}),
    }


def read_micro(cells: Cells) -> int | None:
    """The price in millionths of a euro, None for none; RowProblem with more than six places."""
    euros = cells["unit_price"]
    if euros is None:
        return None
    micro = euros * MICRO
    if micro != micro.to_integral_value():
        raise RowProblem(
            _("Preis netto in Euro"),
            euros,
            _("höchstens sechs Stellen nach dem Komma"),
            _("Der Preis hat zu viele Stellen."),
        )
    return int(micro)


def read_tier(cells: Cells) -> dict[str, Any]:
    """One tier of the price above."""
    return {"from_quantity": cells["tier_from"], "unit_price_micro": read_micro(cells)}


def price_cells(price: PriceItem) -> dict[str, Any]:
    """A price in its columns."""
    return {
        **{column: getattr(price, name) or None for name, column in PRICE.items()},
        **{f"terms_{n}": getattr(price.terms, n) if getattr(price.terms, n) != "" else None for n in TERM_NAMES},
        "unit_price": euros_of(price.unit_price_micro),
    }  # fmt: skip


def tier_cells(tier: Tier) -> dict[str, Any]:
    """A tier in its columns."""
    return {
        "line": Line.TIER.value,
        "tier_from": tier.from_quantity,
        "unit_price": euros_of(tier.unit_price_micro),
    }


def euros_of(micro: int | None) -> Decimal | None:
    """Euros from millionths."""
    return None if micro is None else Decimal(micro) / MICRO


def read_audience(cells: Cells, names: Names) -> dict[str, Any]:
    """One audience as the schema takes it; RowProblem for a name that is none."""
    named = [n.strip() for n in (cells["audience_names"] or "").split(",") if n.strip()]
    kinds: dict[str, tuple[str, Mapping[str, Any]]] = {
        "members": ("member_ids", names.ids),
        "level": ("levels", {v: k for k, v in LEVEL_LABELS.items()}),
        "region": ("regions", {v: k for k, v in REGION_LABELS.items()}),
    }
    column, known = kinds.get(cells["audience"], ("", {}))
    unknown = [n for n in named if n not in known]
    if unknown:
        raise RowProblem(
            _("Zielgruppe genauer"),
            unknown[0],
            ", ".join(sorted(map(str, known))[:40]),
            _("Das gehört nicht zur Zielgruppe."),
        )
    return {
        "kind": cells["audience"],
        "legal_basis": cells["legal_basis"],
        "tax_code": cells["tax_code"],
        **({column: [known[n] for n in named]} if column else {}),
    }


def audience_cells(a: Audience, names: Names) -> dict[str, Any]:
    """An audience in its columns."""
    named = (
        [names.codes.get(m, "") for m in a.member_ids]
        + [LEVEL_LABELS[x] for x in a.levels]
        + [REGION_LABELS[r] for r in a.regions]
    )
    return {
        "audience": a.kind,
        "audience_names": ", ".join(sorted(named)) or None,
        "legal_basis": a.legal_basis,
        "tax_code": a.tax_code,
    }


def read_contact(cells: Cells) -> dict[str, str]:
    """One contact as the schema takes it."""
    return {n: cells[f"contact_{n}"] or "" for n in CONTACT}


def contact_cells(contact: Any) -> dict[str, Any]:
    """A contact in its columns; nothing for none."""
    return {f"contact_{n}": getattr(contact, n) or None for n in CONTACT} if contact else {}


def read_answers(
    cells: Cells, schema: Schema, kept: Mapping[str, Any], titles: Mapping[str, str]
) -> dict[str, Any]:
    """The answers in the columns of the questions, over those in `kept`; RowProblem names the column."""
    found = carry_over(kept, schema)
    for column, text in cells.items():
        if not column.startswith(ANSWER) or not text:
            continue
        key = column.removeprefix(ANSWER)
        attribute = schema.find(key)
        if attribute is None:
            raise RowProblem(
                titles.get(column, key), text, _("leer"), _("Danach fragt diese Kategorie nicht.")
            )
        answer = {key: answer_of(attribute, text)}
        if errors := check(answer, schema):
            raise RowProblem(titles.get(column, key), text, _("siehe Kategorie"), errors[0].message)
        found |= answer
    return clean(found, schema)


def answer_cells(answers: Mapping[str, Any], schema: Schema) -> dict[str, str]:
    """The answers in the columns of their questions."""
    known: Sequence[Any] = [a for a in schema.attributes if a.key in answers]
    return {ANSWER + a.key: text_of(a, answers[a.key]) for a in known}
