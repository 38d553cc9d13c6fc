"""Carry a predecessor's orders on under its successor: same number, terms copied, tax cases open again."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

from catalog.interface import mark_use
from exchange.approvals import store as approvals
from exchange.approvals.store import Approval
from exchange.continuation import store
from exchange.continuation.carrying import carry_caps, carry_notice, close_notice
from exchange.orders import store as orders
from exchange.orders.actions import ask_next, move, note_order, read_order
from exchange.orders.model import NEGOTIATED, RUNNING, OrderEvent, OrderState, Version, legs_of
from exchange.orders.store import Head, NewStep, Order
from exchange.taxes import store as taxes
from exchange.taxes.model import UNDECIDED, TaxDecision
from kdnx.db.conn import Conn
from kdnx.ids import named_id
from kdnx.module import SuccessionPart
from kdnx.numbers.actions import assign_many
from kdnx.text import _, ngettext
from kdnx.viewer import Viewer

E, S = OrderEvent, OrderState


async def preview(
    conn: Conn, _viewer: Viewer, predecessor_id: UUID, _successor_id: UUID, effective_on: date
) -> Sequence[str]:
    """What would happen to orders, in German lines."""
    count = await store.count_orders_of(conn, predecessor_id)
    if not count:
        return [_("Leistungsscheine: keine laufenden.")]
    text = ngettext(
        "{n} Leistungsschein geht zum {day} auf die Nachfolgerin über; Steuerfälle werden neu entschieden.",
        "{n} Leistungsscheine gehen zum {day} auf die Nachfolgerin über; Steuerfälle werden neu entschieden.",
        count,
    )
    return [text.format(n=count, day=effective_on.strftime("%d.%m.%Y"))]


async def carry_out(
    conn: Conn, viewer: Viewer, predecessor_id: UUID, successor_id: UUID, effective_on: date
) -> None:
    """Move every order with service from the date on; what ends before stays as it is and ends by date."""
    found = await store.lock_orders_of(conn, predecessor_id)
    ids = [o.id for o in found]
    versions = await store.list_versions(conn, ids)
    reason = _("Rechtsnachfolge zum {day}").format(day=effective_on.strftime("%d.%m.%Y"))
    for order in found:
        if order.state == S.DRAFT:
            await move(conn, viewer, order, E.WITHDRAW, reason=reason)
        elif order.runs_until is not None and order.runs_until < effective_on:
            continue
        elif {order.owner_id, order.recipient_id} <= {predecessor_id, successor_id}:
            await _end_between(conn, viewer, order, effective_on)
        else:
            terms = _from(versions[order.id], effective_on)
            await _continue(
                conn, viewer, order, terms, (predecessor_id, successor_id), effective_on, reason
            )


def _from(versions: Sequence[Version], effective_on: date) -> list[Version]:
    """The terms in force on the day and what changed since; an act may come after its day."""
    begun = sum(v.valid_from <= effective_on for v in versions)
    return list(versions[max(0, begun - 1) :])


async def _end_between(conn: Conn, viewer: Viewer, order: Order, effective_on: date) -> None:
    """Provider and recipient are one from now on: nobody orders from itself."""
    reason = _("Bereitsteller und Abnehmer sind zusammengegangen.")
    if order.state in NEGOTIATED:
        await move(conn, viewer, order, E.WITHDRAW, reason=reason)
        return
    last = effective_on - timedelta(days=1)
    changed = replace(order, terminated_on=last)
    await close_notice(conn, viewer, order, reason)
    after = await move(conn, viewer, order, E.END, reason=reason, changed=changed)
    if last >= after.starts_on:
        await mark_use(
            conn,
            offering_id=after.offering_id,
            recipient_id=after.recipient_id,
            valid_from=after.starts_on,
            valid_to=effective_on,
        )


async def _continue(
    conn: Conn,
    viewer: Viewer,
    order: Order,
    terms: Sequence[Version],
    who: tuple[UUID, UUID],
    effective_on: date,
    reason: str,
) -> None:
    predecessor, successor = who
    provider = successor if order.owner_id == predecessor else order.owner_id
    recipient = successor if order.recipient_id == predecessor else order.recipient_id
    hub = order.hub_id if order.hub_id not in {provider, recipient} else None
    route = "hub" if hub else "direct"
    # an offer not yet approved is made again by or to the new party
    state = (
        S.COORDINATING
        if order.state in NEGOTIATED and order.state != S.INTEREST
        else S(order.state)
    )
    starts_on = max(terms[0].starts_on, effective_on)
    legs = legs_of(route, provider, recipient, hub)
    carried = [
        replace(
            v, version=n, starts_on=starts_on, valid_from=max(v.valid_from, starts_on), authored_by=successor,
            authored_at=conn.now, author_id=viewer.principal, legs=legs,
        )
        for n, v in enumerate(terms, start=1)
    ]  # fmt: skip
    notice = await close_notice(conn, viewer, order, reason)
    # the old row gives the number free before the new one takes it
    await move(conn, viewer, order, E.SUCCEED, reason=reason, changed=_closed(order, effective_on))
    new_id = await _insert(conn, viewer, order, carried, Head(
        provider, _new(order, successor), order.number, recipient, route, hub, state.value, "succession", len(carried),
        terminated_on=order.terminated_on, continues_owner_id=order.owner_id, continues_id=order.id,
    ))  # fmt: skip
    numbered = [(v.version, c) for v, c in zip(terms, carried, strict=True)]
    await carry_caps(conn, viewer, order, (provider, new_id), numbered)
    after = await read_order(conn, viewer, new_id)
    if state in (*RUNNING, S.APPROVED):
        await _sign(conn, after, legs, reason)
    else:
        await ask_next(conn, after)
    if state in RUNNING:
        await _pass_use(conn, order, after, effective_on)
    note_order(conn, viewer, "order.continue", after, reason=reason)
    if notice:
        await carry_notice(conn, viewer, order, new_id, notice)


def _closed(order: Order, effective_on: date) -> Order:
    """Service ends the day before; where it had not begun yet, it never does."""
    if order.state not in (*RUNNING, S.APPROVED):
        return order
    last = effective_on - timedelta(days=1)
    return replace(order, terminated_on=min(order.terminated_on or last, last))


def _new(order: Order, successor_id: UUID) -> UUID:
    return named_id("order.continue", f"{order.id}|{successor_id}")


async def _insert(
    conn: Conn, viewer: Viewer, old: Order, versions: Sequence[Version], head: Head
) -> UUID:
    await orders.insert_orders(conn, [head], versions[:1])
    await orders.insert_versions(conn, [(head.owner_id, head.id, v) for v in versions[1:]])
    step = NewStep(
        head.owner_id, head.id, 1, "continue", head.state, head.current_version, viewer.member_id
    )
    await orders.insert_steps(conn, [step])
    if old.number:
        await assign_many(conn, "order", [(old.number, head.owner_id, head.id)])
    return head.id


async def _sign(conn: Conn, order: Order, legs: Sequence[object], reason: str) -> None:
    sides = [
        ("legal", order.hub_id or order.owner_id),
        ("provider", order.owner_id),
        ("recipient", order.recipient_id),
    ]
    if order.hub_id:
        sides.append(("hub", order.hub_id))
    rows = [
        Approval(order.owner_id, order.id, n, side, member, origin="succession", note=reason)
        for n in range(1, order.current_version + 1)
        for side, member in sides
    ]
    await approvals.insert_approvals(conn, rows)
    open_again = [
        TaxDecision(
            order.owner_id,
            order.id,
            n,
            order.starts_on,
            1,
            UNDECIDED,
            reason=reason,
            origin="succession",
        )
        for n in range(1, len(legs) + 1)
    ]
    await taxes.insert_decisions(conn, open_again)


async def _pass_use(conn: Conn, old: Order, new: Order, effective_on: date) -> None:
    if old.starts_on < effective_on:
        await mark_use(
            conn,
            offering_id=old.offering_id,
            recipient_id=old.recipient_id,
            valid_from=old.starts_on,
            valid_to=effective_on,
        )
    await mark_use(
        conn, offering_id=new.offering_id, recipient_id=new.recipient_id, valid_from=new.starts_on
    )


SUCCESSIONS = (SuccessionPart(30, preview, carry_out),)
