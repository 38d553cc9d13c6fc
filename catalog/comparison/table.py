"""The table of a comparison in German words: what each field of a version says, line by line."""

from collections.abc import Sequence
from typing import Any

from catalog.comparison.model import Column, Comparison, Row
from catalog.contents.model import (
    LEGAL_BASIS_LABELS,
    PROTECTION_LABELS,
    TAX_LABELS,
    LegalBasis,
    Protection,
    TaxCase,
    Version,
)
from catalog.offerings.model import LABELS, State
from catalog.prices.model import KIND_LABELS, PriceItem, PriceKind, price_text
from catalog.prices.wording import notes
from kdnx.text import _, ngettext
from kdnx.web.formats import day, eur, last_day, micro_eur

ABSENT = "–"


def compare(columns: Sequence[Column]) -> Comparison:
    """The table of these columns."""
    rows = [*_costs(columns), *_prices(columns), *_about(columns), *_service(columns)]
    return Comparison(columns, [*rows, *_terms(columns), *_attributes(columns)])


def _row(group: str, label: str, values: Sequence[str | Sequence[str]], **more: Any) -> Row:
    cells = [([v] if isinstance(v, str) else list(v)) for v in values]
    return Row(group, label, [[t for t in c if t] or [ABSENT] for c in cells], **more)


def _costs(columns: Sequence[Column]) -> list[Row]:
    group = _("Was kostet das mein Haus?")
    yearly = [c.estimate.yearly_cents for c in columns]
    whole = all(c.estimate.is_complete for c in columns)
    # the lowest is marked only where nothing is left open and the prices do differ
    lowest = {i for i, y in enumerate(yearly) if y == min(yearly)} if yearly and whole else set()
    best = frozenset(lowest) if 0 < len(lowest) < len(columns) else frozenset[int]()
    open_text = _("zuzüglich Positionen nach Abrechnung")
    sums = [[eur(c.estimate.yearly_cents), "" if c.estimate.is_complete else open_text] for c in columns]  # fmt: skip
    once = [eur(c.estimate.once_cents) if c.estimate.once_cents else ABSENT for c in columns]
    return [
        _row(group, _("Summe im Jahr, netto"), sums, is_number=True, best=best),
        _row(group, _("Einmalig, netto"), once, is_number=True),
    ]


def _prices(columns: Sequence[Column]) -> list[Row]:
    group = _("Preise, netto")
    rows = []
    for kind in PriceKind:
        if not any(i.kind == kind for c in columns for i in c.version.prices):
            continue
        cells = [
            [line for i in c.version.prices if i.kind == kind for line in price_lines(i)]
            for c in columns
        ]
        rows.append(_row(group, _(KIND_LABELS[kind]), cells))
    return rows


def price_lines(item: PriceItem) -> list[str]:
    """One price in lines of text: price and unit, then everything to know beside it (tiers, index, terms)."""
    unit = price_text(item.base, item.per)
    name = f"{item.label}: " if item.label else ""
    price = micro_eur(item.unit_price_micro) if item.unit_price_micro is not None else _("nach Abrechnung")  # fmt: skip
    return [f"{name}{price} {unit}".strip(), *notes(item)]


def _about(columns: Sequence[Column]) -> list[Row]:
    group = _("Leistung")
    used = [
        ngettext("%d Mitglied nutzt dies", "%d Mitglieder nutzen dies", c.users) % c.users
        if c.users
        else _("noch kein Mitglied")
        for c in columns
    ]
    return [
        _row(group, _("Mitglied"), [c.owner for c in columns]),
        _row(group, _("Kategorie"), [c.category for c in columns]),
        _row(group, _("Kurzbeschreibung"), [c.version.summary for c in columns]),
        _row(group, _("Voraussetzungen"), [c.version.prerequisites for c in columns]),
        _row(group, _("Stand"), [_(LABELS[State(c.state)]) for c in columns]),
        _row(group, _("Nutzung"), used),
    ]


def _service(columns: Sequence[Column]) -> list[Row]:
    group = _("Service und Sicherheit")
    versions = [c.version for c in columns]

    def promised(name: str, unit: str = "") -> list[str]:
        values = [v.sla.get(name) for v in versions]
        return ["" if x in (None, "") else f"{x}{unit}" for x in values]

    percent = [t.replace(".", ",") for t in promised("availability_pct", "\u00a0%")]
    levels = [v.protection_level for v in versions]
    return [
        _row(group, _("Verfügbarkeit"), percent),
        _row(group, _("Servicezeiten"), promised("service_hours")),
        _row(group, _("Reaktionszeit"), promised("reaction_hours", " " + _("Stunden"))),
        _row(group, _("Wiederherstellung"), promised("recovery_hours", " " + _("Stunden"))),
        _row(group, _("Wartungsfenster"), promised("maintenance_window")),
        _row(
            group,
            _("Schutzbedarf"),
            [_(PROTECTION_LABELS[Protection(x)]) if x else "" for x in levels],
        ),
        _row(group, _("Betriebsort"), [v.site for v in versions]),
    ]


def _terms(columns: Sequence[Column]) -> list[Row]:
    group = _("Bedingungen")
    versions = [c.version for c in columns]

    def months(values: Sequence[int | None]) -> list[str]:
        words = [ngettext("%d Monat", "%d Monate", n or 0) % (n or 0) for n in values]
        none = _("keine")
        return ["" if n is None else w if n else none for n, w in zip(values, words, strict=True)]

    lead = [v.lead_time_days for v in versions]
    return [
        _row(group, _("Vorlauf"), ["" if n is None else ngettext("%d Tag", "%d Tage", n) % n for n in lead]),
        _row(group, _("Kapazität"), [v.capacity for v in versions]),
        _row(group, _("Kündigungsfrist"), months([v.notice_months for v in versions])),
        _row(group, _("Mindestlaufzeit"), months([v.min_term_months for v in versions])),
        _row(group, _("Gültig"), [_validity(v) for v in versions]),
        _row(group, _("Rechtsgrundlage für mein Haus"), [_named(v, "legal") for v in versions]),
        _row(group, _("Umsatzsteuer"), [_named(v, "tax") for v in versions]),
    ]  # fmt: skip


def _validity(v: Version) -> str:
    begin = _("ab {day}").format(day=day(v.valid_from)) if v.valid_from else ""
    end = _("bis {day}").format(day=last_day(v.valid_to)) if v.valid_to else ""
    return f"{begin} {end}".strip()


def _named(v: Version, what: str) -> list[str]:
    if what == "legal":
        found = [_(LEGAL_BASIS_LABELS[LegalBasis(a.legal_basis)]) for a in v.audiences]
    else:
        found = [_(TAX_LABELS[TaxCase(a.tax_code)]) for a in v.audiences]
    return list(dict.fromkeys(found))


def _attributes(columns: Sequence[Column]) -> list[Row]:
    labels = dict.fromkeys(name for c in columns for name in c.attributes)
    group = _("Merkmale der Kategorie")
    return [_row(group, name, [c.attributes.get(name, "") for c in columns]) for name in labels]
