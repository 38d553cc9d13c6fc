"""A price in German sentences: tiers step by step, minimum, freeze, index, key; for every page that shows one."""

from decimal import Decimal

from catalog.prices.clause import clause_text
from catalog.prices.model import (
    ALLOCATION_LABELS,
    PRO_RATA_LABELS,
    TIER_LABELS,
    TIMES_A_YEAR,
    Allocation,
    Per,
    PriceItem,
    PriceKind,
    ProRata,
    TierMode,
    amount,
    pieces,
    price_text,
)
from kdnx.text import _
from kdnx.web.formats import day, eur, micro_eur, num

PERIOD_WORDS = {Per.MONTH: "Monate", Per.QUARTER: "Quartale"}


def item_name(item: PriceItem) -> str:
    """What people call the position: its label, or what it counts."""
    return item.label or price_text(item.base, item.per)


def steps(item: PriceItem, quantity: Decimal) -> str:
    """The calculation line by line: '1.000 × 2,50 € + 200 × 2,00 € = 2.900,00 €', then × 12 Monate."""
    parts = pieces(item, quantity)
    if not parts:
        return ""
    text = " + ".join(f"{num(n)} × {micro_eur(p)}" for n, p in parts)
    whole = amount(item, quantity)
    text += f" = {eur(whole)}"
    terms = item.terms
    if terms.minimum_quantity and quantity < terms.minimum_quantity:
        text += " " + _("(Mindestmenge {n})").format(n=num(terms.minimum_quantity))
    if terms.minimum_cents and whole == terms.minimum_cents:
        text += " " + _("(Mindestentgelt)")
    if item.per in PERIOD_WORDS:
        periods = TIMES_A_YEAR[Per(item.per)]
        text += f", × {periods} {_(PERIOD_WORDS[Per(item.per)])} = {eur(whole * periods)}"
    return text


def notes(item: PriceItem) -> list[str]:
    """Everything a reader must know beside the amount, a sentence each."""
    found = [_tiers(item)] if item.tiers else []
    found += [*_counted(item), *_shared(item), *_changing(item)]
    if item.per not in {Per.USE, Per.ONCE}:
        found.append(_("angebrochenes Jahr") + ": " + _(PRO_RATA_LABELS[ProRata(item.pro_rata)]))
    return found


def _counted(item: PriceItem) -> list[str]:
    terms, found = item.terms, []
    if terms.counted_on or terms.source:
        when = _("Stichtag {day}").format(day=day(terms.counted_on)) if terms.counted_on else ""
        found.append(_("Einwohner") + ": " + ", ".join(w for w in (when, terms.source) if w))
    if terms.minimum_quantity:
        found.append(_("mindestens {n}").format(n=num(terms.minimum_quantity)))
    if terms.minimum_cents:
        found.append(_("Mindestentgelt {eur}").format(eur=eur(terms.minimum_cents)))
    if terms.setup_cents:
        found.append(_("Einrichtung einmalig {eur}").format(eur=eur(terms.setup_cents)))
    return found


def _changing(item: PriceItem) -> list[str]:
    found = []
    if item.valid_from:
        found.append(_("gilt ab {day}").format(day=day(item.valid_from)))
    if item.frozen_until:
        found.append(_("fest bis {day}").format(day=day(item.frozen_until)))
    if clause := clause_text(item) or item.index_clause:
        found.append(_("danach nach Index: {clause}").format(clause=clause))
    if (months := item.terms.change_notice_months) is not None:
        found.append(_("Preisänderung mit {n} Monaten Ankündigung").format(n=months))
    return found


def _tiers(item: PriceItem) -> str:
    told = sorted(item.tiers, key=lambda t: t.from_quantity)
    text = ", ".join(
        _("ab {n}: {price}").format(n=num(t.from_quantity), price=micro_eur(t.unit_price_micro))
        for t in told
    )
    return f"{_(TIER_LABELS[TierMode(item.tier_mode)])}: {text}"


def _shared(item: PriceItem) -> list[str]:
    terms = item.terms
    found = []
    if terms.allocation:
        words = _("verteilt {key}").format(key=_(ALLOCATION_LABELS[Allocation(terms.allocation)]))
        if terms.fixed_pct:
            words = _("{n} % zu gleichen Teilen, der Rest {key}").format(
                n=num(terms.fixed_pct), key=_(ALLOCATION_LABELS[Allocation(terms.allocation)])
            )
        found.append(words)
    if terms.pool_cents is not None:
        found.append(_("geplante Jahreskosten {eur}").format(eur=eur(terms.pool_cents)))
    if terms.key_total:
        found.append(_("Summe der Schlüssel {n}").format(n=num(terms.key_total)))
    if terms.participants:
        found.append(_("{n} Beteiligte").format(n=terms.participants))
    if item.kind in {PriceKind.SHARE, PriceKind.COST_RECOVERY}:
        found.append(_("Abschlag, abgerechnet zum Jahresende (Spitzabrechnung)"))
    return found
