"""Read a journal, and keep the accounts of the own house."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID

from exchange.journals import store
from exchange.journals.model import Account, Entry, Line, Sum, accounts_by, missing_of
from exchange.journals.store import After
from kdnx.audit.actions import record
from kdnx.db.conn import Conn
from kdnx.errors import Forbidden, Invalid, NotFound, Stale
from kdnx.text import _
from kdnx.viewer import Permission, Scope, Viewer, require
from kdnx.web.paging import decode_cursor

MOST = 50_000
LONGEST_DAYS = 366


@dataclass(frozen=True)
class Journal:
    """A house's journal of a period: sums over all of it, and lines with their accounts (all, or one page); cents.

    `next` is the place behind the last line when others follow.
    """

    member_id: UUID
    first: date
    last: date
    sums: Sequence[Sum]
    lines: Sequence[Line]
    missing: Sequence[Entry]
    next: After | None = None

    @property
    def count(self) -> int:
        """Lines of the whole period."""
        return sum(x.lines for x in self.sums)

    @property
    def net_cents(self) -> int:
        """Sum of the net amounts."""
        return sum(x.net_cents for x in self.sums)

    @property
    def vat_cents(self) -> int:
        """Sum of the VAT."""
        return sum(x.vat_cents for x in self.sums)

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
    """All lines of a period for a file; Invalid beyond a year, or with more lines than a file should hold.

    The lines are counted before they are read, so that a refusal costs no memory.
    """
    found = await _sums(conn, viewer, member, first, last)
    if found.count > MOST:
        raise Invalid(
            _("Mehr als 50.000 Zeilen passen nicht in eine Datei."),
            code="too_many",
            rule=_("In diesem Zeitraum sind es {n}.").format(n=found.count),
            remedy=_("Bitte den Zeitraum verkürzen, zum Beispiel auf einen Monat, und mehrere Dateien holen."),
        )  # fmt: skip
    rows = await store.list_lines(conn, found.member_id, found.first, found.last, MOST)
    return await _with_accounts(conn, found, rows)


async def read_page(
    conn: Conn, viewer: Viewer, member: UUID | None, first: date | None, last: date | None, *,
    after: After | None = None, limit: int = 100,
) -> Journal:  # fmt: skip
    """Sums of the whole period and one page of its lines, however many there are; Invalid beyond a year."""
    found = await _sums(conn, viewer, member, first, last)
    rows = await store.list_lines(conn, found.member_id, found.first, found.last, limit + 1, after)
    more, rows = len(rows) > limit, rows[:limit]
    end = rows[-1] if more and rows else None
    place = (end.day, end.document, end.entry, end.key) if end else None
    return replace(await _with_accounts(conn, found, rows), next=place)


async def _sums(
    conn: Conn, viewer: Viewer, member: UUID | None, first: date | None, last: date | None
) -> Journal:
    require(viewer, Permission.LEDGER_READ)
    house = house_of(viewer, member)
    usual = last_quarter(conn.today)
    begin, end = first or usual[0], last or usual[1]
    if end < begin or (end - begin).days >= LONGEST_DAYS:
        raise Invalid(_("Der Zeitraum ist leer oder länger als ein Jahr."), code="bad_period")
    return Journal(house, begin, end, await store.sum_lines(conn, house, begin, end), (), ())


async def _with_accounts(conn: Conn, j: Journal, rows: Sequence[Line]) -> Journal:
    known = accounts_by(await store.list_accounts(conn, j.member_id))
    lines = [replace(x, account=known[x.entry]) for x in rows]
    return replace(j, lines=lines, missing=missing_of(j.sums, known))


def after_of(secret: str, cursor: str | None) -> After | None:
    """The place a cursor names; Invalid when it is none of ours."""
    if not cursor:
        return None
    day, document, entry, key = decode_cursor(secret, cursor, 4)
    try:
        return date.fromisoformat(day), document, entry, key
    except ValueError:
        raise Invalid(_("Diese Fortsetzung ist ungültig."), code="bad_cursor") from None


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
