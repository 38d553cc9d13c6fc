"""Value of a contract by § 3 VgV: pure arithmetic in cents net, each step with its paragraph."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from kdnx.errors import Refused
from kdnx.rules.calendar import add_months
from kdnx.text import _


class ContractKind(StrEnum):
    """What decides how the value is added up."""

    FRAMEWORK = "framework"
    FIXED_TOTAL = "fixed_total"
    RECURRING = "recurring"
    NO_TOTAL = "no_total"


class Subject(StrEnum):
    """What is bought; picks the threshold."""

    SUPPLIES_SERVICES = "supplies_services"
    SOCIAL_SERVICES = "social_services"
    WORKS = "works"


class Authority(StrEnum):
    """Who buys; picks the threshold of supplies and services."""

    SUB_CENTRAL = "sub_central"
    CENTRAL = "central"


CONTRACT_LABELS = {
    ContractKind.FRAMEWORK: "Rahmenvereinbarung",
    ContractKind.FIXED_TOTAL: "Vertrag mit Gesamtpreis",
    ContractKind.RECURRING: "regelmäßig wiederkehrend",
    ContractKind.NO_TOTAL: "Vertrag ohne Gesamtpreis",
}
SUBJECT_LABELS = {
    Subject.SUPPLIES_SERVICES: "Liefer- und Dienstleistungen",
    Subject.SOCIAL_SERVICES: "soziale und andere besondere Dienstleistungen",
    Subject.WORKS: "Bauleistungen",
}
AUTHORITY_LABELS = {
    Authority.SUB_CENTRAL: "kommunale und übrige öffentliche Auftraggeber",
    Authority.CENTRAL: "oberste Bundesbehörden",
}
REGIME_LABELS = {
    "eu": "EU-weites Verfahren (GWB Teil 4, VgV)",
    "national": "unterhalb des Schwellenwerts",
}
SPLIT_MONTHS = 12


@dataclass(frozen=True)
class LotValue:
    """Value of one lot in cents net: as expected, and for the largest quantity planned."""

    lot_no: int
    expected_cents: int
    max_cents: int


@dataclass(frozen=True)
class ValueInput:
    """All that the estimate needs; amounts in cents net, `term_months` None = indefinite."""

    kind: ContractKind
    lots: Sequence[LotValue]
    term_months: int | None = None
    options_cents: int = 0
    extensions_cents: int = 0
    premiums_cents: int = 0
    monthly_cents: int | None = None
    previous_year_cents: int | None = None
    expected_change_cents: int | None = None
    next_year_cents: int | None = None


@dataclass(frozen=True)
class Step:
    """One line of the calculation."""

    label: str
    norm: str
    cents: int


@dataclass(frozen=True)
class Estimate:
    """The result: `total_cents` decides the regime, `max_total_cents` is the ceiling to publish."""

    total_cents: int
    max_total_cents: int
    steps: Sequence[Step] = field(default_factory=tuple)


@dataclass(frozen=True)
class Other:
    """Another procedure of the same buyer."""

    number: str
    title: str
    starts_on: date
    total_cents: int
    groups: frozenset[str]


def threshold_key(subject: str, authority: str) -> str:
    """The key of the rule `eu_threshold` (§ 106 Abs. 2 GWB)."""
    if subject == Subject.SUPPLIES_SERVICES and authority == Authority.CENTRAL:
        return "supplies_services_central"
    return subject


def estimate(value: ValueInput, indefinite_months: int) -> Estimate:
    """The estimated value by § 3 VgV; Refused (naming the missing figure) when it cannot be told.

    Framework: all call-offs planned over the whole term at their largest quantity (Abs. 4).
    """
    steps = [*_core(value, indefinite_months)]
    for label, cents in (
        (_("Optionen"), value.options_cents),
        (_("Vertragsverlängerungen"), value.extensions_cents),
        (_("Prämien und Zahlungen an Bieter"), value.premiums_cents),
    ):
        if cents:
            steps.append(Step(label, "§ 3 Abs. 1 Satz 2 und 3 VgV", cents))
    extra = value.options_cents + value.extensions_cents + value.premiums_cents
    total = sum(s.cents for s in steps)
    most = sum(lot.max_cents for lot in value.lots) + extra
    return Estimate(total, max(total, most), tuple(steps))


def _core(value: ValueInput, indefinite_months: int) -> Iterable[Step]:
    if value.kind == ContractKind.FRAMEWORK:
        for lot in value.lots:
            yield Step(
                _("Los {n}: alle geplanten Einzelaufträge, höchste Menge").format(n=lot.lot_no),
                "§ 3 Abs. 4 und 7 VgV",
                lot.max_cents,
            )
    elif value.kind == ContractKind.FIXED_TOTAL:
        for lot in value.lots:
            yield Step(
                _("Los {n}: erwartete Menge").format(n=lot.lot_no),
                "§ 3 Abs. 1 und 7 VgV",
                lot.expected_cents,
            )
    elif value.kind == ContractKind.RECURRING:
        yield _recurring(value)
    else:
        yield _no_total(value, indefinite_months)


def _recurring(value: ValueInput) -> Step:
    # § 3 Abs. 10: last year's actual value adjusted, or twelve months from the first delivery;
    # the higher one is cautious
    last = (
        None
        if value.previous_year_cents is None
        else max(0, value.previous_year_cents + (value.expected_change_cents or 0))
    )
    found = [x for x in (last, value.next_year_cents) if x is not None]
    if not found:
        raise Refused(
            _(
                "Für wiederkehrende Aufträge fehlt der Wert des vergangenen Jahres oder der ersten zwölf Monate."
            ),
            rule="§ 3 Abs. 10 VgV",
        )
    chosen = max(found)
    label = (
        _("Tatsächlicher Wert des Vorjahres mit Änderungen")
        if chosen == last
        else _("Wert der ersten zwölf Monate")
    )
    return Step(label, "§ 3 Abs. 10 VgV", chosen)


def _no_total(value: ValueInput, indefinite_months: int) -> Step:
    if value.monthly_cents is None:
        raise Refused(
            _("Für einen Vertrag ohne Gesamtpreis fehlt der Monatswert."), rule="§ 3 Abs. 11 VgV"
        )
    term = value.term_months
    months = indefinite_months if term is None or term > indefinite_months else term
    label = _("{m} Monate × {v} Cent Monatswert").format(m=months, v=value.monthly_cents)
    norm = "§ 3 Abs. 11 Nr. 1 VgV" if months == term else "§ 3 Abs. 11 Nr. 2 VgV"
    return Step(label, norm, months * value.monthly_cents)


def lot_value(lot: LotValue, kind: str) -> int:
    """What counts of a lot in the small-lot test: the same basis as in the total."""
    return lot.max_cents if kind == ContractKind.FRAMEWORK else lot.expected_cents


def small_lots(
    lots: Sequence[LotValue], kind: str, limit_cents: int, share_pct: Decimal
) -> list[int]:
    """Lots that may leave the EU regime (§ 3 Abs. 9): each below the limit, together at most the share of all.

    Smallest first, so that as many as possible may.
    """
    whole = sum(lot_value(x, kind) for x in lots)
    chosen, used = [], 0
    for lot in sorted(lots, key=lambda x: (lot_value(x, kind), x.lot_no)):
        worth = lot_value(lot, kind)
        if 0 < worth < limit_cents and Decimal(used + worth) * 100 <= share_pct * whole:
            chosen.append(lot.lot_no)
            used += worth
    return sorted(chosen)


def regime_of(total_cents: int, threshold_cents: int) -> str:
    """'eu' from the threshold on (§ 106 Abs. 1 GWB: "erreicht oder überschreitet"), else 'national'."""
    return "eu" if total_cents >= threshold_cents else "national"


def splitting_alarm(
    total_cents: int,
    groups: frozenset[str],
    starts_on: date,
    threshold_cents: int,
    others: Sequence[Other],
) -> list[Other]:
    """Procedures that together with this one reach the threshold although none does alone (§ 3 Abs. 2).

    Same CPV group, begun less than twelve months apart. Empty when there is no such case.
    """
    near = [
        o
        for o in others
        if o.groups & groups
        and o.total_cents < threshold_cents
        and add_months(min(o.starts_on, starts_on), SPLIT_MONTHS) > max(o.starts_on, starts_on)
    ]
    if (
        total_cents >= threshold_cents
        or total_cents + sum(o.total_cents for o in near) < threshold_cents
    ):
        return []
    return near
