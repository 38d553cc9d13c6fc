"""Prepare the settlement of a year's cost, and propose one booking a recipient for what is left to pay."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import asyncpg

from exchange.bookings import store as bookings
from exchange.bookings.actions import ask_counterpart, note_booking
from exchange.bookings.model import BookingKind
from exchange.bookings.store import NewBooking, Row, Terms
from exchange.clearing.caps import with_warning
from exchange.ledger.reading import own_or_all
from exchange.shares import store
from exchange.shares.drafting import check_gate, draft_of, taking_part, weigh_shares
from exchange.shares.model import (
    KEY_LABELS,
    KeyKind,
    Pool,
    PoolEvent,
    PoolState,
    Share,
    advance,
)
from exchange.telling.actions import counterpart_of, tell_bookings
from kdnx.audit.actions import record
from kdnx.db.conn import Conn
from kdnx.errors import Forbidden, NotFound, Refused, Stale
from kdnx.ids import new_id
from kdnx.text import _
from kdnx.viewer import Permission, Viewer, require
from kdnx.web.formats import eur, num, pct


@dataclass(frozen=True)
class Figures:
    """What a draft says of cost and key; net cents."""

    key_kind: KeyKind
    actual_cents: int
    fixed_pct: Decimal = Decimal(0)
    by_days: bool = True
    evidence: str = ""


async def read_pool(conn: Conn, viewer: Viewer, pool_id: UUID) -> Pool:
    """A pool of the viewer's, or one it shares in; NotFound otherwise."""
    pool = await store.find_pool(conn, own_or_all(viewer), pool_id)
    if pool is None:
        raise NotFound(_("Diese Abrechnung gibt es nicht, oder sie ist für Sie nicht sichtbar."))
    return pool


async def create_pool(
    conn: Conn, viewer: Viewer, offering_id: UUID, year: int, figures: Figures
) -> Pool:
    """Begin the settlement of an offering's year; the orders that took part and their keys are filled in."""
    require(viewer, Permission.BOOKING_PROPOSE)
    owner = viewer.owner_id
    titles = dict(await store.list_offerings(conn, viewer.members))
    takers = await store.list_takers(conn, owner, offering_id, year)
    if not takers:
        raise Refused(
            _("In diesem Jahr hat niemand diese Leistung über einen Leistungsschein bezogen."),
            code="no_takers",
            remedy=_("Bitte Leistung und Jahr prüfen."),
        )
    if await store.find_draft(conn, owner, offering_id, year):
        raise _drafted()
    number = await store.next_round(conn, owner, offering_id, year)
    pool = Pool(
        owner, new_id(), offering_id, titles.get(offering_id, ""), year, number, figures.key_kind.value,
        figures.fixed_pct, figures.by_days, figures.actual_cents, figures.evidence, Decimal(0), len(takers),
        PoolState.DRAFT.value, 1, conn.now,
    )  # fmt: skip
    try:
        async with conn.savepoint():
            await store.insert_pool(conn, pool)
    except asyncpg.UniqueViolationError as error:
        raise _drafted() from error
    await store.insert_shares(conn, pool, taking_part(pool, takers, {}))
    _note(conn, viewer, "cost_pool.create", pool)
    return pool


def _drafted() -> Refused:
    return Refused(
        _("Für diese Leistung und dieses Jahr ist schon eine Abrechnung in Vorbereitung."),
        code="cost_pool_once",
        remedy=_("Bitte die vorhandene weiterführen oder verwerfen."),
    )


def _note(conn: Conn, viewer: Viewer, action: str, pool: Pool) -> None:
    record(
        conn, viewer, action, object_kind="cost_pool", object_id=pool.id, owner_id=pool.owner_id,
        row_version=pool.row_version, audience="owner",
        after={"state": pool.state, "actual_cents": pool.actual_cents, "key": pool.key_kind},
    )  # fmt: skip


async def _own(conn: Conn, viewer: Viewer, pool_id: UUID, expected: int | None) -> Pool:
    require(viewer, Permission.BOOKING_PROPOSE)
    await store.lock_pool(conn, pool_id)
    pool = await read_pool(conn, viewer, pool_id)
    if not viewer.acts_for(pool.owner_id):
        raise Forbidden(_("Kosten rechnet der Bereitsteller ab."))
    if expected is not None and pool.row_version != expected:
        raise Stale(_("Die Abrechnung wurde inzwischen geändert."), remedy=_("Bitte neu laden."))
    return pool


async def save_pool(
    conn: Conn, viewer: Viewer, pool_id: UUID, figures: Figures, keys: Mapping[UUID, Decimal], *, expected: int | None
) -> Pool:  # fmt: skip
    """Keep the figures and keys of a draft; with another kind of key what kdnx knows is filled in anew."""
    pool = await _own(conn, viewer, pool_id, expected)
    advance(pool.state, PoolEvent.PROPOSE)
    changed = replace(
        pool, key_kind=figures.key_kind.value, fixed_pct=figures.fixed_pct, by_days=figures.by_days,
        actual_cents=figures.actual_cents, evidence=figures.evidence,
    )  # fmt: skip
    takers = await store.list_takers(conn, pool.owner_id, pool.offering_id, pool.year)
    is_other = changed.key_kind != pool.key_kind
    before = {s.order_id: s.key for s in await store.list_shares(conn, pool)}
    shares = taking_part(changed, takers, {} if is_other else {**before, **keys})
    await store.insert_shares(conn, changed, shares)
    await store.save_shares(conn, changed, shares, shown=False)
    return await _save(conn, viewer, changed, "cost_pool.save")


