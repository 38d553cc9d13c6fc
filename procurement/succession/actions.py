"""Procurement's part of a succession: what the predecessor still answers goes on under the successor."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID

from kdnx.audit.actions import record
from kdnx.db.conn import Conn
from kdnx.ids import named_id
from kdnx.module import SuccessionPart
from kdnx.tasks.actions import close_tasks, open_tasks
from kdnx.text import _, ngettext
from kdnx.viewer import Viewer
from procurement.demands.actions import answer_task
from procurement.demands.model import invitation_id
from procurement.demands.store import get_call
from procurement.responses import store as responses
from procurement.responses.model import Amount, Line, Response, ResponseState, receipt
from procurement.succession import store

S = ResponseState


async def preview(
    conn: Conn, _viewer: Viewer, predecessor_id: UUID, successor_id: UUID, _effective_on: date
) -> Sequence[str]:
    """What would happen to running demands, in German lines."""
    found = await store.list_running(conn, predecessor_id)
    if not found:
        return [_("Bedarfsmeldungen: keine laufenden.")]
    text = ngettext(
        "{n} laufende Bedarfsmeldung geht auf die Nachfolgerin über.",
        "{n} laufende Bedarfsmeldungen gehen auf die Nachfolgerin über.",
        len(found),
    )
    lines = [text.format(n=len(found))]
    both = [
        r
        for r in found
        if r.call_id and await responses.find_response(conn, successor_id, r.call_id)
    ]
    if both:
        lines.append(
            _(
                "Wo beide Häuser gemeldet haben, werden die Mengen zu einer neuen Fassung "
                "zusammengezählt; die Nachfolgerin gibt sie bis zur Frist frei: {titles}"
            ).format(titles=", ".join(r.title for r in both))
        )
    return lines


async def carry_out(
    conn: Conn, viewer: Viewer, predecessor_id: UUID, successor_id: UUID, effective_on: date
) -> None:
    """Answers to open calls and free demands get the successor as owner; what is closed stays as it was."""
    reason = _("Rechtsnachfolge zum {day}").format(day=effective_on.strftime("%d.%m.%Y"))
    for call_id in sorted(
        {r.call_id for r in await store.list_running(conn, predecessor_id) if r.call_id}
    ):
        await responses.hold_call(conn, call_id)
    uninvited = await store.list_uninvited(conn, predecessor_id, successor_id)
    await store.invite(conn, uninvited, successor_id)
    found = await store.lock_running(conn, predecessor_id)
    for old in found:
        own = (
            await responses.find_response(conn, successor_id, old.call_id) if old.call_id else None
        )
        if own is None:
            await _copy(conn, viewer, old, successor_id)
        else:
            await _add(conn, viewer, old, own, reason)
        await store.close_old(conn, old, reason)
        await close_tasks(conn, old.id)
        if old.call_id:
            await close_tasks(conn, invitation_id(old.call_id, predecessor_id))
        _note(conn, viewer, old, reason)
    done = {r.call_id for r in found}
    for call_id in uninvited:
        await close_tasks(conn, invitation_id(call_id, predecessor_id))
        if call_id not in done:
            await _ask(conn, viewer, call_id, successor_id)


async def _copy(conn: Conn, viewer: Viewer, old: Response, owner_id: UUID) -> None:
    """What was submitted stays submitted; a newer draft lies above it, to be released anew."""
    new_id = named_id("demand.continue", f"{old.id}|{owner_id}")
    kept = old.submitted_version
    versions = [
        v for v in dict.fromkeys((kept, old.version if old.state != S.SUBMITTED else None)) if v
    ]
    contents = [await responses.list_lines(conn, old.owner_id, old.id, v) for v in versions]
    proof = receipt(owner_id, new_id, old.call_id, 1, contents[0], conn.now) if kept else None
    state = S.SUBMITTED if old.state == S.SUBMITTED else S.DRAFT
    await store.insert_copy(
        conn, owner_id, new_id, old, state=state.value, version=len(versions),
        submitted_version=1 if kept else None, receipt_hash=proof,
    )  # fmt: skip
    rows = [(owner_id, new_id, n, line) for n, lines in enumerate(contents, 1) for line in lines]
    await responses.insert_lines(conn, rows)
    await store.copy_outcomes(conn, old, owner_id, new_id)
    if state == S.SUBMITTED and old.call_id:
        await close_tasks(conn, invitation_id(old.call_id, owner_id))
    elif old.call_id:
        await _ask(conn, viewer, old.call_id, owner_id)


async def _add(conn: Conn, viewer: Viewer, old: Response, own: Response, reason: str) -> None:
    """Both answered: the sum is the successor's new draft; what it submitted counts until the sum is released."""
    held = await responses.lock_response(conn, own.owner_id, own.id)
    mine = (
        await responses.list_lines(conn, held.owner_id, held.id, held.version)
        if held.state != S.WITHDRAWN
        else []
    )
    theirs = await responses.list_lines(conn, old.owner_id, old.id, old.version)
    version = await responses.mark_saved(conn, held.owner_id, held.id, held.title, viewer.principal)
    lines = add_lines(mine, theirs)
    await responses.insert_lines(conn, [(held.owner_id, held.id, version, line) for line in lines])
    await store.copy_outcomes(conn, old, held.owner_id, held.id)
    why = _("{reason}: Mengen beider Häuser zusammengezählt, bitte prüfen und freigeben.")
    await store.reopen(conn, held, why.format(reason=reason))
    await close_tasks(conn, held.id)
    if old.call_id:
        await _ask(conn, viewer, old.call_id, held.owner_id)


def add_lines(mine: Sequence[Line], theirs: Sequence[Line]) -> list[Line]:
    """Lines of the same position become one with the sum of every year; the others stay."""
    found = {line.ordinal: line for line in mine}
    for line in theirs:
        there = found.get(line.ordinal)
        found[line.ordinal] = (
            line if there is None else replace(there, years=_sum_years(there, line))
        )
    return [found[n] for n in sorted(found)]


def _sum_years(a: Line, b: Line) -> dict[int, Amount]:
    total: dict[int, Amount] = dict(a.years)
    for year, x in b.years.items():
        y = total.get(year)
        total[year] = (
            x if y is None else Amount(x.low + y.low, x.expected + y.expected, x.high + y.high)
        )
    return total


async def _ask(conn: Conn, viewer: Viewer, call_id: UUID, member_id: UUID) -> None:
    call = await get_call(conn, call_id, members=viewer.members, member_id=member_id)
    await close_tasks(conn, invitation_id(call_id, member_id))
    await open_tasks(conn, [answer_task(call, member_id, call.number or "")])


def _note(conn: Conn, viewer: Viewer, old: Response, reason: str) -> None:
    record(
        conn, viewer, "demand_response.succeed", object_kind="demand_response", object_id=old.id,
        owner_id=old.owner_id, party_id=old.lead_id, reason=reason, row_version=old.row_version + 1,
        audience="parties" if old.lead_id else "owner",
    )  # fmt: skip


SUCCESSIONS = (SuccessionPart(40, preview, carry_out),)
