"""The offerings of the demonstration: base services of `data/services.csv`, as each provider sells them."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from importlib.resources import files
from random import Random

from kdnx.demo.supply import SEED, Cell, offerings_by_cell

# how the same service is called in different houses
STYLES = (
    "{}",
    "{}",
    "{} kommunal",
    "{} für Städte und Gemeinden",
    "{} – Vollbetrieb",
    "{} im Verbund",
)
# the house of the first personas sells what the first walk through the demonstration looks for
FIRST: Mapping[Cell, str] = {("M21", "hosting"): "Datensicherung (Backup)"}
HOURS = ("Mo–Fr 7–18 Uhr", "Mo–Fr 8–16 Uhr", "Mo–Sa 6–20 Uhr", "rund um die Uhr")
AVAILABILITY = ("98,5", "99,0", "99,5", "99,9")
REACTION = (1, 2, 4, 8)


@dataclass(frozen=True)
class Service:
    """A base service; `price` is a middle price of a unit in euros, None where costs are shared."""

    category: str
    title: str
    summary: str
    about: str
    kind: str
    base: str
    per: str
    price: Decimal | None
    protection: str
    cpv: str


@dataclass(frozen=True)
class OfferingSeed:
    """An offering of one provider: `place` is its number in the (provider, category) cell."""

    provider: str
    place: int
    reference: str
    service: Service
    title: str
    price: Decimal | None
    notice_months: int
    min_term_months: int
    lead_time_days: int
    hours: str
    availability: str
    reaction: int

    @property
    def cell(self) -> Cell:
        """Provider and category."""
        return (self.provider, self.service.category)


def read_rows(name: str) -> list[dict[str, str]]:
    """The rows of a data file of the demonstration."""
    text = files("kdnx.demo").joinpath("data", name).read_text(encoding="utf-8")
    return list(
        csv.DictReader(text.splitlines(), delimiter=";" if ";" in text.split("\n", 1)[0] else ",")
    )


def services() -> list[Service]:
    """Every base service."""
    found = []
    for row in read_rows("services.csv"):
        price = row.pop("price").replace(",", ".")
        found.append(Service(**row, price=Decimal(price) if price else None))
    return found


def inhabitants() -> dict[str, int]:
    """Code of a member → people it serves; without the hub, which neither delivers nor receives."""
    return {
        r["code"]: int(r["inhabitants_served"])
        for r in read_rows("members.csv")
        if r["inhabitants_served"]
    }


def offered(every: Sequence[Service]) -> dict[Cell, int]:
    """How many offerings each provider has in each of its categories."""
    counts: dict[str, int] = {}
    for service in every:
        counts[service.category] = counts.get(service.category, 0) + 1
    return offerings_by_cell(counts)


def offerings() -> list[OfferingSeed]:
    """About 150 offerings; every cell takes the services that fewest others sell so far."""
    random = Random(SEED + 1)  # noqa: S311  # the same texts every time are the point
    every = services()
    sold: dict[str, int] = {s.title: 0 for s in every}
    found = []
    for cell, count in sorted(offered(every).items()):
        mine = [s for s in every if s.category == cell[1]]
        mine = sorted(
            mine, key=lambda s: (s.title != FIRST.get(cell), sold[s.title], random.random())
        )[:count]
        for place, service in enumerate(mine):
            sold[service.title] += 1
            found.append(_offering(random, cell, place, service))
    return found


def _offering(random: Random, cell: Cell, place: int, service: Service) -> OfferingSeed:
    price = (
        None
        if service.price is None
        else _round(service.price * Decimal(str(round(random.uniform(0.82, 1.22), 3))))
    )
    return OfferingSeed(
        provider=cell[0],
        place=place,
        reference=f"{cell[0]}-{PREFIX[cell[1]]}-{place + 1:02d}",
        service=service,
        title=random.choice(STYLES).format(service.title),
        price=price,
        notice_months=random.choice((3, 3, 6, 6, 12)),
        min_term_months=random.choice((0, 12, 12, 24)),
        lead_time_days=random.choice((5, 10, 20, 30, 60, 90)),
        hours=random.choice(HOURS),
        availability=random.choice(AVAILABILITY),
        reaction=random.choice(REACTION),
    )


PREFIX: Mapping[str, str] = {
    "line_of_business": "FV",
    "hosting": "RZ",
    "printing": "DR",
    "hr_finance": "PF",
    "geodata": "GEO",
    "portals": "POR",
    "security": "SIC",
    "service_desk": "SD",
    "ai": "KI",
    "consulting": "BER",
}


def _round(price: Decimal) -> Decimal:
    """Prices as people set them: two or three significant places."""
    step = (
        Decimal("0.001")
        if price < 1
        else Decimal("0.05")
        if price < 20
        else Decimal(1)
        if price < 1000
        else Decimal(50)
    )
    return (price / step).quantize(Decimal(1)) * step
