"""States of an agreement on self-billing; pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from kdnx.errors import Refused
from kdnx.text import _


class AgreementState(StrEnum):
    """Where an agreement stands."""

    PROPOSED = "proposed"
    AGREED = "agreed"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    ENDED = "ended"


class AgreementEvent(StrEnum):
    """What happens to it."""

    AGREE = "agree"
    DECLINE = "decline"
    WITHDRAW = "withdraw"
    END = "end"


S, E = AgreementState, AgreementEvent
LABELS = {
    S.PROPOSED: "vorgeschlagen",
    S.AGREED: "vereinbart",
    S.DECLINED: "abgelehnt",
    S.WITHDRAWN: "zurückgezogen",
    S.ENDED: "beendet",
}
BADGES = {
    S.PROPOSED: "info", S.AGREED: "success", S.DECLINED: "", S.WITHDRAWN: "", S.ENDED: "",
}  # fmt: skip
EVENT_LABELS = {
    E.AGREE: "Zustimmen",
    E.DECLINE: "Ablehnen",
    E.WITHDRAW: "Zurückziehen",
    E.END: "Beenden",
}
MOVES: Mapping[tuple[AgreementState, AgreementEvent], AgreementState] = {
    (S.PROPOSED, E.AGREE): S.AGREED,
    (S.PROPOSED, E.DECLINE): S.DECLINED,
    (S.PROPOSED, E.WITHDRAW): S.WITHDRAWN,
    (S.AGREED, E.END): S.ENDED,
}


@dataclass(frozen=True)
class Agreement:
    """The buyer bills for the seller (owner), for all their business or one order, by service day."""

    owner_id: UUID
    id: UUID
    buyer_id: UUID
    order_owner_id: UUID | None
    order_id: UUID | None
    order_number: str
    valid_from: date
    agreed_on: date
    document: str
    proposed_by: UUID
    state: str
    ends_on: date | None = None
    reason: str = ""
    continues_id: UUID | None = None
    row_version: int = 1
    seller_name: str = ""
    buyer_name: str = ""

    @property
    def answerer_id(self) -> UUID:
        """The side that did not propose it."""
        return self.buyer_id if self.proposed_by == self.owner_id else self.owner_id


def advance(state: str, event: AgreementEvent) -> AgreementState:
    """The state after the event; Refused where the table has none."""
    if (after := MOVES.get((S(state), event))) is None:
        raise Refused(
            _("Diese Vereinbarung ist {state}; das ist hier nicht möglich.").format(
                state=LABELS[S(state)]
            ),
            code="wrong_state",
        )
    return after
