"""Declare, sign twice, test, and sign off an order whose provider is red."""

from collections.abc import Mapping
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
    Light,
    Limit,
    Outlook,
    Standing,
    advance,
    outlook,
    standing,
)
from exchange.inhouse.store import MemberLight, Signoff
from exchange.orders import store as orders
from exchange.orders.actions import read_order
from exchange.orders.model import LegalRoute, OrderState
from exchange.orders.store import Order
from kdnx.audit.actions import record
from kdnx.db.conn import Conn
from kdnx.errors import FieldError, Forbidden, Invalid, Refused, Stale
from kdnx.ids import new_id
from kdnx.members.store import list_members
from kdnx.rules.store import get_rule
from kdnx.text import _
from kdnx.viewer import Permission, Scope, Viewer, require
from kdnx.web.formats import eur

E, S = DeclarationEvent, DeclarationState
FIRST_YEAR = 2015
# only these routes rest on the essentiality test of the provider
TESTED = {LegalRoute.INHOUSE.value, LegalRoute.REVERSE.value, LegalRoute.JOINT.value}
SEES_LIGHTS = {Scope.OFFICE, Scope.COMMITTEE, Scope.AUDIT}


@dataclass(frozen=True)
class Monitor:
    """All that a house reads about itself."""

    owner_id: UUID
    standing: Standing
    outlook: Outlook | None
    limit: Limit
    by_year: Mapping[int, tuple[int, int]]
    ledger: Mapping[int, int]
    declarations: list[Declaration]


async def limit_on(conn: Conn) -> Limit:
    """The limit that holds today, with its source."""
    rule = await get_rule(conn, "inhouse_limit", "entrusted_share", conn.today)
    value = rule.value
    return Limit(
        Fraction(str(value["pct"])) / 100, Fraction(str(value["amber_pct"])) / 100, rule.id,
        str(value["norm"]), rule.source,
    )  # fmt: skip


async def read_monitor(conn: Conn, viewer: Viewer) -> Monitor:
    """The viewer's own house: declarations, ledger, test and outlook."""
    require(viewer, Permission.ORDER_READ)
    if viewer.scope not in {Scope.MEMBER, Scope.OFFICE}:
        raise Forbidden(_("Dieser Zugang handelt für kein Haus, das sich erklärt."))
    owner, limit = viewer.owner_id, await limit_on(conn)
    year = conn.today.year
    by_year = await store.signed_years(conn, owner, FIRST_YEAR)
    return Monitor(
        owner, standing(year, by_year, limit), outlook(year, by_year, limit), limit, by_year,
        await store.ledger_sums(conn, owner, FIRST_YEAR), await store.list_declarations(conn, owner),
    )  # fmt: skip


async def read_lights(conn: Conn, viewer: Viewer) -> list[MemberLight]:
    """The light of every member, for office, committee and audit only."""
    require(viewer, Permission.REPORT_READ)
    if viewer.scope not in SEES_LIGHTS:
        raise Forbidden(_("Die Ampeln aller Mitglieder sehen Geschäftsstelle, Ausschuss und Revision."))  # fmt: skip
    members = [m.id for m in await list_members(conn)]
    return await store.list_lights(conn, conn.today.year, members)


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
) -> Declaration:
    """Write the draft of a year; where the year is signed, a correction as a new version."""
    require(viewer, Permission.ORDER_EDIT)
    owner = viewer.owner_id
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
    conn: Conn, viewer: Viewer, year: int, event: DeclarationEvent, *, expected: int | None
) -> Declaration:
    """Sign first, sign as another person, or give back; the second signature makes it count and tests again."""
    require(viewer, Permission.ORDER_EDIT if event == E.SIGN_FIRST else Permission.ORDER_APPROVE)
    if viewer.person_id is None:
        raise Forbidden(_("Erklärungen unterzeichnen Menschen, keine Maschinenzugänge."))
    owner = viewer.owner_id
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
    limit = await limit_on(conn)
    by_year = await store.signed_years(conn, found.owner_id, FIRST_YEAR)
    for award in range(found.year + 1, found.year + YEARS + 1):
        await store.insert_check(
            conn, found.owner_id, standing(award, by_year, limit), [limit.rule_id]
        )
    return after


