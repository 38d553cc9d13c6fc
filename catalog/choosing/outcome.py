"""What other domains may take over of a decided request: need, offers, and why they were not taken (D16)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from catalog.choosing import store
from catalog.choosing.actions import read_comparison
from catalog.prices.model import BASE_LABELS, PriceBase
from catalog.requests.model import OUTCOME_LABELS, RequestState
from catalog.requests.store import get_request
from kdnx.db.conn import Conn
from kdnx.errors import Forbidden, Refused
from kdnx.text import _
from kdnx.viewer import Viewer


@dataclass(frozen=True)
class FoundOffer:
    """An answer to a request: who offered what, and why it was or was not chosen."""

    member_id: UUID
    member_name: str
    summary: str
    is_chosen: bool
    reason: str
    offering_id: UUID | None
    offering_version: int | None


@dataclass(frozen=True)
class RequestOutcome:
    """A decided request of the viewer's house; `wanted` are (what, unit in words, quantity)."""

    id: UUID
    owner_id: UUID
    number: str
    title: str
    need: str
    starts_on: date | None
    place: str
    outcome: str
    outcome_label: str
    reason: str
    decided_at: datetime
    evidence_hash: bytes
    wanted: Sequence[tuple[str, str, Decimal]]
    found: Sequence[FoundOffer]


async def get_request_outcome(conn: Conn, viewer: Viewer, request_id: UUID) -> RequestOutcome:
    """The decided request; NotFound or Forbidden for others, Refused before the decision."""
    request = await get_request(conn, request_id, viewer.members)
    if not viewer.acts_for(request.owner_id):
        raise Forbidden(_("Das Ergebnis eines Gesuchs übernimmt nur das suchende Haus."))
    if request.state != RequestState.DECIDED or request.decided_at is None:
        raise Refused(
            _("Dieses Gesuch ist noch nicht entschieden."),
            rule=_("Eigenleistung vor Markt: Erst wird festgehalten, was Mitglieder anbieten "
                   "und warum es nicht genügt."),
            remedy=_("Die Angebote bewerten und eines oder keines wählen."),
        )  # fmt: skip
    _criteria, items, entries = await read_comparison(conn, viewer, request)
    evidence = await store.get_evidence(conn, request_id)
    outcome = request.outcome or "none"
    return RequestOutcome(
        request.id, request.owner_id, request.number or "", request.title, request.need, request.starts_on,
        request.place, outcome, OUTCOME_LABELS[outcome], request.decision_reason or "", request.decided_at,
        evidence.hash,
        tuple((i.label, BASE_LABELS[PriceBase(i.base)], i.quantity) for i in items),
        tuple(
            FoundOffer(e.answer.owner_id, e.answer.owner_name, e.content.summary, e.answer.state == "chosen",
                       e.answer.outcome_reason or "", e.content.offering_id, e.content.offering_version)
            for e in entries
        ),
    )  # fmt: skip
