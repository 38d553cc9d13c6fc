"""What people do with a bundle: gather, place lines, undo, price, freeze, dissolve."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

import asyncpg

from kdnx.audit.actions import record
from kdnx.db.conn import Conn
from kdnx.errors import Conflict, Forbidden, Refused, Stale
from kdnx.ids import new_id
from kdnx.text import _
from kdnx.viewer import Permission, Viewer, require
from procurement.bundles import store
from procurement.bundles.model import (
    Bundle,
    BundleEvent,
    BundleState,
    Decision,
    Key,
    advance,
    average_price,
    change_of,
    check_freeze,
    may_lead,
)
from procurement.demands.actions import mark_bundled, mark_unbundled
from procurement.demands.model import DemandCall

MOST_LOTS = 99


async def _held(
    conn: Conn,
    viewer: Viewer,
    bundle_id: UUID,
    *,
    row_version: int | None = None,
    collecting: bool = True,
) -> Bundle:
    # visible first: a stranger gets the same answer as for an unknown id
    bundle = await store.get_bundle(conn, bundle_id)
    if not may_lead(bundle, viewer):
        raise Forbidden(_("Diese Bündelung führt {name}.").format(name=bundle.lead_name))
    bundle = await store.lock_bundle(conn, bundle_id)
    if row_version is not None and bundle.row_version != row_version:
        raise Stale(_("Die Bündelung hat sich inzwischen geändert."), remedy=_("Seite neu laden."))
    if collecting and bundle.state != BundleState.COLLECTING:
        raise Refused(
            _("Die Bündelung ist festgeschrieben und wird nicht mehr geändert."),
            rule=_(
                "Aus festgeschriebenen Mengen entstehen Lose und Schätzung; sie bleiben nachvollziehbar."
            ),
        )
    return bundle


def _note(
    conn: Conn, viewer: Viewer, action: str, bundle: Bundle, *, reason: str | None = None
) -> None:
    record(conn, viewer, f"bundle.{action}", object_kind="bundle", object_id=bundle.id, owner_id=bundle.lead_id,
           reason=reason, row_version=bundle.row_version + 1, audience="owner")  # fmt: skip


async def create_bundle(
    conn: Conn, viewer: Viewer, call_ids: Sequence[UUID], *, title: str, starts_on: date
) -> UUID:
    """Gather closed calls of one lead; its id. Prices start from what members pay today."""
    require(viewer, Permission.DEMAND_CALL)
    if not call_ids:
        raise Refused(_("Bitte mindestens eine beendete Bedarfsabfrage wählen."))
    # the calls first: who does not lead them is refused before anything stands in the lead's name
    calls = [await mark_bundled(conn, viewer, call_id) for call_id in sorted(set(call_ids))]
    bundle_id = new_id()
    await store.insert_bundle(conn, bundle_id, calls[0].lead_id, title, starts_on)
    bundle = await store.lock_bundle(conn, bundle_id)
    for call in calls:
        await _take_call(conn, bundle, call)
    await _propose_prices(conn, bundle)
    record(
        conn,
        viewer,
        "bundle.create",
        object_kind="bundle",
        object_id=bundle_id,
        owner_id=bundle.lead_id,
        audience="owner",
    )
    return bundle_id


async def _take_call(conn: Conn, bundle: Bundle, call: DemandCall) -> None:
    if call.lead_id != bundle.lead_id:
        raise Refused(_("Gemeinsam gebündelt werden Abfragen desselben einladenden Mitglieds."))
    await store.insert_bundle_call(conn, bundle.id, call.id)
    await store.add_lines(conn, bundle, call_id=call.id)


async def _propose_prices(conn: Conn, bundle: Bundle) -> None:
    lines = await store.list_lines(conn, bundle.id)
    for position in await store.list_positions(conn, bundle.id):
        if position.unit_price_cents is None:
            paid = [
                (x.qty_expected, x.price_today_cents)
                for x in lines
                if x.position == position.ordinal
            ]
            cents, count = average_price(paid)
            if cents is not None:
                source = _(
                    "Mittel der heute gezahlten Preise ({n} Angaben, nach Menge gewichtet)"
                ).format(n=count)
                await store.set_price(conn, bundle.id, position.ordinal, cents, source)


async def add_call(conn: Conn, viewer: Viewer, bundle_id: UUID, call_id: UUID) -> None:
    """One more closed call."""
    bundle = await _held(conn, viewer, bundle_id)
    await _take_call(conn, bundle, await mark_bundled(conn, viewer, call_id))
    await _propose_prices(conn, bundle)
    await store.touch(conn, bundle_id)
    _note(conn, viewer, "add_call", bundle)


async def add_free_demands(
    conn: Conn, viewer: Viewer, bundle_id: UUID, free: Sequence[tuple[UUID, UUID]]
) -> int:
    """Submitted demands outside any call; how many lines came in."""
    bundle = await _held(conn, viewer, bundle_id)
    open_now = {(r["owner_id"], r["id"]) for r in await store.list_free_demands(conn)}
    wanted = [f for f in free if f in open_now]
    if not wanted:
        raise Refused(
            _(
                "Bitte mindestens einen abgegebenen freien Bedarf wählen, der noch in keiner Bündelung liegt."
            )
        )
    try:
        count = await store.add_lines(conn, bundle, free=wanted)
    except asyncpg.UniqueViolationError:
        raise Conflict(
            _("Ein gewählter Bedarf liegt inzwischen in einer anderen Bündelung."),
            remedy=_("Seite neu laden."),
        ) from None
    await _propose_prices(conn, bundle)
    await store.touch(conn, bundle_id)
    _note(conn, viewer, "add_free", bundle)
    return count


async def add_lot(
    conn: Conn, viewer: Viewer, bundle_id: UUID, title: str, *, row_version: int | None = None
) -> int:
    """A further lot; its number."""
    bundle = await _held(conn, viewer, bundle_id, row_version=row_version)
    if len(await store.list_lots(conn, bundle_id)) >= MOST_LOTS:
        raise Refused(_("Eine Bündelung hat höchstens 99 Lose."))
    number = await store.insert_lot(conn, bundle_id, title)
    await store.touch(conn, bundle_id)
    _note(conn, viewer, "add_lot", bundle)
    return number


async def set_price(
    conn: Conn,
    viewer: Viewer,
    bundle_id: UUID,
    position: int,
    *,
    cents: int,
    source: str,
    row_version: int | None = None,
) -> None:
    """The estimated net price of a position's unit, with its source."""
    bundle = await _held(conn, viewer, bundle_id, row_version=row_version)
    if not await store.set_price(conn, bundle_id, position, cents, source):
        raise Refused(_("Diese Position gibt es in der Bündelung nicht."))
    await store.touch(conn, bundle_id)
    _note(conn, viewer, "set_price", bundle)


