"""Answers side by side: points by criterion, price points by the published formula, exact sums, ranks and ties."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from uuid import UUID

from catalog.answers.model import Answer, Content, Total
from catalog.requests.model import Criterion, CriterionKind, PriceFormula
from kdnx.errors import FieldError, Invalid, Refused
from kdnx.text import _

TEN = Decimal(10)
CENT = Decimal("0.01")
LEAST_REASON = 5


@dataclass(frozen=True)
class Score:
    """What the asking house thinks of an answer by one criterion: points 0–10, or for a must whether it is met."""

    answer_id: UUID
    criterion: int
    points: Decimal | None
    is_met: bool | None
    reason: str


@dataclass(frozen=True)
class Standing:
    """One answer in the comparison.

    `points` by criterion from 0 to 10, the price's computed; `weighted` is their sum with the weights (0–100),
    None while a mark is missing; `is_admitted` is None while a must is not judged; equal `rank` is a tie.
    """

    answer: Answer
    content: Content
    total: Total
    scores: Mapping[int, Score] = field(default_factory=dict)
    points: Mapping[int, Decimal] = field(default_factory=dict)
    is_admitted: bool | None = None
    weighted: Decimal | None = None
    rank: int | None = None
    is_tied: bool = False


def price_points(cents: int, lowest: int, formula: str) -> Decimal:
    """Points of a price from 0 to 10, to the hundredth, half-up; `lowest` is the lowest admitted price."""
    if cents <= lowest:
        return TEN
    if lowest == 0:
        return Decimal(0)
    share = (
        Decimal(lowest) / cents if formula == PriceFormula.RATIO else 2 - Decimal(cents) / lowest
    )
    return max(Decimal(0), (TEN * share).quantize(CENT, ROUND_HALF_UP))


def weighted_sum(criteria: Sequence[Criterion], points: Mapping[int, Decimal]) -> Decimal | None:
    """Σ weight × points ÷ 10 over the weighted criteria, exact; None while one has no points."""
    weighted = [c for c in criteria if c.kind != CriterionKind.MUST]
    if any(c.ordinal not in points for c in weighted):
        return None
    return sum((c.weight * points[c.ordinal] / TEN for c in weighted), Decimal(0))


def weigh(
    criteria: Sequence[Criterion], formula: str, entries: Sequence[Standing], scores: Sequence[Score]
) -> list[Standing]:  # fmt: skip
    """The comparison: who is admitted, points, sums and ranks; in the order of the entries."""
    judged = [
        _judge(criteria, e, [s for s in scores if s.answer_id == e.answer.id]) for e in entries
    ]
    admitted = [e for e in judged if e.is_admitted is not False]
    lowest = min((e.total.whole_cents for e in admitted), default=0)
    price = next((c.ordinal for c in criteria if c.kind == CriterionKind.PRICE), None)
    summed = []
    for entry in judged:
        points = {n: s.points for n, s in entry.scores.items() if s.points is not None}
        if price is not None and entry.is_admitted is not False:
            points[price] = price_points(entry.total.whole_cents, lowest, formula)
        weighted = weighted_sum(criteria, points) if entry.is_admitted else None
        summed.append(replace(entry, points=points, weighted=weighted))
    return _ranked(summed)


def _judge(criteria: Sequence[Criterion], entry: Standing, scores: Sequence[Score]) -> Standing:
    by_criterion = {s.criterion: s for s in scores}
    said = {r.criterion: r.is_met for r in entry.content.replies}
    found: list[bool | None] = []
    for c in criteria:
        if c.kind == CriterionKind.MUST:
            mark = by_criterion.get(c.ordinal)
            # an offer that itself says no is out without a mark
            found.append(mark.is_met if mark else (False if said.get(c.ordinal) is False else None))
    is_admitted = False if False in found else None if None in found else True
    return replace(entry, scores=by_criterion, is_admitted=is_admitted)


def _ranked(entries: Sequence[Standing]) -> list[Standing]:
    sums = [e.weighted for e in entries if e.weighted is not None]
    out = []
    for e in entries:
        if e.weighted is None:
            out.append(e)
        else:
            rank = 1 + sum(s > e.weighted for s in sums)
            out.append(replace(e, rank=rank, is_tied=sums.count(e.weighted) > 1))
    return out


def open_marks(criteria: Sequence[Criterion], entries: Sequence[Standing]) -> int:
    """How many marks are missing before an answer can be chosen."""
    wanted = 0
    for e in entries:
        said = {r.criterion: r.is_met for r in e.content.replies}
        for c in criteria:
            if c.kind == CriterionKind.PRICE or c.ordinal in e.scores:
                continue
            if c.kind == CriterionKind.MUST:
                wanted += said.get(c.ordinal) is not False
            else:
                wanted += e.is_admitted is not False
    return wanted


def check_choice(
    criteria: Sequence[Criterion], entries: Sequence[Standing], answer_id: UUID, today: date
) -> Standing:
    """The chosen answer when the published criteria let it win; Refused or Invalid otherwise."""
    chosen = next((e for e in entries if e.answer.id == answer_id), None)
    if chosen is None:
        raise Invalid(_("Dieses Angebot gehört nicht zu diesem Gesuch."),
                      errors=[FieldError("answer_id", _("Bitte eines der Angebote wählen."))])  # fmt: skip
    if missing := open_marks(criteria, entries):
        raise Refused(
            _("Es fehlen noch {n} Bewertungen.").format(n=missing),
            rule=_(
                "Gewählt wird erst, wenn jedes zulässige Angebot an jedem Kriterium gemessen ist."
            ),
            remedy=_("Die fehlenden Punkte mit Begründung eintragen."),
        )
    if not chosen.is_admitted:
        raise Refused(
            _("Dieses Angebot erfüllt ein Muss-Kriterium nicht."),
            rule=_("Ein Muss-Kriterium schließt aus; so war es allen bekannt."),
            remedy=_("Ein anderes Angebot wählen oder keines."),
        )
    if chosen.rank != 1:
        raise Refused(
            _("Ein anderes Angebot hat mehr Punkte."),
            rule=_("Die veröffentlichten Kriterien und Gewichte binden das suchende Haus; "
                   "nur bei Gleichstand entscheidet ein weiterer Grund."),
            remedy=_("Das Angebot mit den meisten Punkten wählen oder mit Begründung keines."),
        )  # fmt: skip
    if chosen.content.valid_until < today:
        raise Refused(
            _("Dieses Angebot gilt nicht mehr."),
            rule=_("Ein Angebot bindet nur bis zum genannten Tag."),
            remedy=_("Keines wählen und ein neues Gesuch stellen."),
        )
    return chosen


def check_reasons(
    entries: Sequence[Standing], answer_id: UUID | None, reasons: Mapping[UUID, str]
) -> None:
    """Everybody who is not chosen gets a reason of its own; Invalid otherwise."""
    errors = [
        FieldError(f"told_{e.answer.id}", _("Für {name} fehlt die Begründung.").format(name=e.answer.owner_name))
        for e in entries
        if e.answer.id != answer_id and len(reasons.get(e.answer.id, "").strip()) < LEAST_REASON
    ]  # fmt: skip
    if errors:
        raise Invalid(
            _("Wer nicht gewählt wird, erfährt den eigenen Grund."),
            rule=_("Jedes Angebot wird für sich beantwortet."),
            errors=errors,
        )