async def _check_ledger(conn: Conn, d: Declaration) -> None:
    """Turnover declared for kdnx is at least what the ledger holds; cost and forecast are another measure."""
    if d.basis != Basis.TURNOVER:
        return
    booked = (await store.ledger_sums(conn, d.owner_id, d.year)).get(d.year, 0)
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


async def provider_standing(conn: Conn, order: Order) -> tuple[Standing, Limit]:
    """The provider's test today; the viewer's row security decides what it may read."""
    limit = await limit_on(conn)
    by_year = await store.signed_years(conn, order.owner_id, FIRST_YEAR)
    return standing(conn.today.year, by_year, limit), limit


async def clear_order(conn: Conn, viewer: Viewer, order: Order) -> None:
    """Called by the legal review: refuse a red provider without sign-off, else keep the figures with the order."""
    if order.legal_route not in TESTED:
        return
    if await store.find_signoff(conn, order.owner_id, order.id, order.current_version):
        return
    now, limit = await provider_standing(conn, order)
    if now.light == Light.RED:
        raise Refused(
            _("Die Inhouse-Ampel des Bereitstellers ist rot."),
            rule=f"{limit.norm}: " + _("Ein neuer Leistungsschein braucht eine begründete juristische Freizeichnung."),
            remedy=_("Auf der Seite des Leistungsscheins unter „Inhouse-Prüfung“ freizeichnen."),
            remedy_url=f"/orders/{order.id}",
            code="inhouse_red",
        )  # fmt: skip
    await _keep(conn, viewer, order, now, limit, "")


async def sign_off(conn: Conn, viewer: Viewer, order_id: UUID, *, reason: str) -> Order:
    """A legal officer of the office answers for an order although the provider is red; once a version."""
    require(viewer, Permission.ORDER_REVIEW_LEGAL)
    if viewer.scope != Scope.OFFICE:
        raise Forbidden(_("Freizeichnen kann nur die Geschäftsstelle."))
    await orders.lock_order(conn, order_id)
    order = await read_order(conn, viewer, order_id)
    if viewer.person_id is not None and viewer.person_id == order.author_id:
        raise Refused(_("Wer das Angebot verfasst hat, zeichnet es nicht frei."), code="four_eyes")
    now, limit = await provider_standing(conn, order)
    known = await store.find_signoff(conn, order.owner_id, order.id, order.current_version)
    if order.state != OrderState.OFFERED or order.legal_route not in TESTED or known:
        raise Refused(_("Hier ist nichts freizuzeichnen."), code="nothing_to_sign")
    if now.light != Light.RED:
        raise Refused(_("Die Ampel ist nicht rot; eine Freizeichnung ist nicht nötig."), code="not_red")  # fmt: skip
    await _keep(conn, viewer, order, now, limit, reason)
    return order


async def _keep(
    conn: Conn, viewer: Viewer, order: Order, now: Standing, limit: Limit, reason: str
) -> None:
    if viewer.person_id is None:
        raise Forbidden(_("Freigaben erteilen Menschen, keine Maschinenzugänge."))
    kept = Signoff(
        order.owner_id, order.id, order.current_version, now.award_year, now.entrusted_cents, now.total_cents,
        now.light.value, [limit.rule_id], reason.strip(), viewer.person_id, conn.now,
    )  # fmt: skip
    await store.insert_signoff(conn, kept)
    record(
        conn, viewer, "order.inhouse", object_kind="order", object_id=order.id, owner_id=order.owner_id,
        reason=reason or None, row_version=order.row_version, rule_ids=[limit.rule_id],
        after={"light": now.light.value},
    )  # fmt: skip
