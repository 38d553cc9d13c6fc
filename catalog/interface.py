"""The face of the catalogue towards procurement and exchange: references to offerings, and who uses them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from catalog.categories import store as categories
from catalog.offerings import actions, store
from catalog.prices.model import price_text
from catalog.succession.store import find_inherited
from kdnx.db.conn import Conn
from kdnx.errors import NotFound
from kdnx.text import _


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
    """One line of the price table of a published version; `unit_price_micro` net in millionths of a euro."""

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
