"""`backup FILE` and `restore FILE`: the whole database, documents included, as one file."""

import asyncio
import os
import shutil
import subprocess
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import asyncpg
import click

from kdnx.commands.check import run_checks
from kdnx.commands.context import Context
from kdnx.errors import Invalid, KdnxError, Refused, Unavailable
from kdnx.start import Prepared, database

EMPTY = "SELECT NOT EXISTS (SELECT FROM pg_namespace WHERE nspname IN ('kdnx', 'catalog', 'procurement', 'exchange'))"
# roles belong to the server, not to a database: no dump holds them (as migration 0001 makes them)
ROLES = """
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'kdnx_app') THEN
    CREATE ROLE kdnx_app LOGIN NOINHERIT NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE;
  END IF;
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'kdnx_ledger') THEN
    CREATE ROLE kdnx_ledger NOLOGIN NOINHERIT NOSUPERUSER NOBYPASSRLS;
  END IF;
END $$
"""
MAGIC = b"PGDMP"


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--force", is_flag=True, help="Eine vorhandene Datei ersetzen.")
@click.pass_obj
def backup(context: Context, file: Path, force: bool) -> None:
    """Die ganze Datenbank mit Dokumenten in eine Datei sichern."""
    if file.exists() and not force:
        raise Refused(
            f"{file} gibt es schon.", remedy="Einen anderen Namen wählen oder --force angeben."
        )
    with database(context.settings, migrated=False) as prepared:
        part = file.with_name(file.name + ".part")
        words = ["--format=custom", "--compress=6", "--no-password", f"--file={part}"]
        try:
            _run(prepared, "pg_dump", words)
            part.replace(file)
        finally:
            part.unlink(missing_ok=True)
    file.chmod(0o600)
    click.echo(f"{file}: {file.stat().st_size / 1_000_000:.1f} MB")


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.pass_obj
def restore(context: Context, file: Path) -> None:
    """Eine Sicherung in eine leere Datenbank zurückspielen und nachrechnen."""
    with file.open("rb") as head:
        if head.read(len(MAGIC)) != MAGIC:
            raise Invalid(f"{file} ist keine Sicherung von kdnx.")
    with database(context.settings, migrated=False) as prepared:
        asyncio.run(_make_ready(prepared.owner_dsn))
        words = ["--exit-on-error", "--single-transaction", "--no-password", str(file)]
        _run(prepared, "pg_restore", ["--dbname", _database(prepared.owner_dsn), *words])
    findings = context.with_house(run_checks)
    broken = [f.meaning for f in findings if not f.ok]
    if broken:
        raise KdnxError("Zurückgespielt, aber verletzt: " + " ".join(broken))
    click.echo(f"Zurückgespielt und nachgerechnet: {len(findings)} Prüfungen in Ordnung.")


async def _make_ready(dsn: str) -> None:
    conn = await asyncpg.connect(dsn)
    try:
        if not await conn.fetchval(EMPTY):
            raise Refused(
                "Die Datenbank ist nicht leer.",
                remedy="Mit --data einen neuen Ordner oder mit KDNX_OWNER_URL eine leere Datenbank nennen.",
            )
        await conn.execute(ROLES)
    finally:
        await conn.close()


def _database(dsn: str) -> str:
    return urlsplit(dsn).path.lstrip("/") or "postgres"


def _run(prepared: Prepared, program: str, words: list[str]) -> None:
    """Call a client program of PostgreSQL; the password travels in the environment only."""
    if not prepared.owner_dsn:
        raise Invalid(
            "KDNX_OWNER_URL fehlt.", remedy="Die Anmeldung nennen, der die Tabellen gehören."
        )
    found = prepared.programs / program if prepared.programs else shutil.which(program)
    if not found or not Path(found).exists():
        raise Unavailable(
            f"{program} fehlt.",
            remedy="Das Paket postgresql-client des Betriebssystems einrichten.",
        )
    parts = urlsplit(prepared.owner_dsn)
    query = {k: v[0] for k, v in parse_qs(parts.query).items()}
    where = {
        "PGHOST": query.get("host") or parts.hostname or "localhost",
        "PGPORT": query.get("port") or str(parts.port or 5432),
        "PGUSER": unquote(parts.username or ""),
        "PGPASSWORD": unquote(parts.password or ""),
        "PGDATABASE": _database(prepared.owner_dsn),
    }
    done = subprocess.run(
        [str(found), *words],
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, **where},
    )
    if done.returncode:
        raise Unavailable(f"{program}: {done.stderr.strip()[-800:]}")


COMMANDS = (backup, restore)
