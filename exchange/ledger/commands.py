"""`kdnx ledger …`: prove the books, print a day's cut, write them out, prove what was written out."""

import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import click

from exchange.ledger import store
from exchange.ledger.actions import Verification, cut_today, verify_ledger
from exchange.ledger.model import BREAK_LABELS, EPOCH, Break, live_root, replay
from kdnx.commands.context import Context
from kdnx.db.conn import Conn
from kdnx.db.pool import transaction
from kdnx.errors import Invalid, NotFound
from kdnx.viewer import Permission, Scope, Viewer
from kdnx.web.house import House

FORMAT = "kdnx.ledger.v1"
IDS = {
    "owner_id",
    "id",
    "debit_id",
    "credit_id",
    "recipient_id",
    "category_id",
    "offering_id",
    "source_id",
}
BYTES = {"evidence", "prev", "hash"}

# whoever runs commands on the server holds the data anyway; no hub is needed to prove the books
SYSTEM = Viewer(name="Kommandozeile", scope=Scope.SYSTEM, permissions=frozenset(Permission))


def as_system(house: House, *, read_only: bool = True) -> AbstractAsyncContextManager[Conn]:
    """A transaction that sees everything, for commands that only read or seal."""
    return transaction(
        house.pool, SYSTEM, finish=house.hooks.finish, read_only=read_only, now=house.clock()
    )


@click.group()
def ledger() -> None:
    """Buchungsbücher prüfen, versiegeln, ausgeben."""


@ledger.command("verify")
@click.option("--json", "as_json", is_flag=True, help="Maschinenlesbar.")
@click.pass_obj
def verify(context: Context, as_json: bool) -> None:  # click passes flags by name
    """Jede Zeile, jede Kette und jeden Tagesabdruck nachrechnen; Ende 1 beim ersten Bruch."""

    async def work(house: House) -> Verification:
        async with as_system(house) as conn:
            if as_json or not sys.stderr.isatty():
                return await verify_ledger(conn)
            with click.progressbar(length=1, label="Ketten", file=sys.stderr) as bar:

                def show(done: int, total: int) -> None:
                    bar.length = total
                    bar.update(done - bar.pos)

                return await verify_ledger(conn, progress=show)

    answer(context.with_house(work), as_json=as_json)


@ledger.command("digest")
@click.option(
    "--date", "day", type=click.DateTime(["%Y-%m-%d", "%d.%m.%Y"]), help="Tag des Abdrucks."
)
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def digest(context: Context, day: datetime | None, as_json: bool) -> None:
    """Den Tagesabdruck zeigen; ohne Datum den von heute, der dabei entsteht, wenn er fehlt."""

    async def work(house: House) -> tuple[store.Cut, list[asyncpg.Record]]:
        async with as_system(house, read_only=False) as conn:
            if day is None:
                await cut_today(conn)
            cut = await store.find_cut(conn, day.date() if day else None)
            if cut is None:
                raise NotFound("Für diesen Tag gibt es keinen Abdruck.")
            return cut, await store.list_cut_heads(conn, cut.day)

    cut, heads = context.with_house(work)
    chains = [{"owner": r["code"], "seq": r["seq"], "hash": r["hash"].hex()} for r in heads]
    if as_json:
        body = {
            "number": f"K-{cut.day}",
            "day": str(cut.day),
            "n": cut.n,
            "prev_root": cut.prev_root.hex(),
        }
        click.echo(json.dumps({**body, "root": cut.root.hex(), "chains": chains}))
        return
    click.echo(f"K-{cut.day} (Nr. {cut.n})\n{cut.root.hex()}")
    for c in chains:
        click.echo(f"{c['owner']:>4} {c['seq']:>8} {c['hash']}")


@ledger.command("export")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="Zieldatei (JSON Lines).",
)
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def export(context: Context, out: Path, as_json: bool) -> None:
    """Alle Buchungszeilen mit ihren Prüfsummen in eine Datei schreiben."""

    async def work(house: House) -> tuple[int, bytes]:
        count = 0
        async with as_system(house) as conn:
            heads = await store.list_heads(conn)
            known, head = {o: seq for o, seq, _hash in heads}, live_root(heads)
            with out.open("w", encoding="utf-8") as file:
                file.write(json.dumps({"format": FORMAT, "head": head.hex()}) + "\n")
                async for row in store.export_transfers(conn):
                    if row["seq"] > known.get(row["owner_id"], 0):
                        continue  # posted after the heads were read
                    file.write(json.dumps(to_json(dict(row))) + "\n")
                    count += 1
        return count, head

    count, head = context.with_house(work)
    body = {"transfers": count, "head": head.hex(), "file": str(out)}
    click.echo(json.dumps(body) if as_json else f"{count} Zeilen, Kopf {head.hex()}")


