"""The invented figures in the columns of the import files."""

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any
from uuid import UUID

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


def booking_rows(year: int, half: str, today: date) -> list[dict[str, Any]]:
    """The bookings of a year as a file."""
    return []
