"""An answer to a request: states and moves, replies by criterion, price lines and what they come to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from catalog.prices.model import TIMES_A_YEAR, Per, PriceBase, PriceItem, PriceKind, amount
from catalog.requests.model import Criterion, CriterionKind, Item, Request
from kdnx.clock import berlin_day
from kdnx.errors import FieldError, Invalid, Refused
from kdnx.ids import digest
from kdnx.text import _
from kdnx.viewer import Permission, Viewer


class AnswerState(StrEnum):
    """Where an answer stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    WITHDRAWN = "withdrawn"
    MISSED = "missed"
    CHOSEN = "chosen"
    NOT_CHOSEN = "not_chosen"
    VOID = "void"


class AnswerEvent(StrEnum):
    """What can happen to an answer; the last five come with the request."""

    SAVE = "save"
    SUBMIT = "submit"
    WITHDRAW = "withdraw"
    DEADLINE = "deadline"
    KEEP = "keep"
    CHOOSE = "choose"
    LOSE = "lose"
    END = "end"


S, E = AnswerState, AnswerEvent
MOVES: dict[tuple[AnswerState, AnswerEvent], AnswerState] = {
    (S.DRAFT, E.SAVE): S.DRAFT,
    (S.SUBMITTED, E.SAVE): S.DRAFT,
    (S.WITHDRAWN, E.SAVE): S.DRAFT,
    (S.DRAFT, E.SUBMIT): S.SUBMITTED,
    (S.DRAFT, E.WITHDRAW): S.WITHDRAWN,
    (S.SUBMITTED, E.WITHDRAW): S.WITHDRAWN,
    (S.DRAFT, E.DEADLINE): S.MISSED,
    (S.DRAFT, E.KEEP): S.SUBMITTED,
    (S.SUBMITTED, E.CHOOSE): S.CHOSEN,
    (S.SUBMITTED, E.LOSE): S.NOT_CHOSEN,
    (S.DRAFT, E.END): S.VOID,
    (S.SUBMITTED, E.END): S.VOID,
}
STATE_LABELS = {
    S.DRAFT: "Entwurf",
    S.SUBMITTED: "abgegeben",
    S.WITHDRAWN: "zurückgezogen",
    S.MISSED: "nicht abgegeben",
    S.CHOSEN: "gewählt",
    S.NOT_CHOSEN: "nicht gewählt",
    S.VOID: "gegenstandslos",
}
STATE_KINDS = {"draft": "", "submitted": "info", "withdrawn": "", "missed": "danger",
               "chosen": "success", "not_chosen": "warning", "void": ""}  # fmt: skip
EVENT_LABELS = {
    E.SAVE: "Speichern",
    E.SUBMIT: "Abgeben",
    E.WITHDRAW: "Zurückziehen",
    E.DEADLINE: "Frist abgelaufen",
    E.KEEP: "Frist abgelaufen, abgegebene Fassung gilt",
    E.CHOOSE: "Wählen",
    E.LOSE: "Nicht wählen",
    E.END: "Gesuch beendet",
}
FLAT = 0


@dataclass(frozen=True)
class PriceLine:
    """A price of an answer: `item` is the ordinal of the quantity asked for, 0 a flat amount; net micro-euro."""

    ordinal: int
    label: str
    item: int
    per: str
    unit_price_micro: int


@dataclass(frozen=True)
class Reply:
    """What an answer says to one criterion; `is_met` only for a must."""

    criterion: int
    is_met: bool | None
    said: str


@dataclass(frozen=True)
class Answer:
    """An answer's head; `version` counts savings, `submitted_version` is the one that counts."""

    owner_id: UUID
    owner_name: str
    id: UUID
    request_id: UUID
    asker_id: UUID
    state: str
    version: int
    submitted_version: int | None
    submitted_at: datetime | None
    receipt_hash: bytes | None
    outcome_reason: str | None
    row_version: int
    updated_at: datetime


@dataclass(frozen=True)
class Content:
    """One version of an answer: what is offered, on which terms, until when."""

    summary: str
    valid_until: date
    conditions: str = ""
    offering_id: UUID | None = None
    offering_version: int | None = None
    replies: Sequence[Reply] = ()
    prices: Sequence[PriceLine] = ()


@dataclass(frozen=True)
class Total:
    """What an answer costs with the quantities asked for, net cents; `whole_cents` over the years compared."""

    yearly_cents: int = 0
    once_cents: int = 0
    whole_cents: int = 0
    lines: Mapping[int, int] = field(default_factory=dict)


def total_of(prices: Sequence[PriceLine], items: Sequence[Item], years: int) -> Total:
    """Work out the price lines; `lines` gives the cents of each line, a year or once, by its ordinal."""
    by_ordinal = {i.ordinal: i for i in items}
    yearly = once = 0
    lines: dict[int, int] = {}
    for line in prices:
        cents = _cents(line, by_ordinal.get(line.item))
        lines[line.ordinal] = cents
        if line.per == Per.ONCE:
            once += cents
        else:
            yearly += cents
    return Total(yearly, once, once + years * yearly, lines)


