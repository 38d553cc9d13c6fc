"""Cells of the report, hops of one euro and the proof of a link; pure (model.md 3.4, 3.5; D18)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from exchange.ledger.model import canonical_bytes, next_hash
from kdnx.errors import Forbidden
from kdnx.text import _
from kdnx.viewer import ROLE_LABELS, ROLE_PERMISSIONS, Permission, Role, Scope, Viewer, require


@dataclass(frozen=True)
class Cell:
    """What a figure of the report is narrowed to; None = not narrowed. Members in sets: successors count as one.

    `basis` 'reported' takes what was booked in its service year, 'current' everything (D30).
    """

    year: int
    basis: str = "current"
    providers: tuple[UUID, ...] | None = None
    recipients: tuple[UUID, ...] | None = None
    category_id: UUID | None = None
    offering_id: UUID | None = None
    month: int | None = None


@dataclass(frozen=True)
class CellSums:
    """Three ways to the same figure in cents: the report's definition, the rows, the frozen close (None: none)."""

    figure_cents: int
    rows_cents: int
    rows: int
    before_cents: int
    frozen_cents: int | None

    @property
    def agrees(self) -> bool:
        """All of them say the same to the cent."""
        return self.figure_cents == self.rows_cents and self.frozen_cents in (
            None,
            self.figure_cents,
        )


@dataclass(frozen=True)
class CellRow:
    """One transfer of a cell; `seq` is for those who may see the chain."""

    owner_id: UUID
    seq: int
    id: UUID
    recipient_id: UUID
    category_id: UUID | None
    offering_id: UUID | None
    cents: int
    sign: int
    book_year: int
    book_month: int
    service_year: int
    service_month: int
    source: str
    source_id: UUID
    recorded_at: datetime
    provider_name: str
    recipient_name: str
    booking_number: str | None

    @property
    def signed_cents(self) -> int:
        """What the row adds to the figure."""
        return self.sign * self.cents


@dataclass(frozen=True)
class CountedIn:
    """A cell that an order or booking is counted in: its own part and the whole, in cents."""

    year: int
    provider_id: UUID
    recipient_id: UUID
    category_id: UUID | None
    provider_name: str
    recipient_name: str
    category_name: str | None
    part_cents: int
    cell_cents: int
    rows: int


@dataclass(frozen=True)
class Proof:
    """A link of the chain recomputed: canonical text, the hash kept and the one that comes out."""

    text: str
    kept: bytes
    computed: bytes
    by_database: bytes
    prev_holds: bool

    @property
    def holds(self) -> bool:
        """Program and database come to the hash that is kept, behind the row before."""
        return self.kept == self.computed == self.by_database and self.prev_holds


@dataclass(frozen=True)
class CutAbove:
    """The first daily cut that covers a transfer: nothing below it can change without being noticed."""

    day: date
    n: int
    root: bytes
    taken_at: datetime
    head_seq: int


def prove(row: Mapping[str, object], by_database: bytes, expected_prev: bytes) -> Proof:
    """Recompute the link of a row from its values alone; `expected_prev` is the hash of the row before."""
    prev, kept = row["prev"], row["hash"]
    if not isinstance(prev, bytes) or not isinstance(kept, bytes):
        raise TypeError("prev and hash must be bytes")
    text = canonical_bytes(row).decode()
    return Proof(text, kept, next_hash(prev, row), by_database, prev == expected_prev)


def with_members(cell: Cell, finals: Mapping[UUID, UUID]) -> Cell:
    """The cell read after succession: each member stands for everybody it finally succeeded."""

    def widened(members: tuple[UUID, ...] | None) -> tuple[UUID, ...] | None:
        if members is None:
            return None
        found = {*members, *(m for m, final in finals.items() if final in members)}
        return tuple(sorted(found, key=str))

    return replace(cell, providers=widened(cell.providers), recipients=widened(cell.recipients))


def check_may_walk(viewer: Viewer) -> None:
    """Forbidden for the committee (with the reason) and for whoever may not read the ledger."""
    if viewer.scope == Scope.COMMITTEE:
        raise Forbidden(
            _("Der Lenkungsausschuss sieht Jahressummen, nicht die einzelnen Buchungszeilen."),
            rule=_(
                "Einzelbeträge sehen nur die beiden Vertragsseiten, die Geschäftsstelle und die Revision; "
                "die Feinheit des Ausschusses steht in der Regel „Feinheit der Ausschussberichte“."
            ),
            remedy=_("Für eine Prüfung im Einzelfall die Revision beauftragen."),
        )
    require(viewer, Permission.LEDGER_READ)


def acting_roles(roles: str, permission: Permission) -> str:
    """Of the roles somebody held at an act (comma separated codes), the German names of those that admit it."""
    known = {r.value for r in Role}
    held = [Role(r) for r in roles.split(",") if r in known]
    fitting = [r for r in held if permission in ROLE_PERMISSIONS[r]] or held
    return ", ".join(ROLE_LABELS[r] for r in fitting)


def members_of(rows: Iterable[CellRow]) -> tuple[UUID, ...]:
    """Everybody whose amounts stand in these rows, in a fixed order."""
    found = {m for r in rows for m in (r.owner_id, r.recipient_id)}
    return tuple(sorted(found, key=str))
