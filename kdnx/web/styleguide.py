"""Invented values for the page that shows every part in every state (`shell/styleguide.html`)."""

from datetime import UTC, date, datetime
from typing import Any

from kdnx.errors import FieldError
from kdnx.web import charts
from kdnx.web.form import Form
from kdnx.web.formats import eur_short

VOLUME = [
    ("2021", 20.1),
    ("2022", 22.0),
    ("2023", 24.0),
    ("2024", 26.0),
    ("2025", 28.4),
    ("2026", 30.7),
    ("2027", 33.1),
]
MEMBERS = [
    "Nordrechen",
    "Suedrechen",
    "Fremd",
    "Hub",
    "Datenverarbeitungszentrum Mittelniederrhein",
]
FLOWS = [
    [0, 229, 23, 446, 57],
    [126, 0, 87, 0, 128],
    [15, 31, 0, 59, 0],
    [391, 157, 247, 0, 555],
    [5, 0, 41, 12, 0],
]


def _one(value: float) -> str:
    return f"{value:.1f}".replace(".", ",")


def _euro(value: float) -> str:
    return eur_short(int(value))


def _charts() -> dict[str, Any]:
    known = [v for _label, v in VOLUME]
    spans = [
        charts.Span("Bedarfe erheben", date(2026, 2, 12), date(2026, 4, 30), "done"),
        charts.Span("Angebotsfrist", date(2026, 6, 15), date(2026, 8, 28), "done"),
        charts.Span("Prüfung und Wertung", date(2026, 8, 29), date(2026, 11, 30), "now"),
        charts.Span("Vertragslaufzeit, erstes Jahr", date(2026, 12, 16), date(2027, 6, 15)),
    ]
    parts = [("Fachverfahren", [9.1, 10.0, 11.2]), ("Rechenzentrum", [8.2, 8.6, 9.3]),
             ("Netz", [4.1, 5.2, 5.5]), ("Schulung", [0.6, 0.7, 0.9])]  # fmt: skip
    return {
        "columns": charts.column_chart(
            VOLUME, title="Volumen je Jahr", finding="Das Volumen wächst seit 2021.", show=_one,
            forecast=1,
        ),
        "stacked": charts.stacked_columns(
            ["2023", "2024", "2025"], parts, title="Volumen nach Kategorie",
            finding="Fachverfahren tragen den größten Teil.", show=_one,
        ),
        "bars": charts.bar_chart(
            [("Nordrechen", 487_800_000), ("Hub", 339_800_000), (MEMBERS[4], 40_700_000)],
            title="Größte Erbringer", finding="Nordrechen liefert am meisten.", show=_euro,
        ),
        "line": charts.line_chart(
            VOLUME, title="Prognose", finding="2027 werden 33,1 Mio. € erwartet.", show=_one,
            forecast=1, band=[None] * 5 + [(30.7, 30.7), (31.9, 34.3)],
        ),
        "spark": charts.sparkline(known, title="Verlauf 2021 bis 2027: steigend"),
        "gantt": charts.gantt_chart(
            spans, title="Zeitplan", finding="Die Prüfung läuft bis 30.11.2026.",
            today=date(2026, 11, 22),
        ),
    }  # fmt: skip


def values() -> dict[str, Any]:
    """Everything that the template asks for."""
    top = max(max(row) for row in FLOWS)
    errors = [
        FieldError("amount", "Bitte eine Zahl eingeben, zum Beispiel 1.234,50."),
        FieldError("title", "Bitte ausfüllen."),
    ]
    return {
        "charts": _charts(),
        "volume": [(label, _one(value)) for label, value in VOLUME],
        "key": charts.series_key(["Fachverfahren", "Rechenzentrum", "Netz", "Schulung"]),
        "form": Form[Any](raw={"amount": "1.234.50", "title": ""}, errors=errors),
        "members": MEMBERS,
        "heat": [
            [(v or "", charts.heat_class(v, top), "#" if v else "") for v in row] for row in FLOWS
        ],
        "row_sums": [sum(row) for row in FLOWS],
        "column_sums": [sum(column) for column in zip(*FLOWS, strict=True)],
        "total": sum(map(sum, FLOWS)),
        "moment": datetime(2026, 11, 20, 9, 41, tzinfo=UTC),
    }
