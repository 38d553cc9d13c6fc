"""SQL of what a member's invoices name."""

from dataclasses import dataclass
from uuid import UUID

from kdnx.db.conn import Conn
from kdnx.db.rows import maybe

GET_PROFILE = "SELECT owner_id, contact, phone, email, row_version FROM exchange.invoice_profile WHERE owner_id = $1"
UPSERT_PROFILE = """
INSERT INTO exchange.invoice_profile AS p (owner_id, contact, phone, email, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $5)
ON CONFLICT (owner_id) DO UPDATE SET contact = $2, phone = $3, email = $4, row_version = p.row_version + 1, updated_at = $5
"""


@dataclass(frozen=True)
class Profile:
    """Whom to ask about an invoice: a function, never a private person."""

    owner_id: UUID
    contact: str
    phone: str
    email: str
    row_version: int = 1


async def find_profile(conn: Conn, owner_id: UUID) -> Profile | None:
    """Whom a member names on its invoices."""
    return maybe(Profile, await conn.fetchrow(GET_PROFILE, owner_id))


async def save_profile(conn: Conn, p: Profile) -> None:
    """Write it."""
    await conn.execute(UPSERT_PROFILE, p.owner_id, p.contact, p.phone, p.email, conn.now)
