"""Somebody who knows no address: starts at `/`, reads German words on the page, clicks them, and counts the clicks."""

import re
from typing import Any

from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser import Visitor


class Walk:
    """A walk through the application by its visible words; `steps` counts clicks.

    Every page passed must be without complaint of the browser.
    """

    def __init__(self, browser: Browser, address: str, **over: Any) -> None:
        self.visitor = Visitor.enter(browser, address, **over)
        self.page: Page = self.visitor.page
        self.steps = 0
        self.page.goto(address + "/")

    def click(self, name: str, role: str = "link", *, within: str = "", exact: bool = True) -> None:
        """Click the visible thing of that name; `within` is a CSS part of the page such as main."""
        self._click(self.find(name, role, within=within, exact=exact))

    def find(
        self, name: str, role: str = "link", *, within: str = "", exact: bool = True
    ) -> Locator:
        """The first visible thing of that role and name."""
        place = self.page.locator(within) if within else self.page
        return place.get_by_role(role, name=name, exact=exact).locator("visible=true").first  # type: ignore[arg-type]  # a role's name

    def _click(self, target: Locator) -> None:
        target.click()
        self.visitor.settle()
        self.steps += 1
        self.check()

    def press(self, name: str) -> None:
        """Press a button."""
        self.click(name, "button")

    def become(self, name: str) -> None:
        """Change the person through the words at the top: two clicks."""
        if self.page.get_by_role("link", name="Rolle wechseln").locator("visible=true").count():
            self.click("Rolle wechseln")
        self.click(name, "button", within="main")
        self.sees(f"Guten Tag, {name}")

    def task(self, words: str) -> None:
        """Open the task whose title has these words: from the start page, else from the list of all tasks."""
        if self.page.locator("main").get_by_role("link", name=words).count() == 0:
            self.click("Aufgaben", exact=False)
            self.steps -= 1  # tasks that other journeys left behind are not this one's
        self.click(words, within="main", exact=False)

    def fill(self, label: str, value: str, *, nth: int = 0) -> None:
        """Type into the field with that label."""
        self.field(label).nth(nth).fill(value)

    def tick(self, label: str) -> None:
        """Tick a box."""
        self.page.get_by_label(label, exact=True).check()
        self.steps += 1

    def choose(self, label: str, words: str) -> None:
        """Pick from a list by what is to be read there."""
        field = self.field(label).first
        option = field.locator("option").filter(has_text=re.compile(words)).first
        field.select_option(label=option.inner_text())

    def search(self, words: str) -> None:
        """Type into the search field of every page and send it; a number leads straight to its object."""
        self.page.get_by_role("searchbox", name="Alles durchsuchen").fill(words)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")
        self.visitor.settle()
        self.steps += 1
        self.check()

    def field(self, label: str) -> Locator:
        """Visible fields with that label."""
        return (
            self.page.get_by_label(label, exact=True)
            .or_(self.page.get_by_label(re.compile(f"^{re.escape(label)}\\b")))
            .locator("visible=true")
        )

    def sees(self, words: str) -> None:
        """The words stand on the page."""
        expect(
            self.page.locator("main").get_by_text(words).locator("visible=true").first
        ).to_be_visible()

    def confirm(self, name: str) -> None:
        """Press the button of the dialog that has opened."""
        self._click(
            self.page.get_by_role("dialog")
            .get_by_role("button", name=name, exact=True)
            .locator("visible=true")
            .first
        )

    def row(self, words: str) -> str:
        """What the row of a table with these words says."""
        return (
            self.page.get_by_role("row")
            .filter(has_text=words)
            .locator("visible=true")
            .first.inner_text()
        )

    def text(self) -> str:
        """What stands in the main part."""
        return self.page.locator("main").inner_text()

    def check(self) -> None:
        """No complaint so far, and no page of a fault."""
        assert self.visitor.complaints == [], (self.page.url, self.visitor.complaints)

    def leave(self) -> None:
        """The end of the walk."""
        self.check()
        self.visitor.leave()
