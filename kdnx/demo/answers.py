"""What the offerings of the demonstration answer to the questions of their category; invented, cells of the file."""

from collections.abc import Mapping, Sequence

EVERYBODY: Sequence[tuple[str, Sequence[str]]] = (
    ("data_location", ("Nordrhein-Westfalen", "Nordrhein-Westfalen", "Deutschland", "Nordrhein-Westfalen")),
    ("processing_agreement", ("Muster liegt vor", "Muster liegt vor", "in Vorbereitung")),
    ("subcontractors", ("nein", "nein", "ja", "nein", "nein")),
    ("support_levels", (
        "First Level: nimmt Anfragen an, Second Level: fachliche Hilfe", "Second Level: fachliche Hilfe",
        "First Level: nimmt Anfragen an",
    )),
    ("support_times", ("Bürozeiten", "erweiterte Zeiten", "Bürozeiten", "rund um die Uhr")),
    ("backup", ("täglich", "stündlich oder öfter", "täglich")),
    ("backup_days", ("30 Tage", "90 Tage", "60 Tage")),
    ("second_site", ("ja", "ja", "nein")),
    ("patching", ("innerhalb von drei Tagen", "innerhalb eines Tages", "innerhalb einer Woche")),
    ("multi_tenant", ("ja", "ja", "nein", "ja")),
    ("authentication", (
        "Verzeichnisdienst des Abnehmers, zweiter Faktor", "SSO über SAML", "SSO über OpenID Connect, zweiter Faktor",
    )),
    ("accessibility", ("teilweise, Erklärung nennt Lücken", "vollständig (EN 301 549)", "nicht geprüft")),
    ("data_export", (
        "offenes Format, auf Anfrage", "offenes Format, selbst abrufbar", "Format des Herstellers",
    )),
    ("deletion_days", ("90 Tage", "30 Tage")),
)  # fmt: skip
BY_CATEGORY: Mapping[str, tuple[str, Sequence[str]]] = {
    "line_of_business": ("operation", (
        "technischer Betrieb, Anwendungsbetrieb", "Anwendungsbetrieb, fachliche Betreuung",
    )),
    "hosting": ("hosting_kind", ("Datensicherung", "virtuelle Server", "betreute Server", "Speicher")),
    "printing": ("output_kind", ("Druck, Kuvertierung, Versand", "Hybridbrief", "Scannen")),
    "hr_finance": ("hr_field", ("Entgelt und Bezüge", "Haushalt", "Zeitwirtschaft", "Steuern und Abgaben")),
    "geodata": ("geo_kind", ("ALKIS", "Kartendienste", "Geoportal")),
    "portals": ("portal_kind", ("Online-Dienst", "Serviceportal", "Formularserver")),
    "security": ("security_kind", ("Überwachung (SOC)", "Prüfungen", "Informationssicherheitsbeauftragte")),
    "service_desk": ("desk_kind", ("Anwenderbetreuung", "Behördennummer 115")),
    "ai": ("ai_kind", ("Assistent für Texte", "Sprache zu Text")),
    "consulting": ("consulting_kind", ("Digitalisierung", "Projektleitung", "Schulung")),
}  # fmt: skip
# some houses owe answers still: what the list of missing answers shows
SILENT = 13


COLUMNS = (
    *(key for key, _given in EVERYBODY),
    *dict.fromkeys(k for k, _given in BY_CATEGORY.values()),
)


def answers(category: str, n: int) -> dict[str, str | None]:
    """The cells of the n-th offering by column ('answer_' and the question's key); a silent house leaves all empty."""
    row: dict[str, str | None] = dict.fromkeys((f"answer_{key}" for key in COLUMNS), None)
    if n % SILENT == SILENT - 1:
        return row
    asked = [*EVERYBODY, *([BY_CATEGORY[category]] if category in BY_CATEGORY else [])]
    return row | {
        f"answer_{key}": given[(n + place) % len(given)] for place, (key, given) in enumerate(asked)
    }
