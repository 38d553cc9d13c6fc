"""The carry-forward statement: opening, what moved, closing, account by account."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from exchange.balances import store
from exchange.balances.actions import House, list_houses
from exchange.balances.model import KINDS, Turnover, heads_of, signed_cents
from exchange.ledger.model import TRANSFER_LABELS, TransferKind
from kdnx.db.conn import Conn
from kdnx.errors import NotFound
from kdnx.text import _
from kdnx.viewer import Scope, Viewer

ACCOUNT_WORDS = {
    "payable": "Die Drehscheibe schuldet dem Haus",
    "receivable": "Das Haus schuldet der Drehscheibe",
    "direct_due": "Andere Häuser schulden dem Haus (direkte Verträge)",
    "direct_owed": "Das Haus schuldet anderen Häusern (direkte Verträge)",
}
OPENING, CLOSING = "opening", "closing"


@dataclass(frozen=True)
class Line:
    """A line of the statement in cents; `why` is opening, a kind of transfer or closing."""

    account: str
    why: str
    label: str
    cents: int


def lines_of(rows: Iterable[Turnover], members: Sequence[UUID], year: int) -> list[Line]:
    """Each account that moved or carries something: opening, movements by kind, closing = their sum."""
    sums: dict[str, dict[str, int]] = {}
    for r in rows:
        if r.member_id in members:
            mine = sums.setdefault(r.account_kind, {})
            cents = signed_cents(r.account_kind, r.debit_cents, r.credit_cents)
            mine[r.why] = mine.get(r.why, 0) + cents
    found = []
    for account in (k for k in KINDS if k in sums):
        mine = sums[account]
        found.append(
            Line(
                account,
                OPENING,
                _("Vortrag aus {year}").format(year=year - 1),
                mine.get(OPENING, 0),
            )
        )
        found += [
            Line(account, kind.value, TRANSFER_LABELS[kind], mine[kind.value])
            for kind in TransferKind
            if kind.value in mine
        ]
        total = sum(mine.values())
        found.append(Line(account, CLOSING, _("Stand 31.12.{year}").format(year=year), total))
    return found


async def own_houses(conn: Conn, viewer: Viewer, year: int) -> list[House]:
    """The houses of a year the viewer acts for; every house for office and audit."""
    houses = await list_houses(conn, year)
    if viewer.scope in {Scope.OFFICE, Scope.AUDIT}:
        return houses
    return [h for h in houses if viewer.acts_for(h.member_id)]


async def read_statements(
    conn: Conn, viewer: Viewer, year: int, member: UUID | None = None
) -> list[tuple[House, list[Line]]]:
    """Every house the viewer answers for with its lines, or the one named; NotFound for somebody else's."""
    houses = [h for h in await own_houses(conn, viewer, year) if member in (None, h.member_id)]
    if member is not None and not houses:
        raise NotFound(_("Für dieses Haus gibt es hier keinen Kontoauszug."))
    heads = heads_of(await store.list_successions(conn), date(year, 12, 31))
    claims = await store.list_claims(conn, year)
    found = []
    for house in houses:
        members = [house.member_id, *(m for m, head in heads.items() if head == house.member_id)]
        found.append((house, lines_of(claims, members, year)))
    return found


def by_account(lines: Sequence[Line]) -> Mapping[str, list[Line]]:
    """The lines under the words of their account."""
    found: dict[str, list[Line]] = {}
    for line in lines:
        found.setdefault(ACCOUNT_WORDS[line.account], []).append(line)
    return found
