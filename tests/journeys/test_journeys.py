"""The two main jobs, walked in the browser by clicking visible words, in a fixed number of steps."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Browser

from kdnx.clock import berlin_day, read_clock
from tests.browser import MISSING, is_missing
from tests.journeys.walk import Walk

pytestmark = [pytest.mark.browser, pytest.mark.skipif(is_missing(), reason=MISSING)]
TODAY = berlin_day(read_clock())
NEXT_YEAR = TODAY.year + 1
ORDER_STEPS = 49
TENDER_STEPS = 37


def test_from_a_need_to_a_confirmed_booking_in_the_report(browser: Browser, served: str) -> None:
    """„Ich brauche eine Datensicherung“: order with another member, approvals, booking, report."""
    walk = Walk(browser, served)
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
    book(walk, number)
    walk.click("Auswertung")
    walk.click("Leistung", within="main")
    row = walk.row("Datensicherung (Backup) im Verbund")
    assert "1.075,00" in row
    assert walk.steps == ORDER_STEPS
    walk.leave()


def take_offer(walk: Walk, number: str) -> str:
    """The provider offers what the catalogue proposes, the house that asked accepts; the order's number."""
    walk.become("Petra Muster")
    walk.task(f"Interesse {number}")
    walk.click("Angebot erstellen")
    walk.choose("Rechtsgrundlage", "gemeinsame Kontrolle")
    walk.fill("Begründung der Rechtsgrundlage", "Alle Beteiligten sind öffentliche Auftraggeber.")
    walk.choose("Steuerfall Vertrag 1", "19 %")
    walk.choose("Steuerfall Vertrag 2", "19 %")
    walk.press("Angebot abgeben")
    walk.become("Birgit Beispiel")
    walk.task(f"Interesse {number}")
    walk.click("Angebot annehmen")
    assert "5.000" in walk.row("Grundpreis")
    walk.sees("gemeinsame Kontrolle (§ 108 Abs. 4 GWB)")
    walk.press("Angebot annehmen")
    return find_number(walk, "L")


def agree(walk: Walk, number: str) -> None:
    """Tax and legal review, three approvals: five persons of three members, until the order runs."""
    walk.become("Theo Tarif")
    walk.search(number)
    walk.press("Steuerfall bestätigen")
    walk.press("Steuerfall bestätigen")
    walk.become("Julia Jura")
    walk.task(f"Leistungsschein {number}")
    walk.fill("Ergebnis der Prüfung", "Der Rechtsweg trägt.")
    walk.press("Als rechtlich geprüft vermerken")
    for person, act in (
        ("Paul Probe", "Bereitsteller"),
        ("Gisela Geschäftig", "Drehscheibe"),
        ("Bernd Bedarf", "Abnehmer"),
    ):
        walk.become(person)
        walk.task(f"Leistungsschein {number}")
        walk.press(f"als {act} freigeben")
    walk.sees("aktiv")


def book(walk: Walk, number: str) -> None:
    """The provider proposes what it delivered, the recipient confirms."""
    walk.become("Petra Muster")
    walk.search(number)
    walk.click("Buchung vorschlagen")
    walk.fill("Leistung von", TODAY.isoformat())
    walk.fill("Leistung bis", TODAY.isoformat())
    walk.fill("Betrag netto", "1.075,00")
    walk.press("Vorschlagen")
    walk.become("Bernd Bedarf")
    walk.search(f"{number}/1")  # many bookings wait: the number leads to it
    walk.press("Ganz bestätigen")
    walk.sees("bestätigt")


def test_from_a_demand_call_to_a_tender_draft(browser: Browser, served: str) -> None:
    """„Wir fragen den Bedarf gemeinsam ab“: answers of two houses, close, bundle, tender with regime and dates."""
    walk = Walk(browser, served)
    walk.become("Vera Verfahren")
    walk.click("Bedarfe")
    walk.click("Neue Bedarfsabfrage")
    walk.fill("Titel", "Arbeitsplatzrechner 2027")
    walk.fill("Erstes Jahr", str(NEXT_YEAR))
    walk.fill("Letztes Jahr", str(NEXT_YEAR))
    walk.fill("Antwortfrist", (TODAY + timedelta(days=30)).isoformat())
    walk.press("Entwurf speichern")
    walk.fill("Bezeichnung", "Arbeitsplatzrechner mit Bildschirm")
    walk.fill("CPV-Code", "30213000-5")
    walk.fill("Einheit", "Stück")
    walk.press("Position hinzufügen")
    walk.press("Abfrage starten")
    answer(walk, find_number(walk, "B"))
    bundle(walk)
    walk.sees("EU-Schwellenwert erreicht: EU-weites Verfahren")
    walk.sees("1.520.000,00 €")
    # dispatch on Monday 23 November 2026: 30 days end on 23 December, the day after is safe at any hour
    assert "30 Tage, bis 23.12.2026" in walk.row("Offenes Verfahren")
    assert "24.12.2026" in walk.row("Offenes Verfahren")
    assert "19.01.2027" in walk.row("Nicht offenes Verfahren")
    assert walk.steps == TENDER_STEPS
    walk.leave()


def answer(walk: Walk, number: str) -> None:
    """Two houses report their demand, each by two persons; the lead ends the call."""
    for writer, releaser, quantity in (
        ("Birgit Beispiel", "Bernd Bedarf", "400"),
        ("Erwin Entwurf", "Frieda Freigabe", "1.200"),
    ):
        walk.become(writer)
        walk.task(number)
        walk.fill(f"Arbeitsplatzrechner mit Bildschirm: erwartet {NEXT_YEAR}", quantity)
        walk.press("Speichern und zur Freigabe geben")
        walk.become(releaser)
        walk.task("Arbeitsplatzrechner 2027")
        walk.press("Freigeben und abgeben")
    walk.become("Vera Verfahren")
    walk.search(number)
    walk.press("Jetzt beenden")
    walk.confirm("Jetzt beenden")


def bundle(walk: Walk) -> None:
    """Lines into a lot with a price, frozen, and the tender set up."""
    walk.click("Bündeln")
    walk.fill("Geplanter Beginn des Verfahrens", "2026-11-23")
    walk.press("Bündelung anlegen")
    walk.fill("Geschätzter Preis je Stück, netto in €", "950")
    walk.fill("Quelle", "Marktpreise im Herbst")
    walk.press("Preis speichern")
    walk.fill("Neues Los", "Arbeitsplatzrechner")
    walk.press("Los anlegen")
    walk.tick("Alle auswählen")
    walk.choose("Los", "Arbeitsplatzrechner")
    walk.press("In Los legen")
    walk.press("Festschreiben")
    walk.click("Vergabe anlegen")
    walk.press("Speichern und berechnen")


def find_number(walk: Walk, series: str) -> str:
    """The number that the page shows."""
    found = re.search(series + r"-\d{4}-\d{4}", walk.text())
    assert found is not None
    return found.group()
