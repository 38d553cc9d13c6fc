"""The stage of a step: one transaction, the people of the demonstration, and when it happens."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from kdnx.db.conn import Conn
from kdnx.demo.people import PERSONAS, Player, colleagues
from kdnx.imports.actions import Report, run_import
from kdnx.imports.kinds import FileKind
from kdnx.imports.reading import Table
from kdnx.members.store import acting_members
from kdnx.notices.actions import nobody_is_told
from kdnx.viewer import ROLE_PERMISSIONS, Permission, Role, Scope, Viewer

OFFICE_CODE = "HUB"


class DemoFault(Exception):
    """The demonstration's own files do not fit the program; names step, row and reason."""


@dataclass
class Scene:
    """What a step works with; `began` is the instant of loading, `kinds` the kinds of file by name.

    `act` and `at` change who acts and when for everything after them in the step.
    """

    conn: Conn
    began: datetime
    members: Mapping[str, UUID]
    people: Mapping[str, UUID]
    kinds: Mapping[str, FileKind]
    modules: Sequence[Any] = ()

    def at(self, days_ago: int, hour: int = 10) -> None:
        """The script plays so many days before loading, at this hour (UTC) or at the latest now."""
        day = self.began - timedelta(days=days_ago)
        self.conn.now = min(self.began, day.replace(hour=hour, minute=0, second=0, microsecond=0))

    async def act(self, key: str) -> Viewer:
        """This person acts now: its viewer, under its one mandate."""
        player = self.player(key)
        viewer = Viewer(
            person_id=self.people[key],
            name=player.name,
            member_id=self.members[player.member],
            members=await acting_members(self.conn, self.members[player.member]),
            scope=scope_of(player),
            roles=frozenset(player.roles),
            permissions=frozenset(p for r in player.roles for p in ROLE_PERMISSIONS[r]),
        )
        if viewer.scope == Scope.COMMITTEE:
            raise DemoFault(f"{key}: the committee does not act")
        await self.conn.act_as(viewer)
        return viewer

    async def act_as_office(self) -> Viewer:
        """The command line acts for the hub's office: imports and what set-up does."""
        hub = self.members.get(OFFICE_CODE)
        viewer = Viewer(
            name="Kommandozeile",
            member_id=hub,
            members=(hub,) if hub else (),
            scope=Scope.OFFICE,
            permissions=frozenset(Permission),
        )
        await self.conn.act_as(viewer)
        return viewer

    def player(self, key: str) -> Player:
        """The person of the script with this key."""
        every = (*PERSONAS, *colleagues(sorted(self.members)))
        return next(p for p in every if p.key == key)

    async def bring(self, name: str, rows: Sequence[Mapping[str, Any]]) -> Report:
        """Import rows by column name through the file kind; DemoFault with the first errors."""
        viewer = await self.act_as_office()
        with nobody_is_told():
            report = await run_import(self.conn, viewer, self.kinds[name], as_table(rows))
        if report.errors or not report.written:
            said = "; ".join(
                f"{e.row} {e.field}: {e.message} ({e.found})" for e in report.errors[:5]
            )
            raise DemoFault(f"{name}: {report.refused} Zeilen: {said}")
        return report


def as_table(rows: Sequence[Mapping[str, Any]]) -> Table:
    """Rows as a file would bring them: the headings of the first row, a line number each."""
    headings = list(rows[0])
    lines = [(n, [row[h] for h in headings]) for n, row in enumerate(rows, start=2)]
    return Table(headings, lines, has_points=True)


def scope_of(player: Player) -> Scope:
    """How far the person sees."""
    if Role.COMMITTEE in player.roles:
        return Scope.COMMITTEE
    if Role.AUDITOR in player.roles:
        return Scope.AUDIT
    return Scope.OFFICE if player.member == OFFICE_CODE else Scope.MEMBER
