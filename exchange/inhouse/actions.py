"""Declare, sign twice, test; what others may see of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from uuid import UUID

from exchange.inhouse import store
from exchange.inhouse.model import (
    PARTS,
    YEARS,
    Amounts,
    Basis,
    Declaration,
    DeclarationEvent,
    DeclarationState,
    House,
    Limit,
    Outlook,
    Standing,
    Term,
    advance,
    combine,
    outlook,
    standing,
)
from exchange.inhouse.store import MemberLight
from exchange.inhouse.telling import pass_on
from kdnx.audit.actions import record
from kdnx.db.conn import Conn
from kdnx.errors import FieldError, Forbidden, Invalid, NotFound, Refused, Stale
from kdnx.ids import new_id
from kdnx.members.model import Link
from kdnx.members.store import get_member, list_members, list_successions, list_terms
from kdnx.rules.store import get_rule
from kdnx.text import _
from kdnx.viewer import Permission, Role, Scope, Viewer, require
from kdnx.web.formats import eur

E, S = DeclarationEvent, DeclarationState
FIRST_YEAR = 2015
SEES_LIGHTS = {Scope.OFFICE, Scope.COMMITTEE, Scope.AUDIT}


@dataclass(frozen=True)
class Monitor:
    """All that a house reads about itself and the houses it succeeded; sums by year over all of them."""

    owner_id: UUID
    houses: list[House]
    standing: Standing
    outlook: Outlook | None
    limit: Limit
    term: Term
    is_due: bool
    by_year: Mapping[int, tuple[int, int]]
    ledger: Mapping[int, int]
    declarations: list[Declaration]


@dataclass(frozen=True)
class Known:
    """A member's light and, for those who may read amounts, its test."""

    light: MemberLight
    standing: Standing | None


async def limit_on(conn: Conn, key: str = "entrusted_share") -> Limit:
    """The limit that holds today, with its source; `key` is the share it limits."""
    rule = await get_rule(conn, "inhouse_limit", key, conn.today)
    value = rule.value
    return Limit(
        Fraction(str(value["pct"])) / 100, Fraction(str(value["amber_pct"])) / 100, rule.id,
        str(value["norm"]), rule.source,
    )  # fmt: skip


async def term_on(conn: Conn) -> Term:
    """The day of the year by which a declaration is due, as the rule of today says."""
    rule = await get_rule(conn, "inhouse_policy", "declaration_day", conn.today)
    month = min(max(int(rule.value["month"]), 1), 12)
    return Term(month, max(int(rule.value["day"]), 1), rule.id, rule.source)


def reads_amounts(viewer: Viewer) -> bool:
    """Amounts of other houses: the legal officer of the office and audit; row security says the same."""
    is_lawyer = viewer.scope == Scope.OFFICE and Role.LEGAL_OFFICER in viewer.roles
    return is_lawyer or viewer.scope in {Scope.AUDIT, Scope.SYSTEM}


async def houses_of(conn: Conn, owner_id: UUID, links: Sequence[Link] | None = None) -> list[House]:
    """A house and those it succeeded: which of them has to have declared which years.

    A predecessor declares the years that ended before the succession; the successor all of them, or, when
    it came into being with the succession, those from that year on. `links` are all successions, if known.
    """
    every = await list_successions(conn) if links is None else links
    mine = followed_by(owner_id, every)
    if not mine:
        return [House(owner_id)]
    terms = [t.valid_from for t in await list_terms(conn, owner_id) if t.label == "membership"]
    began = min(terms, default=None)
    is_new = began is not None and any(began >= k.effective_on for k in mine)
    first = began.year if began is not None and is_new else None
    before = [House(k.predecessor_id, None, k.effective_on.year - 1) for k in mine]
    return [House(owner_id, first), *before]


def followed_by(owner_id: UUID, links: Sequence[Link]) -> list[Link]:
    """The successions that lead to a house, over any number of steps."""
    found: list[Link] = []
    ends = {owner_id}
    while more := [k for k in links if k.successor_id in ends and k not in found]:
        found += more
        ends |= {k.predecessor_id for k in more}
    return found


async def sums_of(conn: Conn, owner_id: UUID) -> dict[int, tuple[int, int]]:
    """(entrusted, total) of the years that a house and its predecessors declared, as far as the viewer reads them."""
    houses = await houses_of(conn, owner_id)
    signed = await store.signed_years(conn, [h.member_id for h in houses], FIRST_YEAR)
    return combine(houses, signed)


async def standing_today(conn: Conn, owner_id: UUID) -> tuple[Standing, Limit]:
    """The test of a house for an award today; the viewer's row security decides what it may read."""
    limit, term = await limit_on(conn), await term_on(conn)
    year = conn.today.year
    by_year = await sums_of(conn, owner_id)
    return standing(year, by_year, limit, is_due=term.is_over(year, conn.today)), limit


