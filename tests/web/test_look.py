"""The style guide in a real browser under the real policy: reflow, axe, keyboard, no script."""

import re
import shutil
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from playwright.sync_api import Browser, Dialog, Page, sync_playwright

from kdnx.web import styleguide
from kdnx.web.templating import Shell, ShellViewer, make_environment, render

ROOT = Path(__file__).parents[2]
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
NAV = [
    "Start",
    "Katalog",
    "Bedarfe",
    "Vergaben",
    "Rahmenverträge",
    "Leistungsscheine",
    "Auswertung",
]
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM, reason="Chromium fehlt: apt-get install chromium"),
]


def guide(theme: str) -> str:
    """The style guide as the server would send it."""
    shell = Shell(
        nav=[(name, f"/{i}", i == 3) for i, name in enumerate(NAV)],
        viewer=ShellViewer("Marlies Beispiel", "Nordrechen", ["Bewertung"]),
        task_count=7,
        theme=theme,
        path="/styleguide",
        demo=True,
    )
    env = make_environment({"shell": "kdnx.web"})
    return render(env, "shell/styleguide.html", {"shell": shell, **styleguide.values()})


class Pages(SimpleHTTPRequestHandler):
    """Our static files and the rendered guide, with the policy of the application."""

    def __init__(self, *args: Any, **over: Any) -> None:
        super().__init__(*args, directory=str(ROOT / "kdnx" / "web"), **over)

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", POLICY)
        super().end_headers()

    def do_GET(self) -> None:
        if self.path.startswith("/static/"):
            super().do_GET()
            return
        body = guide(self.path.strip("/")).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        """Silence: the test says what failed."""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Where the guide is served."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Pages) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()


def visit(browser: Browser, url: str, **over: Any) -> Page:
    """An open page; every message of the console is kept in `page.complaints`."""
    page = browser.new_context(**over).new_page()
    complaints: list[str] = []
    page.on("console", lambda m: complaints.append(m.text))
    page.on("pageerror", lambda e: complaints.append(str(e)))
    page.on("requestfailed", lambda r: complaints.append(r.url))
    page.goto(url, wait_until="networkidle")
    assert complaints == []
    return page


@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_no_page_scrolls_sideways(browser: Browser, address: str, width: int) -> None:
    over = {"is_mobile": True, "has_touch": True} if width < 500 else {}
    page = visit(browser, address + "/light", viewport={"width": width, "height": 800}, **over)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(browser: Browser, address: str, theme: str, width: int) -> None:
    size = {"width": width, "height": 800}
    page = visit(browser, f"{address}/{theme}", viewport=size, bypass_csp=True)
    page.add_script_tag(path=AXE)
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    found = page.evaluate("t => axe.run(document, {runOnly: t})", tags)
    assert [v["id"] for v in found["violations"]] == []


def test_touch_targets_are_large(browser: Browser, address: str) -> None:
    size = {"width": 390, "height": 800}
    page = visit(browser, address + "/light", viewport=size, is_mobile=True, has_touch=True)
    small = page.evaluate(
        """[...document.querySelectorAll(
            "a.kern-btn, button, select, summary, .kx-input, .kx-check, .kx-tick"
        )].filter(e => e.offsetParent && e.getBoundingClientRect().height < 44)
        .map(e => e.outerHTML)"""
    )
    assert small == []


def test_menu_opens_on_the_phone_without_script(browser: Browser, address: str) -> None:
    size = {"width": 390, "height": 800}
    page = visit(browser, address + "/light", viewport=size, java_script_enabled=False)
    assert not page.get_by_role("link", name="Rahmenverträge", exact=True).is_visible()
    page.get_by_role("button", name="Menü", exact=True).click()
    page.get_by_role("link", name="Rahmenverträge", exact=True).wait_for(state="visible")
    assert not page.get_by_role("button", name="Drucken").is_visible()