async def _save(conn: Conn, viewer: Viewer, pool: Pool, action: str) -> Pool:
    if not await store.save_pool(conn, pool):
        raise Stale(_("Die Abrechnung wurde inzwischen geändert."), remedy=_("Bitte neu laden."))
    after = replace(pool, row_version=pool.row_version + 1)
    _note(conn, viewer, action, after)
    return after


async def discard_pool(conn: Conn, viewer: Viewer, pool_id: UUID, *, expected: int | None) -> Pool:
    """Drop a draft."""
    pool = await _own(conn, viewer, pool_id, expected)
    state = advance(pool.state, PoolEvent.DISCARD)
    return await _save(conn, viewer, replace(pool, state=state.value), "cost_pool.discard")


async def propose_pool(
    conn: Conn, viewer: Viewer, pool_id: UUID, *, expected: int | None
) -> list[Row]:
    """Settle: one booking a recipient over share less advances, signed like any other; recipients see their share."""
    pool = await _own(conn, viewer, pool_id, expected)
    state = advance(pool.state, PoolEvent.PROPOSE)
    # the counters' locks make the advances below stand until commit
    takers = await store.list_takers(conn, pool.owner_id, pool.offering_id, pool.year)
    ids = sorted({t.order_id for t in takers})
    ordinals = dict(
        zip(ids, await bookings.draw_ordinals(conn, [(pool.owner_id, i) for i in ids]), strict=True)
    )
    draft = await draft_of(conn, pool)
    if not {s.order_id for s in draft.shares} <= ordinals.keys():
        raise Stale(_("Ein Leistungsschein kam gerade dazu."), remedy=_("Bitte neu laden."))
    await check_gate(conn, draft.shares)
    if draft.obstacles:
        raise Refused(
            draft.obstacles[0], code="not_ready",
            remedy=" ".join(draft.obstacles[1:]) or _("Danach lässt sich abrechnen."),
        )  # fmt: skip
    weighed = await weigh_shares(conn, pool, draft.shares)
    new = {}
    for s in draft.shares:
        if s.order_id in weighed:
            terms, said = weighed[s.order_id]
            made = _booking(conn, viewer, draft.pool, s, terms, ordinals[s.order_id])
            new[s.order_id] = replace(made, note=with_warning(made.note, said.note))
    rows = await _insert(conn, viewer, list(new.values()))
    ids_of = {order_id: b.id for order_id, b in new.items()}
    final = [replace(s, booking_id=ids_of.get(s.order_id)) for s in draft.shares]
    await store.insert_shares(conn, pool, final)
    await store.save_shares(conn, pool, final, shown=True)
    await _save(conn, viewer, replace(draft.pool, state=state.value), "cost_pool.propose")
    return rows


def _booking(
    conn: Conn, viewer: Viewer, pool: Pool, s: Share, terms: Terms, ordinal: int
) -> NewBooking:
    tail = f"-{pool.round}" if pool.round > 1 else ""
    return NewBooking(
        owner_id=pool.owner_id, id=new_id(), order_id=s.order_id, order_version=terms.version, ordinal=ordinal,
        recipient_id=terms.recipient_id, kind=BookingKind.COST_SHARE.value, sign=1 if s.rest_cents > 0 else -1,
        service_from=s.first_day, service_to=s.last_day, net_cents=abs(s.rest_cents), proposed_by=pool.owner_id,
        proposed_person=viewer.principal, proposed_at=conn.now,
        due_on=conn.today + timedelta(days=terms.confirm_days),
        # silence never signs a settlement: it waits for a person
        silence="escalate", reference=f"{terms.number}/Spitz-{pool.year}{tail}", note=explain(pool, s),
    )  # fmt: skip


def explain(pool: Pool, s: Share) -> str:
    """How the amount came about, for the one who signs."""
    fixed = ""
    if pool.fixed_pct:
        fixed = _(", davon {pct} zu gleichen Teilen").format(pct=pct(pool.fixed_pct, 2))
    days = _(", je {n} Tage").format(n=s.days) if pool.by_days else ""
    return _(
        "Spitzabrechnung {year}: tatsächliche Kosten {actual}{fixed}, {key}: {own} von {total}{days}. "
        "Anteil {share} abzüglich bestätigter Abschläge {advances} = {rest}."
    ).format(
        year=pool.year, actual=eur(pool.actual_cents), fixed=fixed, key=KEY_LABELS[KeyKind(pool.key_kind)],
        own=num(s.key), total=num(pool.key_total), days=days, share=eur(s.share_cents),
        advances=eur(s.advances_cents), rest=eur(s.rest_cents),
    )  # fmt: skip


async def _insert(conn: Conn, viewer: Viewer, new: Sequence[NewBooking]) -> list[Row]:
    try:
        async with conn.savepoint():
            await bookings.insert_bookings(conn, new)
    except asyncpg.UniqueViolationError as error:
        raise Refused(
            _("Eine Spitzabrechnung dieses Jahres gibt es für einen der Leistungsscheine schon."),
            code="booking_reference_once",
            remedy=_("Die vorhandene Buchung prüfen."),
        ) from error
    rows = await bookings.get_bookings(conn, [b.id for b in new])
    await ask_counterpart(conn, rows)
    await tell_bookings(conn, viewer, "proposed", rows, counterpart_of)
    for row in rows:
        note_booking(conn, viewer, "booking.propose", row, reason=_("Spitzabrechnung"))
    return rows
