"""The one function behind every volume figure: page, JSON, command line and report read here."""

from dataclasses import dataclass

from exchange.reports import store
from exchange.reports.model import (
    BY_LABELS,
    As,
    Basis,
    By,
    Grain,
    Names,
    Volume,
    make_rows,
    parts_of,
    relabel,
)
from kdnx.db.conn import Conn
from kdnx.errors import Refused
from kdnx.rules.store import find_rule
from kdnx.text import _
from kdnx.viewer import Permission, Scope, Viewer, require

FIRST_YEAR = 2021


@dataclass(frozen=True)
class Years:
    """Volume by service year, oldest first; the last year is still running."""

    cents: dict[int, int]

    def of(self, year: int) -> int:
        """Cents of a year, 0 without any."""
        return self.cents.get(year, 0)


def is_public(viewer: Viewer) -> bool:
    """The committee reads the public face only."""
    return viewer.scope == Scope.COMMITTEE


async def committee_grain(conn: Conn) -> Grain:
    """The rule in force today, or the default."""
    rule = await find_rule(conn, "committee_grain", "default", conn.today)
    if rule is None:
        return Grain()
    value = rule.value
    return Grain(
        str(value.get("grain", "pair_category")),
        str(value.get("pairs_from", "open_year")),
        int(value.get("k", 1)),
    )


async def admitted(conn: Conn, viewer: Viewer, year: int) -> list[By]:
    """The dimensions this viewer may ask for."""
    if not is_public(viewer):
        return list(By)
    grain = await committee_grain(conn)
    closed = await store.is_closed(conn, year)
    return [by for by in By if grain.admits(by, is_closed=closed)]


async def read_volume(
    conn: Conn,
    viewer: Viewer,
    year: int,
    *,
    by: By = By.PROVIDER,
    basis: Basis = Basis.CURRENT,
    as_: As = As.MEMBER,
) -> Volume:
    """Volume of a service year in cents, by one dimension; the rows sum to the total.

    A member reads what it delivered and received, office and audit everything, the committee yearly
    aggregates as fine as the rule `committee_grain` admits (Refused beyond). A closed year is read from what its
    close froze, and for `current` from what was booked for it later.
    """
    require(viewer, Permission.REPORT_READ)
    if by not in await admitted(conn, viewer, year):
        raise Refused(
            _("Diese Gliederung ist für den Lenkungsausschuss nicht freigegeben: {by}.").format(
                by=BY_LABELS[by]
            ),
            rule=_(
                "Regel committee_grain: Der Ausschuss liest Jahressummen in der vereinbarten Feinheit."
            ),
            remedy=_("Eine gröbere Gliederung wählen, zum Beispiel nach Kategorie."),
            code="too_fine",
        )
    public = is_public(viewer)
    freeze = await store.find_freeze(conn, year)
    parts = parts_of(basis, by, is_frozen=freeze is not None)
    cells = await store.read_cells(conn, year, parts, by, public=public)
    if as_ == As.SUCCESSOR:
        cells = relabel(cells, await store.final_successors(conn))
    offerings = [c.offering_id for c in cells if c.offering_id]
    names = Names(
        await store.member_names(conn),
        await store.category_names(conn) if by == By.CATEGORY else {},
        await store.offering_names(conn, offerings) if offerings else {},
    )
    rows = make_rows(cells, by, year, names)
    opened = await store.read_open(conn, year, public=public)
    return Volume(year, by, basis, as_, rows, opened, conn.today, freeze)


async def read_years(conn: Conn, viewer: Viewer, basis: Basis) -> Years:
    """Volume of every year since the beginning, the running one included."""
    last = conn.today.year
    found = await store.read_years(
        conn, FIRST_YEAR, last, await store.frozen_years(conn, FIRST_YEAR, last),
        late=basis == Basis.CURRENT, public=is_public(viewer),
    )  # fmt: skip
    return Years({year: found.get(year, 0) for year in range(FIRST_YEAR, last + 1)})