def test_facets_wait_closed_on_the_phone_and_open_on_the_desk(
    browser: Browser, address: str
) -> None:
    box = "Rechenzentrum 9"
    desk = visit(browser, address + "/light", viewport={"width": 1280, "height": 800})
    assert desk.get_by_label(box).is_visible()
    phone = visit(browser, address + "/light", viewport={"width": 390, "height": 800})
    assert not phone.get_by_label(box).is_visible()
    phone.get_by_text("Filter 2").click()
    assert phone.get_by_label(box).is_visible()


def test_matrix_is_one_tab_stop_with_arrow_keys(browser: Browser, address: str) -> None:
    page = visit(browser, address + "/light")
    stops = "[data-matrix] td [tabindex='0'], [data-matrix] td[tabindex='0']"
    assert page.locator(stops).count() == 1
    page.locator("[data-matrix] tbody tr").nth(0).locator("a").nth(0).focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowLeft")
    assert page.evaluate("document.activeElement.textContent") == "126"
    page.keyboard.press("End")
    assert page.evaluate("document.activeElement.textContent") == "341"


def test_select_all_ticks_all_and_follows(browser: Browser, address: str) -> None:
    page = visit(browser, address + "/light")
    ticked = "document.querySelectorAll('input[name=booking]:checked').length"
    master = page.get_by_label("Alle auswählen")
    master.check()
    assert page.evaluate(ticked) == 4
    page.get_by_label("B-2026-002 auswählen").uncheck()
    assert page.evaluate("e => e.indeterminate", master.element_handle())
    master.check()
    master.uncheck()
    assert page.evaluate(ticked) == 0


def test_error_summary_has_the_focus_and_leads_to_the_field(browser: Browser, address: str) -> None:
    page = visit(browser, address + "/light")
    assert page.evaluate("document.activeElement.matches('[data-error-summary]')")
    page.get_by_role("link", name=re.compile("Bitte eine Zahl")).click()
    assert page.evaluate("document.activeElement.id") == "amount"


def test_leaving_with_unsaved_text_is_asked(browser: Browser, address: str) -> None:
    page = visit(browser, address + "/light")
    asked: list[str] = []

    def leave(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", leave)
    page.goto(address + "/dark")
    assert asked == []
    page.get_by_label("Titel der Leistung").fill("Neu")
    page.goto(address + "/light")
    assert asked == ["beforeunload"]


def test_confirm_dialog_opens_and_closes_without_our_script(browser: Browser, address: str) -> None:
    page = visit(browser, address + "/light", java_script_enabled=False)
    page.get_by_role("button", name="Verfahren aufheben").click()
    page.get_by_role("button", name="Aufheben", exact=True).wait_for(state="visible")
    page.get_by_role("button", name="Abbrechen", exact=True).click()
    page.get_by_role("button", name="Aufheben", exact=True).wait_for(state="hidden")


@pytest.mark.parametrize("theme", ["", "dark"])
def test_dark_pages_print_dark_on_white(browser: Browser, address: str, theme: str) -> None:
    page = visit(browser, f"{address}/{theme}", color_scheme="dark")
    page.emulate_media(media="print", color_scheme="dark")
    ink = "getComputedStyle(document.querySelector('h1')).color"
    lightness = float(re.findall(r"[\d.]+", page.evaluate(ink))[0])
    assert lightness < 0.3
    assert not page.locator(".kx-header").is_visible()


def test_what_is_folded_is_read_on_paper_but_forms_are_not(browser: Browser, address: str) -> None:
    page = visit(browser, address + "/light")
    page.evaluate("""document.querySelector('main').insertAdjacentHTML('beforeend',
      '<details><summary>im Einzelnen</summary><ul><li>gefaltet</li></ul></details>' +
      '<details class="kx-disclose"><summary>Ändern</summary><ul><li>Änderungsfeld</li></ul></details>')""")
    inside = page.get_by_text("gefaltet")
    assert not inside.is_visible()
    page.emulate_media(media="print")
    assert inside.is_visible() and inside.bounding_box()["height"] > 0
    assert not page.get_by_text("Änderungsfeld").is_visible()
