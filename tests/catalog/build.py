"""Short builders of the catalogue's tests."""

from typing import Any
from uuid import UUID

from catalog.contents.schemas import OfferingBody
from catalog.offerings import actions
from catalog.offerings.model import Offering
from kdnx.db.conn import Conn
from kdnx.ids import named_id
from kdnx.viewer import Viewer
from tests.cast import Actor

HOSTING = named_id("category", "hosting")
PRINTING = named_id("category", "printing")
FLAT = {"kind": "recurring", "base": "flat", "per": "year", "unit_price_micro": 12_000_000_000}
WORKPLACE = {
    "kind": "recurring",
    "base": "workplace",
    "per": "month",
    "unit_price_micro": 4_500_000,
}
# what every category must be told before an offering can be submitted
ANSWERS = {"data_location": "nrw", "processing_agreement": "ready", "subcontractors": False}
ALL = {"kind": "all", "legal_basis": "gwb_108_6", "tax_code": "N2B"}


def only_for(*members: UUID) -> dict[str, Any]:
    """An audience of named members."""
    return {**ALL, "kind": "members", "member_ids": list(members)}


def a_body(title: str = "Datensicherung für Kommunen", **over: Any) -> OfferingBody:
    """The content of a complete offering."""
    values: dict[str, Any] = {
        "title": title,
        "category_id": HOSTING,
        "summary": "Tägliche Sicherung in zwei Rechenzentren",
        "description": "Wir sichern Server und Arbeitsplätze, verschlüsselt und geprüft.",
        "protection_level": "high",
        "attributes": ANSWERS,
        "lead_time_days": 30,
        "notice_months": 6,
        "prices": [WORKPLACE],
        "audiences": [ALL],
        "contacts": {"lead": {"name": "Team Sicherung", "email": "sicherung@example.org"}},
    }
    return OfferingBody.model_validate({**values, **over}, strict=False)


async def a_draft(
    conn: Conn, viewer: Viewer, title: str = "Datensicherung für Kommunen", **over: Any
) -> Offering:
    """A complete draft of the viewer's house."""
    await conn.act_as(viewer)
    return await actions.create_offering(conn, viewer, a_body(title, **over))


async def a_submitted(
    conn: Conn, actor: Actor, title: str = "Datensicherung für Kommunen", **over: Any
) -> Offering:
    """A draft that waits for the second person."""
    draft = await a_draft(conn, actor.viewer, title, **over)
    return await actions.submit_offering(conn, actor.viewer, draft.id, draft.row_version)


async def an_offering(
    conn: Conn, actor: Actor, title: str = "Datensicherung für Kommunen", **over: Any
) -> Offering:
    """A published offering; the transaction acts for the second person afterwards."""
    head = await a_submitted(conn, actor, title, **over)
    await conn.act_as(actor.second)
    return await actions.publish_offering(
        conn, actor.second, head.id, head.row_version, head.draft_version or 1
    )
