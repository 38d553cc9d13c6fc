"""Who has reported: progress of the yearly confirmation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from catalog.applications import store
from catalog.applications.model import Report, has_reported
from kdnx.db.conn import Conn
from kdnx.members.model import Member
from kdnx.members.store import list_members


@dataclass(frozen=True)
class Progress:
    """`members` are asked (active, without the hub), `reported` confirmed within twelve months."""

    members: Sequence[Member]
    reports: Mapping[UUID, Report]
    reported: Sequence[Member]

    @property
    def missing(self) -> list[Member]:
        """Who has not reported."""
        done = {m.id for m in self.reported}
        return [m for m in self.members if m.id not in done]


async def read_progress(conn: Conn) -> Progress:
    """As of today."""
    members = [m for m in await list_members(conn) if m.state == "active" and not m.is_hub]
    reports = await store.list_reports(conn)
    done = [m for m in members if has_reported(reports.get(m.id), conn.today)]
    return Progress(members, reports, done)
