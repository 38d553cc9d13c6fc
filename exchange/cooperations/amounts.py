"""A party's yearly amounts of the covered activities with two people, and the test they make."""

from dataclasses import dataclass, replace
from uuid import UUID

from exchange.cooperations import store
from exchange.cooperations.actions import SYSTEM, parties_of
from exchange.cooperations.model import (
    Cooperation,
    CooperationState,
    Joint,
    YearAmounts,
    YearState,
    houses_in,
    joint_of,
)
from exchange.cooperations.telling import pass_on
from exchange.inhouse.actions import FIRST_YEAR, house_of, houses_of, limit_on, term_on
from exchange.inhouse.model import YEARS, Basis, Limit, combine
from kdnx.audit.actions import record
from kdnx.db.conn import Conn
from kdnx.errors import FieldError, Forbidden, Invalid, Refused, Stale
from kdnx.ids import new_id
from kdnx.members.store import list_successions
from kdnx.text import _
from kdnx.viewer import Permission, Viewer, require

C = CooperationState
LIMIT_KEY = "cooperation_market_share"


@dataclass(frozen=True)
class Entry:
    """What a party enters for a year; cents."""

    market_cents: int
    total_cents: int
    basis: Basis
    evidence: str


async def joint_today(conn: Conn, c: Cooperation) -> tuple[Joint, Limit]:
    """The test for an award today, of what the viewer may read: for the legal officer, audit and the system."""
    limit, term = await limit_on(conn, LIMIT_KEY), await term_on(conn)
    year = conn.today.year
    by_party = await _by_party(conn, c)
    return joint_of(year, by_party, limit, is_due=term.is_over(year, conn.today)), limit


async def _by_party(conn: Conn, c: Cooperation) -> dict[UUID, dict[int, tuple[int, int]]]:
    links = await list_successions(conn)
    parties = await parties_of(conn, c)
    houses = {p: houses_in(c.party_ids, await houses_of(conn, p, links)) for p in parties}
    every = [h.member_id for hs in houses.values() for h in hs]
    signed = await store.signed_years(conn, c.id, every)
    return {party: combine(hs, signed) for party, hs in houses.items()}


async def own_part(conn: Conn, viewer: Viewer, c: Cooperation) -> Joint:
    """The own house's part alone, as if it were the only party."""
    limit, term = await limit_on(conn, LIMIT_KEY), await term_on(conn)
    houses = houses_in(c.party_ids, await houses_of(conn, viewer.owner_id))
    signed = await store.signed_years(conn, c.id, [h.member_id for h in houses])
    year = conn.today.year
    mine = {viewer.owner_id: combine(houses, signed)}
    return joint_of(year, mine, limit, is_due=term.is_over(year, conn.today))


async def enter_year(
    conn: Conn,
    viewer: Viewer,
    key: UUID,
    year: int,
    entry: Entry,
    *,
    expected: int = 0,
    house: UUID | None = None,
) -> YearAmounts:
    """Enter the amounts of a year, the first of two signatures; over a signed year a correction as a new version."""
    require(viewer, Permission.ORDER_EDIT)
    if viewer.person_id is None:
        raise Forbidden(_("Beträge unterzeichnen Menschen, keine Maschinenzugänge."))
    c = await _of_mine(conn, viewer, key)
    owner = house_of(viewer, house)
    _check(conn, year, entry)
    found = await store.find_open(conn, owner, c.id, year)
    if (0 if found is None else found.row_version) != expected:
        raise Stale(_("Die Beträge wurden inzwischen geändert."))
    version = found.version if found else await store.last_version(conn, owner, c.id, year) + 1
    new = YearAmounts(
        owner, c.id, year, version, found.id if found else new_id(), entry.basis.value, entry.market_cents,
        entry.total_cents, entry.evidence, YearState.ENTERED.value, viewer.person_id, None, None, expected,
    )  # fmt: skip
    if found is None:
        await store.insert_year(conn, new)
        after = replace(new, row_version=1)
    else:
        after = await _write(conn, new)
    await pass_on(conn, c, after, await term_on(conn))
    _note(conn, viewer, "enter", after)
    return after


