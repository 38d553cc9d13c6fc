"""`kdnx setup` on an empty database: what it makes, what it refuses."""

import asyncio
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from kdnx.auth.actions import hash_token
from kdnx.commands.context import Context
from kdnx.config import Settings
from kdnx.db.pool import transaction
from kdnx.errors import KdnxError, Refused
from kdnx.founding.commands import setup
from kdnx.providers.actions import open_secret
from kdnx.providers.store import list_providers
from kdnx.viewer import Scope, Viewer
from tests.conftest import Database

OPTIONS = {
    "name": "Verbund Beispiel", "short-name": "VB", "hub-code": "vb", "hub-name": "Verbund Beispiel GmbH",
    "legal-form": "gmbh", "seat": "Hamm", "admin-email": "eva@vb.example", "admin-name": "Eva Erst",
    "issuer": "https://login.vb.example", "client-id": "kdnx", "client-secret": "streng-geheim",
}  # fmt: skip


HUB = """
SELECT m.code, m.short_name, m.legal_personality
FROM kdnx.member m JOIN kdnx.hub_term h ON h.member_id = m.id
"""


def arguments(**over: str) -> list[str]:
    """The options as a person types them."""
    given = {**OPTIONS, **{k.replace("_", "-"): v for k, v in over.items()}}
    return [part for name, value in given.items() for part in (f"--{name}", value)]


async def run(
    database: Database, folder: Path, args: list[str]
) -> tuple[int, str, BaseException | None]:
    """The command in a thread of its own (it brings its own loop): exit code, output, error."""
    from kdnx.app import MODULES, close_house, create_app, make_house, open_house

    settings = Settings(
        database_url=database.app_dsn, data_dir=folder, base_url="https://kdnx.example"
    )
    context = Context(settings, make_house, open_house, close_house, create_app, MODULES)
    result = await asyncio.to_thread(CliRunner().invoke, setup, args, obj=context)
    return result.exit_code, result.output, result.exception


async def test_setup_founds_hub_provider_and_invitation(
    fresh_database: Database, tmp_path: Path
) -> None:
    code, output, error = await run(fresh_database, tmp_path, arguments())
    assert (code, error) == (0, None), output
    link = re.search(r"https://kdnx\.example/invitation\?token=([\w-]{43})", output)
    assert link
    assert "https://kdnx.example/login/haupt/callback" in output
    assert "streng-geheim" not in output
    async with transaction(fresh_database.pool, Viewer(scope=Scope.SYSTEM)) as conn:
        assert await conn.fetchval("SELECT is_demo FROM kdnx.alliance") is False
        row = await conn.fetchrow(HUB)
        assert row
        assert tuple(row) == ("VB", "VB", True)
        assert await conn.fetchval("SELECT token_hash FROM kdnx.invitation") == hash_token(link[1])
        assert await conn.fetchval("SELECT roles FROM kdnx.invitation") == ["administrator"]
        provider = (await list_providers(conn))[0]
        assert "streng" not in provider.client_secret
        assert open_secret(Settings(data_dir=tmp_path).secret(), provider, conn) == "streng-geheim"
        with pytest.raises(KdnxError):
            open_secret("another key", provider, conn)
        assert await conn.fetchval("SELECT count(*) FROM kdnx.audit_event") >= 3


async def test_setup_refuses_a_database_in_use(fresh_database: Database, tmp_path: Path) -> None:
    assert (await run(fresh_database, tmp_path, arguments()))[0] == 0
    code, _output, error = await run(fresh_database, tmp_path, arguments(name="Zweiter"))
    assert code != 0
    assert isinstance(error, Refused)
    assert "enthält schon Mitglieder" in error.detail


@pytest.mark.parametrize(
    "over", [{"issuer": "http://login.vb.example"}, {"admin_email": "eva"}, {"provider_slug": "Ä"}]
)
async def test_setup_refuses_what_cannot_work_and_leaves_nothing(
    fresh_database: Database, tmp_path: Path, over: dict[str, str]
) -> None:
    code, _output, error = await run(fresh_database, tmp_path, arguments(**over))
    assert code != 0
    assert isinstance(error, KdnxError)
    async with transaction(fresh_database.pool, Viewer(scope=Scope.SYSTEM)) as conn:
        assert await conn.fetchval("SELECT count(*) FROM kdnx.member") == 0


async def test_setup_asks_for_what_is_missing(fresh_database: Database, tmp_path: Path) -> None:
    from kdnx.app import MODULES, close_house, create_app, make_house, open_house

    settings = Settings(database_url=fresh_database.app_dsn, data_dir=tmp_path)
    context = Context(settings, make_house, open_house, close_house, create_app, MODULES)
    answers = "\n".join(OPTIONS.values()) + "\n"
    result = await asyncio.to_thread(CliRunner().invoke, setup, [], obj=context, input=answers)
    assert result.exit_code == 0, result.output
    assert "streng-geheim" not in result.output
