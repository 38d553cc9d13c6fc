"""Post, prove and seal the ledger."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import asyncpg

from exchange.ledger import store
from exchange.ledger.model import AccountKind, Break, NewTransfer, live_root
from kdnx.db.conn import Conn
from kdnx.errors import Conflict
from kdnx.text import _

PERIOD_CLOSED = "KD001"
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Verification:
    """What the proof found: `head` is the root of the live heads (None for a part of the chains)."""

    transfers: int
    chains: int
    head: bytes | None
    first_bad: Break | None
    wrong_cut: date | None = None

    @property
    def ok(self) -> bool:
        """Every link, head and cut holds."""
        return self.first_bad is None


async def post_transfers(
    conn: Conn, rows: Sequence[NewTransfer], accounts: Sequence[tuple[AccountKind, UUID]]
) -> int:
    """Open missing accounts and append the transfers; Conflict when the period closed meanwhile."""
    if not rows:
        return 0
    with open_period():
        return await store.post(conn, rows, sorted(set(accounts)))


@contextmanager
def open_period() -> Iterator[None]:
    """What is posted within meets the gate of the database: Conflict when the period closed meanwhile."""
    try:
        yield
    except asyncpg.PostgresError as error:
        if error.sqlstate != PERIOD_CLOSED:
            raise
        raise Conflict(
            _("Die Buchungsperiode ist inzwischen abgeschlossen."),
            code="period_closed",
            remedy=_("Bitte die Seite neu laden; gebucht wird dann in die nächste offene Periode."),
        ) from error


async def verify_ledger(
    conn: Conn, owners: Sequence[UUID] | None = None, progress: Progress | None = None
) -> Verification:
    """Recompute every hash, link, head and cut; stops nowhere, reports the first break.

    `owners` narrows to some chains (a member proves its own); then cuts and head are left out.
    """
    heads = {o: (seq, h) for o, seq, h in await store.list_heads(conn, owners)}
    todo = await store.list_owners(conn, owners)
    total, first = 0, None
    for done, owner in enumerate(todo, start=1):
        rows, bad = await store.check_chain(conn, owner)
        total += rows
        first = first or bad
        if progress:
            progress(done, len(todo))
    if owners is not None:
        return Verification(total, len(todo), None, first)
    wrong = await store.find_wrong_cut(conn)
    first = first or (Break(None, 0, "cut") if wrong else None)
    root = live_root((o, seq, h) for o, (seq, h) in heads.items())
    return Verification(total, len(todo), root, first, wrong)


async def cut_today(conn: Conn) -> int:
    """The day's cut, once a day; 1 when it was taken now."""
    return int(await store.take_cut(conn, conn.today))
