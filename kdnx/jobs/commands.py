"""`work` and `run-due`: background work beside the server, or once and done."""

import asyncio
import json
import signal

import click

from kdnx.commands.context import Context
from kdnx.jobs.running import run_due
from kdnx.jobs.worker import worker
from kdnx.log import set_up_logs
from kdnx.web.house import House


@click.command()
@click.pass_obj
def work(context: Context) -> None:
    """Hintergrundarbeit laufen lassen, bis ein Signal sie beendet."""
    set_up_logs(context.settings.log_format)
    context.with_house(_work)


async def _work(house: House) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stop.set)
    click.echo("Hintergrundarbeit läuft (beenden mit Strg+C)", err=True)
    await worker(house, stop)


@click.command("run-due")
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def run_what_is_due(context: Context, as_json: bool) -> None:  # click passes flags by name
    """Alles Fällige einmal erledigen: Fristen, Prüfungen, E-Mails."""
    counts = context.with_house(run_due)
    if as_json:
        click.echo(json.dumps({"done": counts}))
        return
    for name, count in counts.items():
        click.echo(f"{count:6} {name}")


COMMANDS = (work, run_what_is_due)
