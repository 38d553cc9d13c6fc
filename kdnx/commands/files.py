"""`import`, `template`, `export`: the same importer as behind the page, for the command line."""

import json
import sys
from pathlib import Path
from typing import Any

import click

from kdnx.commands.context import Context, as_office
from kdnx.errors import Invalid
from kdnx.imports.actions import Report, find_kind, run_import
from kdnx.imports.kinds import FileKind, with_columns
from kdnx.imports.reading import read_table
from kdnx.imports.writing import MEDIA, write_file, write_template
from kdnx.web.house import House


def kinds_of(context: Context) -> list[FileKind]:
    """Every kind of file of every module."""
    return [k for m in context.modules for k in m.file_kinds]


@click.command("import")
@click.argument("kind")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Nur prüfen.")
@click.option(
    "--partial",
    is_flag=True,
    help="Fehlerfreie Zeilen übernehmen, auch wenn andere fehlerhaft sind.",
)
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def import_file(
    context: Context, kind: str, file: Path, dry_run: bool, partial: bool, as_json: bool
) -> None:
    """Datei übernehmen (CSV, XLSX oder JSON)."""
    chosen = find_kind(kinds_of(context), kind)
    table = read_table(file.read_bytes(), file.name)

    async def work(house: House) -> Report:
        async with as_office(house) as (conn, viewer):
            return await run_import(conn, viewer, chosen, table, dry_run=dry_run, partial=partial)

    report = _with_progress(file.name, len(table.rows), lambda: context.with_house(work))
    if as_json:
        click.echo(json.dumps(report.as_json(), ensure_ascii=False))
    else:
        _print(report, dry_run=dry_run)
    if report.errors:
        sys.exit(1)


def _with_progress(title: str, rows: int, run: Any) -> Report:
    if not sys.stderr.isatty():
        click.echo(f"{title}: {rows} Zeilen", err=True)
        report: Report = run()
        return report
    from rich.console import Console  # noqa: PLC0415  # only a terminal draws

    with Console(stderr=True).status(f"{title}: {rows} Zeilen werden übernommen …"):
        done: Report = run()
    return done


def _print(report: Report, *, dry_run: bool) -> None:
    verb = "geprüft" if dry_run else "übernommen" if report.written else "NICHT übernommen"
    click.echo(
        f"{report.rows} Zeilen {verb}: {report.new} neu, {report.changed} geändert, "
        f"{report.unchanged} unverändert, {report.refused} fehlerhaft"
    )
    for error in report.errors[:50]:
        click.echo(
            f"Zeile {error.row}, {error.field}: {error.message}"
            f" (gefunden: {error.found or 'nichts'}; erwartet: {error.expected})",
            err=True,
        )
    if len(report.errors) > 50:
        click.echo(f"… und {len(report.errors) - 50} weitere", err=True)


@click.command("template")
@click.argument("kind")
@click.option("--xlsx", is_flag=True, help="Als Excel-Datei statt CSV.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), default=None)
@click.pass_obj
def write_empty(context: Context, kind: str, xlsx: bool, out: Path | None) -> None:
    """Leere Vorlage mit Kopf, Beispiel und zulässigen Werten."""
    chosen = find_kind(kinds_of(context), kind)
    if chosen.more_columns:  # they lie in the database

        async def work(house: House) -> FileKind:
            async with as_office(house, read_only=True) as (conn, _viewer):
                return await with_columns(conn, chosen)

        chosen = context.with_house(work)
    _write(write_template(chosen, "xlsx" if xlsx else "csv"), out, binary=xlsx)
    for column in chosen.columns:
        if column.choices:
            click.echo(f"{column.title}: {', '.join(column.choices)}", err=True)


class Exports(click.Group):
    """`export KIND` writes a kind of file; `export NAME` runs what a module registered under that name."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The registered command, or the kind of file with everything that was typed."""
        if args and self.get_command(ctx, args[0]) is None:
            return args[0], export_file, args
        return super().resolve_command(ctx, args)


@click.group(
    "export",
    cls=Exports,
    options_metavar="",
    subcommand_metavar="KIND|COMMAND [OPTIONS]",
    context_settings={"ignore_unknown_options": True},
)
def export_files() -> None:
    """Daten ausgeben: eine Art wie beim Import (members, orders, …) oder ein eigenes Format."""


@click.command("export")
@click.argument("kind")
@click.option(
    "--format",
    "form",
    type=click.Choice(["csv", "json", "xlsx", "ubl"]),
    default="csv",
    show_default=True,
)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), default=None)
@click.pass_obj
def export_file(context: Context, kind: str, form: str, out: Path | None) -> None:
    """Daten ausgeben, in denselben Spalten wie der Import."""
    chosen = find_kind(kinds_of(context), kind)

    if form not in MEDIA and form not in chosen.documents:
        raise Invalid(
            f"{chosen.title} gibt es nicht als {form}.",
            remedy=", ".join((*MEDIA, *chosen.documents)),
        )

    async def work(house: House) -> bytes:
        async with as_office(house, read_only=True) as (conn, viewer):
            if document := chosen.documents.get(form):
                return await document.write(conn, viewer)
            whole = await with_columns(conn, chosen)
            return write_file(whole, await whole.read(conn, viewer), form)

    _write(context.with_house(work), out, binary=form == "xlsx")


def _write(content: bytes, out: Path | None, *, binary: bool) -> None:
    if out:
        out.write_bytes(content)
        return
    if binary and sys.stdout.isatty():
        raise Invalid("Eine Excel-Datei gehört nicht aufs Terminal.", remedy="--out DATEI angeben.")
    click.echo(content, nl=False)


COMMANDS = (import_file, write_empty, export_files)
