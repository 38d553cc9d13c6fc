"""Prices of the demonstration, all invented: every price model, two announced prices, a roll-over that waits."""

from datetime import date
from typing import Any
from uuid import UUID

from catalog.categories.store import list_categories
from catalog.contents.schemas import OfferingBody
from catalog.demo import READY
from catalog.offerings import store as offerings
from catalog.offerings.actions import create_offering, publish_offering, submit_offering
from catalog.offerings.model import Offering, add_months
from catalog.rollover.actions import submit_rollover
from catalog.rollover.schemas import RolloverBody
from catalog.schedules.actions import approve_prices, schedule_prices
from catalog.schedules.schemas import NewPriceBody, ScheduleBody
from kdnx.demo.scene import Scene
from kdnx.module import DemoStep

EURO = 1_000_000
INDEX = {
    "index_name": "Erzeugerpreisindex für IT-Dienstleistungen (Beispiel)",
    "index_month": "2026-01",
    "index_value": "112.4",
    "index_threshold_pct": "3",
    "index_share_pct": "70",
    "index_earliest": "2028-01-01",
}


def _p(
    kind: str, base: str, per: str, micro: int | None, label: str, **over: Any
) -> dict[str, Any]:
    return {"kind": kind, "base": base, "per": per, "unit_price_micro": micro, "label": label, **over}  # fmt: skip


def _tiers(mode: str, *steps: tuple[int, int]) -> dict[str, Any]:
    return {
        "tier_mode": mode,
        "tiers": [{"from_quantity": str(n), "unit_price_micro": micro} for n, micro in steps],
    }


# own reference, title, what it shows, price table
MODELS: tuple[tuple[str, str, str, list[dict[str, Any]]], ...] = (
    ("M23-PREIS-EW", "Terminvereinbarung für Bürgerbüros", "Preis je Einwohner, fest und danach nach Index", [
        _p("recurring", "inhabitant", "year", 180_000, "Betrieb", pro_rata="days", frozen_until="2027-12-31", terms={
            "counted_on": "2025-12-31", "source": "Statistisches Landesamt, Fortschreibung (Beispiel)",
            "minimum_cents": 120_000, "setup_cents": 250_000, "change_notice_months": 3, **INDEX}),
    ]),
    ("M23-PREIS-INDEX", "Virtueller Arbeitsplatz", "Preis je Arbeitsplatz, der einem Index folgt", [
        _p("recurring", "workplace", "month", 18_500_000, "Arbeitsplatz", terms={
            "index_name": INDEX["index_name"], "index_month": "2024-01", "index_value": "106.2",
            "index_threshold_pct": "3", "index_share_pct": "70"}),
    ]),
    ("M23-PREIS-DRUCK", "Bescheiddruck mit Versand", "Preise nach Nutzung mit beiden Arten der Staffel", [
        _p("usage", "page", "use", 42_500, "Seite schwarz-weiß",
           **_tiers("graduated", (100_001, 36_000), (500_001, 31_500))),
        _p("usage", "page", "use", 98_000, "Seite farbig", **_tiers("slab", (50_001, 89_000))),
        _p("usage", "case", "use", 310_000, "Kuvertierung", terms={"minimum_quantity": "5000"}),
        _p("usage", "transaction", "use", 55_000, "elektronische Zustellung"),
        _p("one_off", "flat", "once", 900 * EURO, "Anbindung"),
    ]),
    ("M23-PREIS-EFA", "Gemeinsamer Online-Dienst Wohngeld", "Anteil nach Schlüssel, Spitzabrechnung", [
        _p("share", "key", "year", None, "Betriebskosten nach dem Modell EfA", terms={
            "allocation": "inhabitants", "pool_cents": 48_000_000, "fixed_pct": "50",
            "key_total": "3200000", "participants": 16}),
        _p("share", "key", "quarter", 300 * EURO, "Weiterentwicklung",
           terms={"allocation": "equal", "participants": 16}),
        _p("cost_recovery", "flat", "month", 120 * EURO, "Fremdleistungen (Abschlag)"),
    ]),
    ("M23-PREIS-RZ", "Serverbetrieb mit Beratung", "Preise je Speicher, Rechenkern, Höheneinheit, Lizenz und Stunde", [
        _p("recurring", "gb", "month", 85_000, "Speicher", **_tiers("graduated", (1_001, 70_000), (10_001, 55_000))),
        _p("recurring", "vcpu", "month", 9_500_000, "Rechenkern"),
        _p("recurring", "rack_unit", "quarter", 96 * EURO, "Stellplatz"),
        _p("recurring", "licence", "year", 145 * EURO, "Lizenz Überwachung", pro_rata="days"),
        _p("recurring", "user", "month", 1_250_000, "Verwaltungszugang"),
        _p("recurring", "device", "month", 3_900_000, "Firewall-Gerät"),
        _p("usage", "hour", "use", 98 * EURO, "Technik nach Stunden"),
        _p("usage", "day", "use", 960 * EURO, "Beratung nach Tagen"),
    ]),
)  # fmt: skip


