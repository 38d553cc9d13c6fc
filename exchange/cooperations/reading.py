"""What a viewer reads of cooperations: the list with lights, one agreement with what of its amounts is theirs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from exchange.cooperations import store
from exchange.cooperations.actions import light_words, parties_of, read_cooperation
from exchange.cooperations.amounts import joint_today, own_part
from exchange.cooperations.model import Cooperation, Joint, YearAmounts, houses_in
from exchange.cooperations.store import Face
from exchange.inhouse.actions import houses_of, reads_amounts, term_on
from exchange.inhouse.model import House, Limit
from kdnx.db.conn import Conn
from kdnx.members.store import list_members
from kdnx.viewer import Permission, Scope, Viewer, require
from kdnx.web.house import House as Web
from kdnx.web.paging import decode_cursor, encode_cursor

SIZE = 50


@dataclass(frozen=True)
class Piece:
    """A piece of the list: agreements (for the committee their faces), and the light of each."""

    items: Sequence[Cooperation | Face]
    lights: Mapping[UUID, str]
    next: str | None


@dataclass(frozen=True)
class Detail:
    """One agreement: names of the houses that are party today, who agreed, its light; amounts only for whom they are.

    `mine` is the own house's part (parties only), `joint` the whole test (legal officer and audit only).
    """

    cooperation: Cooperation
    parties: Mapping[UUID, Sequence[UUID]]
    names: Mapping[UUID, str]
    consents: Mapping[UUID, datetime]
    light: str
    limit: Limit | None
    mine: Joint | None
    houses: Sequence[House]
    years: Sequence[YearAmounts]
    joint: Joint | None


async def find_piece(
    conn: Conn, viewer: Viewer, web: Web, cursor: str | None, size: int = SIZE
) -> Piece:
    """The own agreements; all of them for office and audit; for the committee title, term and light."""
    require(viewer, Permission.REPORT_READ)
    after = None
    if cursor:
        title, key = decode_cursor(web.settings.secret(), cursor, 2)
        after = (title, UUID(key))
    rows: Sequence[Cooperation | Face]
    if viewer.scope == Scope.COMMITTEE:
        rows = await store.list_faces(conn, after, size + 1)
    else:
        rows = await store.list_cooperations(conn, None, after, size + 1)
    shown = rows[:size]
    more = len(rows) > size
    last = shown[-1] if shown else None
    following = (
        encode_cursor(web.settings.secret(), [last.title, last.id]) if more and last else None
    )
    return Piece(shown, await _lights(conn, [r.id for r in shown]), following)


async def _lights(conn: Conn, ids: Sequence[UUID]) -> Mapping[UUID, str]:
    term = await term_on(conn)
    return await light_words(conn, ids, is_due=term.is_over(conn.today.year, conn.today))


async def read_detail(conn: Conn, viewer: Viewer, key: UUID) -> Detail:
    """One agreement; NotFound for whoever is neither party, office nor audit."""
    c = await read_cooperation(conn, viewer, key)
    parties = await parties_of(conn, c)
    names = {m.id: m.name for m in await list_members(conn, [*parties, *c.party_ids])}
    is_party = viewer.member_id in parties and viewer.scope in {Scope.MEMBER, Scope.OFFICE}
    houses = houses_in(c.party_ids, await houses_of(conn, viewer.owner_id)) if is_party else []
    joint, limit = await joint_today(conn, c) if reads_amounts(viewer) else (None, None)
    return Detail(
        cooperation=c, parties=parties, names=names, consents=await store.list_consents(conn, c),
        light=(await _lights(conn, [c.id]))[c.id], limit=limit,
        mine=await own_part(conn, viewer, c) if is_party else None, houses=houses,
        years=await store.list_years(conn, c.id, [h.member_id for h in houses]), joint=joint,
    )  # fmt: skip
