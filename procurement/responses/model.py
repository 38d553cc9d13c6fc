"""A member's answer to a demand call: states and moves, quantities by year, four eyes, receipt."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from uuid import UUID

from kdnx.errors import FieldError, Invalid, Refused
from kdnx.ids import digest
from kdnx.text import _
from procurement.codes.model import fold


class ResponseState(StrEnum):
    """Where an answer stands (model.md 2)."""

    DRAFT = "draft"
    AWAITING_RELEASE = "awaiting_release"
    SUBMITTED = "submitted"
    MISSED = "missed"
    WITHDRAWN = "withdrawn"


class ResponseEvent(StrEnum):
    """What can happen to an answer; DEADLINE and KEEP are fired when the call ends."""

    SAVE = "save"
    REQUEST_RELEASE = "request_release"
    RETURN = "return"
    RELEASE = "release"
    REVISE = "revise"
    WITHDRAW = "withdraw"
    DEADLINE = "deadline"
    KEEP = "keep"


S, E = ResponseState, ResponseEvent
MOVES: dict[tuple[ResponseState, ResponseEvent], ResponseState] = {
    (S.DRAFT, E.SAVE): S.DRAFT,
    (S.DRAFT, E.REQUEST_RELEASE): S.AWAITING_RELEASE,
    (S.AWAITING_RELEASE, E.RETURN): S.DRAFT,
    (S.AWAITING_RELEASE, E.RELEASE): S.SUBMITTED,
    (S.SUBMITTED, E.REVISE): S.DRAFT,
    (S.WITHDRAWN, E.REVISE): S.DRAFT,
    (S.DRAFT, E.WITHDRAW): S.WITHDRAWN,
    (S.AWAITING_RELEASE, E.WITHDRAW): S.WITHDRAWN,
    (S.SUBMITTED, E.WITHDRAW): S.WITHDRAWN,
    (S.DRAFT, E.DEADLINE): S.MISSED,
    (S.AWAITING_RELEASE, E.DEADLINE): S.MISSED,
    (S.DRAFT, E.KEEP): S.SUBMITTED,
    (S.AWAITING_RELEASE, E.KEEP): S.SUBMITTED,
}
STATE_LABELS = {
    S.DRAFT: "Entwurf",
    S.AWAITING_RELEASE: "zur Freigabe",
    S.SUBMITTED: "abgegeben",
    S.MISSED: "nicht abgegeben",
    S.WITHDRAWN: "zurückgezogen",
}
STATE_KINDS = {
    "draft": "",
    "awaiting_release": "warning",
    "submitted": "success",
    "missed": "danger",
    "withdrawn": "",
}
EVENT_LABELS = {
    E.SAVE: "Speichern",
    E.REQUEST_RELEASE: "Zur Freigabe geben",
    E.RETURN: "Zurückgeben",
    E.RELEASE: "Freigeben und abgeben",
    E.REVISE: "Überarbeiten",
    E.WITHDRAW: "Zurückziehen",
    E.DEADLINE: "Frist abgelaufen",
    E.KEEP: "Frist abgelaufen, abgegebene Fassung gilt",
}
OUTCOME_LABELS = {"suits": "passt", "partly": "passt teilweise", "not_suitable": "passt nicht"}
GROUPED = re.compile(r"^\d{1,3}(\.\d{3})+$")
PAIRS = (("ae", "a"), ("oe", "o"), ("ue", "u"))
LARGEST = Decimal(999999999999)


@dataclass(frozen=True)
class Amount:
    """Quantity of one year: at least, expected, at most."""

    low: Decimal
    expected: Decimal
    high: Decimal

    @property
    def is_zero(self) -> bool:
        """Nothing is needed."""
        return not self.high


@dataclass(frozen=True)
class Line:
    """One position of an answer; `years` by calendar year, prices in cents net a unit."""

    ordinal: int
    title: str
    cpv: str
    unit: str
    years: Mapping[int, Amount]
    binding: str
    call_position: int | None = None
    spec: str = ""
    spec_hash: bytes = b""
    needed_from: date | None = None
    needed_to: date | None = None
    place: str = ""
    price_today_cents: int | None = None
    existing_contract_end: date | None = None
    budget_confirmed: bool = False
    deviation_reason: str = ""

    @property
    def total(self) -> Amount:
        """The sum over all years."""
        return Amount(
            sum((a.low for a in self.years.values()), Decimal()),
            sum((a.expected for a in self.years.values()), Decimal()),
            sum((a.high for a in self.years.values()), Decimal()),
        )


@dataclass(frozen=True)
class Response:
    """An answer's head; `version` counts savings, `edition` what was submitted."""

    owner_id: UUID
    id: UUID
    call_id: UUID | None
    lead_id: UUID | None
    title: str
    state: str
    version: int
    submitted_version: int | None
    edition: int
    written_by: UUID | None
    requested_by: UUID | None
    submitted_at: datetime | None
    receipt_hash: bytes | None
    return_reason: str | None
    row_version: int
    updated_at: datetime


@dataclass(frozen=True)
class Answer:
    """A submitted line as the lead sees it."""

    owner_id: UUID
    member_name: str
    response_id: UUID
    version: int
    line: Line


@dataclass(frozen=True)
class Match:
    """What the members' own catalogue offers for a line, and what the member said about it (D16)."""

    ordinal: int
    offering_id: UUID
    offering_version: int
    title: str
    provider_id: UUID
    provider_name: str
    outcome: str | None = None
    reason: str = ""


