"""Tell people something, mark it read, set how to be mailed."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from uuid import UUID

from kdnx.clock import end_of_day, next_at
from kdnx.db.conn import Conn
from kdnx.errors import Forbidden, NotFound
from kdnx.ids import new_id
from kdnx.jobs.actions import OUTBOX, enqueue
from kdnx.notices import store
from kdnx.notices.model import OTHER, TOPICS, Mail, topic_of
from kdnx.rules.calendar import add_days
from kdnx.rules.store import find_rule
from kdnx.text import _
from kdnx.viewer import Role, Viewer

DIGEST_HOUR = 7
QUIET: ContextVar[bool] = ContextVar("quiet", default=False)


@contextmanager
def nobody_is_told() -> Iterator[None]:
    """Acts within are history that is taken over: `notify` stays silent."""
    token = QUIET.set(True)
    try:
        yield
    finally:
        QUIET.reset(token)


async def notify(
    conn: Conn, viewer: Viewer, *, kind: str, owner_id: UUID, object_kind: str, object_id: UUID,
    url: str, title: str, roles: Sequence[Role] = (), person_ids: Sequence[UUID] = (),
) -> int:  # fmt: skip
    """Tell the people of a member who hold one of the roles today, or are named; how many were told."""
    return await notify_members(
        conn, viewer, kind=kind, owner_ids=[owner_id], object_kind=object_kind, object_id=object_id,
        url=url, title=title, roles=roles, person_ids=person_ids,
    )  # fmt: skip


async def notify_members(
    conn: Conn, viewer: Viewer, *, kind: str, owner_ids: Sequence[UUID], object_kind: str,
    object_id: UUID, url: str, title: str, roles: Sequence[Role] = (), person_ids: Sequence[UUID] = (),
) -> int:  # fmt: skip
    """Tell the people of several members the same thing in one statement; how many were told.

    `kind` is 'topic.event' ('booking.proposed'); `title` is shown inside kdnx only, a mail carries the
    words of the kind and the link. Whoever acts is not told about their own act.
    """
    if QUIET.get() or not owner_ids:
        return 0
    topic = TOPICS.get(topic_of(kind), OTHER)
    notice_id = new_id()
    notice = {
        "id": str(notice_id), "kind": kind, "title": title, "url": url, "object_kind": object_kind,
        "object_id": str(object_id), "mail": topic.mail.value,
        "not_person_id": str(viewer.person_id) if viewer.person_id else None,
    }  # fmt: skip
    told = await store.tell(
        conn,
        notice,
        list(dict.fromkeys(owner_ids)),
        [r.value for r in roles],
        person_ids,
        next_at(conn.now, DIGEST_HOUR),
    )
    # what is mailed in the morning wakes nobody now; who wants it at once gets it within a minute
    if told and topic.mail == Mail.AT_ONCE:
        await enqueue(conn, OUTBOX, [notice_id])
    return told


async def mark_read(conn: Conn, viewer: Viewer, notice_id: UUID | None = None) -> int:
    """Mark one or all of the viewer's notices as read; NotFound for another person's."""
    person = person_of(viewer)
    if notice_id is not None and not await store.has_notice(conn, person, notice_id):
        raise NotFound(_("Diese Meldung gibt es nicht, oder sie ist für Sie nicht sichtbar."))
    return await store.mark_read(conn, person, notice_id)


async def set_mail(conn: Conn, viewer: Viewer, settings: Mapping[str, Mail]) -> None:
    """Keep how the viewer wants to be mailed, by topic; unknown topics are left out."""
    known = {t: m.value for t, m in settings.items() if t in TOPICS}
    await store.save_settings(conn, person_of(viewer), known)


async def sweep(conn: Conn) -> int:
    """Delete what is older than the retention rules of today allow, a batch; how many rows."""
    done = 0
    for key, delete in (("notice", store.sweep_notices), ("outbox", store.sweep_outbox)):
        if rule := await find_rule(conn, "retention", key, conn.today):
            last = add_days(conn.today, -int(rule.value["days"]))
            done += await delete(conn, end_of_day(last))
    return done


def person_of(viewer: Viewer) -> UUID:
    """The person; Forbidden for machines, which have no notices."""
    if viewer.person_id is None:
        raise Forbidden(_("Meldungen haben nur Personen, keine technischen Zugänge."))
    return viewer.person_id
