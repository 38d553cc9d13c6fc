"""The words of the field: one word, one meaning, with the source where a law gives it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Term:
    """A German term, what it means here, the source, and the name in the program."""

    term: str
    meaning: str
    source: str = ""
    code: str = ""


TERMS = (
    Term("Abnehmer", "Mitglied, das eine Leistung bezieht.", code="recipient"),
    Term(
        "Altbestand",
        "Buchungen früherer Jahre, die beim Einstieg übernommen und als solche gekennzeichnet sind.",
        code="legacy",
    ),
    Term(
        "Bedarfsabfrage",
        "Aufruf an die Mitglieder, zu festen Positionen bis zu einem Stichtag ihren Bedarf zu melden.",
        code="DemandCall",
    ),
    Term(
        "Bedarfsmeldung",
        "Antwort eines Mitglieds auf eine Bedarfsabfrage: Mindest-, erwartete und Höchstmenge je Jahr.",
        code="DemandResponse",
    ),
    Term("Bereitsteller", "Mitglied, das eine Leistung erbringt.", code="provider"),
    Term(
        "Bestätigung",
        "Zustimmung des Abnehmers zu einer vorgeschlagenen Buchung. Erst sie macht aus dem Vorschlag eine Buchung.",
        code="Confirmation",
    ),
    Term(
        "Buchung",
        "Abrechnung einer Leistung für einen Leistungszeitraum; sie gilt, wenn beide Seiten sie tragen.",
        code="Booking",
    ),
    Term(
        "Bündelung",
        "Zusammenlegen gleicher Bedarfe mehrerer Mitglieder zu Positionen und Losen.",
        code="Bundle",
    ),
    Term(
        "Drehscheibe",
        "Das Mitglied, über das Verträge und Zahlungen laufen. Welches das ist, ist mit Datum festgelegt.",
        code="hub",
    ),
    Term(
        "Gutschrift",
        "Rechnung, die nach Vereinbarung der Abnehmer im Namen des Verkäufers stellt. Widerspricht der Verkäufer, "
        "verliert sie die Wirkung einer Rechnung. Nicht zu verwechseln mit der Rechnungskorrektur.",
        "§ 14 Abs. 2 UStG",
        "self_billed",
    ),
    Term(
        "Inhouse-Vergabe",
        "Auftrag an eine gemeinsam kontrollierte Stelle ohne Vergabeverfahren.",
        "§ 108 GWB",
        "legal_route",
    ),
    Term(
        "Leistung",
        "Angebot eines Mitglieds an andere Mitglieder mit Preis, Leistungsgüte und Rechtsgrundlage.",
        code="Offering",
    ),
    Term(
        "Leistungsaustausch",
        "Alle Leistungen, die Mitglieder einander erbringen. Das Volumen ist die Summe der "
        "bestätigten Netto-Beträge des ersten Vertragsbeins nach Leistungszeitraum, ohne Umlage, "
        "Umsatzsteuer und Abrufe aus gemeinsamen Vergaben.",
        code="exchange_volume",
    ),
    Term(
        "Leistungsschein",
        "Einzelvertrag über eine Leistung: Umfang, Preis, Laufzeit, Rechtsgrundlage und Steuerentscheidung.",
        code="ServiceOrder",
    ),
    Term(
        "Leitweg-ID",
        "Adresse einer öffentlichen Stelle für elektronische Rechnungen.",
        "E-Rechnungsverordnung",
    ),
    Term(
        "Los",
        "Teil einer Vergabe, auf den einzeln geboten werden kann.",
        "§ 97 Abs. 4 GWB, § 30 VgV",
        "Lot",
    ),
    Term(
        "Offenes Verfahren",
        "Vergabeverfahren, in dem jedes Unternehmen ein Angebot abgeben kann.",
        "§ 15 VgV",
    ),
    Term(
        "Rahmenvereinbarung",
        "Vereinbarung, die Bedingungen für spätere Einzelaufträge festlegt, mit Höchstmenge und in "
        "der Regel höchstens vier Jahren Laufzeit.",
        "§ 21 VgV",
        "FrameworkAgreement",
    ),
    Term(
        "Rechnungskorrektur",
        "Beleg, mit dem der Aussteller eine Rechnung ganz oder in einzelnen Positionen zurücknimmt.",
        "§ 31 Abs. 5 UStDV",
        "credit_note",
    ),
    Term(
        "Rechtsnachfolge",
        "Ein Mitglied tritt mit Datum an die Stelle eines anderen. Vergangenes bleibt unverändert, "
        "laufende Verträge gehen über.",
        code="Succession",
    ),
    Term(
        "Schwellenwert",
        "Auftragswert, ab dem das europäische Vergaberecht gilt. Er ist mit Datum und Quelle hinterlegt.",
        "§ 106 GWB",
        "eu_threshold",
    ),
    Term(
        "Storno",
        "Gegenbuchung, die eine bestätigte Buchung aufhebt. Gelöscht wird nie.",
        code="Reversal",
    ),
    Term(
        "Umlage",
        "Aufschlag der Drehscheibe auf das zweite Vertragsbein, mit Datum festgelegt.",
        code="surcharge",
    ),
    Term("Vergabevermerk", "Fortlaufende Dokumentation eines Vergabeverfahrens.", "§ 8 VgV"),
    Term(
        "Vertragsbein",
        "Einer der beiden Verträge eines Leistungsscheins: Bereitsteller an Drehscheibe, Drehscheibe an Abnehmer.",
        code="Leg",
    ),
    Term(
        "Vier Augen",
        "Zwei verschiedene Personen handeln; maßgeblich ist die Person, nicht die Rolle.",
        "§ 58 Abs. 5 VgV für den Zuschlag",
    ),
    Term(
        "Wertschätzung",
        "Schätzung des Auftragswerts netto über die gesamte Laufzeit einschließlich Optionen.",
        "§ 3 VgV",
        "value_estimate",
    ),
)
