"""Declarations, a cooperation with market shares, and the order that rests on it: what only the pair may read."""

from uuid import UUID

from exchange.cooperations.amounts import Entry, enter_year, sign_year
from exchange.inhouse.actions import save_declaration, sign_declaration
from exchange.inhouse.model import Amounts, Basis, DeclarationEvent
from kdnx.db.conn import Conn
from tests.cast import Cast
from tests.exchange.cooperations.coop_build import concluded, proposed

E = DeclarationEvent


async def plant_inhouse(conn: Conn, cast: Cast, mark: str, cents: int) -> tuple[UUID, ...]:
    """Both ids of the cooperations. The title of the concluded one is no secret: the committee lists it."""
    words = {
        "activities": f"Betrieb {mark}", "goals": f"gemeinsame Ziele {mark}", "public_interest": f"Interesse {mark}",
        "no_advantage": f"kein Vorteil {mark}", "agreement": f"Az. {mark}",
    }  # fmt: skip
    c = await concluded(conn, cast.nord, cast.sued, title="Zusammenarbeit des Paares", **words)
    waiting = await proposed(conn, cast.nord, cast.sued, title=f"Vorschlag {mark}", **words)
    year = conn.today.year - 1
    for actor in (cast.nord, cast.sued):
        await conn.act_as(actor.viewer)
        entry = Entry(cents, cents * 100, Basis.COST, f"Bericht {mark}")
        y = await enter_year(conn, actor.viewer, c.id, year, entry)
        await conn.act_as(actor.second)
        await sign_year(conn, actor.second, c.id, year, expected=y.row_version)
        await conn.act_as(actor.viewer)
        amounts = Amounts(cents * 3, cents, cents, 0, 0, 0, cents)
        await save_declaration(
            conn, actor.viewer, year, amounts, basis=Basis.COST, evidence=f"Abschluss {mark}"
        )
        await sign_declaration(conn, actor.viewer, year, E.SIGN_FIRST, expected=1)
        await conn.act_as(actor.second)
        await sign_declaration(conn, actor.second, year, E.SIGN_SECOND, expected=2)
    return c.id, waiting.id