@ledger.command("replay")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--json", "as_json", is_flag=True)
def replay_file(file: Path, as_json: bool) -> None:
    """Eine ausgegebene Datei ohne Datenbank nachrechnen; derselbe Kopf oder Ende 1."""
    with file.open(encoding="utf-8") as lines:
        found = replay_lines(lines)
    answer(found, as_json=as_json)


def replay_lines(lines: Iterable[str]) -> Verification:
    """The proof of an exported ledger from its text alone; Invalid when it is none."""
    source = iter(lines)
    try:
        start = json.loads(next(source))
        if start["format"] != FORMAT:
            raise KeyError("format")
        wanted = bytes.fromhex(start["head"])
    except (StopIteration, ValueError, KeyError, TypeError):
        raise Invalid("Das ist keine ausgegebene Buchungsdatei.") from None
    heads: dict[UUID, tuple[int, bytes]] = {}
    count, first = 0, None
    for row, bad in replay(_rows(source)):
        count += 1
        first = first or bad
        heads[row["owner_id"]] = (row["seq"], row["hash"])
    head = live_root((o, seq, h) for o, (seq, h) in heads.items())
    if first is None and head != wanted:
        first = Break(None, 0, "head")
    return Verification(count, len(heads), head, first)


def _rows(lines: Iterator[str]) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(lines, start=2):
        try:
            yield from_json(json.loads(line))
        except (ValueError, TypeError, AttributeError):
            raise Invalid(f"Zeile {number} der Datei ist nicht lesbar.") from None


def to_json(row: Mapping[str, Any]) -> dict[str, object]:
    """A transfer as plain JSON values: ids as text, bytes as hex, the instant as microseconds."""
    return {name: _plain(name, value) for name, value in row.items()}


def _plain(name: str, value: Any) -> object:
    if value is None:
        return None
    if name in IDS:
        return str(value)
    if name in BYTES:
        return value.hex()
    if name == "recorded_at":
        return (value - EPOCH) // timedelta(microseconds=1)
    return value


def from_json(row: Mapping[str, Any]) -> dict[str, Any]:
    """The way back from `to_json`."""
    return {name: _typed(name, value) for name, value in row.items()}


def _typed(name: str, value: Any) -> object:
    if value is None:
        return None
    if name in IDS:
        return UUID(value)
    if name in BYTES:
        return bytes.fromhex(value)
    if name == "recorded_at":
        return datetime.fromtimestamp(0, UTC) + timedelta(microseconds=value)
    return value


def answer(found: Verification, *, as_json: bool) -> None:
    """Print the proof; exit 1 when it broke."""
    bad = found.first_bad
    if as_json:
        click.echo(json.dumps(verification_json(found)))
    elif bad is None:
        click.echo(
            f"In Ordnung: {found.transfers} Zeilen in {found.chains} Ketten\nKopf {(found.head or b'').hex()}"
        )
    else:
        where = (
            f"Kette {bad.owner_id}, Zeile {bad.seq}" if bad.owner_id else _cut_text(found.wrong_cut)
        )
        click.echo(f"FEHLER: {where}: {BREAK_LABELS[bad.what]}")
    if bad:
        sys.exit(1)


def _cut_text(day: date | None) -> str:
    return f"Abdruck vom {day:%d.%m.%Y}" if day else "Gesamtkopf"


def verification_json(found: Verification) -> dict[str, object]:
    """The outside form (interfaces.md): ok, transfers, head, first_bad."""
    bad = found.first_bad
    first = (
        None
        if bad is None
        else {
            "owner_id": str(bad.owner_id) if bad.owner_id else None,
            "seq": bad.seq,
            "what": bad.what,
        }
    )
    return {
        "ok": found.ok,
        "transfers": found.transfers,
        "head": found.head.hex() if found.head else None,
        "first_bad": first,
    }


COMMANDS = (ledger,)
