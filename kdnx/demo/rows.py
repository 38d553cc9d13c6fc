"""The invented figures in the columns of the import files."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from kdnx.clock import BERLIN
from kdnx.demo import catalogue, supply
from kdnx.demo.answers import answers


@cache
def all_orders() -> tuple[supply.OrderSeed, ...]:
    """Every order of the files, numbered."""
    every = catalogue.services()
    return tuple(supply.orders(catalogue.inhabitants(), catalogue.offered(every)))


def offering_rows(members: Mapping[str, UUID]) -> list[dict[str, Any]]:
    """The catalogue as a file: published in the past years, two suspended, one retired, a few not for everybody."""
    return [
        _offering_row(n, seed)
        for n, seed in enumerate(catalogue.offerings())
        if seed.provider in members
    ]


def _offering_row(n: int, seed: catalogue.OfferingSeed) -> dict[str, Any]:
    service = seed.service
    audience, names = AUDIENCES.get(n, ("alle Mitglieder", None))
    return {
        "member_code": seed.provider,
        "reference": seed.reference,
        "title": seed.title,
        "category": service.category,
        "summary": service.summary,
        "description": f"{service.about} {LEVELS[n % len(LEVELS)]}",
        "prerequisites": NEEDS[n % len(NEEDS)],
        "price_kind": service.kind,
        "price_base": service.base,
        "price_per": service.per,
        "unit_price": None if seed.price is None else str(seed.price),
        "price_label": "Grundpreis",
        "audience": audience,
        "audience_names": names,
        "legal_basis": "gwb_108_6" if n % 3 else "public_law_agreement",
        "tax_code": ("U19", "F29", "U19", "N2B")[n % 4],
        "protection_level": service.protection,
        "site": "Rechenzentrum in Nordrhein-Westfalen, zweiter Standort über 20 km entfernt",
        "lead_time_days": seed.lead_time_days,
        "notice_months": seed.notice_months,
        "min_term_months": seed.min_term_months,
        "capacity": CAPACITY[n % len(CAPACITY)],
        "availability_pct": seed.availability,
        "service_hours": seed.hours,
        "reaction_hours": seed.reaction,
        "cpv": service.cpv,
        **answers(service.category, n),
        "contact_name": f"Team {service.title[:40]}",
        "contact_email": f"leistung@{seed.provider.lower()}.example",
        "state": SPECIAL.get(n, "veröffentlicht"),
        "published_on": date(2019 + n % 7, 1 + n % 12, 15).isoformat(),
    }


AUDIENCES = {
    11: ("bestimmte Mitglieder", "M03, M08, M24"),
    37: ("Mitglieder eines Regierungsbezirks", "Münster"),
    58: ("Mitglieder einer Ebene", "lokal"),
    83: ("bestimmte Mitglieder", "M01, M06"),
}
SPECIAL = {17: "ausgesetzt", 71: "ausgesetzt", 112: "eingestellt"}
LEVELS = (
    "Der Betrieb folgt dem BSI IT-Grundschutz; ein Vertrag zur Auftragsverarbeitung liegt bei.",
    "Änderungen werden vier Wochen vorher angekündigt, größere nur außerhalb der Dienstzeit eingespielt.",
    "Ein Testmandant steht zur Verfügung, die Einführung begleitet ein festes Team.",
    "Störungen nimmt der Service-Desk an; ein Bericht über Verfügbarkeit und Störungen kommt monatlich.",
)
NEEDS = (
    "Anschluss an das gemeinsame Verwaltungsnetz",
    "Benannte Fachadministration im Haus",
    "Anschluss an das gemeinsame Verwaltungsnetz, Verzeichnisdienst mit gepflegten Konten",
    "Keine besonderen",
)
CAPACITY = ("", "bis 40 weitere Häuser", "bis 2.000 Arbeitsplätze", "auf Anfrage", "bis 500 Server")


def merged_offering_rows(*, ended: bool) -> list[dict[str, Any]]:
    """What the two merged members sold: their successor's services under their own names; the successor ends them."""
    mine = {(s.cell, s.place): s for s in catalogue.offerings()}
    wanted = {(o.provider, o.cell, o.offering) for o in all_orders() if o.provider in supply.MERGED}
    found: list[dict[str, Any]] = []
    for provider, cell, place in sorted(wanted):
        seed = mine[cell, place]
        row = _offering_row(
            len(found),
            replace(
                seed,
                provider=provider,
                reference=_reference(provider, seed),
                title=seed.service.title,
            ),
        )
        found.append(
            row
            | {
                "audience": "alle Mitglieder",
                "audience_names": None,
                "member_code": supply.SUCCESSOR if ended else provider,
                "state": "eingestellt" if ended else "veröffentlicht",
            }
        )
    return found