async def _of_mine(conn: Conn, viewer: Viewer, key: UUID) -> Cooperation:
    """The agreement, held; the viewer's house is party to it and it is concluded."""
    c = await store.get_cooperation(conn, key, locked=True)
    if viewer.owner_id not in await parties_of(conn, c):
        raise Forbidden(_("Beträge trägt jedes beteiligte Haus für sich ein."))
    if c.state not in {C.ACTIVE, C.ENDED}:
        raise Refused(
            _("Beträge werden eingetragen, sobald alle zugestimmt haben."),
            code="not_concluded",
            remedy=_("Zuerst stimmen alle beteiligten Häuser der Vereinbarung zu."),
        )
    return c


def _check(conn: Conn, year: int, entry: Entry) -> None:
    if not FIRST_YEAR <= year < conn.today.year:
        said = _("Eingetragen werden abgeschlossene Jahre von {first} bis {last}.")
        raise Refused(said.format(first=FIRST_YEAR, last=conn.today.year - 1), code="year_not_over")
    if entry.market_cents > entry.total_cents:
        said = _("Der Marktanteil kann nicht größer sein als die gesamte Tätigkeit.")
        raise Invalid(said, errors=[FieldError("market_cents", said)])


async def sign_year(
    conn: Conn,
    viewer: Viewer,
    key: UUID,
    year: int,
    *,
    expected: int | None,
    house: UUID | None = None,
) -> YearAmounts:
    """The second signature, by another person: from now on the amounts count and the cooperation is tested again."""
    require(viewer, Permission.ORDER_APPROVE)
    if viewer.person_id is None:
        raise Forbidden(_("Beträge unterzeichnen Menschen, keine Maschinenzugänge."))
    c = await _of_mine(conn, viewer, key)
    found = await store.find_open(conn, house_of(viewer, house), c.id, year)
    if found is None:
        raise Refused(_("Für dieses Jahr liegt nichts zur Unterschrift vor."), code="nothing_to_sign")  # fmt: skip
    if expected is not None and expected != found.row_version:
        raise Stale(_("Die Beträge wurden inzwischen geändert."))
    if viewer.person_id == found.author_id:
        raise Refused(
            _("Die zweite Unterschrift leistet eine andere Person."),
            rule=_("Vier Augen: zwei Personen stehen für die Beträge ein."),
            remedy=_("Eine Person mit Freigaberecht in Ihrem Haus öffnet diese Seite."),
            code="four_eyes",
        )
    await store.supersede(conn, found)
    signed = replace(
        found, state=YearState.SIGNED.value, signer_id=viewer.person_id, signed_at=conn.now
    )
    after = await _write(conn, signed)
    await pass_on(conn, c, after, await term_on(conn))
    _note(conn, viewer, "sign", after)
    await keep_checks(conn, viewer, c, range(year + 1, year + YEARS + 2))
    return after


async def keep_checks(conn: Conn, viewer: Viewer, c: Cooperation, years: range) -> None:
    """Keep the joint tests of these award years.

    They need every party's amounts, which the signer must not see: they are read and kept as the system, and
    nothing of them goes back.
    """
    await conn.act_as(SYSTEM)
    limit = await limit_on(conn, LIMIT_KEY)
    by_party = await _by_party(conn, c)
    for award in years:
        found = joint_of(award, by_party, limit, is_due=False)
        await store.insert_check(conn, c, found, [limit.rule_id])
    await conn.act_as(viewer)


async def _write(conn: Conn, y: YearAmounts) -> YearAmounts:
    if not await store.update_year(conn, y):
        raise Stale(_("Die Beträge wurden inzwischen geändert."))
    return replace(y, row_version=y.row_version + 1)


def _note(conn: Conn, viewer: Viewer, act: str, y: YearAmounts) -> None:
    record(
        conn, viewer, f"cooperation_year.{act}", object_kind="cooperation_year", object_id=y.id, owner_id=y.owner_id,
        row_version=y.row_version,
        after={"year": y.year, "version": y.version, "state": y.state, "market": y.market_cents,
               "total": y.total_cents},
    )  # fmt: skip
