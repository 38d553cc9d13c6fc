"""Preview a roll-over, hand it to the second person as one batch, approve it, send it back, undo it."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from uuid import UUID

from catalog.offerings import store as offerings
from catalog.offerings.actions import reason_of
from catalog.offerings.model import Offering
from catalog.prices.model import PriceItem
from catalog.rollover import store
from catalog.rollover.model import (
    LineResult,
    NewPrice,
    Rollover,
    RolloverEvent,
    RolloverLine,
    Rule,
    advance,
    roll,
)
from catalog.rollover.schemas import RolloverBody
from catalog.schedules import actions as schedules
from catalog.schedules.model import Scheduled
from catalog.schedules.store import list_scheduled
from kdnx.audit.actions import record
from kdnx.db.conn import Conn
from kdnx.errors import Conflict, Forbidden, Invalid, KdnxError, NotFound, Refused, Stale
from kdnx.ids import new_id
from kdnx.numbers.actions import assign, draw
from kdnx.tasks.actions import close_tasks, open_tasks
from kdnx.tasks.model import NewTask
from kdnx.text import _
from kdnx.viewer import Permission, Role, Viewer, require

SERIES = "PF"


@dataclass(frozen=True)
class Plan:
    """What the rule makes of one offering; `why_not` says why it is left out."""

    head: Offering
    changes: Sequence[NewPrice]
    why_not: str = ""


async def preview(conn: Conn, viewer: Viewer, ids: Sequence[UUID], rule: Rule) -> list[Plan]:
    """Old → new for every offering, in the order given; nothing is written. Forbidden for others' offerings."""
    return [await _plan(conn, viewer, one, rule) for one in dict.fromkeys(ids)]


async def _own_head(conn: Conn, viewer: Viewer, offering_id: UUID) -> Offering:
    head = await offerings.get_offering(conn, viewer, offering_id)
    if not viewer.acts_for(head.owner_id):
        raise Forbidden(
            _("Diese Leistung gehört einem anderen Mitglied."),
            rule=_("Fortgeschrieben werden nur Preise des eigenen Hauses."),
        )
    return head


async def _plan(conn: Conn, viewer: Viewer, offering_id: UUID, rule: Rule) -> Plan:
    head = await _own_head(conn, viewer, offering_id)
    try:
        items = await schedules.items_on(conn, viewer, head, rule.valid_from)
    except Refused as error:
        return Plan(head, (), error.detail)
    changes = roll(items, rule)
    if not changes:
        return Plan(head, (), _("Kein Preis ändert sich nach der Rundung."))
    announced = await list_scheduled(conn, [head.id])
    if any(s.valid_from == rule.valid_from for s in announced):
        return Plan(head, changes, _("Für diesen Tag ist schon ein Preis vorgeschlagen oder angekündigt."))  # fmt: skip
    try:
        rows = rows_of(viewer, head, changes, rule, "")
        await schedules.check_notice(conn, viewer, head, rule.valid_from, rows)
    except Invalid as error:
        return Plan(head, changes, error.detail)
    return Plan(head, changes)


def rows_of(
    viewer: Viewer, head: Offering, changes: Sequence[NewPrice], rule: Rule, reason: str
) -> list[Scheduled]:
    """The proposals of one offering, not yet written."""
    return [
        replace(
            schedules.row_for(viewer, head, c.item, rule.valid_from, c.unit_price_micro, c.tiers),
            frozen_until=rule.frozen_until,
            reason=reason,
        )
        for c in changes
    ]


async def submit_rollover(conn: Conn, viewer: Viewer, body: RolloverBody) -> Rollover:
    """Propose the prices of all offerings in one go, for one second person; Refused when none is left."""
    require(viewer, Permission.OFFERING_EDIT)
    for one in sorted(set(body.offering_ids)):
        await _own_head(conn, viewer, one)
        await offerings.lock_offering(conn, viewer, one)
    plans = await preview(conn, viewer, body.offering_ids, body.rule)
    if all(p.why_not for p in plans):
        raise Refused(
            _("Keine der gewählten Leistungen lässt sich so fortschreiben."),
            rule=plans[0].why_not,
            remedy=_("Wählen Sie einen späteren Tag oder andere Leistungen."),
            remedy_url="/offerings/rollover",
        )
    number = (await draw(conn, SERIES, conn.today.year, 1))[0]
    batch = Rollover(
        owner_id=viewer.owner_id, id=new_id(), number=number, state="submitted", valid_from=body.valid_from,
        change_pct=body.change_pct, rounding_micro=body.rounding_micro, reason=body.reason, row_version=1,
        created_at=conn.now, frozen_until=body.frozen_until, author=viewer.principal,
    )  # fmt: skip
    await store.insert(conn, batch)
    await assign(conn, number, "rollover", batch.owner_id, batch.id)
    lines = []
    for n, plan in enumerate(plans, start=1):
        result = LineResult.SKIPPED if plan.why_not else LineResult.PROPOSED
        lines.append(RolloverLine(batch.owner_id, batch.id, plan.head.id, n, result, plan.why_not))
        if not plan.why_not:
            rows = rows_of(viewer, plan.head, plan.changes, body.rule, body.reason)
            marked = [replace(r, rollover_id=batch.id, owner_id=batch.owner_id) for r in rows]
            await schedules.propose(conn, viewer, plan.head, marked, ask=False)
    await store.insert_lines(conn, batch, lines)
    await open_tasks(conn, [NewTask(
        owner_id=batch.owner_id, kind="rollover.approve",
        title=_("Preisfortschreibung prüfen: {n} Leistungen").format(n=sum(not p.why_not for p in plans)),
        object_kind="rollover", object_id=batch.id, url=f"/offerings/rollover/{batch.id}",
        assignee_role=Role.OFFERING_APPROVER, not_person_id=viewer.principal,
    )])  # fmt: skip
    _note(conn, viewer, "rollover.submit", batch, body.reason)
    return batch


