"""Debian's Chromium as the tests use it: strict about every complaint, axe in German, widths, persons of the demonstration."""

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from playwright.sync_api import Browser, BrowserContext, Page, Request, sync_playwright

from tests.serving import ROOT, Serving

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
MISSING = "Chromium fehlt: apt-get install chromium"
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
AXE = ROOT / "node_modules" / "axe-core"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
DESK = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}
QUIET, LOOK = 120, 30  # milliseconds without a request, and how often they are looked at
# so many numbered cells cost axe seconds each; the contrast of the five steps is tested on its own
HEAVY = ("/reports/matrix",)
RUN_AXE = """async ([locale, tags, contrast]) => {
  axe.configure({ locale });
  const found = await axe.run(document, { runOnly: tags, rules: { "color-contrast": { enabled: contrast } } });
  return found.violations.map(v => v.id + ": " + v.help + " – " + v.nodes.slice(0, 3).map(n => n.target.join(" ")).join(" | "));
}"""


class Missing(Exception):
    """What the browser tests need is not on this machine; the message says how to get it."""


def is_missing() -> bool:
    """No Chromium here, and this is no acceptance run: there it must be."""
    return CHROMIUM is None and not os.environ.get("CI")


@contextmanager
def chromium() -> Iterator[Browser]:
    """A running Chromium."""
    if CHROMIUM is None:
        raise Missing(MISSING)
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def demonstration(folder: Path) -> Iterator[str]:
    """`kdnx demo` over an empty folder, loaded once; its address."""
    folder.chmod(0o711)  # the database runs as another user where the tests run as root
    data = folder / "data"
    log = folder / "demo.log"
    words = ["demo", "--data", str(data), "--no-browser"]
    server = Serving(
        words, log, environment={"KDNX_PG_UNSAFE": "1", "KDNX_SIGN_IN_RATE_PER_MINUTE": "100000"}
    )
    server.start(seconds=240)
    try:
        yield server.address
    finally:
        server.stop()


@dataclass
class Visitor:
    """One browser window of somebody: where it is, and what the browser complained about."""

    address: str
    context: BrowserContext
    page: Page
    complaints: list[str] = field(default_factory=list)
    under_way: set[Request] = field(default_factory=set)
    # the cookies of who signed in at an address: a second window need not click again
    signed_in: ClassVar[dict[tuple[str, str], Any]] = {}

    @classmethod
    def enter(cls, browser: Browser, address: str, **over: Any) -> "Visitor":
        """A fresh window; German, Berlin time; `over` are Playwright's settings of a context."""
        settings = {"viewport": DESK, "locale": "de-DE", "timezone_id": "Europe/Berlin", **over}
        context = browser.new_context(**settings)
        context.set_default_timeout(15_000)
        visitor = cls(address, context, context.new_page())
        visitor.watch(visitor.page)
        return visitor

    def watch(self, page: Page) -> None:
        """Keep every console error, page error, refused or failed request; a refused style or script is one."""
        page.on("request", self._begin)
        page.on("requestfinished", self._end)
        page.on("requestfailed", self._end)
        page.on(
            "console",
            lambda m: (
                self.complaints.append(f"console: {m.text}")
                if m.type in {"error", "warning"}
                else None
            ),
        )
        page.on("pageerror", lambda e: self.complaints.append(f"page: {e}"))
        page.on(
            "requestfailed",
            lambda r: (
                self.complaints.append(f"request: {r.url} {r.failure}")
                if not left_behind(r)
                else None
            ),
        )

    def _begin(self, request: Request) -> None:
        self.under_way.add(request)

    def _end(self, request: Request) -> None:
        self.under_way.discard(request)

    def sign_in(self, name: str) -> None:
        """Click a person of the demonstration; a second window of theirs keeps the session."""
        kept = self.signed_in.get((self.address, name))
        if kept:
            self.context.add_cookies(kept)
            return
        self.page.goto(self.address + "/login")
        self.page.get_by_role("button", name=name, exact=True).first.click()
        self.settle()
        self.signed_in[self.address, name] = self.context.cookies()

    def open(self, path: str) -> None:
        """Go to an address (not in journeys, which click)."""
        self.page.goto(self.address + path)
        self.settle()

    def settle(self) -> None:
        """Wait until the page is loaded and nothing has been asked of the server for a moment."""
        self.page.wait_for_load_state("load")
        quiet = 0
        while quiet < QUIET:
            self.page.wait_for_timeout(LOOK)
            quiet = 0 if self.under_way else quiet + LOOK

    def leave(self) -> None:
        """Close the window."""
        self.context.close()


def left_behind(request: Any) -> bool:
    """A request that the browser itself gave up because the page was left."""
    return "ERR_ABORTED" in (request.failure or "")


def axe(page: Page) -> list[str]:
    """What axe finds, in German; empty is right. Colours that are still changing are waited for."""
    page.evaluate("Promise.all(document.getAnimations().map(a => a.finished.catch(() => null)))")
    page.evaluate((AXE / "axe.min.js").read_text(encoding="utf-8"))
    locale = json.loads((AXE / "locales" / "de.json").read_text(encoding="utf-8"))
    found: list[str] = page.evaluate(RUN_AXE, [locale, TAGS, not any(h in page.url for h in HEAVY)])
    return found


def sideways(page: Page) -> int:
    """By how many pixels the page scrolls sideways; 0 is right."""
    over: int = page.evaluate(
        "Math.max(0, document.documentElement.scrollWidth - document.documentElement.clientWidth)"
    )
    return over
