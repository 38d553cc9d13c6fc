"""The lists of the tax watch as CSV and Excel files."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from starlette.responses import Response

from exchange.planning.files import file_of
from exchange.taxwatch.model import LIGHT_LABELS, Leg
from exchange.taxwatch.reading import Watch
from kdnx.errors import NotFound
from kdnx.imports.kinds import CellKind, Column
from kdnx.text import _

M = CellKind.MONEY
GROUPS = (
    Column("supplier", "Haus"),
    Column("name", "Tätigkeit"),
    Column("so_far_cents", "Bestätigt brutto", M),
    Column("forecast_cents", "Erwartet im Jahr brutto", M),
    Column("limit_cents", "Grenze", M),
    Column("light", "Stand"),
)
LEGS = (
    Column("number", "Leistungsschein"),
    Column("title", "Leistung"),
    Column("leg", "Vertrag", CellKind.INTEGER),
    Column("supplier", "Leistender"),
    Column("customer", "Empfänger"),
    Column("before", "Steuerfall bis 31.12.2026"),
    Column("after", "Steuerfall ab 01.01.2027"),
    Column("yearly_cents", "Jahreswert netto", M),
    Column("old_cents", "Betrag 2026 netto", M),
    Column("new_cents", "Betrag 2027 netto", M),
)
READY = (
    Column("name", "Haus"),
    Column("legs", "Verträge", CellKind.INTEGER),
    Column("ready", "davon entschieden", CellKind.INTEGER),
    Column("cents", "Jahreswert netto", M),
    Column("ready_cents", "davon entschieden netto", M),
)
Rows = list[Mapping[str, Any]]


def group_rows(watch: Watch) -> Rows:
    """Every activity group."""
    return [
        {
            "supplier": g.supplier, "name": g.name, "so_far_cents": g.so_far_cents, "forecast_cents": g.forecast_cents,
            "limit_cents": watch.limit.cents, "light": LIGHT_LABELS[g.light],
        }
        for g in watch.groups
    ]  # fmt: skip


def leg_rows(
    legs: Iterable[Leg], words: Mapping[str, str], split: Mapping[UUID, tuple[int, int]]
) -> Rows:
    """Contracts with the words of their codes and, where known, the amounts of both years."""
    return [
        {
            "number": x.number, "title": x.title, "leg": x.leg, "supplier": x.supplier, "customer": x.customer,
            "before": words.get(x.code_before, x.code_before), "after": words.get(x.code_after, x.code_after),
            "yearly_cents": x.yearly_cents, "old_cents": split.get(x.order_id, (None, None))[0],
            "new_cents": split.get(x.order_id, (None, None))[1],
        }
        for x in legs
    ]  # fmt: skip


def ready_rows(watch: Watch) -> Rows:
    """Every house."""
    return [{c.name: getattr(r, c.name) for c in READY} for r in watch.ready]


def download(
    name: str, columns: Sequence[Column], rows: Sequence[Mapping[str, Any]], form: str
) -> Response:
    """The file; NotFound for a form there is not."""
    if form not in ("csv", "xlsx"):
        raise NotFound(_("Diese Datei gibt es nicht."))
    return file_of(name, _("Steuerblick"), columns, rows, form)
