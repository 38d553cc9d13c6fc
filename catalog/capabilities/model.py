"""Tasks (capabilities), products, and when two names mean the same product; pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from uuid import UUID

TARGET_LABELS: Mapping[str, str] = {
    "central": "zentral, einmal für alle",
    "regional": "regional, je Region einmal",
    "local": "lokal, in jedem Haus",
}
ALIKE = 0.8
UMLAUTS = {ord("ä"): "ae", ord("ö"): "oe", ord("ü"): "ue", ord("ß"): "ss"}
TYPED = re.compile(r"^(?P<name>.*\S)\s*\((?P<vendor>[^()]+)\)\s*$")
MOST_SUGGESTIONS = 3


@dataclass(frozen=True)
class Capability:
    """A task of a municipality; groups have no parent, tasks have a group. `target_level` is the Zielbild."""

    id: UUID
    code: str
    name: str
    description: str = ""
    parent_id: UUID | None = None
    target_level: str | None = None
    position: int = 0
    row_version: int = 1

    @property
    def target_label(self) -> str:
        """The Zielbild in words, '' where none is decided."""
        return TARGET_LABELS.get(self.target_level or "", "")


@dataclass(frozen=True)
class Product:
    """Something that runs; `merged_into_id` names the product that stays where two were one."""

    id: UUID
    name: str
    vendor: str = ""
    added_by: UUID | None = None
    merged_into_id: UUID | None = None
    row_version: int = 1

    @property
    def label(self) -> str:
        """'Name (Hersteller)', as people type it too."""
        return f"{self.name} ({self.vendor})" if self.vendor else self.name


@dataclass(frozen=True)
class Serving:
    """An offering of the catalogue that serves a task."""

    capability_id: UUID
    offering_id: UUID
    owner_id: UUID
    number: str
    title: str
    product_id: UUID | None = None


@dataclass(frozen=True)
class OfferingTask:
    """A task that an offering serves, with the product its provider uses for it."""

    offering_id: UUID
    capability_id: UUID
    product_id: UUID | None = None


@dataclass(frozen=True)
class Group:
    """A group of tasks in its order."""

    head: Capability
    tasks: Sequence[Capability] = field(default_factory=tuple)


def grouped(found: Sequence[Capability]) -> list[Group]:
    """The tree as the pages show it: groups with their tasks, in the given order."""
    return [
        Group(head, tuple(c for c in found if c.parent_id == head.id))
        for head in found
        if head.parent_id is None
    ]


def split_label(typed: str) -> tuple[str, str]:
    """'Name (Hersteller)' → name and vendor; without brackets the vendor is ''."""
    text = " ".join(typed.split())
    match = TYPED.match(text)
    return (match["name"], match["vendor"].strip()) if match else (text, "")


def folded(text: str) -> str:
    """What two spellings of one name share: small letters and figures only."""
    plain = text.lower().translate(UMLAUTS)
    return re.sub(r"[^a-z0-9]", "", plain)


def find_product(typed: str, products: Iterable[Product]) -> Product | None:
    """The product somebody means by exactly these words; by the name alone only where one bears it."""
    name, vendor = split_label(typed)
    named = [p for p in products if folded(p.name) == folded(name)]
    if vendor:
        return next((p for p in named if folded(p.vendor) == folded(vendor)), None)
    return named[0] if len(named) == 1 else next((p for p in named if not p.vendor), None)


def alike(typed: str, products: Iterable[Product]) -> list[Product]:
    """Products whose name is nearly the same, the nearest first, at most three."""
    name, _vendor = split_label(typed)
    wanted = folded(name)
    if not wanted:
        return []
    rated = [(_likeness(wanted, folded(p.name)), p) for p in products if p.merged_into_id is None]
    near = sorted((r for r in rated if r[0] >= ALIKE), key=lambda r: (-r[0], r[1].label))
    return [p for _rate, p in near[:MOST_SUGGESTIONS]]


def _likeness(one: str, other: str) -> float:
    if not other:
        return 0.0
    short, long = sorted((one, other), key=len)
    if len(short) >= 4 and long.startswith(short):
        return 0.95  # 'Civitas' and 'Civitas 5'
    return SequenceMatcher(None, one, other).ratio()


def doubles(products: Sequence[Product]) -> list[tuple[Product, Product]]:
    """Pairs that look like one product, for the office to decide; each pair once."""
    left = [p for p in products if p.merged_into_id is None]
    return [
        (a, b)
        for i, a in enumerate(left)
        for b in left[i + 1 :]
        if _likeness(folded(a.name), folded(b.name)) >= ALIKE
    ]
