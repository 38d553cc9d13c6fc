"""The map as a file for spreadsheets."""

from collections.abc import Mapping, Sequence
from typing import Any

from catalog.landscape.model import Only
from catalog.landscape.reading import Landscape, read_landscape
from kdnx.db.conn import Conn
from kdnx.errors import Refused
from kdnx.imports.kinds import CellKind, Column, FileKind, Outcome, Row
from kdnx.text import _
from kdnx.viewer import Permission, Viewer

COLUMNS = (
    Column("capability", _("Aufgabe")),
    Column("target_level", _("Zielbild")),
    Column("members", _("Häuser"), CellKind.INTEGER),
    Column("own", _("Eigener Betrieb"), CellKind.INTEGER),
    Column("from_member", _("Von Mitgliedern"), CellKind.INTEGER),
    Column("market", _("Vom Markt"), CellKind.INTEGER),
    Column("products", _("Produkte"), CellKind.INTEGER),
    Column("providers", _("Anbieter im Katalog"), CellKind.INTEGER),
    Column("users", _("Benutzer"), CellKind.INTEGER),
    Column("index", _("Standardisierungsindex"), CellKind.DECIMAL),
)


def rows_of(found: Landscape) -> list[Mapping[str, Any]]:
    """The map in the columns of the file; the index with two places."""
    return [
        {
            "capability": r.task.name, "target_level": r.task.target_label or None,
            "members": r.members, "own": r.own, "from_member": r.from_member, "market": r.market,
            "products": r.products, "providers": r.providers, "users": r.users,
            "index": None if r.index is None else round(r.index, 2),
        }
        for r in found.rows
    ]  # fmt: skip


async def _read(conn: Conn, _viewer: Viewer) -> Sequence[Mapping[str, Any]]:
    return rows_of(await read_landscape(conn, only=Only.ALL))


async def _write(_conn: Conn, _viewer: Viewer, _rows: Sequence[Row]) -> Outcome:
    raise Refused(
        _("Die Landschaft wird berechnet."),
        remedy=_("Einlesen lassen sich die Anwendungen, aus denen sie entsteht."),
    )


# not offered for import: it only carries title and columns to the writer of files
MAP = FileKind(
    name="landscape", title=_("Landschaft"), permission=Permission.CATALOG_READ, columns=COLUMNS,
    write=_write, read=_read,
)  # fmt: skip
