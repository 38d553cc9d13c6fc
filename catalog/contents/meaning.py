"""What legal bases and tax cases mean for the reader, in plain words."""

from catalog.contents.model import LegalBasis, TaxCase

LEGAL_BASIS_HELP = {
    LegalBasis.GWB_108_1: (
        "Der Abnehmer beherrscht den Anbieter wie eine eigene Dienststelle und darf ihn "
        "ohne Ausschreibung beauftragen."
    ),
    LegalBasis.GWB_108_3: (
        "Auftrag an die eigene Mutter oder an eine Schwester, die derselbe Träger "
        "beherrscht; keine Ausschreibung nötig."
    ),
    LegalBasis.GWB_108_4: (
        "Mehrere Träger beherrschen den Anbieter gemeinsam, etwa im Zweckverband; jeder "
        "von ihnen darf ihn direkt beauftragen."
    ),
    LegalBasis.GWB_108_6: (
        "Zwei öffentliche Häuser arbeiten für gemeinsame öffentliche Ziele zusammen; "
        "beide tragen etwas bei, es gilt keine Ausschreibungspflicht."
    ),
    LegalBasis.PUBLIC_LAW_AGREEMENT: (
        "Die Zusammenarbeit regelt eine öffentlich-rechtliche Vereinbarung, etwa nach §§ "
        "23 ff. GkG NRW."
    ),
    LegalBasis.TASK_TRANSFER: (
        "Die Aufgabe selbst geht mit allen Befugnissen über; das ist kein öffentlicher Auftrag."
    ),
    LegalBasis.TENDERED: (
        "Die Leistung wurde ausgeschrieben; wer im Verfahren als Bezugsberechtigter "
        "genannt ist, darf abrufen."
    ),
    LegalBasis.BELOW_THRESHOLD: (
        "Der Wert liegt unter der Grenze, ab der ein förmliches Verfahren nötig ist; die "
        "eigenen Wertgrenzen gelten."
    ),
}


TAX_HELP = {
    TaxCase.U19: "Auf den Nettopreis kommen 19 % Umsatzsteuer.",
    TaxCase.F29: (
        "Selbstständige Gemeinschaft, die ihren Mitgliedern die Kosten genau erstattet "
        "berechnet (§ 4 Nr. 29 UStG); es kommt keine Umsatzsteuer hinzu."
    ),
    TaxCase.FX: "Eine andere Vorschrift befreit von der Umsatzsteuer; die Rechnung nennt sie.",
    TaxCase.N2B: (
        "Zusammenarbeit juristischer Personen des öffentlichen Rechts ohne größere "
        "Wettbewerbsverzerrung (§ 2b UStG); es kommt keine Umsatzsteuer hinzu."
    ),
    TaxCase.NALT: (
        "Altes Recht nach § 27 Abs. 22 und 22a UStG; gilt für Leistungen bis 31.12.2026, "
        "danach § 2b UStG."
    ),
    TaxCase.KU: "Der Anbieter ist Kleinunternehmer und weist keine Umsatzsteuer aus.",
    TaxCase.OPEN: "Der Anbieter klärt den Steuerfall noch; planen Sie vorsichtshalber mit 19 %.",
}
