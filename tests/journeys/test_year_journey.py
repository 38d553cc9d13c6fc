"""A year from order to closed books and settled accounts, by people of three houses, each seeing only what is theirs.

The clock of the server moves on between the chapters, so that background work does at the turn of the year what it
does there: it proposes the bookings of the elapsed months.
"""

import os
import re
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest
from playwright.sync_api import Browser

from kdnx.clock import berlin_day, read_clock
from kdnx.db.pool import open_pool
from tests.browser import MISSING, is_missing
from tests.conftest import Cluster, clone
from tests.journeys.conftest import Demonstration
from tests.journeys.test_journeys import agree, find_number, take_offer
from tests.journeys.walk import Walk
from tests.serving import ROOT, Serving

pytestmark = [pytest.mark.browser, pytest.mark.skipif(is_missing(), reason=MISSING)]
TODAY = berlin_day(read_clock())
YEAR = TODAY.year
ELAPSED = 13 - TODAY.month  # months of the year from the first day of the order on
JANUARY = datetime(YEAR + 1, 1, 8, 9, tzinfo=UTC)


@dataclass
class Alliance:
    """The demonstration in a database of its own; its server starts at any day."""

    app_dsn: str
    owner_dsn: str
    folder: Path
    server: Serving | None = None

    def on(self, instant: datetime) -> str:
        """Do the background work that is due at that instant, then serve from there on; the address."""
        self.stop()
        ahead = (instant - read_clock()).total_seconds()
        environment = {
            "KDNX_DATABASE_URL": self.app_dsn, "KDNX_DEMO": "1", "KDNX_SIGN_IN_RATE_PER_MINUTE": "100000",
            "KDNX_TEST_CLOCK_AHEAD": str(ahead),
        }  # fmt: skip
        command = [sys.executable, "-m", "tests.clocked", "--data", str(self.folder), "run-due"]
        done = subprocess.run(
            command, cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True, check=False
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        words = ["--data", str(self.folder), "serve", "--no-jobs"]
        self.server = Serving(
            words, self.folder / "log", environment=environment, program="tests.clocked"
        )
        self.server.start()
        return self.server.address

    def stop(self) -> None:
        """End the running server."""
        if self.server is not None:
            self.server.stop()


@pytest.fixture(scope="module")  # set up before the browser: nothing asynchronous may run beside it
async def alliance(
    cluster: Cluster, demonstration: Demonstration, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Alliance]:
    """A copy that this test alone changes."""
    await demonstration.house.pool.close()  # a database with guests cannot be copied
    name = await clone(cluster, urlsplit(demonstration.app_dsn).path.strip("/"))
    demonstration.house.pool_ = await open_pool(demonstration.app_dsn, size=2)
    it = Alliance(cluster.app_dsn(name), cluster.owner_dsn(name), tmp_path_factory.mktemp("year"))
    yield it
    it.stop()
    owner = await asyncpg.connect(cluster.owner)
    await owner.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    await owner.close()


def test_from_order_to_closed_and_settled_year(alliance: Alliance, browser: Browser) -> None:
    """Köln delivers, Ahaus receives, the office of the hub runs the books with two persons."""
    walk = Walk(browser, alliance.on(read_clock()))
    number = order(walk)
    walk.leave()
    walk = Walk(browser, alliance.on(JANUARY))
    confirm(walk, number)
    bill(walk)
    for year in range(2025, YEAR + 1):
        close(walk, year)
    settle_open(walk)
    walk.leave()
    # the day's cut does not know what was just paid: the next settlement begins a day later
    walk = Walk(browser, alliance.on(JANUARY + timedelta(days=1)))
    settle(walk)
    own_line(walk)
    walk.click("Auswertung")
    walk.leave()


def order(walk: Walk) -> str:
    """Need, offer, reviews, approvals: the order runs from today."""
    walk.become("Birgit Beispiel")
    walk.click("Eine Leistung finden und beziehen")
    walk.fill("Katalog durchsuchen", "Datensicherung")
    walk.press("Filter anwenden")
    walk.click("Datensicherung (Backup) im Verbund", within="main")
    walk.click("Interesse bekunden")
    walk.fill("Gewünschter Beginn", TODAY.isoformat())
    walk.fill("Grundpreis", "5000")
    walk.press("Interesse bekunden")
    number = take_offer(walk, find_number(walk, "I"))
    agree(walk, number)
    return number


def confirm(walk: Walk, number: str) -> None:
    """What the plan proposed for the elapsed months waits for the recipient, who signs it."""
    walk.become("Bernd Bedarf")
    walk.search(number)
    proposed = (
        walk.page.locator("main")
        .get_by_role("row")
        .filter(has_text="vorgeschlagen")
        .get_by_role("link")
    )
    bookings = [name for name in proposed.all_inner_texts() if name.startswith(f"{number}/")]
    assert len(bookings) == ELAPSED
    for name in bookings:
        walk.search(number)
        walk.click(name, within="main")
        walk.press("Ganz bestätigen")
        walk.sees("bestätigt")


def bill(walk: Walk) -> None:
    """The provider bills the hub, the hub bills the recipients: the last quarter, everything that can be billed."""
    for person in ("Paul Probe", "Gisela Geschäftig"):
        walk.become(person)
        walk.click("Buchungen")
        walk.click("Rechnungen")
        walk.click("Zeitraum abrechnen")
        walk.choose("Zeitraum", f"4. Quartal {YEAR}")
        walk.press("Vorschau")
        walk.press("Ausgewählte stellen")


def close(walk: Walk, year: int) -> None:
    """The office begins, two houses confirm their balance, a second person closes."""
    walk.become("Gisela Geschäftig")
    walk.click("Buchungen")
    walk.click("Abschlüsse")
    walk.click(str(year))
    if walk.find("Abschluss beginnen", "button").count():
        walk.press("Abschluss beginnen")
    walk.press("Prüfsummen nachrechnen")
    for person in ("Paul Probe", "Bernd Bedarf"):
        walk.become(person)
        walk.click("Buchungen")
        walk.click("Abschlüsse")
        if walk.page.get_by_text(f"Der Saldo zum 31.12.{year}").count():
            walk.click("Jetzt bestätigen oder bestreiten")
            walk.press("Saldo bestätigen")
    walk.become("Theo Tarif")
    walk.click("Buchungen")
    walk.click("Abschlüsse")
    walk.click(str(year))
    for words in ("Offene Vorschläge als strittig vermerken", "Ich habe die Prüfliste geprüft."):
        box = walk.page.get_by_label(words)
        if box.count():
            box.check()
            walk.steps += 1
    walk.press("Jahr abschließen")
    walk.sees("Das Jahr ist abgeschlossen")


def settle_open(walk: Walk) -> None:
    """The settlement that the demonstration left waiting is released and paid."""
    walk.become("Gisela Geschäftig")
    walk.click("Buchungen")
    walk.click("Ausgleich")
    walk.click("Weiter mit", exact=False)
    walk.press("Zahlungen freigeben")
    walk.press("Als gezahlt buchen")
    walk.sees("Ausgeglichen")


def settle(walk: Walk) -> None:
    """The year's own: prepared and frozen by one, released and paid by the other."""
    walk.become("Theo Tarif")
    walk.click("Buchungen")
    walk.click("Ausgleich")
    walk.press("Vorschau anlegen")
    walk.press("Zum Stichtag einfrieren")
    walk.become("Gisela Geschäftig")
    walk.click("Buchungen")
    walk.click("Ausgleich")
    walk.click("Weiter mit", exact=False)
    walk.press("Zahlungen freigeben")
    walk.press("Als gezahlt buchen")
    walk.sees("Ausgeglichen")


def own_line(walk: Walk) -> None:
    """The provider reads its own line and statement, and no other house's."""
    walk.become("Paul Probe")
    walk.click("Buchungen")
    walk.click("Ausgleich")
    walk.click("S-", within="main", exact=False)
    assert (
        walk.page.locator("main").get_by_role("link", name=re.compile("Kontoauszug")).count() == 1
    )
    assert "IT Essen" not in walk.text()
    walk.click("Kontoauszug", within="main", exact=False)
    walk.sees("Stand am Stichtag")
