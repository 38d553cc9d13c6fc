"""SQL of orders in files."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from kdnx.db.conn import Conn

FIND_BY_NUMBER = """
SELECT r.*, (SELECT code_1 FROM exchange.tax_codes_on(ARRAY[r.owner_id], ARRAY[r.id], ARRAY[greatest(r.starts_on, $2::date)])) AS tax_code_1,
  (SELECT code_2 FROM exchange.tax_codes_on(ARRAY[r.owner_id], ARRAY[r.id], ARRAY[greatest(r.starts_on, $2::date)])) AS tax_code_2,
  f.reference AS offering_reference
FROM exchange.order_row r LEFT JOIN catalog.public_offering f ON f.id = r.offering_id
WHERE r.number IS NOT NULL AND ($1::text[] IS NULL OR r.number = ANY ($1)) AND ($3 OR r.owner_id = ANY ($4::uuid[]) OR r.recipient_id = ANY ($4::uuid[]))
ORDER BY r.number, r.starts_on, r.id LIMIT 100000
"""


async def list_for_file(
    conn: Conn, members: Sequence[UUID], numbers: Sequence[str] | None, *, sees_all: bool
) -> list[dict[str, Any]]:
    """Numbered orders with what a file says of them; `numbers` narrows."""
    rows = await conn.fetch(
        FIND_BY_NUMBER,
        list(numbers) if numbers is not None else None,
        conn.today,
        sees_all,
        list(members),
    )
    return [dict(r) for r in rows]
