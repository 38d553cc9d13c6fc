"""`kdnx report volume`: the figures of the committee on the command line."""

import click

from exchange.ledger.commands import SYSTEM, as_system
from exchange.reports.api import volume_out
from exchange.reports.model import BASIS_LABELS, BY_LABELS, As, Basis, By, Volume
from exchange.reports.reading import read_volume
from kdnx.commands.context import Context
from kdnx.web.formats import day, eur, pct
from kdnx.web.house import House


@click.group()
def report() -> None:
    """Auswertungen."""


@report.command("volume")
@click.option("--year", type=click.IntRange(2000, 2100), required=True, help="Leistungsjahr.")
@click.option(
    "--by", type=click.Choice([b.value for b in By]), default=By.PROVIDER.value, show_default=True
)
@click.option(
    "--basis",
    type=click.Choice([b.value for b in Basis]),
    default=Basis.CURRENT.value,
    show_default=True,
)
@click.option(
    "--as",
    "as_",
    type=click.Choice([a.value for a in As]),
    default=As.MEMBER.value,
    show_default=True,
)
@click.option("--json", "as_json", is_flag=True, help="Maschinenlesbar.")
@click.pass_obj
def volume(context: Context, year: int, by: str, basis: str, as_: str, as_json: bool) -> None:
    """Volumen des Leistungsaustauschs eines Jahres."""

    async def work(house: House) -> Volume:
        async with as_system(house) as conn:
            return await read_volume(conn, SYSTEM, year, by=By(by), basis=Basis(basis), as_=As(as_))

    found = context.with_house(work)
    if as_json:
        click.echo(volume_out(found).model_dump_json(by_alias=True))
        return
    click.echo(
        f"Leistungsaustausch {year} nach {BY_LABELS[found.by]}, {BASIS_LABELS[found.basis]}, "
        f"Definition {found.definition}, Stand {day(found.as_of)}"
    )
    for row in found.rows:
        click.echo(f"{eur(row.cents):>20}  {row.label}")
    click.echo(f"{eur(found.total_cents):>20}  Summe (bestätigt: {pct(found.confirmed_share)})")


COMMANDS = (report,)
