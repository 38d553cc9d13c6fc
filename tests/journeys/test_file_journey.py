"""„Ich habe es in Excel“: a service owner publishes an offering from one row of the template, and 37 bad rows end well."""

import io
from pathlib import Path

import pytest
import xlsxwriter
from playwright.sync_api import Browser
from python_calamine import CalamineWorkbook

from tests.browser import MISSING, is_missing
from tests.journeys.walk import Walk

pytestmark = [pytest.mark.browser, pytest.mark.skipif(is_missing(), reason=MISSING)]
STEPS = 16
ROW = {
    "Mitglied": "M21",
    "Eigene Kennung": "M21-AUS-DATEI",
    "Titel": "Digitaler Posteingang für Fachämter",
    "Kategorie": "Druck & Output",
    "Kurzbeschreibung": "Post wird gescannt, verteilt und fristgerecht abgelegt",
    "Beschreibung": "Eingang, Scannen, Zuordnung und Ablage in der E-Akte, mit Prüfung durch Menschen.",
    "Preisart": "nach Nutzung",
    "Bezugsgröße": "je Seite",
    "Zeitraum": "je Nutzung",
    "Preis netto in Euro": 0.085,
    "Zielgruppe": "alle Mitglieder",
    "Rechtsgrundlage": "§ 108 Abs. 6 GWB – Zusammenarbeit",
    "Umsatzsteuer": "nicht steuerbar, § 2b UStG",
    "Schutzbedarf": "hoch",
    "Vorlauf in Tagen": 30,
    "Kündigungsfrist in Monaten": 6,
    "Ansprechperson": "Team Posteingang",
    "Angabe: Wo die Daten liegen": "Nordrhein-Westfalen",
    "Angabe: Vertrag zur Auftragsverarbeitung": "Muster liegt vor",
    "Angabe: Unterauftragnehmer beteiligt": "nein",
}


def fill_in(template: bytes, rows: list[dict[str, object]]) -> bytes:
    """The template with other rows in place of its example, as somebody would write them in Excel."""
    headings = [
        str(c)
        for c in CalamineWorkbook.from_filelike(io.BytesIO(template))
        .get_sheet_by_index(0)
        .to_python()[0]
    ]
    assert {n for row in rows for n in row} <= set(headings)
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, headings)
        for y, row in enumerate(rows, start=1):
            for name, value in row.items():
                sheet.write(y, headings.index(name), value)
    return out.getvalue()


def bring(walk: Walk, folder: Path, rows: list[dict[str, object]]) -> None:
    """Download the template, fill it, upload it, check the rows."""
    walk.click("Start")
    walk.click("Daten importieren oder exportieren")
    walk.click("Datei importieren")
    with walk.page.expect_download() as coming:
        walk.page.get_by_role("link", name="Leistungen", exact=True).click()
    walk.steps += 1
    file = folder / "leistungen.xlsx"
    file.write_bytes(fill_in(coming.value.path().read_bytes(), rows))
    walk.choose("Was ist in der Datei?", "Leistungen")
    walk.page.get_by_label("Datei", exact=True).set_input_files(file)
    walk.press("Hochladen und Spalten zuordnen")
    walk.press("Zeilen prüfen")


def test_an_offering_is_published_from_a_row(browser: Browser, served: str, tmp_path: Path) -> None:
    """Template, one row, check, commit; then the second person reads and publishes it."""
    walk = Walk(browser, served)
    walk.become("Petra Muster")
    bring(walk, tmp_path, [ROW])
    walk.sees("Alle Zeilen sind in Ordnung")
    walk.press("Jetzt übernehmen")
    walk.click("Zu den Daten: Leistungen")
    walk.click(str(ROW["Titel"]), within="main", exact=False)
    walk.press("Zur Prüfung geben")
    walk.become("Paul Probe")
    walk.task(str(ROW["Titel"]))
    walk.press("Diese Fassung veröffentlichen")
    walk.sees("Team Posteingang")
    assert walk.steps == STEPS
    walk.leave()


def test_bad_rows_are_named_and_the_good_ones_come_in(
    browser: Browser, served: str, tmp_path: Path
) -> None:
    """Of 60 rows 37 are faulty: nothing is written before the person says so, then 23 drafts are there."""
    rows = [
        {**ROW, "Eigene Kennung": f"M21-R{n}", "Titel": f"Reihe {n} aus der Datei"}
        for n in range(60)
    ]
    for n in range(37):
        rows[n]["Kategorie"] = "Gibt es nicht"
    walk = Walk(browser, served)
    walk.become("Petra Muster")
    bring(walk, tmp_path, rows)
    walk.sees("37 Zeilen sind fehlerhaft. Ohne Ihre Entscheidung wird nichts übernommen.")
    assert "Diese Kategorie gibt es nicht" in walk.text()
    walk.press("Nur die fehlerfreien Zeilen übernehmen")
    walk.sees("Übernommen")
    walk.click("Zu den Daten: Leistungen")
    walk.sees("Reihe 59 aus der Datei")
    assert walk.page.get_by_role("link", name="Reihe 0 aus der Datei").count() == 0
    walk.leave()
