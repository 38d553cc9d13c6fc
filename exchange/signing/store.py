"""SQL of the second signature: confirming in sets, disputes, what became due."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from exchange.bookings.model import Booking, Signature
from exchange.bookings.store import Listed, Row
from exchange.ledger.model import AccountKind, NewTransfer
from exchange.ledger.store import columns_of
from kdnx.db.conn import Conn
from kdnx.db.rows import many

TAX_CODES = "SELECT n, code_1, code_2 FROM exchange.tax_codes_on($1, $2, $3)"
LOCK_TO_SIGN = (
    "SELECT (l.b).*, l.code_1, l.code_2, l.closed_through FROM exchange.lock_to_sign($1) l"
)
# one round trip; the heads of the chains are locked by the last part of it
SIGN_AND_POST = """
SELECT CASE WHEN exchange.sign_bookings($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) = cardinality($2) THEN
  CASE WHEN exchange.open_accounts($35, $36, $37, $16) >= 0
    THEN exchange.post($16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34) END END
"""
INSERT_DISPUTE = """
INSERT INTO exchange.dispute (owner_id, booking_id, n, by_member, by_person, reason_code, text, claimed_cents, due_on, raised_at)
SELECT $1, $2, coalesce(max(n), 0) + 1, $3, $4, $5, $6, $7, $8, $9 FROM exchange.dispute WHERE owner_id = $1 AND booking_id = $2
"""
FIND_EXISTING = """
SELECT b.id, b.owner_id, b.order_id, b.reference, b.service_year, b.service_from, b.service_to, b.sign * b.net_cents AS signed_cents, b.number || '/' || b.ordinal AS booking_number
FROM exchange.booking_row b
WHERE b.state NOT IN ('withdrawn', 'expired') AND b.reference = ANY ($1::text[])
UNION
SELECT b.id, b.owner_id, b.order_id, b.reference, b.service_year, b.service_from, b.service_to, b.sign * b.net_cents, b.number || '/' || b.ordinal
FROM unnest($2::text[], $3::bigint[]) x(number, ordinal) JOIN exchange.booking_row b ON b.number = x.number AND b.ordinal = x.ordinal
"""
EXPORT_BOOKINGS = """
SELECT b.*, p.short_name AS provider_name, r.short_name AS recipient_name
FROM exchange.booking_row b JOIN kdnx.public_member p ON p.id = b.owner_id JOIN kdnx.public_member r ON r.id = b.recipient_id
WHERE ($1::uuid[] IS NULL OR b.owner_id = ANY ($1) OR b.recipient_id = ANY ($1)) AND ($2::int IS NULL OR b.service_year = $2)
ORDER BY b.service_from, b.number, b.ordinal, b.owner_id
"""


@dataclass(frozen=True)
class Signed:
    """A signature under one booking, with the period it is booked in."""

    booking: Booking
    signature: Signature
    person_id: UUID | None
    book_year: int
    book_month: int
    evidence: bytes
    document: str = ""


@dataclass(frozen=True)
class Locked:
    """Bookings under lock, the tax codes of both legs of each, the last closed booking period (yyyymm)."""

    rows: list[Row]
    codes: dict[UUID, tuple[str, str]]
    closed: int


async def tax_codes(conn: Conn, rows: Sequence[Booking]) -> dict[UUID, tuple[str, str]]:
    """The tax codes of both legs on the last service day, 'undecided' where none is decided."""
    columns = [[b.owner_id for b in rows], [b.order_id for b in rows], [b.service_to for b in rows]]
    found = await conn.fetch(TAX_CODES, *columns)
    return {rows[r["n"] - 1].id: (r["code_1"], r["code_2"]) for r in found}


async def lock_to_sign(conn: Conn, ids: Sequence[UUID]) -> Locked:
    """Lock the visible bookings in (owner, id) order, and read what their signature needs, in one round trip."""
    found = await conn.fetch(LOCK_TO_SIGN, list(ids))
    codes = {r["id"]: (r["code_1"], r["code_2"]) for r in found}
    return Locked(many(Row, found), codes, found[0]["closed_through"] if found else 0)


async def sign_and_post(
    conn: Conn,
    rows: Sequence[Signed],
    transfers: Sequence[NewTransfer],
    accounts: Sequence[tuple[AccountKind, UUID]],
) -> bool:
    """Confirm what is still proposed or disputed, close the tasks about it, post its transfers.

    False when one of them is no longer open (nothing is posted then); SQLSTATE KD001 behind the gate.
    """
    posted: int | None = await conn.fetchval(
        SIGN_AND_POST,
        [r.booking.owner_id for r in rows], [r.booking.id for r in rows], [r.signature.confirmed_cents for r in rows],
        [r.signature.surcharge_cents for r in rows], [r.signature.tax_code_1 for r in rows], [r.signature.tax_code_2 for r in rows],
        [r.signature.confirmed_by for r in rows], [r.person_id for r in rows], [r.signature.origin for r in rows],
        [r.book_year for r in rows], [r.book_month for r in rows], [r.signature.template for r in rows],
        [r.document for r in rows], [r.signature.confirmed_at for r in rows], [r.evidence for r in rows], conn.now,
        *columns_of(transfers, accounts),
    )  # fmt: skip
    return posted is not None


async def insert_dispute(
    conn: Conn,
    booking: Booking,
    *,
    by_member: UUID,
    person_id: UUID | None,
    reason: str,
    text: str,
    claimed_cents: int,
    due_on: date,
) -> None:
    """Append a dispute."""
    await conn.execute(
        INSERT_DISPUTE,
        booking.owner_id,
        booking.id,
        by_member,
        person_id,
        reason,
        text,
        claimed_cents,
        due_on,
        conn.now,
    )


@dataclass(frozen=True)
class Existing:
    """A booking that a row of a file may already be."""

    id: UUID
    owner_id: UUID
    order_id: UUID
    reference: str | None
    service_year: int
    service_from: date
    service_to: date
    signed_cents: int
    booking_number: str


async def find_existing(
    conn: Conn, references: Sequence[str], numbers: Sequence[str]
) -> list[Existing]:
    """Visible living bookings with these references, and those with these numbers."""
    parts = [n.rpartition("/") for n in numbers]
    found = await conn.fetch(
        FIND_EXISTING,
        list(references),
        [p[0] for p in parts],
        [int(p[2]) if p[2].isdigit() else 0 for p in parts],
    )
    return many(Existing, found)


async def export_bookings(
    conn: Conn, members: Sequence[UUID] | None, year: int | None = None
) -> list[Listed]:
    """Every visible booking, oldest service first."""
    return many(
        Listed, await conn.fetch(EXPORT_BOOKINGS, None if members is None else list(members), year)
    )
