"""`demo`, `serve`, `openapi`: the commands that answer HTTP or describe it."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import click
import uvicorn

from kdnx import VERSION
from kdnx.commands.context import Context
from kdnx.config import Settings
from kdnx.demo.loading import clear_data, load_demo
from kdnx.errors import Refused
from kdnx.jobs.worker import worker
from kdnx.log import set_up_logs
from kdnx.start import database, settings_for
from kdnx.web import openapi

LOOPBACK = {"127.0.0.1", "localhost", "::1"}


class Server(uvicorn.Server):
    """uvicorn that ends in order at a signal instead of raising it once more afterwards.

    Raised again, SIGTERM would kill the process before the embedded database and the worker stop.
    """

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Ctrl-C and SIGTERM ask for the end; the handlers from before come back."""
        before = {s: signal.signal(s, self.handle_exit) for s in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


async def answer(
    context: Context, settings: Settings, host: str, port: int, *, jobs: bool, ready: str = ""
) -> None:
    """Serve one house in this process until a signal ends it; `ready` is printed once it answers."""
    house = context.make_house(settings)
    await context.open_house(house)
    config = uvicorn.Config(
        context.create_app(house), host=host, port=port, access_log=False, log_config=None,
        server_header=False, date_header=False, timeout_graceful_shutdown=10,
        forwarded_allow_ips=house.settings.trusted_proxies or "127.0.0.1",
    )  # fmt: skip
    server = Server(config)
    work = asyncio.create_task(worker(house)) if jobs else None
    tell = asyncio.create_task(_tell(server, ready)) if ready else None
    try:
        await server.serve()
    finally:
        for task in (work, tell):
            if task:
                task.cancel()
        await asyncio.gather(*(t for t in (work, tell) if t), return_exceptions=True)
        await context.close_house(house)


async def _tell(server: uvicorn.Server, ready: str) -> None:
    while not server.started:  # noqa: ASYNC110  # uvicorn gives no event
        await asyncio.sleep(0.02)
    click.echo(ready)


def check_port(host: str, port: int) -> None:
    """Refused when something else answers there."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise Refused(
                f"Der Anschluss {host}:{port} ist belegt oder nicht erlaubt ({error.strerror}).",
                remedy=f"Einen anderen wählen, zum Beispiel --port {port + 1}.",
            ) from error


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--data", type=click.Path(), default=None, help="Datenordner der Demonstration.")
@click.option("--fresh", is_flag=True, help="Die Demonstration neu aufbauen.")
@click.option("--no-browser", is_flag=True, help="Keinen Browser öffnen.")
@click.pass_obj
def demo(
    context: Context, host: str, port: int, data: str | None, fresh: bool, no_browser: bool
) -> None:
    """Demonstration mit erfundenen Mitgliedern: einrichten, füllen, starten."""
    settings = settings_for(Path(data)) if data else context.settings
    settings = replace(settings, demo=True)
    set_up_logs(settings.log_format)
    check_port(host, port)
    if fresh:
        clear_data(settings)
    with database(settings) as prepared:
        settings = replace(prepared.settings, demo=True)
        asyncio.run(load_demo(context, settings))
        shown = f"http://{'localhost' if host in LOOPBACK else host}:{port}/"
        if not no_browser:
            webbrowser.open(shown)
        ready = f"kdnx läuft: {shown}  (Anmelden: eine der Personen anklicken; beenden mit Strg+C)"
        asyncio.run(answer(context, settings, host, port, jobs=True, ready=ready))


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 64))
@click.option("--no-jobs", is_flag=True, help="Ohne Hintergrundarbeit (dann „kdnx work“ daneben).")
@click.pass_obj
def serve(context: Context, host: str, port: int, workers: int, no_jobs: bool) -> None:
    """Anwendung starten."""
    set_up_logs(context.settings.log_format)
    check_port(host, port)
    with database(context.settings) as prepared:
        if workers > 1:
            _many(prepared.settings, host, port, workers=workers, jobs=not no_jobs)
            return
        asyncio.run(answer(context, prepared.settings, host, port, jobs=not no_jobs))


def _many(settings: Settings, host: str, port: int, *, workers: int, jobs: bool) -> None:
    """Several processes, told by the environment, and one beside them for the background work."""
    os.environ["KDNX_DATABASE_URL"] = settings.database_url
    os.environ["KDNX_DATA_DIR"] = str(settings.data_dir.resolve())
    beside = subprocess.Popen([sys.executable, "-m", "kdnx", "work"]) if jobs else None
    try:
        uvicorn.run(
            "kdnx.asgi:app", host=host, port=port, workers=workers, access_log=False, log_config=None,
            server_header=False, date_header=False, timeout_graceful_shutdown=10,
            forwarded_allow_ips=settings.trusted_proxies or "127.0.0.1",
        )  # fmt: skip
    finally:
        if beside:
            beside.terminate()
            beside.wait(20)


@click.command("openapi")
@click.pass_obj
def show_openapi(context: Context) -> None:
    """OpenAPI-Beschreibung der Schnittstelle ausgeben."""
    document = json.loads(openapi.document([a for m in context.modules for a in m.apis], VERSION))
    click.echo(json.dumps(document, indent=2, ensure_ascii=False))


COMMANDS = (demo, serve, show_openapi)
