"""kill -9 in the middle of bookings: what was acknowledged stays, and no retry doubles it."""

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from uuid import UUID

import asyncpg
import httpx
import pytest

from kdnx.app import MODULES
from kdnx.audit.actions import finish
from kdnx.auth.actions import start_session
from kdnx.db.conn import Conn
from kdnx.db.embedded import Embedded
from kdnx.db.migrate import migrate
from kdnx.db.pool import open_pool, transaction
from kdnx.demo.scene import as_table
from kdnx.imports.actions import find_kind, run_import
from kdnx.viewer import Scope, Viewer
from tests.cast import Cast, make_cast
from tests.catalog.build import an_offering
from tests.serving import Serving, kdnx, wait_until

pytestmark = pytest.mark.slow
SYSTEM = Viewer(scope=Scope.SYSTEM)
CLIENTS = 4
ENOUGH = 12  # acknowledged confirmations before each kill
NET_CENTS = 12_345
DURABLE = {"KDNX_PG_UNSAFE": "0", "KDNX_API_RATE_PER_MINUTE": "1000000"}


@dataclass(frozen=True)
class Person:
    """A signed-in person of one side."""

    token: str
    csrf: str

    def headers(self, key: str, **more: str) -> dict[str, str]:
        """What a write carries."""
        base = {
            "cookie": f"kdnx_session={self.token}",
            "x-csrf-token": self.csrf,
            "sec-fetch-site": "same-origin",
        }
        return {**base, "idempotency-key": key, **more}


@dataclass
class Work:
    """What the clients sent and what was acknowledged, by key."""

    order: UUID
    provider: Person
    recipient: Person
    asked: list[str] = field(default_factory=list)
    proposed: dict[str, dict[str, object]] = field(default_factory=dict)
    confirmed: dict[str, int] = field(default_factory=dict)
    stop: threading.Event = field(default_factory=threading.Event)
    faults: list[str] = field(default_factory=list)

    def once(self, http: httpx.Client, key: str) -> None:
        """Propose and confirm under one key; a repetition must give the same booking."""
        body = {
            "order_id": str(self.order), "service_from": "2026-01-01", "service_to": "2026-01-31", "net_cents": NET_CENTS,
            "reference": key,
        }  # fmt: skip
        answer = http.post("/api/v1/bookings", json=body, headers=self.provider.headers(key))
        if answer.status_code != 201:
            self.complain(key, answer)
            return
        known = self.proposed.setdefault(key, answer.json())
        if known["id"] != answer.json()["id"]:
            self.faults.append(f"{key}: {known['id']} and {answer.json()['id']}")
        match = {"if-match": answer.headers.get("etag") or f'"{known["row_version"]}"'}
        done = http.post(
            f"/api/v1/bookings/{known['id']}/confirm",
            headers=self.recipient.headers(key + ".confirm", **match),
        )
        if done.status_code == 200:
            self.confirmed[key] = done.json()["confirmed_cents"]
        else:
            self.complain(key, done)

    def complain(self, key: str, answer: httpx.Response) -> None:
        """An answer of the application that is neither done nor „busy, try again“."""
        if (
            answer.status_code not in {500, 503}
            and answer.json().get("type") != "urn:kdnx:problem:in_progress"
        ):
            self.faults.append(f"{key}: {answer.status_code} {answer.text[:300]}")

    def run(self, address: str, name: str) -> None:
        """One client until the server dies under it."""
        n = 0
        with httpx.Client(base_url=address, timeout=20) as http:
            while not self.stop.is_set():
                n += 1
                key = f"{name}-{n:04}"
                self.asked.append(key)
                try:
                    self.once(http, key)
                except (httpx.TransportError, json.JSONDecodeError):
                    return


@pytest.fixture
def folder() -> Iterator[Path]:
    """A data folder that the server's user may reach; whatever still runs in it is ended afterwards."""
    with tempfile.TemporaryDirectory(prefix="kdnx-kill-") as name:
        place = Path(name)
        place.chmod(0o711)
        yield place
        if (place / "pg" / "pgdata" / "postmaster.pid").exists():
            kill_database(place)


