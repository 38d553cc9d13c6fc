"""Walk the trail: a cell down to its rows, a row to everything it came from; each look of an auditor is recorded."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from catalog.interface import OfferingRef, PriceRef, get_offerings, list_prices
from exchange.approvals.store import Approval, list_approvals
from exchange.bookings.model import Signature, evidence_of
from exchange.bookings.store import Row, find_booking
from exchange.ledger.reading import own_or_all
from exchange.orders.model import Line
from exchange.orders.store import list_legs, list_lines
from exchange.reports.store import final_successors
from exchange.taxes.model import TaxDecision
from exchange.taxes.store import list_decisions
from exchange.trail import store
from exchange.trail.model import (
    Cell,
    CellRow,
    CellSums,
    CountedIn,
    CutAbove,
    Proof,
    check_may_walk,
    members_of,
    prove,
    with_members,
)
from kdnx.audit.actions import record
from kdnx.audit.store import list_events_of_object
from kdnx.db.conn import Conn
from kdnx.documents.model import Document
from kdnx.documents.store import list_of_object
from kdnx.errors import NotFound
from kdnx.ids import named_id
from kdnx.text import _
from kdnx.viewer import Permission, Scope, Viewer

CHAIN_SEERS = {Scope.OFFICE, Scope.AUDIT, Scope.SYSTEM}


@dataclass(frozen=True)
class FoundCell:
    """A cell with its sums and one piece of its rows; `more` says that others follow."""

    cell: Cell
    sums: CellSums
    rows: Sequence[CellRow]
    more: bool


@dataclass(frozen=True)
class SignedBooking:
    """A booking with its second signature: `recomputed` is the evidence its fields come to today."""

    row: Row
    evidence: bytes | None = None
    recomputed: bytes | None = None
    by_database: bytes | None = None
    events: Sequence[Any] = ()

    @property
    def holds(self) -> bool:
        """Program and database come to the evidence that is kept."""
        return self.evidence is not None and self.evidence == self.recomputed == self.by_database


@dataclass(frozen=True)
class OrderTerms:
    """The order version behind a booking: terms, contracts, price lines, decisions, signatures, papers."""

    head: Mapping[str, Any]
    order_id: UUID
    legs: Sequence[Mapping[str, Any]]
    lines: Sequence[Line]
    decisions: Sequence[TaxDecision]
    approvals: Sequence[Approval]
    documents: Sequence[Document]
    acceptance: Mapping[str, Any] | None
    offering: OfferingRef | None
    prices: Mapping[int, PriceRef]


@dataclass(frozen=True)
class Hop:
    """One euro's row with all that stands behind it; chain fields are None where the viewer may not see them."""

    transfer: Mapping[str, Any]
    sees_chain: bool
    proof: Proof | None
    cut: CutAbove | None
    siblings: Sequence[Mapping[str, Any]]
    booking: SignedBooking | None
    order: OrderTerms | None
    invoices: Sequence[Mapping[str, Any]]
    counted_in: Sequence[CountedIn]


async def walk_cell(
    conn: Conn,
    viewer: Viewer,
    cell: Cell,
    *,
    as_successor: bool = False,
    after: tuple[UUID, UUID] | None = None,
    limit: int = 50,
) -> FoundCell:
    """The rows a figure of the report is made of, by provider; sums are of the whole cell.

    Forbidden for the committee; a party finds what it delivered or received itself.
    """
    check_may_walk(viewer)
    if as_successor:
        cell = with_members(cell, await final_successors(conn))
    members = own_or_all(viewer)
    rows = await store.list_cell(conn, cell, members, after, limit + 1)
    count, cents, before = await store.sum_cell(conn, cell, members, after)
    frozen = await store.read_frozen(conn, cell, members) if cell.basis == "reported" else None
    sums = CellSums(await store.read_figure(conn, cell, members), cents, count, before, frozen)
    found = FoundCell(cell, sums, rows[:limit], len(rows) > limit)
    for member in members_of(found.rows):
        _note_look(
            conn, viewer, member, None, "cell", named_id("cell", str(cell.year)),
            _("Leistungsjahr {year}").format(year=cell.year),
        )  # fmt: skip
    return found


