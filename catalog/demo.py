"""The catalogue's part of the demonstration: a draft in progress and an offering that waits for its second person."""

from typing import Any

from catalog.categories.store import list_categories
from catalog.contents.schemas import OfferingBody
from catalog.offerings.actions import create_offering, submit_offering
from kdnx.demo.scene import Scene
from kdnx.module import DemoStep

DRAFT: dict[str, Any] = {
    "title": "Protokolle mit Sprachmodell",
    "reference": "M21-KI-NEU",
    "summary": "Entwurf: Sitzungen aufnehmen und zusammenfassen",
}
READY: dict[str, Any] = {
    "title": "Elektronisches Siegel für Bescheide",
    "reference": "M21-SIEGEL",
    "summary": "Qualifiziertes Siegel aus dem Fachverfahren heraus",
    "description": "Bescheide werden beim Versand gesiegelt und sind dauerhaft prüfbar, in eigener Hand.",
    "prerequisites": "Anschluss an das gemeinsame Verwaltungsnetz",
    "protection_level": "high",
    "lead_time_days": 30,
    "notice_months": 6,
    "min_term_months": 12,
    "attributes": {
        "data_location": "nrw",
        "processing_agreement": "ready",
        "subcontractors": False,
        "security_kind": ["signature"],
        "support_levels": ["first", "second"],
        "backup": "daily",
        "second_site": True,
        "multi_tenant": True,
        "authentication": ["directory", "two_factor"],
        "data_export": "open",
        "exit": "Die Siegelprotokolle werden als CSV und PDF/A übergeben und nach 90 Tagen gelöscht.",
    },
    "site": "Rechenzentrum in Nordrhein-Westfalen",
    "cpv": ["72222000-7"],
    "sla": {"availability_pct": "99.5", "service_hours": "Mo–Fr 7–18 Uhr", "reaction_hours": 4},
    "prices": [
        {
            "kind": "usage",
            "base": "case",
            "per": "use",
            "unit_price_micro": 120_000,
            "label": "je gesiegeltem Bescheid",
        }
    ],
    "audiences": [{"kind": "all", "legal_basis": "gwb_108_6", "tax_code": "U19"}],
    "contacts": {"lead": {"name": "Petra Muster", "email": "petra@m21.example"}},
}


async def new_offerings(scene: Scene) -> None:
    """Petra writes two offerings and hands one to the second person."""
    scene.at(4)
    viewer = await scene.act("petra")
    categories = {c.code: c.id for c in await list_categories(scene.conn)}
    draft = OfferingBody.model_validate(DRAFT | {"category_id": categories["ai"]}, strict=False)
    await create_offering(scene.conn, viewer, draft)
    ready = OfferingBody.model_validate(
        READY | {"category_id": categories["security"]}, strict=False
    )
    head = await create_offering(scene.conn, viewer, ready)
    await submit_offering(scene.conn, viewer, head.id, head.row_version)


STEPS = (DemoStep("offerings.new", 100, "Leistungen im Entwurf und in Prüfung", new_offerings),)
