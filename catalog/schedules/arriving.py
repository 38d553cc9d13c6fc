"""The day of an announced price: a version with nothing but the new prices becomes the published one."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID

from catalog.announcing.actions import tell
from catalog.contents import store as contents
from catalog.contents.model import Version
from catalog.contents.schemas import to_body, to_version
from catalog.offerings import store as offerings
from catalog.offerings.model import Offering, State
from catalog.schedules import store
from catalog.schedules.model import (
    OPEN,
    Scheduled,
    ScheduleEvent,
    ScheduleState,
    advance,
    overlay,
    unit_of,
)
from kdnx.audit.actions import record
from kdnx.db.conn import Conn
from kdnx.notices.actions import notify
from kdnx.tasks.actions import close_tasks, open_tasks
from kdnx.tasks.model import NewTask
from kdnx.text import _
from kdnx.viewer import Role, Scope, Viewer
from kdnx.web.formats import day

BATCH = 50
SYSTEM = Viewer(scope=Scope.SYSTEM)


async def take_effect(conn: Conn) -> int:
    """One bounded batch of days that have come; how many. Running it again changes nothing."""
    due = await store.list_due(conn, conn.today, BATCH)
    for offering_id, begin in due:
        await arrive(conn, offering_id, begin)
    return len(due)


async def arrive(conn: Conn, offering_id: UUID, begin: date) -> None:
    """Make the approved prices of one day current; what was not approved in time or no longer fits lapses."""
    head = await offerings.lock_offering(conn, SYSTEM, offering_id)
    rows = await store.lock_begin(conn, offering_id, begin, sorted(OPEN))
    lapsed = [(r, _("nicht rechtzeitig freigegeben")) for r in rows if r.state == ScheduleState.PROPOSED]  # fmt: skip
    approved = [r for r in rows if r.state == ScheduleState.APPROVED]
    if head.published_version is None or head.state == State.RETIRED:
        lapsed += [(r, _("die Leistung wird nicht mehr angeboten")) for r in approved]
        approved = []
    else:
        current = await contents.get_version(conn, SYSTEM, head.id, head.published_version)
        units = {i.ordinal: unit_of(i) for i in current.prices}
        lapsed += [
            (r, _("die Position hat sich inzwischen geändert"))
            for r in approved
            if units.get(r.ordinal) != r.unit
        ]
        approved = [r for r in approved if units.get(r.ordinal) == r.unit]
        if approved:
            await _publish(conn, head, current, approved)
    if lapsed:
        await _lapse(conn, head, begin, lapsed)


async def _publish(conn: Conn, head: Offering, current: Version, rows: Sequence[Scheduled]) -> None:
    """A price-only version, pinned by orders from now on; author and approver are those of the price."""
    number = max(current.version, head.draft_version or 0) + 1
    author, approver = rows[0].author, rows[0].approver
    version = await _written(conn, head, current, rows, number, author)
    await contents.approve_version(conn, version, approver)
    draft = number + 1 if head.draft_version else None
    if head.draft_version and draft:
        await _rebase(conn, head, current, rows, draft)
    changed = await offerings.mark_offering(
        conn,
        replace(
            head,
            published_version=number,
            draft_version=draft,
            draft_submitted=False,
            published_at=conn.now,
        ),
    )
    await offerings.show_face(conn, [head.id])
    for row in rows:
        state = advance(row.state, ScheduleEvent.ARRIVE)
        await store.mark(conn, replace(row, state=state, version=number))
    changed = await offerings.get_offering(conn, SYSTEM, changed.id)
    await tell(
        conn, SYSTEM, "offering.price_effective", changed,
        _("Der angekündigte Preis gilt ab {day} (Fassung {n}).").format(day=day(rows[0].valid_from), n=number),
    )  # fmt: skip


async def _written(
    conn: Conn,
    head: Offering,
    source: Version,
    rows: Sequence[Scheduled],
    number: int,
    author: UUID | None,
    editors: Sequence[UUID] = (),
) -> Version:
    body = to_body(replace(source, prices=overlay(source.prices, rows)), head.reference, [])
    everybody = tuple(dict.fromkeys((*editors, *((author,) if author else ()))))
    version = to_version(body, head.id, number, author=author, editors=everybody)
    # what the form does not carry stays what it was
    version = replace(version, schema_version=source.schema_version)
    await contents.write_versions(conn, [version])
    return version


async def _rebase(
    conn: Conn, head: Offering, current: Version, rows: Sequence[Scheduled], number: int
) -> None:
    """An open draft goes on behind the new version; where it kept the old price it takes the new one."""
    draft = await contents.get_version(conn, SYSTEM, head.id, head.draft_version or 0)
    old = {i.ordinal: i for i in current.prices}
    untouched = {
        i.ordinal
        for i in draft.prices
        if i.ordinal in old and replace(i, valid_from=old[i.ordinal].valid_from) == old[i.ordinal]
    }
    kept = [r for r in rows if r.ordinal in untouched]
    await _written(conn, head, draft, kept, number, draft.author, draft.editors)
    if head.draft_submitted:
        # what was submitted has changed: the second person must read the new one
        await close_tasks(conn, head.id, ["offering.publish"])
        await open_tasks(conn, [NewTask(
            owner_id=head.owner_id, kind="offering.rework",
            title=_("Entwurf erneut zur Prüfung geben, ein neuer Preis gilt: {title}").format(title=head.title),
            object_kind="offering", object_id=head.id, url=f"/offerings/{head.id}/edit",
            assignee_role=Role.OFFERING_EDITOR,
        )])  # fmt: skip


async def _lapse(
    conn: Conn, head: Offering, begin: date, lapsed: Sequence[tuple[Scheduled, str]]
) -> None:
    for row, why in lapsed:
        state = advance(row.state, ScheduleEvent.LAPSE)
        await store.mark(conn, replace(row, state=state, note=why))
    await close_tasks(conn, head.id, ["offering.price"])
    why = "; ".join(dict.fromkeys(w for _row, w in lapsed))
    record(
        conn, SYSTEM, "offering.price_lapse", object_kind="offering", object_id=head.id, owner_id=head.owner_id,
        reason=why, row_version=head.row_version, audience="owner",
    )  # fmt: skip
    await notify(
        conn, SYSTEM, kind="offering.price_lapsed", owner_id=head.owner_id, object_kind="offering", object_id=head.id,
        url=f"/offerings/{head.id}/prices", roles=(Role.OFFERING_EDITOR, Role.OFFERING_APPROVER),
        title=_("Preis ab {day} verfallen ({why}): {title}").format(day=day(begin), why=why, title=head.title),
    )  # fmt: skip