async def _open(conn: Conn, viewer: Viewer, rollover_id: UUID, row_version: int) -> Rollover:
    batch = await store.lock(conn, viewer, rollover_id)
    if batch.row_version != row_version:
        raise Stale(
            _("Diese Fortschreibung wurde inzwischen geändert."),
            remedy_url=f"/offerings/rollover/{batch.id}",
        )
    return batch


async def approve_rollover(
    conn: Conn, viewer: Viewer, rollover_id: UUID, row_version: int
) -> Rollover:
    """The second person announces the whole batch; what cannot be announced says why and stays out."""
    require(viewer, Permission.OFFERING_PUBLISH)
    batch = await _open(conn, viewer, rollover_id, row_version)
    state = advance(batch.state, RolloverEvent.APPROVE)
    if viewer.person_id is None or viewer.person_id == batch.author:
        raise Refused(
            _("Diese Fortschreibung haben Sie selbst vorgeschlagen."),
            rule=_(schedules.FOUR_EYES),
            remedy=_("Bitten Sie eine Kollegin oder einen Kollegen mit der Rolle „Leistungsfreigabe“."),
        )  # fmt: skip

    async def announce(head: Offering) -> None:
        await schedules.approve_prices(conn, viewer, head.id, head.row_version, batch.valid_from)

    await _each(conn, viewer, batch, LineResult.APPROVED, announce)
    return await _decided(conn, viewer, replace(batch, state=state, approver=viewer.person_id), "")


async def return_rollover(
    conn: Conn, viewer: Viewer, rollover_id: UUID, row_version: int, reason: str
) -> Rollover:
    """The second person sends the whole batch back; its proposals are rejected."""
    require(viewer, Permission.OFFERING_PUBLISH)
    batch = await _open(conn, viewer, rollover_id, row_version)
    state = advance(batch.state, RolloverEvent.RETURN)
    why = reason_of(reason)

    async def reject(head: Offering) -> None:
        await schedules.reject_prices(
            conn, viewer, head.id, head.row_version, batch.valid_from, why
        )

    await _each(conn, viewer, batch, LineResult.WITHDRAWN, reject)
    return await _decided(conn, viewer, replace(batch, state=state), why)


async def withdraw_rollover(
    conn: Conn, viewer: Viewer, rollover_id: UUID, row_version: int, reason: str
) -> Rollover:
    """Undo before the approval: nothing of the batch remains, nobody outside was told."""
    require(viewer, Permission.OFFERING_EDIT)
    batch = await _open(conn, viewer, rollover_id, row_version)
    state = advance(batch.state, RolloverEvent.WITHDRAW)
    why = reason_of(reason)

    async def cancel(head: Offering) -> None:
        await schedules.cancel_prices(
            conn, viewer, head.id, head.row_version, batch.valid_from, why
        )

    await _each(conn, viewer, batch, LineResult.WITHDRAWN, cancel)
    return await _decided(conn, viewer, replace(batch, state=state), why)


async def _each(
    conn: Conn,
    viewer: Viewer,
    batch: Rollover,
    result: LineResult,
    act: Callable[[Offering], Awaitable[None]],
) -> None:
    """One offering after the other; a refusal concerns that offering alone."""
    ours = {s.offering_id for s in await schedules.of_rollover(conn, batch.id)}
    for line in await store.list_lines(conn, batch.id):
        if line.result != LineResult.PROPOSED:
            continue
        try:
            async with conn.savepoint():
                if line.offering_id not in ours:
                    raise NotFound(_("Der Vorschlag wurde inzwischen einzeln entschieden."))
                await act(await offerings.get_offering(conn, viewer, line.offering_id))
            done = replace(line, result=result, note="")
        except (Refused, Invalid, Conflict, NotFound) as error:
            done = replace(line, result=LineResult.FAILED, note=_said(error))
        await store.mark_line(conn, done)


def _said(error: KdnxError) -> str:
    return error.detail[:500]


async def _decided(conn: Conn, viewer: Viewer, batch: Rollover, why: str) -> Rollover:
    await store.mark(conn, replace(batch, decision=why))
    await close_tasks(conn, batch.id, ["rollover.approve"])
    _note(conn, viewer, f"rollover.{batch.state}", batch, why)
    return await store.get(conn, viewer, batch.id)


def _note(conn: Conn, viewer: Viewer, action: str, batch: Rollover, reason: str) -> None:
    record(
        conn, viewer, action, object_kind="rollover", object_id=batch.id, owner_id=batch.owner_id,
        reason=reason or None, row_version=batch.row_version, audience="owner",
    )  # fmt: skip


async def prices_before(
    conn: Conn, viewer: Viewer, batch: Rollover, ids: Sequence[UUID]
) -> dict[tuple[UUID, int], PriceItem]:
    """The positions that the batch changes, as they are just before its day: (offering, ordinal) → position."""
    found: dict[tuple[UUID, int], PriceItem] = {}
    for one in ids:
        head = await offerings.get_offering(conn, viewer, one)
        if head.published_version is None:
            continue
        with suppress(Refused):  # retired since: the page says so in the line
            for item in await schedules.items_on(conn, viewer, head, batch.valid_from):
                found[(one, item.ordinal)] = item
    return found
