"""The face of the catalogue towards procurement and exchange: references to offerings, and who uses them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from catalog.categories import store as categories
from catalog.choosing import outcome
from catalog.interests import offering as interests
from catalog.interests.model import Line, Offer
from catalog.interests.store import Interest
from catalog.offerings import actions, store
from catalog.prices import clause
from catalog.prices.model import SETTLED, price_text
from catalog.prices.pricing import amount_in, read_line
from catalog.standards import store as standards
from catalog.standards.statements import state_object
from catalog.succession.store import find_inherited
from kdnx.db.conn import Conn
from kdnx.errors import NotFound, Refused
from kdnx.text import _
from kdnx.viewer import Viewer


@dataclass(frozen=True)
class OfferingRef:
    """A published offering as others name it; `version` is the current published one.

    `price_micro` is the first price net in millionths of a euro, None where only the settlement tells it;
    `price_unit` says for what ('je Arbeitsplatz und Monat').
    """

    id: UUID
    owner_id: UUID
    version: int
    number: str
    reference: str
    title: str
    category_id: UUID
    state: str
    notice_months: int | None
    min_term_months: int | None
    price_base: str | None
    price_per: str | None
    price_micro: int | None

    @property
    def price_unit(self) -> str:
        """The unit of the first price in words."""
        return price_text(self.price_base, self.price_per)


@dataclass(frozen=True)
class PriceRef:
    """One line of the price table of a published version; `unit_price_micro` net in millionths of a euro.

    `tiers`: `from_quantity` (text of a decimal) and `unit_price_micro`; `terms`: what is said of minimum, setup,
    key and index, named and counted as in `catalog.prices.model.Terms`. What they come to: `amount_for`.
    """

    offering_id: UUID
    version: int
    ordinal: int
    label: str
    kind: str
    base: str
    per: str
    unit_price_micro: int | None
    tier_mode: str
    pro_rata: str
    tiers: Sequence[Mapping[str, Any]] = ()
    frozen_until: date | None = None
    index_clause: str = ""
    valid_from: date | None = None
    terms: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_settled(self) -> bool:
        """Whether the price is an advance that the year-end settlement corrects."""
        return self.kind in SETTLED

    @property
    def unit(self) -> str:
        """What one piece of this price is, in words ('je Arbeitsplatz und Monat')."""
        return price_text(self.base, self.per)


@dataclass(frozen=True)
class CategoryRef:
    """A category by its stable code and German name."""

    id: UUID
    code: str
    name: str


@dataclass(frozen=True)
class OfferedLineRef:
    """One offered line: `net_cents` for one period ('month', 'year' …), `unit_price_micro` in millionths of a euro."""

    ordinal: int
    label: str
    unit: str
    period: str
    quantity: Decimal
    unit_price_micro: int
    net_cents: int
    price_ordinal: int | None


@dataclass(frozen=True)
class InterestRef:
    """An interest with the offer on the table; days inclusive, tax cases and legal basis in the catalogue's codes.

    `author_id` is the person of the provider who wrote the offer; `obstacle` says why it cannot be accepted now.
    """

    id: UUID
    number: str
    recipient_id: UUID
    provider_id: UUID
    provider_name: str
    offering_id: UUID
    title: str
    state: str
    route: str
    row_version: int
    offer_n: int
    offering_version: int
    starts_on: date
    ends_on: date | None
    valid_until: date
    notice_months: int
    billing: str
    legal_basis: str
    legal_reason: str
    entrustment: str
    activity_group: str
    tax_codes: tuple[str, str]
    note: str
    author_id: UUID | None
    lines: tuple[OfferedLineRef, ...]
    obstacle: Refused | None = None


async def get_interest(conn: Conn, viewer: Viewer, interest_id: UUID) -> InterestRef:
    """An interest with its last offer; NotFound for strangers, Refused (`no_offer`) where nothing is offered."""
    interest, offer = await interests.read_offer(conn, viewer, interest_id)
    return _interest_ref(interest, offer, await interests.find_obstacle(conn, viewer, interest))


async def accept_interest(
    conn: Conn, viewer: Viewer, interest_id: UUID, *, expected: int | None
) -> InterestRef:
    """Take the offer in the caller's transaction: locked, checked, marked `accepted`; the terms come back.

    Refused with code `interest_accepted`, `offering_changed`, `offering_not_published` or `offer_lapsed`; Stale.
    """
    return _interest_ref(*await interests.accept_offer(conn, viewer, interest_id, expected))


def _interest_ref(i: Interest, o: Offer, obstacle: Refused | None = None) -> InterestRef:
    return InterestRef(
        i.id, i.number, i.owner_id, i.provider_id, i.provider_name, i.offering_id, i.title, i.state, i.route,
        i.row_version, o.n, o.offering_version, o.starts_on, o.ends_on, o.valid_until, o.notice_months, o.billing,
        o.legal_basis, o.legal_reason, o.entrustment, o.activity_group, (o.tax_code_1, o.tax_code_2), o.note,
        o.author_id, tuple(_line_ref(x) for x in o.lines), obstacle,
    )  # fmt: skip


def _line_ref(x: Line) -> OfferedLineRef:
    return OfferedLineRef(
        x.ordinal, x.label, x.unit, x.period, x.quantity, x.unit_price_micro, x.net_cents, x.price_ordinal
    )  # fmt: skip


@dataclass(frozen=True)
class StandardRef:
    """A standard in force by its current version; `binding` is 'recommended', 'agreed' or 'mandatory'."""

    id: UUID
    version: int
    title: str
    working_group: str
    binding: str


async def list_standards(conn: Conn) -> list[StandardRef]:
    """Standards a demand line or a lot can be measured by; withdrawn ones are left out."""
    return await standards.list_refs(conn, StandardRef)


async def state_standard(
    conn: Conn, viewer: Viewer, *, standard_id: UUID, kind: str, object_id: UUID,
    conforms: bool = True, reason: str = "",
) -> None:  # fmt: skip
    """What a demand line ('demand_line') or lot ('lot') of the viewer's member says about a standard.

    Refused for another kind, Invalid for a deviation without a reason, NotFound for an unknown standard.
    """
    await state_object(
        conn, viewer, standard_id=standard_id, kind=kind, object_id=object_id, conforms=conforms, reason=reason
    )  # fmt: skip


async def get_offerings(conn: Conn, ids: Sequence[UUID]) -> dict[UUID, OfferingRef]:
    """The published offerings among these ids that the transaction's viewer may see."""
    return {r.id: r for r in await store.list_refs(conn, OfferingRef, ids)}


