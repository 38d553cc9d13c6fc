"""Short builders of cooperations: as their actions make them."""

from datetime import date
from uuid import UUID

from exchange.cooperations.actions import agree_cooperation, propose_cooperation, save_cooperation
from exchange.cooperations.amounts import Entry, enter_year, sign_year
from exchange.cooperations.model import Cooperation, Terms
from exchange.inhouse.model import Basis
from kdnx.db.conn import Conn
from tests.cast import Actor


def terms(*parties: UUID, **over: object) -> Terms:
    """What an agreement says."""
    given = {
        "title": "Gemeinsame Ratsinformation", "activities": "Betrieb und Pflege der Ratsinformation",
        "goals": "gemeinsame Sicherung einer Dienstleistung", "public_interest": "Kosten nach Schlüssel, kein Gewinn",
        "no_advantage": "kein Unternehmen beteiligt", "agreement": "Vereinbarung, Az. 1",
        "agreed_on": date(2019, 12, 1), "valid_from": date(2020, 1, 1), "valid_to": None, "party_ids": parties,
    }  # fmt: skip
    return Terms(**{**given, **over})  # type: ignore[arg-type]  # fields of Terms


async def proposed(conn: Conn, lead: Actor, *others: Actor, **over: object) -> Cooperation:
    """A proposal of the first house."""
    await conn.act_as(lead.viewer)
    ids = (lead.id, *(o.id for o in others))
    draft = await save_cooperation(conn, lead.viewer, terms(*ids, **over))
    return await propose_cooperation(conn, lead.viewer, draft.id, expected=draft.row_version)


async def concluded(conn: Conn, lead: Actor, *others: Actor, **over: object) -> Cooperation:
    """An agreement in force."""
    c = await proposed(conn, lead, *others, **over)
    for actor in (lead, *others):
        await conn.act_as(actor.second)
        c = await agree_cooperation(conn, actor.second, c.id, expected=c.row_version)
    return c


async def amounts(conn: Conn, actor: Actor, c: Cooperation, year: int, market: int, total: int = 100_00) -> None:  # fmt: skip
    """Signed amounts of a year."""
    await conn.act_as(actor.viewer)
    entry = Entry(market, total, Basis.COST, "Bericht, S. 1")
    y = await enter_year(conn, actor.viewer, c.id, year, entry)
    await conn.act_as(actor.second)
    await sign_year(conn, actor.second, c.id, year, expected=y.row_version)


async def three_years(conn: Conn, actor: Actor, c: Cooperation, market: int, total: int = 100_00) -> None:  # fmt: skip
    """Signed amounts of the three years before today's."""
    for year in range(conn.today.year - 3, conn.today.year):
        await amounts(conn, actor, c, year, market, total)
