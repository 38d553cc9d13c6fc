"""The own three-year table and the overview of the members as files: CSV and XLSX."""

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.responses import Response

from exchange.inhouse.actions import Known, Monitor
from exchange.inhouse.model import (
    BASIS_LABELS,
    LABELS,
    LIGHT_LABELS,
    PART_LABELS,
    PARTS,
    Basis,
    DeclarationState,
    Light,
)
from kdnx.clock import berlin_day
from kdnx.db.conn import Conn
from kdnx.errors import Refused
from kdnx.imports.kinds import CellKind, Column, FileKind, Outcome, Row
from kdnx.imports.writing import MEDIA, write_file
from kdnx.text import _
from kdnx.viewer import Permission, Viewer

MONEY = CellKind.MONEY
OWN = (
    Column("year", "Jahr", CellKind.INTEGER), Column("house", "Haus"), Column("version", "Fassung", CellKind.INTEGER),
    Column("state", "Stand"), Column("basis", "Grundlage"), Column("total_cents", "Gesamt", MONEY),
    *(Column(n, t, MONEY) for n, t in PART_LABELS.items()), Column("entrusted_cents", "betraut", MONEY),
    Column("ledger", "Hauptbuch", MONEY), Column("evidence", "Nachweis"),
)  # fmt: skip
SAME = ("year", "version", "total_cents", "entrusted_cents", "evidence")
LIGHTS = (
    Column("name", "Mitglied"), Column("light", "Ampel"), Column("checked_on", "geprüft am", CellKind.DAY),
)  # fmt: skip
AMOUNTS = (
    Column("percent", "Anteil in Prozent", CellKind.DECIMAL), Column("entrusted_cents", "betraut, drei Jahre", MONEY),
    Column("total_cents", "gesamt, drei Jahre", MONEY), Column("headroom_cents", "Spielraum", MONEY),
    Column("missing", "fehlende Jahre"),
)  # fmt: skip


async def _not_read(_conn: Conn, _viewer: Viewer, _rows: Sequence[Row]) -> Outcome:
    raise Refused(_("Diese Tabelle lässt sich nicht einlesen; erklärt wird auf der Seite."))


async def _nothing(_conn: Conn, _viewer: Viewer) -> Sequence[Mapping[str, Any]]:
    return []


def as_file(
    name: str, title: str, columns: Sequence[Column], rows: Sequence[Mapping[str, Any]], form: str
) -> Response:
    """The rows as a download; `form` is csv or xlsx."""
    kind = FileKind(name, title, Permission.ORDER_READ, columns, _not_read, _nothing)
    headers = {
        "Content-Disposition": f'attachment; filename="{name}.{form}"',
        "Cache-Control": "no-store",
    }
    return Response(write_file(kind, rows, form), media_type=MEDIA[form], headers=headers)


def own_rows(found: Monitor, names: Mapping[Any, str]) -> list[dict[str, Any]]:
    """Every version of the own house (and those it succeeded), the last year first; cents."""
    rows = []
    for d in found.declarations:
        row: dict[str, Any] = {n: getattr(d, n) for n in (*SAME, *PARTS)}
        row |= {
            "house": names.get(d.owner_id, ""), "state": LABELS[DeclarationState(d.state)],
            "basis": BASIS_LABELS[Basis(d.basis)], "ledger": found.ledger.get(d.year, 0),
        }  # fmt: skip
        rows.append(row)
    return rows


def light_rows(known: Sequence[Known]) -> list[dict[str, Any]]:
    """A row a member; amounts where the viewer may read them."""
    rows = []
    for k in known:
        row: dict[str, Any] = {
            "name": k.light.name, "light": LIGHT_LABELS[Light(k.light.light)],
            "checked_on": berlin_day(k.light.checked_at) if k.light.checked_at else None,
        }  # fmt: skip
        if k.standing is not None:
            s = k.standing
            row |= {
                "percent": s.percent, "entrusted_cents": s.entrusted_cents, "total_cents": s.total_cents,
                "headroom_cents": s.headroom_cents, "missing": ", ".join(str(y) for y in s.missing),
            }  # fmt: skip
        rows.append(row)
    return rows
