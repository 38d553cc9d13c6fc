"""What a command needs: the settings, and a house with an open pool for the length of the command."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import TypeVar
from uuid import UUID

from starlette.applications import Starlette

from kdnx.config import Settings
from kdnx.db.conn import Conn
from kdnx.db.pool import transaction
from kdnx.members.store import acting_members, hub_on
from kdnx.module import Module
from kdnx.start import database
from kdnx.viewer import NOBODY, Permission, Scope, Viewer
from kdnx.web.house import House

T = TypeVar("T")


@dataclass(frozen=True)
class Context:
    """Handed to every command as `click.pass_obj`."""

    settings: Settings
    make_house: Callable[[Settings], House]
    open_house: Callable[[House], Awaitable[None]]
    close_house: Callable[[House], Awaitable[None]]
    create_app: Callable[[House], Starlette]
    modules: Sequence[Module]

    def with_house(self, work: Callable[[House], Awaitable[T]]) -> T:
        """Start the database if it is down, open a house, run `work`, stop what was started."""
        with database(self.settings) as prepared:
            return asyncio.run(self._run(replace(prepared.settings), work))

    async def _run(self, settings: Settings, work: Callable[[House], Awaitable[T]]) -> T:
        house = self.make_house(replace(settings, pool_size=min(settings.pool_size, 4)))
        await self.open_house(house)
        try:
            return await work(house)
        finally:
            await self.close_house(house)


@asynccontextmanager
async def as_office(house: House, *, read_only: bool = False) -> AsyncIterator[tuple[Conn, Viewer]]:
    """A transaction in which the command line acts as the hub's office (scope office).

    Who runs commands on the server holds the data anyway; the audit trail says „Kommandozeile".
    """
    async with transaction(
        house.pool, NOBODY, finish=house.hooks.finish, read_only=read_only, now=house.clock()
    ) as conn:
        viewer = await office_viewer(conn)
        await conn.act_as(viewer)
        yield conn, viewer


async def office_viewer(conn: Conn) -> Viewer:
    """The hub's office as the command line acts for it."""
    hub = await hub_on(conn, conn.today)
    members: tuple[UUID, ...] = await acting_members(conn, hub)
    return Viewer(
        name="Kommandozeile",
        member_id=hub,
        members=members,
        scope=Scope.OFFICE,
        permissions=frozenset(Permission),
    )
