"""Read a position at a moment, and what moved it since another."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from exchange.ledger.reading import SEES_ALL
from exchange.positions import store
from exchange.positions.model import Moment, Part, Position, fold, places, total
from exchange.positions.store import After, PositionRow
from kdnx.audit.actions import record
from kdnx.db.conn import Conn
from kdnx.errors import Invalid, NotFound
from kdnx.text import _
from kdnx.viewer import Permission, Scope, Viewer, require
from kdnx.web.paging import decode_cursor, encode_cursor


@dataclass(frozen=True)
class Place:
    """The last counted row of a chain with its hash."""

    chain_id: UUID
    seq: int
    hash: bytes


@dataclass(frozen=True)
class Reading:
    """The position of a house at a moment, and at an earlier one when asked."""

    member_id: UUID
    other_id: UUID | None
    moment: Moment
    positions: Sequence[Position]
    all: Position
    places: Sequence[Place]
    earlier: Moment | None = None
    earlier_all: Position | None = None


@dataclass(frozen=True)
class Piece:
    """Rows of one page and the cursor of the next."""

    items: Sequence[PositionRow]
    next: str | None


def house_of(viewer: Viewer, asked: UUID | None) -> UUID | None:
    """Whose position: the own house (or one it succeeded), any for office and audit; None = still to choose."""
    require(viewer, Permission.LEDGER_READ)
    if asked is None:
        return viewer.member_id if viewer.member_id in viewer.members else None
    if asked in viewer.members or viewer.scope in SEES_ALL:
        return asked
    raise NotFound(_("Dieses Konto gibt es nicht, oder es ist für Sie nicht sichtbar."))


async def check_moment(conn: Conn, viewer: Viewer, moment: Moment) -> None:
    """Invalid for a place the chain has not reached, NotFound for somebody else's chain."""
    if moment.chain is None:
        return
    if moment.chain not in viewer.members and viewer.scope not in SEES_ALL:
        raise NotFound(_("Diese Kette gibt es nicht, oder sie ist für Sie nicht sichtbar."))
    head = await store.head_seq(conn, moment.chain)
    if moment.seq is not None and moment.seq > head:
        raise Invalid(
            _("Die Kette reicht bis Nr. {head}.").format(head=head),
            code="beyond_head",
            rule=_("Ein Stand nach Nummer gilt für immer; deshalb muss die Zeile schon geschrieben sein."),
            remedy=_("Eine Nummer bis {head} wählen.").format(head=head),
        )  # fmt: skip


async def read_position(
    conn: Conn,
    viewer: Viewer,
    member: UUID,
    moment: Moment,
    *,
    other: UUID | None = None,
    earlier: Moment | None = None,
) -> Reading:
    """The fold at the moment with its places in the chains; one statement, so one snapshot, a moment."""
    await check_moment(conn, viewer, moment)
    if viewer.scope == Scope.AUDIT:  # an auditor's look stands in the audit chain of the house
        record(
            conn, viewer, "trail.look", object_kind="member", object_id=member, owner_id=member, party_id=other,
            reason=_("Kontostand"),
        )  # fmt: skip
    parts = await store.fold_parts(conn, member, moment, other)
    before = None
    if earlier is not None:
        await check_moment(conn, viewer, earlier)
        before = total(fold(await store.fold_parts(conn, member, earlier, other)))
    positions = fold(parts)
    return Reading(
        member, other, moment, positions, total(positions), await _places(conn, moment, parts), earlier, before
    )  # fmt: skip


async def _places(conn: Conn, moment: Moment, parts: Sequence[Part]) -> list[Place]:
    """Where to stop when an export is replayed: the place asked for, else the last counted row of each chain."""
    found = places(parts)
    if moment.chain is not None and moment.seq is not None:
        found = {moment.chain: moment.seq}
    hashes = await store.list_hashes(conn, found)
    return [Place(c, found[c], hashes[c]) for c in found if c in hashes]


async def read_rows(
    conn: Conn, reading: Reading, *, cursor: str | None, limit: int, secret: str
) -> Piece:
    """One piece of the rows behind the position, or behind the change between the moments."""
    rows = await store.list_rows(
        conn, reading.member_id, reading.other_id, reading.moment, reading.earlier, after_of(secret, cursor), limit + 1
    )  # fmt: skip
    more, rows = len(rows) > limit, rows[:limit]
    last = rows[-1] if rows else None
    # the transfer's id, not its number: whoever does not own the chain must not read numbers in a cursor
    following = (
        encode_cursor(secret, [last.recorded_at.isoformat(), last.id, last.side])
        if more and last
        else None
    )
    return Piece(rows, following)


def after_of(secret: str, cursor: str | None) -> After | None:
    """The place a cursor names; Invalid when it is none of ours."""
    if not cursor:
        return None
    at, row, side = decode_cursor(secret, cursor, 3)
    try:
        return datetime.fromisoformat(at), UUID(row), int(side)
    except ValueError:
        raise Invalid(_("Diese Fortsetzung ist ungültig."), code="bad_cursor") from None
