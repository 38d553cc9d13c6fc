"""The door: `kdnx …` or `python -m kdnx …`; answers on standard output, progress on standard error."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import click

from kdnx import VERSION
from kdnx.app import MODULES, close_house, create_app, make_house, open_house
from kdnx.commands import backup, check, files, serving
from kdnx.commands.context import Context
from kdnx.db.migrate import find_folder, load, migrate, pending
from kdnx.errors import Invalid, KdnxError
from kdnx.start import database, settings_for


class German(click.Group):
    """A group that turns refusals into one line with the remedy: exit 1 for a rule, 2 for wrong use."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except KdnxError as error:
            lines = [error.detail, *(f"{e.field}: {e.message}" for e in error.errors)]
            lines += [error.rule] if error.rule else []
            lines += [f"Abhilfe: {error.remedy}"] if error.remedy else []
            click.echo("\n".join(lines), err=True)
            ctx.exit(2 if isinstance(error, Invalid) else 1)
        except (BrokenPipeError, KeyboardInterrupt):
            ctx.exit(130)


@click.group(
    cls=German, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    default=None,
    help="Datenordner (sonst KDNX_DATA_DIR oder .kdnx).",
)
@click.pass_context
def main(ctx: click.Context, data: Path | None) -> None:
    """kdnx: Leistungen teilen, gemeinsam einkaufen, gemeinsam steuern."""
    ctx.obj = Context(settings_for(data), make_house, open_house, close_house, create_app, MODULES)


@main.command("version")
@click.option("--json", "as_json", is_flag=True)
def show_version(as_json: bool) -> None:  # click passes flags by name
    """Version des Programms."""
    click.echo(json.dumps({"version": VERSION}) if as_json else VERSION)


@main.command("migrate")
@click.option("--status", is_flag=True, help="Nur zeigen, was fehlt.")
@click.pass_obj
def migrate_database(context: Context, status: bool) -> None:
    """Datenbank auf den Stand des Programms bringen."""
    with database(context.settings, migrated=False) as prepared:
        if not prepared.owner_dsn:
            raise Invalid(
                "KDNX_OWNER_URL fehlt.", remedy="Die Anmeldung nennen, der die Tabellen gehören."
            )
        if status:
            click.echo(f"{len(asyncio.run(_pending(prepared.owner_dsn)))} Migrationen fehlen")
            return
        for migration in asyncio.run(migrate(prepared.owner_dsn)):
            click.echo(f"{migration.version:04} {migration.name}")


async def _pending(dsn: str) -> list[Any]:
    import asyncpg  # noqa: PLC0415

    conn = await asyncpg.connect(dsn)
    try:
        return await pending(conn, load(find_folder()))
    finally:
        await conn.close()


for _command in (
    *serving.COMMANDS,
    *check.COMMANDS,
    *backup.COMMANDS,
    *files.COMMANDS,
    *(c for m in MODULES for c in m.commands),
):
    main.add_command(_command)
for _command in (c for m in MODULES for c in m.exports):
    files.export_files.add_command(_command)


if __name__ == "__main__":
    sys.exit(main())
