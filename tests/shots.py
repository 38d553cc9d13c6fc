"""`python3 run.py shots`: pictures of the main pages into screenshots/, and what axe and the ruler say about them."""

import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser

from tests.browser import DESK, PHONE, Missing, Visitor, axe, chromium, demonstration, sideways
from tests.serving import ROOT

OUT = ROOT / "screenshots"
WIDTHS = (320, 390, 1280)
ID = r"[0-9a-f-]{36}"


@dataclass(frozen=True)
class Shot:
    """A page: who looks, where, and the links to follow from there (each the first that matches)."""

    name: str
    person: str
    path: str
    follow: str = ""
    then: str = ""


SHOTS = (
    Shot("anmelden", "", "/login"),
    Shot("start", "Birgit Beispiel", "/"),
    Shot("aufgaben", "Petra Muster", "/tasks"),
    Shot("katalog", "Birgit Beispiel", "/offerings"),
    Shot("leistung", "Birgit Beispiel", "/offerings", rf"/offerings/{ID}$"),
    Shot("nichts-gefunden", "Birgit Beispiel", "/offerings?q=Raketenstart"),
    Shot(
        "rechner",
        "Birgit Beispiel",
        "/offerings",
        rf"/offerings/{ID}$",
        rf"/offerings/{ID}/calculator",
    ),
    Shot(
        "vergleich",
        "Birgit Beispiel",
        "/searches/frozen",
        rf"/searches/frozen/{ID}$",
        r"/offerings/compare\?",
    ),
    Shot("suchen", "Birgit Beispiel", "/searches"),
    Shot("erkundungen", "Birgit Beispiel", "/searches/frozen"),
    Shot("erkundung-arbeit", "Birgit Beispiel", "/searches/frozen", rf"/searches/frozen/{ID}$"),
    Shot(
        "erkundung-beleg", "Birgit Beispiel", "/searches/frozen?q=ME-", rf"/searches/frozen/{ID}$"
    ),
    Shot("fragen", "Birgit Beispiel", "/questions"),
    Shot("meine-leistungen", "Erwin Entwurf", "/offerings/mine"),
    Shot("entwurf", "Erwin Entwurf", "/offerings/mine", rf"/offerings/{ID}/edit$"),
    Shot(
        "abschnitt",
        "Erwin Entwurf",
        "/offerings/mine",
        rf"/offerings/{ID}/edit$",
        r"/edit/operation",
    ),
    Shot("fortschreibung", "Erwin Entwurf", "/offerings/rollover"),
    Shot("anwendungen", "Birgit Beispiel", "/landscape/mine"),
    Shot("landschaft", "Birgit Beispiel", "/landscape"),
    Shot("kandidaten", "Birgit Beispiel", "/landscape/candidates"),
    Shot("gesuche", "Birgit Beispiel", "/requests?view=all"),
    Shot("gesuch", "Birgit Beispiel", "/requests?view=all", rf"/requests/{ID}$"),
    Shot("interessen", "Petra Muster", "/interests"),
    Shot("interesse", "Birgit Beispiel", "/interests?state=offered", rf"/interests/{ID}$"),
    Shot("leistungsscheine", "Petra Muster", "/orders"),
    Shot("leistungsschein", "Petra Muster", "/orders", rf"/orders/{ID}$"),
    Shot("buchungen", "Bernd Bedarf", "/bookings?view=all"),
    Shot("buchung", "Bernd Bedarf", "/bookings?view=all", rf"/bookings/{ID}$"),
    Shot("rechnungen", "Gisela Geschäftig", "/invoices"),
    Shot("abrechnen", "Gisela Geschäftig", "/invoices/new?period=2024-Q1"),
    Shot("gutschrift", "Frieda Freigabe", "/invoices?type=389", rf"/invoices/{ID}$"),
    Shot("gutschriftverfahren", "Frieda Freigabe", "/self-billing", rf"/self-billing/{ID}$"),
    Shot("buchungsplan", "Petra Muster", "/schedules"),
    Shot("spitzabrechnungen", "Petra Muster", "/cost-pools"),
    Shot("abschluss", "Gisela Geschäftig", "/closings/2025"),
    Shot("saldo", "Bernd Bedarf", "/closings/2025/balance"),
    Shot("ausgleich", "Gisela Geschäftig", "/settlements", rf"/settlements/{ID}$"),
    Shot(
        "kontoauszug",
        "Paul Probe",
        "/settlements",
        rf"/settlements/{ID}$",
        rf"/settlements/{ID}/members/{ID}$",
    ),
    Shot("journal", "Paul Probe", "/journals?first=2026-01-01&last=2026-12-31"),
    Shot("konten", "Paul Probe", "/journals/accounts"),
    Shot("planung", "Petra Muster", "/planning"),
    Shot("steuerblick", "Theo Tarif", "/tax-watch"),
    Shot("zusammenarbeit", "Julia Jura", "/cooperations", rf"/cooperations/{ID}$"),
    Shot("stichproben", "Rita Revision", "/audit"),
    Shot("bedarfe", "Vera Verfahren", "/demands"),
    Shot("bedarfsabfrage", "Vera Verfahren", "/demands", rf"/demands/{ID}$"),
    Shot("buendelung", "Vera Verfahren", "/bundles", rf"/bundles/{ID}$"),
    Shot("vergaben", "Vera Verfahren", "/tenders"),
    Shot("vergabe", "Vera Verfahren", "/tenders", rf"/tenders/{ID}$"),
    Shot("auswertung", "Leo Lenker", "/reports"),
    Shot("matrix", "Leo Lenker", "/reports/matrix"),
    Shot("mitglieder", "Birgit Beispiel", "/members"),
    Shot("mitglied", "Birgit Beispiel", "/members", rf"/members/{ID}$"),
    Shot("buchungsbuch", "Rita Revision", "/transfers"),
    Shot("verwaltung", "Anton Anlage", "/admin"),
)


