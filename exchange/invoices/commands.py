"""`kdnx export xrechnung …`: the stored documents as files."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path

import click

from exchange.invoices import store
from exchange.invoices.model import read_term
from exchange.invoices.store import Invoice, InvoiceFilter
from kdnx.commands.context import Context, as_office
from kdnx.db.conn import Conn
from kdnx.errors import Invalid, NotFound, Refused
from kdnx.web.house import House

AT_ONCE = 100_000


@click.command("xrechnung")
@click.option("--invoice", "number", help="Nummer einer Rechnung, zum Beispiel RE-M07-2026-00013.")
@click.option("--period", help="Abrechnungszeitraum: 2026, 2026-H1, 2026-Q3 oder 2026-07.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="Ordner, eine Datei je Rechnung; eine einzelne Rechnung sonst auf die Standardausgabe.",
)
@click.option("--json", "as_json", is_flag=True, help="Nennt die geschriebenen Dateien.")
@click.pass_obj
def export_xrechnung(
    context: Context, number: str | None, period: str | None, out: Path | None, as_json: bool
) -> None:
    """Gespeicherte XRechnungen ausgeben, Byte für Byte."""
    _check_use(number, period, out, as_json=as_json)

    async def work(house: House) -> Mapping[str, bytes]:
        async with as_office(house, read_only=True) as (conn, _viewer):
            if number:
                return await _one(conn, number)
            return await _of_period(conn, str(period))

    documents = context.with_house(work)
    if out is None:
        sys.stdout.buffer.write(next(iter(documents.values())))
        return
    out.mkdir(parents=True, exist_ok=True)
    for name, xml in documents.items():
        (out / f"{name}.xml").write_bytes(xml)
    if as_json:
        files = [str(out / f"{name}.xml") for name in documents]
        click.echo(json.dumps({"documents": len(files), "files": files}, ensure_ascii=False))
    else:
        click.echo(f"{len(documents)} XRechnungen nach {out} geschrieben")


def _check_use(number: str | None, period: str | None, out: Path | None, *, as_json: bool) -> None:
    if bool(number) == bool(period):
        raise Invalid("Entweder --invoice NUMMER oder --period ZEITRAUM angeben.")
    if out is None and (period or as_json):
        raise Invalid("Wohin? --out ORDNER fehlt.")


async def _one(conn: Conn, number: str) -> Mapping[str, bytes]:
    found = await store.find_by_number(conn, number)
    if found is None:
        raise NotFound(f"Eine Rechnung {number} gibt es nicht.")
    return {found.number: await store.get_xml(conn, found)}


async def _of_period(conn: Conn, period: str) -> Mapping[str, bytes]:
    term = read_term(period)
    wanted = InvoiceFilter(first=term.first, last=term.last)
    found: list[Invoice] = await store.list_invoices(conn, None, wanted, AT_ONCE)
    if not found:
        raise Refused(
            f"Für {term.word} gibt es keine Rechnung.", remedy="Zeitraum prüfen, zum Beispiel 2026."
        )
    return {i.number: await store.get_xml(conn, i) for i in found}


EXPORTS = (export_xrechnung,)
