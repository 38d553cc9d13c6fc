"""Compare a member's own ledger extract with its statement and keep the report; the ledger stays as it is."""

import hashlib
from collections.abc import Sequence
from uuid import UUID

from exchange.matching import store
from exchange.matching.extracts import read_extract
from exchange.matching.model import Item, as_stored, match_books
from exchange.matching.store import Report
from exchange.netting.reading import MOST, Statement, read_statement
from exchange.netting.store import Run, get_run
from kdnx.audit.actions import record
from kdnx.clock import berlin_day
from kdnx.db.conn import Conn
from kdnx.errors import Forbidden, NotFound
from kdnx.ids import new_id
from kdnx.text import _
from kdnx.viewer import Permission, Viewer, missing_role, require


def hub_items(found: Statement) -> list[Item]:
    """What moved on a house's statement, signed as the house sees it (cents)."""
    return [
        Item(m.label, -m.cents if m.account == "payable" else m.cents, berlin_day(m.recorded_at))
        for m in found.movements
    ]


def may_match(viewer: Viewer) -> bool:
    """Whoever books or confirms for a house compares its books."""
    return viewer.may(Permission.BOOKING_PROPOSE) or viewer.may(Permission.BOOKING_CONFIRM)


async def match_extract(
    conn: Conn, viewer: Viewer, run_id: UUID, member_id: UUID, content: bytes, file_name: str
) -> Report:
    """Keep the gaps between the file and the movements of the member's statement; Forbidden for other houses."""
    return await match_items(
        conn, viewer, run_id, member_id, read_extract(content, file_name), file_name, content
    )


async def match_items(
    conn: Conn, viewer: Viewer, run_id: UUID, member_id: UUID, own: Sequence[Item], file_name: str, content: bytes
) -> Report:  # fmt: skip
    """The same for rows that were read already; `content` is what the fingerprint of the report is taken from."""
    require(viewer, Permission.LEDGER_READ)
    if not may_match(viewer):
        raise missing_role(Permission.BOOKING_PROPOSE)
    run = await get_run(conn, run_id)
    found = await read_statement(conn, viewer, run, member_id, MOST)
    if not viewer.acts_for(found.line.final_id):
        raise Forbidden(_("Verglichen wird nur mit den eigenen Büchern."))
    hub = hub_items(found)
    matched, gaps = match_books(own, hub)
    report = Report(
        viewer.owner_id, new_id(), run.owner_id, run.id, member_id, file_name[:200] or "Datei",
        hashlib.sha256(content).digest(), len(own), matched, [as_stored(g) for g in gaps], conn.now,
    )  # fmt: skip
    await store.insert_report(conn, report, viewer.principal)
    record(
        conn, viewer, "settlement.match", object_kind="ledger_match", object_id=report.id, owner_id=report.owner_id,
        after={"rows": report.own_rows, "matched": matched, "gaps": len(gaps)},
    )  # fmt: skip
    return report


async def newest_report(
    conn: Conn, viewer: Viewer, run_id: UUID, member_id: UUID
) -> tuple[Run, Report]:
    """The newest comparison of the own house; NotFound without any."""
    require(viewer, Permission.LEDGER_READ)
    run = await get_run(conn, run_id)
    found = await store.list_reports(conn, run.id, member_id, 1)
    if not found:
        raise NotFound(_("Zu diesem Kontoauszug gibt es noch keinen Vergleich Ihres Hauses."))
    return run, found[0]
