"""The invented figures in the columns of the import files."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from kdnx.clock import BERLIN
from kdnx.demo import catalogue, supply


@cache
def all_orders() -> tuple[supply.OrderSeed, ...]:
    """Every order of the files, numbered."""
    every = catalogue.services()
    return tuple(supply.orders(catalogue.inhabitants(), catalogue.offered(every)))


def offering_rows(members: Mapping[str, UUID]) -> list[dict[str, Any]]:
    """The catalogue as a file."""
    return []


def order_rows() -> list[dict[str, Any]]:
    """The orders as a file."""
    return []


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
        "order": seed.order.number, "service_from": seed.service_from, "service_to": seed.service_to, "net": euros(cents),
        "reference": f"{seed.order.number}/{seed.service_from:%Y-%m}", "state": "vorgeschlagen", "confirmed_at": None,
        "evidence": None,
    }  # fmt: skip
    if is_fresh:
        return row
    evidence = f"Leistungsnachweis {seed.service_from:%m/%Y} (Demonstration)"
    return row | {"state": "bestätigt", "confirmed_at": at.isoformat(), "evidence": evidence}


def euros(cents: int) -> str:
    """Cents in the notation of the files."""
    return f"{cents // 100},{cents % 100:02d}"