async def read_monitor(conn: Conn, viewer: Viewer, owner: UUID | None = None) -> Monitor:
    """The own house, or another one for whoever may read amounts: declarations, ledger, test and outlook."""
    require(viewer, Permission.ORDER_READ)
    if owner is not None and not reads_amounts(viewer):
        raise Forbidden(_("Beträge anderer Häuser sehen Fachjuristin der Geschäftsstelle und Revision."))  # fmt: skip
    if owner is None and viewer.scope not in {Scope.MEMBER, Scope.OFFICE}:
        raise Forbidden(_("Dieser Zugang handelt für kein Haus, das sich erklärt."))
    owner = viewer.owner_id if owner is None else (await get_member(conn, owner)).id
    limit, term = await limit_on(conn), await term_on(conn)
    houses = await houses_of(conn, owner)
    ids = [h.member_id for h in houses]
    by_year = combine(houses, await store.signed_years(conn, ids, FIRST_YEAR))
    is_due = term.is_over(conn.today.year, conn.today)
    now = standing(conn.today.year, by_year, limit, is_due=is_due)
    return Monitor(
        owner, houses, now, outlook(now, by_year, limit), limit, term, is_due, by_year,
        await store.ledger_sums(conn, ids, FIRST_YEAR), await store.list_declarations(conn, ids),
    )  # fmt: skip


async def read_lights(conn: Conn, viewer: Viewer) -> list[Known]:
    """The light of every member, for office, committee and audit only; amounts for those who may read them."""
    require(viewer, Permission.REPORT_READ)
    if viewer.scope not in SEES_LIGHTS:
        raise Forbidden(_("Die Ampeln aller Mitglieder sehen Geschäftsstelle, Ausschuss und Revision."))  # fmt: skip
    year, term = conn.today.year, await term_on(conn)
    members = [m.id for m in await list_members(conn) if m.state == "active"]
    is_due = term.is_over(year, conn.today)
    rows = await store.list_lights(conn, year, members, is_due=is_due)
    if not reads_amounts(viewer):
        return [Known(r, None) for r in rows]
    limit, links = await limit_on(conn), await list_successions(conn)
    ids = [*members, *(k.predecessor_id for k in links)]
    signed = await store.signed_years(conn, ids, FIRST_YEAR)
    found = []
    for r in rows:
        by_year = combine(await houses_of(conn, r.member_id, links), signed)
        found.append(Known(r, standing(year, by_year, limit, is_due=is_due)))
    return found


async def keep_checks(conn: Conn, owner_id: UUID, years: range) -> None:
    """Keep the tests of these award years as the lights that others see."""
    limit = await limit_on(conn)
    by_year = await sums_of(conn, owner_id)
    for award in years:
        found = standing(award, by_year, limit, is_due=False)
        await store.insert_check(conn, owner_id, found, [limit.rule_id])


def house_of(viewer: Viewer, house: UUID | None) -> UUID:
    """The own house or one it succeeded; NotFound for any other."""
    if house is None or house == viewer.owner_id:
        return viewer.owner_id
    if not viewer.acts_for(house):
        raise NotFound(_("Dieses Haus gibt es nicht, oder Sie handeln nicht für es."))
    return house


def _check_year(conn: Conn, year: int) -> None:
    if not FIRST_YEAR <= year < conn.today.year:
        raise Refused(
            _("Erklärt werden abgeschlossene Jahre von {first} bis {last}.").format(
                first=FIRST_YEAR, last=conn.today.year - 1
            ),
            code="year_not_over",
        )


def _check_sum(amounts: Amounts) -> None:
    parts = sum(getattr(amounts, p) for p in PARTS)
    if parts != amounts.total_cents:
        said = _("Die Teile ergeben {parts}, angegeben sind {total}.").format(
            parts=eur(parts), total=eur(amounts.total_cents)
        )
        raise Invalid(
            said, errors=[FieldError("total_cents", said)], rule=_("Gesamt = Summe der Teile")
        )


