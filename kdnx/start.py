"""Before anything runs: settings, the database (embedded or by URL), migrations, the refusals of unsafe logins."""

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import asyncpg

from kdnx.config import Settings, read_settings
from kdnx.db.migrate import Migration, find_folder, load, migrate, pending
from kdnx.errors import Refused, Unavailable

LOGIN_RIGHTS = """
SELECT r.rolname, r.rolsuper OR r.rolbypassrls AS mighty,
  EXISTS (SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname IN ('kdnx', 'catalog', 'procurement', 'exchange')
      AND pg_has_role(r.oid, c.relowner, 'MEMBER')) AS owner
FROM pg_roles r WHERE r.rolname = current_user
"""


@dataclass(frozen=True)
class Prepared:
    """A database that is ready: settings with its address, the owner's DSN, what was migrated."""

    settings: Settings
    owner_dsn: str
    applied: tuple[Migration, ...] = ()
    embedded: bool = False
    programs: Path | None = None


def settings_for(data: Path | None = None) -> Settings:
    """The settings of this process; without KDNX_DATA_DIR the folder `.kdnx` beside the program."""
    settings = read_settings()
    if data is not None:
        return replace(settings, data_dir=data)
    if "KDNX_DATA_DIR" not in os.environ:
        checkout = Path(__file__).resolve().parents[1]
        inside = checkout if (checkout / "run.py").exists() else Path.cwd()
        return replace(settings, data_dir=inside / ".kdnx")
    return settings


@contextmanager
def database(settings: Settings, *, migrated: bool = True) -> Iterator[Prepared]:
    """The database for the length of a command; the embedded one is started and stopped again.

    Raises Unavailable when it cannot be reached, Refused for a login that could pass the fences.
    """
    if settings.database_url:
        yield asyncio.run(_foreign(settings, migrated=migrated))
        return
    from kdnx.db.embedded import Embedded  # noqa: PLC0415  # production never imports the launcher

    with Embedded(settings.data_dir, pg_bin=settings.pg_bin) as server:
        owner = server.owner_dsn()
        applied = tuple(asyncio.run(migrate(owner))) if migrated else ()
        ready = replace(settings, database_url=server.app_dsn())
        yield Prepared(ready, owner, applied, embedded=True, programs=server.bin_folder())


async def _foreign(settings: Settings, *, migrated: bool) -> Prepared:
    if not migrated:
        return Prepared(settings, settings.owner_url)
    try:
        conn = await asyncpg.connect(settings.database_url)
    except (OSError, asyncpg.PostgresError) as error:
        raise Unavailable(
            f"Die Datenbank aus KDNX_DATABASE_URL antwortet nicht ({error}).",
            remedy="Adresse und Anmeldung prüfen; zuerst „kdnx migrate“ mit KDNX_OWNER_URL ausführen.",
        ) from error
    try:
        todo = await pending(conn, load(find_folder()))
        if todo:
            raise Refused(
                f"Es fehlen {len(todo)} Migrationen.",
                remedy="„kdnx migrate“ mit KDNX_OWNER_URL ausführen.",
            )
        login = await conn.fetchrow(LOGIN_RIGHTS)
        if login and (login["mighty"] or login["owner"]):
            raise Refused(
                f"Die Anmeldung {login['rolname']} könnte die Zeilenrechte umgehen.",
                rule="kdnx arbeitet nur unter einer Anmeldung, der keine Tabelle gehört (D18).",
                remedy="In KDNX_DATABASE_URL die Anmeldung kdnx_app verwenden.",
            )
    finally:
        await conn.close()
    return Prepared(settings, settings.owner_url)