async def walk_transfer(conn: Conn, viewer: Viewer, owner_id: UUID, place: str) -> Hop:
    """A row by its place in the owner's chain or by its id, with everything behind it.

    NotFound for what the viewer may not see; the other side of a pair finds it by id alone, because a
    place in the chain tells how much else the owner delivers.
    """
    check_may_walk(viewer)
    seq, id_ = _read_place(place)
    row = await store.find_transfer(conn, owner_id, seq, id_, own_or_all(viewer))
    sees_chain = viewer.scope in CHAIN_SEERS or owner_id in viewer.members
    if row is None or (id_ is None and not sees_chain):
        raise NotFound(_("Diese Buchungszeile gibt es nicht, oder sie ist für Sie nicht sichtbar."))
    transfer = dict(row)
    booking = await _booking_of(conn, transfer) if transfer["source"] == "booking" else None
    _note_look(
        conn, viewer, owner_id, transfer["recipient_id"], "transfer", transfer["id"],
        _("Leistungsmonat {month:02d}/{year}").format(
            month=transfer["service_month"], year=transfer["service_year"]
        ),
    )  # fmt: skip
    return Hop(
        transfer, sees_chain,
        prove(transfer, transfer["recomputed"], transfer["expected_prev"]) if sees_chain else None,
        await store.find_cut_above(conn, owner_id, transfer["seq"]) if sees_chain else None,
        [dict(r) for r in await store.list_siblings(conn, owner_id, transfer["source_id"])],
        booking,
        await _order_of(conn, booking.row) if booking else None,
        [dict(r) for r in await store.list_invoices(conn, owner_id, transfer["source_id"])],
        await store.list_counted_in(conn, transfer["source_id"]),
    )  # fmt: skip


def _read_place(place: str) -> tuple[int | None, UUID | None]:
    """A number is a place in the chain, anything else must be an id; (None, None) is found nowhere."""
    if place.isascii() and place.isdigit() and len(place) < 18:
        return int(place), None
    try:
        return None, UUID(place)
    except ValueError:
        return None, None


async def _booking_of(conn: Conn, transfer: Mapping[str, Any]) -> SignedBooking | None:
    row = await find_booking(conn, transfer["source_id"])
    if row is None:
        return None
    events = await list_events_of_object(conn, row.id)
    kept = await store.find_signature(conn, row.owner_id, row.id)
    if kept is None:
        return SignedBooking(row, events=events)
    signature = Signature(
        kept["confirmed_cents"], kept["surcharge_cents"], kept["tax_code_1"], kept["tax_code_2"],
        kept["confirmed_by"], kept["origin"], kept["template"], kept["confirmed_at"], tuple(kept["rule_ids"]),
    )  # fmt: skip
    return SignedBooking(
        row, kept["evidence"], evidence_of(row, signature), kept["recomputed"], events
    )


async def _order_of(conn: Conn, booking: Row) -> OrderTerms | None:
    key = (booking.owner_id, booking.order_id)
    head = await store.find_version(conn, *key, booking.order_version)
    if head is None:
        return None
    offerings = await get_offerings(conn, [head["offering_id"]])
    prices = await list_prices(conn, head["offering_id"], head["offering_version"])
    acceptance = await store.find_acceptance(conn, *key)
    return OrderTerms(
        dict(head), booking.order_id, await list_legs(conn, *key, booking.order_version),
        await list_lines(conn, *key, booking.order_version), await list_decisions(conn, *key),
        [a for a in await list_approvals(conn, *key) if a.version == booking.order_version],
        await list_of_object(conn, "order", booking.order_id),
        dict(acceptance) if acceptance else None,
        offerings.get(head["offering_id"]), {p.ordinal: p for p in prices},
    )  # fmt: skip


async def counted_in(conn: Conn, viewer: Viewer, object_id: UUID) -> list[CountedIn]:
    """The cells an order or booking is counted in; nothing for those who may not walk the trail."""
    if viewer.scope == Scope.COMMITTEE or not viewer.may(Permission.LEDGER_READ):
        return []
    return await store.list_counted_in(conn, object_id)


def _note_look(
    conn: Conn,
    viewer: Viewer,
    owner_id: UUID,
    party_id: UUID | None,
    kind: str,
    object_id: UUID,
    what: str,
) -> None:
    """An auditor's look into a member's amounts stands in that member's own audit chain."""
    if viewer.scope == Scope.AUDIT:
        record(
            conn, viewer, "trail.look", object_kind=kind, object_id=object_id, owner_id=owner_id,
            party_id=party_id, reason=what,
        )  # fmt: skip