def find_path(visitor: Visitor, shot: Shot) -> str:
    """The address of the page, after its links were followed."""
    path = shot.path
    visitor.open(path)
    for wanted in (w for w in (shot.follow, shot.then) if w):
        hrefs: list[str] = visitor.page.eval_on_selector_all(
            "main a[href]", "links => links.map(a => a.getAttribute('href'))"
        )
        found = next((h for h in hrefs if re.search(wanted, h)), "")
        if not found:
            raise LookupError(f"{shot.name}: auf {path} führt kein Link weiter")
        path = found
        visitor.open(path)
    return path


def take(browser: Browser, address: str, shot: Shot, out: Path) -> Iterator[str]:
    """Four pictures of a page; yields what is wrong with it."""
    desk = Visitor.enter(browser, address, viewport=DESK)
    if shot.person:
        desk.sign_in(shot.person)
    try:
        path = find_path(desk, shot)
    except LookupError as error:
        yield str(error)
        desk.leave()
        return
    state = desk.context.storage_state()
    desk.open(path)
    desk.page.screenshot(path=out / f"{shot.name}-desktop.png", full_page=True)
    yield from (f"{shot.name}: {c}" for c in axe(desk.page))
    desk.page.emulate_media(media="print")
    desk.page.screenshot(path=out / f"{shot.name}-druck.png", full_page=True)
    desk.page.emulate_media(media="screen", color_scheme="dark")
    desk.page.screenshot(path=out / f"{shot.name}-dunkel.png", full_page=True)
    yield from (f"{shot.name} (dunkel): {c}" for c in axe(desk.page))
    yield from (f"{shot.name}: {c}" for c in desk.complaints)
    desk.leave()
    phone = Visitor.enter(
        browser, address, viewport=PHONE, is_mobile=True, has_touch=True, storage_state=state
    )
    phone.open(path)
    phone.page.screenshot(path=out / f"{shot.name}-telefon.png", full_page=True)
    for width in WIDTHS:
        phone.page.set_viewport_size({"width": width, "height": 800})
        if over := sideways(phone.page):
            yield f"{shot.name}: scrollt bei {width} Pixeln um {over} zur Seite"
    phone.page.set_viewport_size(PHONE)
    yield from (f"{shot.name} (Telefon): {c}" for c in axe(phone.page))
    phone.leave()


def main(words: list[str]) -> int:
    """All pages, or those named; 1 when something was found. `--address URL` uses a running demonstration."""
    given = words[words.index("--address") + 1] if "--address" in words else ""
    names = {w for w in words if not w.startswith("--") and w != given}
    if not names:
        shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir(exist_ok=True)
    findings: list[str] = []
    with tempfile.TemporaryDirectory(prefix="kdnx-shots-") as folder, chromium() as browser:
        if given:
            findings = photograph(browser, given, names)
        else:
            with demonstration(Path(folder)) as address:
                findings = photograph(browser, address, names)
    print(f"{len(list(OUT.glob('*.png')))} Bilder in {OUT.name}/, {len(findings)} Befunde")
    return 1 if findings else 0


def photograph(browser: Browser, address: str, names: set[str]) -> list[str]:
    """Every wanted page; its findings, printed as they come."""
    findings = []
    for shot in (s for s in SHOTS if not names or s.name in names):
        found = list(take(browser, address, shot, OUT))
        print(f"{shot.name:18} {'in Ordnung' if not found else ''}", flush=True)
        for finding in found:
            print(f"  {finding}", flush=True)
        findings += found
    return findings


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except Missing as missing:
        sys.exit(f"kdnx: {missing}")
