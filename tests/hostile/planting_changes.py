"""What a pair changes and settles between themselves: an amendment under way and a cost share, with the marker in them."""

from datetime import timedelta
from uuid import UUID

from exchange.amendments.actions import propose_amendment
from exchange.amendments.schemas import AmendBody
from exchange.shares.actions import Figures, create_pool, propose_pool
from exchange.shares.model import KeyKind
from kdnx.db.conn import Conn
from tests.cast import Cast

YEAR = 2021


async def plant_changes(
    conn: Conn, cast: Cast, order: UUID, offering: UUID, mark: str, cents: int
) -> dict[str, tuple[UUID, ...]]:
    """A proposed change of the order, and two settlements of one year: one booked, one in preparation."""
    nord = cast.nord.viewer
    await conn.act_as(nord)
    wish = AmendBody(
        valid_from=conn.today + timedelta(days=1), reason=f"Änderung {mark}", early_reason=mark, note=mark,
        change_door="review_clause", change_reason=mark, yearly_cap_cents=cents, cap_policy="block",
    )  # fmt: skip
    change = await propose_amendment(conn, nord, order, wish)
    figures = Figures(KeyKind.EQUAL, cents, evidence=mark)
    settled = await create_pool(conn, nord, offering, YEAR, figures)
    await propose_pool(conn, nord, settled.id, expected=None)
    draft = await create_pool(conn, nord, offering, YEAR, figures)
    return {"amendments": (change.id,), "cost-pools": (settled.id, draft.id)}
