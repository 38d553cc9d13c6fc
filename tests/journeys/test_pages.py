"""The main pages under every glass: axe in light and dark, three widths, paper, forced colours, no script, keys alone."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import DESK, MISSING, PHONE, Visitor, axe, is_missing, sideways
from tests.journeys.walk import Walk
from tests.shots import SHOTS, WIDTHS, Shot, find_path

pytestmark = [pytest.mark.browser, pytest.mark.skipif(is_missing(), reason=MISSING)]
FEWEST_BYTES = 5_000  # of a page printed to PDF


@pytest.fixture(params=SHOTS, ids=lambda s: s.name)
def shot(request: pytest.FixtureRequest) -> Shot:
    """Each main page."""
    return request.param  # type: ignore[no-any-return]  # pytest gives no type


@pytest.fixture
def seen(browser: Browser, served: str, shot: Shot) -> Iterator[Visitor]:
    """Its person in front of it."""
    visitor = Visitor.enter(browser, served)
    if shot.person:
        visitor.sign_in(shot.person)
    visitor.open(find_path(visitor, shot))
    yield visitor
    visitor.leave()


def test_page_is_clean(seen: Visitor) -> None:
    page = seen.page
    assert seen.complaints == []
    assert axe(page) == []
    page.emulate_media(color_scheme="dark")
    assert axe(page) == []
    page.emulate_media(color_scheme="light", forced_colors="active")
    assert page.locator("h1").locator("visible=true").count() == 1
    page.emulate_media(forced_colors="none")
    assert len(page.pdf(format="A4")) > FEWEST_BYTES
    page.set_viewport_size(PHONE)
    page.reload(wait_until="networkidle")
    assert axe(page) == []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        assert sideways(page) == 0, width
    assert seen.complaints == []


def test_search_and_interest_work_without_script(browser: Browser, served: str) -> None:
    walk = Walk(browser, served, java_script_enabled=False)
    walk.become("Birgit Beispiel")
    walk.click("Katalog")
    walk.fill("Katalog durchsuchen", "Posteingang")
    walk.press("Filter anwenden")
    walk.click("Posteingang scannen", within="main")
    walk.click("Interesse bekunden")
    walk.fill("Gewünschter Beginn", "2026-12-01")
    walk.press("Interesse bekunden")
    walk.sees("Interesse bekundet")
    walk.leave()


def focus_by_tab(page: Page, name: str) -> None:
    """Press Tab until the thing of that name has the focus, and that the focus can be seen there."""
    script = """() => { const e = document.activeElement;
      return ((e.labels && e.labels[0] && e.labels[0].innerText) || e.innerText || e.value || "").trim(); }"""
    for _press in range(80):
        page.keyboard.press("Tab")
        if page.evaluate(script).startswith(name):
            ring = page.evaluate(
                "getComputedStyle(document.activeElement).outlineStyle + getComputedStyle(document.activeElement).boxShadow"
            )
            assert ring != "nonenone", f"{name}: der Fokus ist nicht zu sehen"
            return
    raise AssertionError(f"mit der Tabulatortaste nicht erreichbar: {name}")


def test_a_form_is_filled_and_sent_with_keys_alone(browser: Browser, served: str) -> None:
    visitor = Visitor.enter(browser, served, viewport=DESK)
    page = visitor.page
    page.goto(served + "/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.innerText") == "Zum Inhalt springen"
    focus_by_tab(page, "Barriere melden")
    with page.expect_navigation(wait_until="networkidle"):
        page.keyboard.press("Enter")
    focus_by_tab(page, "Was")
    page.keyboard.type("Die Tabelle wird nicht vorgelesen.")
    focus_by_tab(page, "Meldung senden")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Danke")).to_be_visible()
    assert visitor.complaints == []
    visitor.leave()