def _reference(provider: str, seed: catalogue.OfferingSeed) -> str:
    """The provider's own name for it; the merged members have their own for what the successor took over."""
    return seed.reference.replace(seed.provider, provider, 1)


def order_rows(today: date) -> list[dict[str, Any]]:
    """The orders as a file: what runs, and what is over."""
    offered = {(s.cell, s.place): s for s in catalogue.offerings()}
    worth = _yearly(today)
    return [
        _order_row(n, o, offered[o.cell, o.offering], worth, today)
        for n, o in enumerate(all_orders())
    ]


def _yearly(today: date) -> dict[str, int]:
    """Number of an order → net cents of twelve months, from its last year with bookings."""
    sums: dict[str, tuple[int, int, int]] = {}
    planned = supply.bookings(all_orders(), today, whole=True)
    for year, found in sorted(planned.items()):
        for seed, cents in found:
            before = sums.get(seed.order.number, (0, 0, 0))
            same = before if before[0] == year else (year, 0, 0)
            sums[seed.order.number] = (year, same[1] + cents, same[2] + seed.months)
    return {number: cents * 12 // months for number, (_year, cents, months) in sums.items()}


def _order_row(
    n: int,
    order: supply.OrderSeed,
    seed: catalogue.OfferingSeed,
    worth: Mapping[str, int],
    today: date,
) -> dict[str, Any]:
    direct = n % 29 == 7
    over = order.ends_on is not None and order.ends_on < today
    tax = ("U19", "F29", "N2B", "U19", "N2B")[n % 5]
    return {
        "number": order.number,
        "provider": order.provider,
        "recipient": order.recipient,
        "offering": _reference(order.provider, seed),
        "starts_on": order.starts_on,
        "ends_on": order.ends_on,
        "yearly_net": euros(worth.get(order.number, 0)),
        "billing": order.rhythm,
        "route": "direct" if direct else "hub",
        "surcharge_pct": None if direct else "1,5",
        "notice_months": seed.notice_months,
        "confirm_days": 30,
        "legal_route": ("joint_108_4", "cooperation_108_6", "public_law_agreement")[n % 3],
        "legal_reason": "Rahmenvereinbarung über den Austausch von Leistungen (erfunden)",
        "tax_code_1": tax,
        "tax_code_2": tax if n % 4 else "F29",
        "state": "ausgelaufen" if over else "aktiv",
    }


@cache
def all_bookings(today: date) -> dict[int, list[tuple[supply.BookingSeed, int]]]:
    """Every booking of the files with its cents, by year."""
    return supply.bookings(all_orders(), today)


def booking_rows(year: int, half: str, today: date) -> list[dict[str, Any]]:
    """The bookings of a year as a file: confirmed, but those of the last full month still wait for it."""
    fresh = date(today.year, today.month, 1) - timedelta(days=1)
    return [
        _booking_row(seed, cents, is_fresh=seed.service_to >= fresh)
        for seed, cents in all_bookings(today).get(year, [])
        if half == "all" or (seed.service_from < supply.MERGED_ON) == (half == "before")
    ]


def _booking_row(seed: supply.BookingSeed, cents: int, *, is_fresh: bool) -> dict[str, Any]:
    at = datetime.combine(seed.service_to + timedelta(days=9), time(10), BERLIN)
    row = {
        "order": seed.order.number,
        "service_from": seed.service_from,
        "service_to": seed.service_to,
        "net": euros(cents),
        "reference": f"{seed.order.number}/{seed.service_from:%Y-%m}",
        "state": "vorgeschlagen",
        "confirmed_at": None,
        "evidence": None,
    }
    if is_fresh:
        return row
    evidence = f"Leistungsnachweis {seed.service_from:%m/%Y} (Demonstration)"
    return row | {"state": "bestätigt", "confirmed_at": at.isoformat(), "evidence": evidence}


def euros(cents: int) -> str:
    """Cents in the notation of the files."""
    return f"{cents // 100},{cents % 100:02d}"
