"""„Ich biete etwas an“: a service owner publishes a complete offering by form, and what may go wrong ends well."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import MISSING, Visitor, is_missing
from tests.journeys.walk import Walk

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(is_missing(), reason=MISSING),
]
STEPS = 17
AFTER = "Speichern und weiter: "


def test_a_service_owner_publishes_a_complete_offering(browser: Browser, served: str) -> None:
    """From the start page to the published offering: two persons, seven short pages."""
    walk = Walk(browser, served)
    walk.become("Petra Muster")
    walk.click("Katalog")
    walk.click("Neue Leistung")
    walk.fill("Titel", "Terminvergabe für Bürgerbüros")
    walk.choose("Kategorie", "Portale")
    walk.press("Entwurf anlegen")
    walk.sees("Nächster Schritt: Beschreibung")
    fill_sections(walk)
    walk.press("Zur Prüfung geben")
    walk.become("Paul Probe")
    walk.task("Terminvergabe für Bürgerbüros")
    walk.sees("Güte der Angaben")
    walk.press("Diese Fassung veröffentlichen")
    walk.sees("Team Terminvergabe")
    assert walk.steps == STEPS
    walk.leave()


def fill_sections(walk: Walk) -> None:
    """Six short pages, each saved on the way to the next."""
    walk.click("Weiter mit „Beschreibung“")
    walk.fill("Kurzbeschreibung", "Termine online vergeben")
    walk.fill(
        "Beschreibung", "Bürgerinnen und Bürger buchen Termine; das Amt steuert Plätze und Zeiten."
    )
    walk.press(AFTER + "Preise")
    walk.choose("Art", "laufend")
    walk.choose("Bezugsgröße", "je Einwohner")
    walk.choose("Zeitraum", "im Jahr|je Jahr|Jahr")
    walk.fill("Preis", "0,12")
    walk.press(AFTER + "Zielgruppen und Recht")
    walk.choose("Zielgruppe", "alle Mitglieder")
    walk.choose("Rechtsgrundlage", "Abs. 6")
    walk.choose("Umsatzsteuer", "nicht steuerbar, § 2b")
    walk.press(AFTER + "Betrieb und Service")
    walk.fill("Vorlauf bis zur Bereitstellung", "30")
    walk.fill("Kündigungsfrist", "6")
    walk.choose("Wo die Daten liegen", "Nordrhein-Westfalen")
    walk.choose("Vertrag zur Auftragsverarbeitung", "Muster liegt vor")
    walk.choose("Unterauftragnehmer beteiligt", "nein")
    walk.press(AFTER + "Daten und Sicherheit")
    walk.choose("Schutzbedarf", "normal")
    walk.press(AFTER + "Ansprechpersonen")
    walk.fill("Funktion oder Name", "Team Terminvergabe")
    walk.press("Speichern und zur Übersicht")
    walk.sees("Nächster Schritt: zur Prüfung geben")


def a_draft(page: Page, address: str, title: str) -> str:
    """A new draft of the person signed in; the address of its task list."""
    page.goto(address + "/offerings/new")
    page.get_by_label("Titel").fill(title)
    page.locator("#category_id").select_option(index=1)
    page.get_by_role("button", name="Entwurf anlegen").click()
    page.wait_for_url(re.compile(r"/edit$"))
    return page.url


def test_it_saves_itself_and_survives_a_lost_connection(browser: Browser, served: str) -> None:
    """Typed text is saved without a button; without a connection it stays, says so, and is saved afterwards."""
    visitor = Visitor.enter(browser, served)
    visitor.sign_in("Petra Muster")
    page = visitor.page
    base = a_draft(page, served, "Verbindung und Entwurf")
    page.goto(base + "/description", wait_until="networkidle")
    line = page.locator("[role=status][data-saved]")
    page.get_by_label("Kurzbeschreibung").fill("Speichert sich selbst")
    expect(line).to_have_text(re.compile(r"gespeichert um \d\d:\d\d"))
    assert visitor.complaints == []
    visitor.context.set_offline(True)
    page.locator("#description").fill("Im Tunnel getippt")
    expect(line).to_have_text(re.compile("Keine Verbindung"))
    expect(page.locator("#description")).to_have_value("Im Tunnel getippt")
    visitor.context.set_offline(False)
    expect(line).to_have_text(re.compile(r"gespeichert um \d\d:\d\d"), timeout=15_000)
    page.goto(base + "/description", wait_until="networkidle")
    expect(page.locator("#description")).to_have_value("Im Tunnel getippt")
    expect(page.get_by_label("Kurzbeschreibung")).to_have_value("Speichert sich selbst")
    visitor.leave()


def test_two_windows_and_a_double_click(browser: Browser, served: str) -> None:
    """The same field in two windows is shown and chosen; a double click is one save; nobody publishes alone."""
    first, second = (Visitor.enter(browser, served) for _n in range(2))
    for visitor in (first, second):
        visitor.sign_in("Petra Muster")
    base = a_draft(first.page, served, "Zwei Fenster")
    for visitor in (first, second):
        visitor.page.goto(base + "/description", wait_until="networkidle")
    second.page.get_by_label("Kurzbeschreibung").fill("aus dem zweiten")
    second.page.get_by_role("button", name="Speichern und zur Übersicht").dblclick()
    second.page.wait_for_url(base)
    first.page.get_by_label("Kurzbeschreibung").fill("aus dem ersten")
    first.page.get_by_role("button", name="Speichern und zur Übersicht").click()
    expect(first.page.get_by_text("aus dem zweiten")).to_be_visible()
    expect(first.page.get_by_text("aus dem ersten")).to_be_visible()
    first.page.get_by_role("button", name="So speichern").click()
    first.page.wait_for_url(base)
    first.page.goto(base + "/description")
    expect(first.page.get_by_label("Kurzbeschreibung")).to_have_value("aus dem ersten")
    # not complete: there is no button that would send it off
    first.page.goto(base)
    assert first.page.get_by_role("button", name="Zur Prüfung geben").count() == 0
    assert first.page.get_by_role("button", name=re.compile("veröffentlichen")).count() == 0
    for visitor in (first, second):
        visitor.leave()
