"""The planning and the dates as CSV and Excel files."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from starlette.responses import Response

from exchange.planning.calendar import EVENT_LABELS, Event
from exchange.planning.model import ASSUMPTION_LABELS, SIDE_LABELS, Forecast, Row, Side
from kdnx.imports.kinds import CellKind, Column
from kdnx.imports.writing import MEDIA, write_table
from kdnx.text import _

M = CellKind.MONEY
FORECAST = (
    Column("house", "Haus"),
    Column("year", "Jahr", CellKind.INTEGER),
    Column("side", "Seite"),
    Column("number", "Leistungsschein"),
    Column("title", "Leistung"),
    Column("partner", "Partner"),
    Column("booked_cents", "Gebucht Vorjahr netto", M),
    Column("expected_cents", "Erwartet Vorjahr netto", M),
    Column("next_cents", "Vorschau netto", M),
    Column("apart_cents", "Nicht mehr gebucht, laut Vertrag netto", M),
    Column("vat_cents", "Umsatzsteuer", M),
    Column("vat_risk_cents", "Umsatzsteuer, falls steuerpflichtig", M),
    Column("planned_cents", "Plan netto", M),
    Column("variance_cents", "Vorschau weniger Plan", M),
    Column("assumptions", "Annahmen"),
    Column("plan_note", "Bemerkung zum Plan"),
)
EVENTS = (
    Column("day", "Tag", CellKind.DAY),
    Column("kind", "Anlass"),
    Column("title", "Leistungsschein"),
    Column("detail", "Erläuterung"),
)

LETTER = (
    Column("side", "Seite"),
    Column("number", "Leistungsschein"),
    Column("title", "Leistung"),
    Column("partner", "Partner"),
    Column("expected", "Erwartet Vorjahr netto", M),
    Column("next", "Vorschau netto", M),
    Column("vat", "Umsatzsteuer", M),
    Column("vat_risk", "Umsatzsteuer, falls steuerpflichtig", M),
    Column("assumptions", "Annahmen"),
)


def letter_rows(body: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The rows of a letter with a sum for each side, to the cent the ones of the page."""
    found: list[Mapping[str, Any]] = []
    for side in Side:
        for x in body[side.value]:
            said = "; ".join(x["assumptions"])
            found.append({**x, "side": SIDE_LABELS[side], "assumptions": said})
        found.append({"side": _("Summe") + " " + SIDE_LABELS[side], **body["sums"][side.value]})
    return found


def forecast_rows(forecasts: Iterable[Forecast]) -> list[Mapping[str, Any]]:
    """Every order of every house."""
    return [_row(f, r) for f in forecasts for r in f.rows]


def _row(f: Forecast, r: Row) -> dict[str, Any]:
    plain = {c.name: getattr(r, c.name) for c in FORECAST if hasattr(r, c.name)}
    return {
        **plain, "house": f.member_name, "year": f.year, "side": SIDE_LABELS[r.side],
        "assumptions": "; ".join(ASSUMPTION_LABELS[a] for a in r.assumptions),
    }  # fmt: skip


def event_rows(events: Iterable[Event]) -> list[Mapping[str, Any]]:
    """Every date."""
    return [
        {"day": e.day, "kind": EVENT_LABELS[e.kind], "title": e.title, "detail": e.detail}
        for e in sorted(events, key=lambda e: (e.day, e.key))
    ]


def file_of(
    name: str, title: str, columns: Sequence[Column], rows: Sequence[Mapping[str, Any]], form: str
) -> Response:
    """An answer that is saved as a file; `form` is csv or xlsx."""
    return Response(
        write_table(title, columns, rows, form),
        media_type=MEDIA[form],
        headers={"Content-Disposition": f'attachment; filename="{name}.{form}"'},
    )
