"""„Irgendwas mit Meldewesen“: a buyer gets from a vague word to a comparison frozen as evidence, by visible words."""

import hashlib
import json
import re
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.browser import MISSING, is_missing
from tests.journeys.walk import Walk

pytestmark = [pytest.mark.browser, pytest.mark.skipif(is_missing(), reason=MISSING)]
STEPS = 12
STEPS_FROM_TICKS = 12
HASH = re.compile(r"\b[0-9a-f]{64}\b")


def test_from_a_vague_word_to_a_frozen_comparison(browser: Browser, served: str) -> None:
    """The word is none of any title; synonyms find it, reasons and the comparison are frozen with a hash."""
    walk = Walk(browser, served)
    walk.become("Birgit Beispiel")
    walk.click("Eine Leistung finden und beziehen")
    walk.fill("Katalog durchsuchen", "Meldewesen")
    walk.press("Filter anwenden")
    walk.sees("Mitgesucht")
    walk.click("Als Markterkundung festhalten")
    walk.press("Treffer übernehmen")
    decide(walk)
    walk.press("Speichern")
    walk.click("Vergleich ansehen und festhalten")
    walk.press("Als Beleg festhalten")
    walk.press("Speichern und weiter zum Festschreiben")
    walk.press("Jetzt festschreiben")
    number = re.search(r"ME-\d{4}-\d{4}", walk.text())
    assert number, walk.text()[:500]
    found = HASH.search(walk.text())
    assert found, walk.text()[:2000]
    assert "deckt die Aufgabe fachlich nicht ab" in walk.text()
    walk.click("Beleg prüfen")
    walk.sees("Der Beleg ist unverändert")
    prove(walk, found[0])
    assert walk.steps == STEPS
    walk.leave()


def test_a_facet_two_ticks_and_own_quantities(browser: Browser, served: str) -> None:
    """The search travels with the ticked hits: the evidence holds all hits, not the two compared alone."""
    walk = Walk(browser, served)
    walk.become("Birgit Beispiel")
    walk.click("Eine Leistung finden und beziehen")
    walk.fill("Katalog durchsuchen", "Arbeitsplatz")
    walk.press("Filter anwenden")
    facet = walk.page.locator("#facets fieldset").filter(has_text="Schutzbedarf")
    facet.get_by_role("checkbox", name=re.compile("^hoch")).check()
    walk.steps += 1
    walk.visitor.settle()
    hits = walk.page.get_by_role("checkbox", name=re.compile("^vergleichen"))
    every = hits.count()
    assert every > 2, walk.text()[:2000]
    for n in (0, 1):
        hits.nth(n).check()
        walk.steps += 1
    walk.sees("2 angekreuzt")
    walk.press("Angekreuzte vergleichen")
    walk.fill("Menge je Zeitraum", "120")
    walk.press("Berechnen")
    walk.press("Als Beleg festhalten")
    walk.sees(f"{every} Treffer: 2 in der engeren Wahl, 0 ausgeschlossen, {every - 2} noch offen")
    walk.page.get_by_text("Alle noch offenen gemeinsam entscheiden").click()
    walk.choose("Entscheidung für alle noch offenen", "deckt die Aufgabe fachlich nicht ab")
    walk.press("Speichern und weiter zum Festschreiben")
    walk.press("Jetzt festschreiben")
    found = HASH.search(walk.text())
    assert found, walk.text()[:2000]
    assert "Menge 120" in walk.text()
    assert "Arbeitsplatz" in walk.text()
    content = prove(walk, found[0])
    assert len(content["hits"]) == every
    assert len(content["comparison"]["columns"]) == 2
    assert walk.steps == STEPS_FROM_TICKS
    walk.leave()


def prove(walk: Walk, sha256: str) -> Any:
    """Whoever has the file can prove it without kdnx; gives its content."""
    with walk.page.expect_download() as coming:
        walk.page.get_by_role("link", name="JSON").locator("visible=true").first.click()
    content = coming.value.path().read_bytes()
    assert hashlib.sha256(content).hexdigest() == sha256
    values = json.loads(content)
    assert values["hits"]
    return values


def decide(walk: Walk) -> None:
    """Registry software is kept, payroll is left out with a reason."""
    rows = walk.page.get_by_role("row").filter(has=walk.page.get_by_role("combobox"))
    for n in range(rows.count()):
        row = rows.nth(n)
        is_fitting = "Einwohner" in row.inner_text()
        words = "in die engere Wahl" if is_fitting else "aus: deckt die Aufgabe fachlich nicht ab"
        row.get_by_role("combobox").select_option(label=words)