@dataclass
class GridErrors:
    """Collects what is wrong in a grid, field by field."""

    found: list[FieldError] = field(default_factory=list)

    def add(self, name: str, message: str) -> None:
        """One more wrong field."""
        self.found.append(FieldError(name, message))

    def stop(self) -> None:
        """Raise Invalid when something is wrong."""
        if self.found:
            raise Invalid(_("Bitte die markierten Felder prüfen."), errors=self.found)


def advance(state: str, event: ResponseEvent) -> ResponseState:
    """The next state; Refused where the move is not foreseen."""
    target = MOVES.get((ResponseState(state), event))
    if target is None:
        raise Refused(
            _("„{event}“ ist nicht möglich: Die Antwort ist „{state}“.").format(
                event=EVENT_LABELS[event], state=STATE_LABELS[ResponseState(state)]
            ),
            rule=_("Ablauf der Bedarfsmeldung: Entwurf, zur Freigabe, abgegeben."),
        )
    return target


def search_words(title: str) -> str:
    """A title as the catalogue's full text folds it, where "Geraete" and "Geräte" are the same word."""
    text = fold(title)
    for pair, letter in PAIRS:
        text = text.replace(pair, letter)
    return text


def parse_quantity(text: str) -> Decimal:
    """'1.234,5', '1234.5' or '1.234' (thousands) as a quantity >= 0; ValueError (German) otherwise."""
    raw = text.strip().replace("\u00a0", "").replace(" ", "")
    if "," in raw:
        raw = raw.replace(".", "").replace(",", ".")
    elif GROUPED.match(raw):
        raw = raw.replace(".", "")
    try:
        value = Decimal(raw)
    except InvalidOperation:
        raise ValueError(_("Bitte eine Menge eingeben, zum Beispiel 1.250 oder 12,5.")) from None
    if (
        not value.is_finite()
        or value < 0
        or value > LARGEST
        or value != value.quantize(Decimal("0.0001"))
    ):
        raise ValueError(
            _(
                "Die Menge muss zwischen 0 und 999.999.999.999 liegen, mit höchstens vier Nachkommastellen."
            )
        )
    return value


def amount(low: Decimal | None, expected: Decimal | None, high: Decimal | None) -> Amount:
    """Fill what was left blank: at least 0, at most what is expected; ValueError when out of order."""
    middle = expected if expected is not None else (high if high is not None else low or Decimal())
    made = Amount(
        low if low is not None else Decimal(), middle, high if high is not None else middle
    )
    if not made.low <= made.expected <= made.high:
        raise ValueError(_("Es muss gelten: mindestens ≤ erwartet ≤ höchstens."))
    return made


def check_lines(lines: Sequence[Line]) -> None:
    """What must hold before an answer goes to release."""
    errors = GridErrors()
    for line in lines:
        if line.needed_from and line.needed_to and line.needed_to < line.needed_from:
            errors.add(
                f"needed_to_{line.ordinal}",
                _("{title}: „benötigt bis“ liegt vor „benötigt ab“.").format(title=line.title),
            )
        if line.binding in ("binding", "purchase_obligation") and not line.budget_confirmed:
            errors.add(
                f"budget_{line.ordinal}",
                _("{title}: Eine verbindliche Meldung braucht bestätigte Haushaltsmittel.").format(
                    title=line.title
                ),
            )
    errors.stop()


def check_matches(matches: Sequence[Match]) -> None:
    """In-house first: what the members offer themselves must have been looked at (D16)."""
    unseen = [m for m in matches if m.outcome is None]
    if unseen:
        names = ", ".join(f"„{m.title}“" for m in unseen[:3])
        raise Refused(
            _(
                "Mitglieder bieten Passendes an, zu dem noch eine Einschätzung fehlt: {names}."
            ).format(names=names),
            rule=_(
                "Eigenleistung vor Markt: Vor der Bündelung wird geprüft, was Mitglieder selbst anbieten."
            ),
            remedy=_("Bei jeder Fundstelle angeben, ob sie passt, und wenn nicht, warum."),
        )


def check_four_eyes(response: Response, principal: UUID | None) -> None:
    """Who wrote or requested does not release (D19: identities, not roles)."""
    if principal is None or principal in (response.written_by, response.requested_by):
        raise Refused(
            _("Diese Antwort muss eine zweite Person freigeben."),
            rule=_(
                "Vier-Augen-Prinzip: Wer die Meldung geschrieben oder zur Freigabe gegeben hat, gibt sie nicht frei."
            ),
            remedy=_("Eine andere Person Ihres Hauses mit der Rolle „Bedarfsfreigabe“ bitten."),
        )


def receipt(
    owner_id: UUID,
    response_id: UUID,
    call_id: UUID | None,
    version: int,
    lines: Sequence[Line],
    at: datetime,
) -> bytes:
    """The hash on the receipt: content, version and instant in canonical bytes."""
    parts: list[object] = [
        "kdnx.demand.v1",
        owner_id,
        response_id,
        call_id,
        version,
        at.isoformat(),
    ]
    for line in sorted(lines, key=lambda x: x.ordinal):
        parts += [line.ordinal, line.cpv, line.unit, line.binding, line.price_today_cents]
        for year, a in sorted(line.years.items()):
            parts += [year, *(_plain(v) for v in (a.low, a.expected, a.high))]
    return digest(*parts)


def _plain(value: Decimal) -> str:
    return format(value.quantize(Decimal("0.0001")), "f")