async def get_offering(conn: Conn, offering_id: UUID) -> OfferingRef:
    """One published offering; NotFound when there is none for the transaction's viewer."""
    found = await get_offerings(conn, [offering_id])
    if offering_id not in found:
        raise NotFound(_("Diese Leistung gibt es nicht, oder sie ist für Sie nicht sichtbar."))
    return found[offering_id]


async def list_prices(conn: Conn, offering_id: UUID, version: int) -> list[PriceRef]:
    """The price table of one published version; empty when the viewer may not see it."""
    return await store.list_price_refs(conn, PriceRef, offering_id, version)


IndexClause = clause.IndexClause


async def list_index_clauses(
    conn: Conn, versions: Sequence[tuple[UUID, int]]
) -> dict[tuple[UUID, int, int], IndexClause]:
    """The index clauses of these published versions by (offering, version, ordinal of the price)."""
    found = {}
    for p in await store.list_indexed_refs(conn, PriceRef, versions):
        stated = clause.clause_of(replace(read_line(p), frozen_until=p.frozen_until))
        if stated is not None:
            found[p.offering_id, p.version, p.ordinal] = stated
    return found


def amount_for(price: PriceRef, quantity: Decimal, period: tuple[date, date]) -> int:
    """Net cents of one line of the pinned version for a period (from, until; the end exclusive).

    `quantity` is that of one period of the price (a month's workplaces, a year's inhabitants); of a price
    by use it is what was used in the period. Tiers, minimum and the pro-rata rule are applied: whole years
    (and, of a price by the month, whole months) count whole, parts by days or by begun months. 0 where only
    the settlement tells; a one-off is charged once, whole. ValueError when the period is empty. The setup
    fee of a line is in its `terms` and not contained.
    """
    return amount_in(price, quantity, *period)


async def find_offering_ids(
    conn: Conn, keys: Sequence[tuple[UUID, str]]
) -> dict[tuple[UUID, str], UUID]:
    """(owner, reference or number) → id of the published offering; for importers, set-based.

    The key of a predecessor finds what its successor offers now.
    """
    found = await store.find_ids(conn, keys)
    rest = [k for k in keys if k not in found]
    return found | (await find_inherited(conn, rest) if rest else {})


async def list_categories(conn: Conn) -> list[CategoryRef]:
    """All categories in their order."""
    return [CategoryRef(c.id, c.code, c.name) for c in await categories.list_categories(conn)]


async def mark_use(
    conn: Conn,
    *,
    offering_id: UUID,
    recipient_id: UUID,
    valid_from: date,
    valid_to: date | None = None,
) -> None:
    """Record that a member uses an offering from a day on, or (with `valid_to`, exclusive) until when.

    Same offering, recipient and start = the same use; called in the transaction that starts or ends the order.
    """
    await actions.mark_uses(conn, [(offering_id, recipient_id, valid_from, valid_to)])


async def mark_uses(conn: Conn, rows: Sequence[tuple[UUID, UUID, date, date | None]]) -> None:
    """Many uses at once: (offering, recipient, valid_from, valid_to); for importers."""
    await actions.mark_uses(conn, rows)


RequestOutcome = outcome.RequestOutcome


async def get_request_outcome(conn: Conn, viewer: Viewer, request_id: UUID) -> RequestOutcome:
    """A decided request of the viewer's house with what was found and why it was not taken (D16).

    NotFound or Forbidden for others, Refused before the decision.
    """
    return await outcome.get_request_outcome(conn, viewer, request_id)