async def save_declaration(
    conn: Conn,
    viewer: Viewer,
    year: int,
    amounts: Amounts,
    *,
    basis: Basis,
    evidence: str,
    expected: int = 0,
    house: UUID | None = None,
) -> Declaration:
    """Write the draft of a year; where the year is signed, a correction as a new version.

    `house` is a house that the viewer's own one succeeded, None the own one.
    """
    require(viewer, Permission.ORDER_EDIT)
    owner = house_of(viewer, house)
    _check_year(conn, year)
    _check_sum(amounts)
    await store.lock_member(conn, owner)
    found = await store.find_open(conn, owner, year)
    if found is not None and found.state != S.DRAFT:
        raise Refused(
            _("Die Erklärung ist schon einmal unterzeichnet."),
            code="wrong_state",
            remedy=_("Die zweite Person gibt sie zurück, dann lässt sie sich ändern."),
        )
    if (0 if found is None else found.row_version) != expected:
        raise Stale(_("Die Erklärung wurde inzwischen geändert."))
    version = found.version if found else await store.last_version(conn, owner, year) + 1
    new = Declaration(
        **amounts.__dict__, owner_id=owner, year=year, version=version,
        id=found.id if found else new_id(), basis=basis.value, evidence=evidence,
        state=S.DRAFT.value, author_id=viewer.principal, signer_1=None, signed_1_at=None,
        signer_2=None, signed_2_at=None, row_version=expected,
    )  # fmt: skip
    if found is None:
        await store.insert_declaration(conn, new)
        after = replace(new, row_version=1)
    else:
        after = await _write(conn, new)
    _note(conn, viewer, "save", after)
    return after


async def sign_declaration(
    conn: Conn,
    viewer: Viewer,
    year: int,
    event: DeclarationEvent,
    *,
    expected: int | None,
    house: UUID | None = None,
) -> Declaration:
    """Sign first, sign as another person, or give back; the second signature makes it count and tests again."""
    require(viewer, Permission.ORDER_EDIT if event == E.SIGN_FIRST else Permission.ORDER_APPROVE)
    if viewer.person_id is None:
        raise Forbidden(_("Erklärungen unterzeichnen Menschen, keine Maschinenzugänge."))
    owner = house_of(viewer, house)
    await store.lock_member(conn, owner)
    found = await store.find_open(conn, owner, year)
    if found is None:
        raise Refused(
            _("Für dieses Jahr liegt nichts zur Unterschrift vor."), code="nothing_to_sign"
        )
    if expected is not None and expected != found.row_version:
        raise Stale(_("Die Erklärung wurde inzwischen geändert."))
    state = advance(found.state, event).value
    if event == E.GIVE_BACK:
        after = await _write(conn, replace(found, state=state, signer_1=None, signed_1_at=None))
    elif event == E.SIGN_FIRST:
        await _check_ledger(conn, found)
        signed = replace(found, state=state, signer_1=viewer.person_id, signed_1_at=conn.now)
        after = await _write(conn, signed)
    else:
        after = await _sign_second(conn, viewer, found, state)
    await pass_on(conn, after, await term_on(conn))
    _note(conn, viewer, event.value, after)
    return after


async def _sign_second(conn: Conn, viewer: Viewer, found: Declaration, state: str) -> Declaration:
    if viewer.person_id == found.signer_1:
        raise Refused(
            _("Die zweite Unterschrift leistet eine andere Person."),
            rule=_("Vier Augen: zwei Personen unterzeichnen die Erklärung."),
            remedy=_("Eine Person mit Freigaberecht in Ihrem Haus öffnet diese Seite."),
            code="four_eyes",
        )
    await _check_ledger(conn, found)
    await store.supersede(conn, found.owner_id, found.year)
    after = await _write(
        conn, replace(found, state=state, signer_2=viewer.person_id, signed_2_at=conn.now)
    )
    # a house that was succeeded counts for its successor
    await keep_checks(conn, viewer.owner_id, range(found.year + 1, found.year + YEARS + 2))
    return after


async def _check_ledger(conn: Conn, d: Declaration) -> None:
    """Turnover declared for kdnx is at least what the ledger holds; cost and forecast are another measure."""
    if d.basis != Basis.TURNOVER:
        return
    booked = (await store.ledger_sums(conn, [d.owner_id], d.year)).get(d.year, 0)
    if d.kdnx_cents < booked:
        raise Refused(
            _("Über kdnx erklärt sind {said}, im Hauptbuch stehen für {year} {booked}.").format(
                said=eur(d.kdnx_cents), year=d.year, booked=eur(booked)
            ),
            rule=_("Die Erklärung darf nicht unter dem gebuchten Umsatz liegen."),
            remedy=_("Den Betrag „Leistungen an Mitglieder über kdnx“ berichtigen."),
            code="below_ledger",
        )


async def _write(conn: Conn, d: Declaration) -> Declaration:
    if not await store.update_declaration(conn, d):
        raise Stale(_("Die Erklärung wurde inzwischen geändert."))
    return replace(d, row_version=d.row_version + 1)


def _note(conn: Conn, viewer: Viewer, act: str, d: Declaration) -> None:
    record(
        conn, viewer, f"declaration.{act}", object_kind="declaration", object_id=d.id, owner_id=d.owner_id,
        row_version=d.row_version,
        after={"year": d.year, "version": d.version, "state": d.state, "total": d.total_cents,
               "market": d.market_cents},
    )  # fmt: skip
