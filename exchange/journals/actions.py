"""Read a journal, and keep the accounts of the own house."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID

from exchange.journals import store
from exchange.journals.model import Account, Entry, Line, accounts_by, missing_of
from kdnx.audit.actions import record
from kdnx.db.conn import Conn
from kdnx.errors import Forbidden, Invalid, NotFound, Stale
from kdnx.text import _
from kdnx.viewer import Permission, Scope, Viewer, require

MOST = 50_000
LONGEST_DAYS = 366


@dataclass(frozen=True)
class Journal:
    """A house's lines of a period with their accounts; cents."""

    member_id: UUID
    first: date
    last: date
    lines: Sequence[Line]
    missing: Sequence[Entry]

    @property
    def net_cents(self) -> int:
        """Sum of the net amounts."""
        return sum(x.net_cents for x in self.lines)

    @property
    def vat_cents(self) -> int:
        """Sum of the VAT."""
        return sum(x.vat_cents for x in self.lines)

    @property
    def gross_cents(self) -> int:
        """Sum of both."""
        return self.net_cents + self.vat_cents


def last_quarter(today: date) -> tuple[date, date]:
    """First and last day of the last full quarter."""
    first = today.replace(month=3 * ((today.month - 1) // 3) + 1, day=1)
    last = first - timedelta(days=1)
    return last.replace(month=last.month - 2, day=1), last


def house_of(viewer: Viewer, asked: UUID | None) -> UUID:
    """Whose journal: the own house (or one it succeeded); audit may ask for any. NotFound otherwise."""
    if asked is None and viewer.member_id is not None:
        return viewer.member_id
    if asked is not None and (asked in viewer.members or viewer.scope == Scope.AUDIT):
        return asked
    raise NotFound(_("Dieses Journal gibt es nicht, oder es ist für Sie nicht sichtbar."))


async def read_journal(
    conn: Conn, viewer: Viewer, member: UUID | None, first: date | None, last: date | None
) -> Journal:
    """The lines of a period; Invalid beyond a year, or with more lines than a file should hold."""
    require(viewer, Permission.LEDGER_READ)
    house = house_of(viewer, member)
    usual = last_quarter(conn.today)
    begin, end = first or usual[0], last or usual[1]
    if end < begin or (end - begin).days >= LONGEST_DAYS:
        raise Invalid(_("Der Zeitraum ist leer oder länger als ein Jahr."), code="bad_period")
    rows = await store.list_lines(conn, house, begin, end, MOST + 1)
    if len(rows) > MOST:
        raise Invalid(_("Mehr als 50.000 Zeilen: bitte den Zeitraum verkürzen."), code="too_many")
    known = accounts_by(await store.list_accounts(conn, house))
    lines = [replace(x, account=known[x.entry]) for x in rows]
    return Journal(house, begin, end, lines, missing_of(lines))


async def save_account(conn: Conn, viewer: Viewer, account: Account) -> None:
    """Keep where the own house books a kind of entry; Stale when somebody saved meanwhile."""
    require(viewer, Permission.INVOICE_ISSUE)
    if viewer.member_id is None:
        raise Forbidden(_("Konten führt jedes Haus für sich."))
    if not await store.save_account(conn, viewer.member_id, account):
        raise Stale(_("Das Konto wurde inzwischen geändert."), remedy=_("Bitte neu laden."))
    record(
        conn, viewer, "journal.account", object_kind="member", object_id=viewer.member_id, owner_id=viewer.member_id,
        after={"entry": account.entry, "account": account.account, "contra": account.contra},
    )  # fmt: skip