def _cents(line: PriceLine, item: Item | None) -> int:
    kind = PriceKind.ONE_OFF if line.per == Per.ONCE else PriceKind.RECURRING
    if line.per == Per.USE:
        kind = PriceKind.USAGE
    base = item.base if item else PriceBase.FLAT.value
    priced = PriceItem(line.ordinal, kind.value, base, line.per, line.unit_price_micro, line.label)
    quantity = item.quantity if item else _one()
    return amount(priced, quantity) * TIMES_A_YEAR.get(Per(line.per), 1)


def _one() -> Decimal:
    return Decimal(1)


def advance(state: str, event: AnswerEvent) -> AnswerState:
    """The next state; Refused where the move is not foreseen."""
    target = MOVES.get((AnswerState(state), event))
    if target is None:
        raise Refused(
            _("„{event}“ ist nicht möglich: Das Angebot ist „{state}“.").format(
                event=EVENT_LABELS[event], state=STATE_LABELS[AnswerState(state)]
            ),
            rule=_(
                "Ablauf des Angebots: Entwurf, abgegeben; bis zur Frist änderbar oder zurückziehbar."
            ),
        )
    return target


def possible(request: Request, answer: Answer | None, viewer: Viewer, now: datetime) -> set[str]:
    """The events this person may fire now."""
    may = viewer.may(Permission.OFFERING_EDIT) and request.is_asked
    if not may or not request.takes_answers(now):
        return set()
    if answer is None:
        return {E.SAVE.value, E.SUBMIT.value}
    by_hand = {E.SAVE, E.WITHDRAW}
    found = {e.value for (s, e) in MOVES if s == answer.state and e in by_hand}
    return found | ({E.SUBMIT.value} if E.SAVE.value in found else set())


def too_late() -> Refused:
    """The refusal after the deadline: rule and remedy."""
    return Refused(
        _("Die Antwortfrist dieses Gesuchs ist abgelaufen."),
        rule=_("Nach Fristende wird kein Angebot angenommen, geändert oder zurückgezogen "
               "(Gleichbehandlung). Maßgeblich ist die Uhr des Servers."),
        remedy=_("Das suchende Haus direkt ansprechen oder die Leistung im Katalog veröffentlichen."),
    )  # fmt: skip


def check_submit(
    request: Request, criteria: Sequence[Criterion], items: Sequence[Item], content: Content
) -> None:
    """What must be there before an offer counts: every reply, prices that fit, a validity past the deadline."""
    errors: list[FieldError] = []
    replies = {r.criterion: r for r in content.replies}
    for c in criteria:
        reply = replies.get(c.ordinal)
        if c.kind == CriterionKind.MUST and (reply is None or reply.is_met is None):
            errors.append(
                FieldError(
                    f"met_{c.ordinal}", _("Zu „{name}“ fehlt Ja oder Nein.").format(name=c.name)
                )
            )
        if c.kind == CriterionKind.POINTS and (reply is None or len(reply.said.strip()) < 2):
            errors.append(
                FieldError(
                    f"said_{c.ordinal}", _("Zu „{name}“ fehlt eine Antwort.").format(name=c.name)
                )
            )
    if any(c.kind == CriterionKind.PRICE for c in criteria) and not content.prices:
        errors.append(
            FieldError(
                "price_euro_1", _("Der Preis ist Kriterium: bitte mindestens einen Preis angeben.")
            )
        )
    known = {FLAT, *(i.ordinal for i in items)}
    errors += [FieldError(f"price_item_{p.ordinal}", _("Diese Menge gibt es im Gesuch nicht."))
               for p in content.prices if p.item not in known]  # fmt: skip
    if content.valid_until <= berlin_day(request.closes_at):
        errors.append(
            FieldError(
                "valid_until", _("Das Angebot muss länger gelten als die Antwortfrist des Gesuchs.")
            )
        )
    if errors:
        raise Invalid(_("Bitte die markierten Felder prüfen."), errors=errors)


def receipt(answer: Answer, version: int, content: Content, at: datetime) -> bytes:
    """The hash on the receipt: content, version and instant in canonical bytes."""
    parts: list[object] = [
        "kdnx.answer.v1",
        answer.owner_id,
        answer.request_id,
        version,
        at.isoformat(),
    ]
    parts += [
        content.summary,
        content.conditions,
        content.offering_id,
        content.offering_version,
        content.valid_until,
    ]
    for reply in sorted(content.replies, key=lambda r: r.criterion):
        parts += [reply.criterion, reply.is_met, reply.said]
    for price in sorted(content.prices, key=lambda p: p.ordinal):
        parts += [price.ordinal, price.label, price.item, price.per, price.unit_price_micro]
    return digest(*parts)