def kill_database(data: Path) -> int:
    """kill -9 for the postmaster of this folder and every process of it; how many."""
    pid = int((data / "pg" / "pgdata" / "postmaster.pid").read_text().split()[0])
    listed = subprocess.run(
        ["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True
    ).stdout
    pairs = [tuple(map(int, line.split())) for line in listed.splitlines()]
    family = [p for p, parent in pairs if parent == pid]
    for one in (pid, *family):
        with contextlib.suppress(ProcessLookupError):
            os.kill(one, signal.SIGKILL)
    return len(family) + 1


async def begin(data: Path) -> Work:
    """Members, an order and two signed-in persons in a durable database, through the actions."""
    server = Embedded(data)
    server.start()
    try:
        await migrate(server.owner_dsn())
        pool = await open_pool(server.app_dsn(), size=2)
        async with transaction(pool, SYSTEM, finish=finish) as conn:
            cast = await make_cast(conn)
            offering = await an_offering(conn, cast.nord)
            order = await bring_order(conn, cast, offering.number)
            work = Work(
                order, await sign_in(conn, cast.nord.viewer), await sign_in(conn, cast.sued.viewer)
            )
        await pool.close()
        owner = await asyncpg.connect(
            server.owner_dsn()
        )  # the short builder of orders names no real offering
        await owner.execute("UPDATE exchange.order_version SET offering_id = $1", offering.id)
        await owner.close()
    finally:
        server.stop()
    return work


async def bring_order(conn: Conn, cast: Cast, offering: str) -> UUID:
    """A running order as the hub's file brings it, whole in the eyes of `kdnx check`."""
    kind = find_kind([k for m in MODULES for k in m.file_kinds], "orders")
    row = {
        "number": "L-2020-0001", "provider": cast.nord.code, "recipient": cast.sued.code, "offering": offering,
        "starts_on": date(2020, 1, 1), "yearly_net": "12000", "billing": "month", "route": "hub", "state": "aktiv",
    }  # fmt: skip
    await conn.act_as(cast.office)
    report = await run_import(conn, cast.office, kind, as_table([row]))
    assert not report.errors
    order: UUID = await conn.fetchval("SELECT id FROM exchange.service_order")
    await conn.act_as(SYSTEM)
    return order


async def sign_in(conn: Conn, viewer: Viewer) -> Person:
    """A session as sign-in makes it."""
    assert viewer.person_id is not None
    assert viewer.member_id is not None
    token = await start_session(
        conn, viewer.person_id, viewer.member_id, viewer.scope, user_agent="Probe"
    )
    csrf = await conn.fetchval(
        "SELECT csrf_token FROM kdnx.session WHERE id_hash = sha256(convert_to($1, 'UTF8'))", token
    )
    return Person(token, csrf)


def work_until_killed(
    work: Work, server: Serving, data: Path, *, round_: int, database: bool
) -> None:
    """Clients book until enough is acknowledged, then kill -9 under their hands."""
    work.stop.clear()
    before = len(work.confirmed)
    clients = [
        threading.Thread(target=work.run, args=(server.address, f"r{round_}c{n}"))
        for n in range(CLIENTS)
    ]
    for client in clients:
        client.start()
    wait_until(
        lambda: len(work.confirmed) >= before + ENOUGH or bool(work.faults), "too few bookings", 60
    )
    if database:
        assert kill_database(data) > CLIENTS
    server.kill()
    work.stop.set()
    for client in clients:
        client.join(60)
        assert not client.is_alive()


def retry(work: Work, server: Serving) -> None:
    """Everything again under the same keys, acknowledged or not; afterwards everything is done."""
    with httpx.Client(base_url=server.address, timeout=20) as http:
        for key in work.asked:
            work.once(http, key)
    assert work.faults == []
    assert set(work.confirmed) == set(work.asked)


async def in_database(data: Path) -> list[asyncpg.Record]:
    """The bookings as they stand, with how many rows of the ledger carry them at their provider."""
    with Embedded(data) as server:
        conn = await asyncpg.connect(server.owner_dsn())
        try:
            return await conn.fetch(
                "SELECT b.id, b.reference, b.state, (SELECT count(*) FROM exchange.transfer t WHERE t.owner_id = b.owner_id"
                " AND t.source_id = b.id AND t.kind = 'supply') AS supplies, (SELECT count(*) FROM exchange.confirmation c"
                " WHERE c.owner_id = b.owner_id AND c.booking_id = b.id) AS signatures FROM exchange.booking b"
            )
        finally:
            await conn.close()


def test_kill_loses_no_acknowledged_booking_and_doubles_none(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in DURABLE.items():
        monkeypatch.setenv(name, value)
    work = asyncio.run(begin(folder))
    server = Serving(["--data", str(folder), "serve", "--no-jobs"], folder / "server.log")
    for round_, database in enumerate((True, False, True)):
        server.start()
        work_until_killed(work, server, folder, round_=round_, database=database)
        assert work.faults == []
        promised = {str(b["id"]) for b in work.proposed.values()}
        signed = {str(work.proposed[k]["id"]) for k in work.confirmed}
        server.start()
        with httpx.Client(base_url=server.address) as http:
            headers = work.provider.headers("look")
            for one in promised:
                found = http.get(f"/api/v1/bookings/{one}", headers=headers)
                assert found.status_code == 200, one
                assert one not in signed or found.json()["state"] == "confirmed"
        retry(work, server)
        server.stop()
    proved = kdnx(folder, "ledger", "verify", "--json", **DURABLE)
    assert proved.returncode == 0, proved.stdout + proved.stderr
    assert json.loads(proved.stdout)["ok"] is True
    checked = kdnx(folder, "check", "--json", **DURABLE)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    rows = asyncio.run(in_database(folder))
    assert sorted(r["reference"] for r in rows) == sorted(work.asked)
    assert {(r["state"], r["signatures"]) for r in rows} == {("confirmed", 1)}
    assert {str(r["id"]) for r in rows} == {str(b["id"]) for b in work.proposed.values()}
    assert {r["supplies"] for r in rows} == {1}