async def decide_lines(
    conn: Conn, viewer: Viewer, bundle_id: UUID, keys: Sequence[Key], decision: Decision,
    *, lot_no: int | None = None, reason: str = "", factor: Decimal | None = None, row_version: int | None = None,
) -> int:  # fmt: skip
    """Put the lines into a lot, defer, decline or open them again, as one step; how many changed."""
    bundle = await _held(conn, viewer, bundle_id, row_version=row_version)
    lots = {x.lot_no for x in await store.list_lots(conn, bundle_id)}
    if decision == Decision.TAKEN and lot_no is not None and lot_no not in lots:
        raise Refused(_("Dieses Los gibt es nicht."), remedy=_("Erst das Los anlegen."))
    known = {x.key: x for x in await store.list_lines(conn, bundle_id)}
    wanted = [known[k] for k in dict.fromkeys(keys) if k in known]
    if not wanted:
        raise Refused(_("Bitte mindestens eine Zeile auswählen."))
    changes = [change_of(x, decision, lot_no, reason, factor) for x in wanted]
    moves = [m for m in changes if m is not None]
    if moves:
        await store.place_lines(conn, bundle_id, moves)
        await store.insert_moves(conn, bundle, moves)
        await store.touch(conn, bundle_id)
        _note(conn, viewer, f"decide_{decision.value}", bundle, reason=reason or None)
    return len(moves)


async def undo_step(
    conn: Conn, viewer: Viewer, bundle_id: UUID, *, row_version: int | None = None
) -> int:
    """Take the newest step back by its inverse; which step it was."""
    bundle = await _held(conn, viewer, bundle_id, row_version=row_version)
    step = await store.find_last_step(conn, bundle_id)
    if step is None:
        raise Refused(_("Es gibt keinen Schritt, der rückgängig gemacht werden kann."))
    inverse = [m.inverse() for m in await store.list_moves(conn, bundle_id, step)]
    await store.place_lines(conn, bundle_id, inverse)
    await store.insert_moves(conn, bundle, inverse, undoes=step)
    await store.touch(conn, bundle_id)
    _note(conn, viewer, "undo", bundle)
    return step


async def freeze_bundle(
    conn: Conn, viewer: Viewer, bundle_id: UUID, *, row_version: int | None = None
) -> None:
    """Fix quantities, lots and prices; from here a tender can be made."""
    bundle = await _held(conn, viewer, bundle_id, row_version=row_version, collecting=False)
    target = advance(bundle.state, BundleEvent.FREEZE)
    check_freeze(
        await store.list_lines(conn, bundle_id), await store.list_positions(conn, bundle_id)
    )
    await store.mark_state(conn, bundle_id, target.value)
    _note(conn, viewer, "freeze", bundle)


async def dissolve_bundle(
    conn: Conn, viewer: Viewer, bundle_id: UUID, reason: str, *, row_version: int | None = None
) -> None:
    """Let everything go with a reason: the calls stand closed again and may be bundled anew."""
    bundle = await _held(conn, viewer, bundle_id, row_version=row_version, collecting=False)
    target = advance(bundle.state, BundleEvent.DISSOLVE)
    await store.mark_state(conn, bundle_id, target.value, reason)
    for call_id in await store.free_everything(conn, bundle_id):
        await mark_unbundled(conn, viewer, call_id)
    _note(conn, viewer, "dissolve", bundle, reason=reason)


async def mark_tendered(conn: Conn, viewer: Viewer, bundle_id: UUID, event: BundleEvent) -> Bundle:
    """A tender is made from it, or was cancelled (called by the tender)."""
    bundle = await _held(conn, viewer, bundle_id, collecting=False)
    await store.mark_state(conn, bundle_id, advance(bundle.state, event).value)
    _note(conn, viewer, event.value, bundle)
    return bundle