async def price_models(scene: Scene) -> None:
    """Erwin writes an offering for each group of price models; Frieda publishes them."""
    categories = {c.code: c.id for c in await list_categories(scene.conn)}
    for reference, title, summary, prices in MODELS:
        scene.at(40)
        erwin = await scene.act("erwin")
        body = OfferingBody.model_validate(
            READY | {"reference": reference, "title": title, "summary": summary, "prices": prices, "notice_months": 3,
                     "description": f"{summary}. Alle Preise sind erfunden.", "category_id": categories["security"],
                     "contacts": {"lead": {"name": "Erwin Entwurf", "email": "erwin@m23.example"}}},
            strict=False,
        )  # fmt: skip
        head = await create_offering(scene.conn, erwin, body)
        head = await submit_offering(scene.conn, erwin, head.id, head.row_version)
        scene.at(39)
        frieda = await scene.act("frieda")
        await publish_offering(scene.conn, frieda, head.id, head.row_version, 1)


def begin_of(scene: Scene, months: int) -> date:
    """The first day of the month so many months after loading."""
    return add_months(scene.began.date().replace(day=1), months)


async def _offering(scene: Scene, member: str, reference: str) -> Offering:
    key = (scene.members[member], reference)
    found: dict[tuple[UUID, str], UUID] = await offerings.find_ids(scene.conn, [key])
    viewer = await scene.act("erwin" if member == "M23" else "petra")
    return await offerings.get_offering(scene.conn, viewer, found[key])


async def announced_prices(scene: Scene) -> None:
    """One price announced for a day, and one that waits for the second person."""
    scene.at(6)
    for reference, ordinal, micro, waits in (
        ("M23-PREIS-RZ", 2, 9_900_000, False),
        ("M23-PREIS-DRUCK", 4, 59_000, True),
    ):
        erwin = await scene.act("erwin")
        head = await _offering(scene, "M23", reference)
        begin = begin_of(scene, 8)
        body = ScheduleBody(
            valid_from=begin, reason="Gestiegene Strom- und Lizenzpreise (Beispiel)",
            prices=[NewPriceBody(ordinal=ordinal, unit_price_micro=micro)],
        )  # fmt: skip
        await schedule_prices(scene.conn, erwin, head.id, head.row_version, body)
        if not waits:
            frieda = await scene.act("frieda")
            await approve_prices(scene.conn, frieda, head.id, head.row_version, begin)


async def waiting_rollover(scene: Scene) -> None:
    """Petra carries the line-of-business offerings of her house into the next period; Paul has to decide."""
    scene.at(2)
    petra = await scene.act("petra")
    member = scene.members["M21"]
    keys = [(member, f"M21-FV-{n:02d}") for n in range(1, 6)]
    found = await offerings.find_ids(scene.conn, keys)
    ids = [i for _key, i in sorted(found.items(), key=lambda x: x[0][1])]
    body = RolloverBody.model_validate(
        {"offering_ids": ids, "valid_from": begin_of(scene, 14), "change_pct": "2.8",
         "reason": "Tarifabschluss und höhere Lizenzkosten (Beispiel)"},
        strict=False,
    )  # fmt: skip
    await submit_rollover(scene.conn, petra, body)


STEPS = (
    DemoStep("prices.models", 136, "Leistungen mit allen Preismodellen", price_models),
    DemoStep("prices.announced", 137, "Angekündigte Preise", announced_prices),
    DemoStep("prices.rollover", 138, "Preisfortschreibung", waiting_rollover),
)
