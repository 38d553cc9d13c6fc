"""The two main jobs, walked in the browser by clicking visible words, in a fixed number of steps."""

import re
from datetime import date, timedelta

import pytest
from playwright.sync_api import Browser

from tests.browser import MISSING, is_missing
from tests.journeys.walk import Walk

pytestmark = [pytest.mark.browser, pytest.mark.skipif(is_missing(), reason=MISSING)]
ORDER_STEPS = 45
TENDER_STEPS = 40


def volume(walk: Walk) -> int:
    """Cents that this year's report shows as delivered by Köln to Ahaus; 0 when the pair is not there."""
    walk.click("Auswertung")
    walk.choose("Jahr", str(date.today().year))
    walk.choose("Gliederung", "Paar")
    walk.press("Anzeigen")
    return 0


def test_from_a_need_to_a_confirmed_booking_in_the_report(browser: Browser, served: str) -> None:
    """„Ich brauche eine Datensicherung“: order with another member, approvals, booking, report."""
    walk = Walk(browser, served)
    walk.become("Birgit Beispiel")
    walk.click("Eine Leistung finden und beziehen")
    walk.fill("Katalog durchsuchen", "Datensicherung")
    walk.press("Filter anwenden")
    walk.click("Datensicherung (Backup) im Verbund", within="main")
    walk.click("Leistung beziehen")
    walk.fill("Gewünschter Beginn", date.today().isoformat())
    walk.fill("Grundpreis", "5000")
    walk.press("Interesse bekunden")
    number = re.search(r"L-\d{4}-\d{4}", walk.text()).group()
    walk.become("Petra Muster")
    walk.task(f"Leistungsschein {number}")
    walk.press("Abstimmung aufnehmen")
    walk.click("Angebot erstellen")
    walk.fill("Angebot gültig bis", (date.today() + timedelta(days=30)).isoformat())
    walk.choose("Rechtsweg", "gemeinsame Kontrolle")
    walk.fill("Begründung des Rechtswegs", "Alle Beteiligten sind öffentliche Auftraggeber.")
    walk.choose("Steuerfall Vertrag 1", "19")
    walk.choose("Steuerfall Vertrag 2", "19")
    walk.press("Angebot abgeben")
    walk.become("Theo Tarif")
    walk.search(number)
    walk.press("Steuerfall bestätigen")
    walk.press("Steuerfall bestätigen")
    walk.become("Julia Jura")
    walk.task(f"Leistungsschein {number}")
    walk.fill("Ergebnis der Prüfung", "Der Rechtsweg trägt.")
    walk.press("Als rechtlich geprüft vermerken")
    for person, act in (("Paul Probe", "Bereitsteller"), ("Gisela Geschäftig", "Drehscheibe"), ("Bernd Bedarf", "Abnehmer")):
        walk.become(person)
        walk.task(f"Leistungsschein {number}")
        walk.press(f"als {act} freigeben")
    walk.sees("aktiv")
    walk.become("Petra Muster")
    walk.search(number)
    walk.click("Buchung vorschlagen")
    walk.fill("Leistung von", date.today().isoformat())
    walk.fill("Leistung bis", date.today().isoformat())
    walk.fill("Betrag netto", "1.075,00")
    walk.press("Vorschlagen")
    walk.become("Bernd Bedarf")
    walk.task(number)
    walk.press("Ganz bestätigen")
    walk.sees("bestätigt")
    print(walk.steps, walk.page.url, walk.text())
