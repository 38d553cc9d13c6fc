"""Compare two lists of amounts by reference, then by amount and month; pure (peers.md X38)."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Gap(StrEnum):
    """How two books differ."""

    OWN_ONLY = "own_only"
    HUB_ONLY = "hub_only"
    AMOUNT = "amount"
    REFERENCE = "reference"


GAP_LABELS = {
    Gap.AMOUNT: "Betrag weicht ab",
    Gap.HUB_ONLY: "fehlt in Ihrem Auszug",
    Gap.OWN_ONLY: "fehlt im Buchungsbuch",
    Gap.REFERENCE: "gleicher Betrag, anderer Beleg",
}


# what the house does about a gap
GAP_STEPS = {
    Gap.AMOUNT: "Buchung prüfen: eigene Bücher berichtigen, oder eine Berichtigung vorschlagen",
    Gap.HUB_ONLY: "im eigenen Finanzverfahren nachbuchen",
    Gap.OWN_ONLY: "beim anderen Haus nachfragen; fehlt die Buchung, schlägt der Bereitsteller sie vor",
    Gap.REFERENCE: "Beleg im eigenen Finanzverfahren angleichen",
}


@dataclass(frozen=True)
class Item:
    """One row of either book; `cents` as it stands there, the sign is left to each house."""

    reference: str
    cents: int
    day: date | None


@dataclass(frozen=True)
class Difference:
    """One gap; the amount of the side that lacks the row is None (cents)."""

    kind: Gap
    reference: str
    own_cents: int | None
    hub_cents: int | None
    own_reference: str = ""


def fold(reference: str) -> str:
    """A reference without case, blanks and signs between its parts, which every finance system writes its own way."""
    return re.sub(r"[^0-9a-zäöüß]", "", reference.lower())


def match_books(own: Iterable[Item], hub: Iterable[Item]) -> tuple[int, list[Difference]]:
    """How many references agree, and every gap of both sides.

    Rows of one reference are added up first; a sum agrees when it is the same without its sign, for what one book
    calls a debit is a credit in the other. Among the rest, equal amounts of one month are paired.
    """
    ours, theirs = _sums(own), _sums(hub)
    matched, gaps = 0, []
    for key in [k for k in ours if k in theirs]:
        mine, other = ours.pop(key), theirs.pop(key)
        if abs(mine.cents) == abs(other.cents):
            matched += 1
        else:
            gaps.append(
                Difference(Gap.AMOUNT, other.reference, mine.cents, other.cents, mine.reference)
            )
    waiting: dict[tuple[int, int, int], list[str]] = {}
    for key, x in theirs.items():
        if month := _month(x):
            waiting.setdefault(month, []).append(key)
    for key, mine in list(ours.items()):
        month = _month(mine)
        if month and waiting.get(month):
            other = theirs.pop(waiting[month].pop(0))
            del ours[key]
            gaps.append(
                Difference(Gap.REFERENCE, other.reference, mine.cents, other.cents, mine.reference)
            )
    gaps += [Difference(Gap.HUB_ONLY, x.reference, None, x.cents) for x in theirs.values()]
    gaps += [Difference(Gap.OWN_ONLY, x.reference, x.cents, None) for x in ours.values()]
    return matched, gaps


def _month(x: Item) -> tuple[int, int, int] | None:
    return (abs(x.cents), x.day.year, x.day.month) if x.day and x.cents else None


def _sums(items: Iterable[Item]) -> dict[str, Item]:
    found: dict[str, Item] = {}
    for n, x in enumerate(items):
        key = fold(x.reference) or f"#{n}"  # rows without a reference stay apart
        before = found.get(key)
        found[key] = (
            x if before is None else Item(before.reference, before.cents + x.cents, before.day)
        )
    return {k: x for k, x in found.items() if x.cents}


def as_stored(gap: Difference) -> dict[str, object]:
    """A gap as it is kept."""
    return {"kind": gap.kind.value, "reference": gap.reference, "own_cents": gap.own_cents,
            "hub_cents": gap.hub_cents, "own_reference": gap.own_reference}  # fmt: skip


def from_stored(kept: Mapping[str, object]) -> Difference:
    """The gap again."""
    own, hub = kept["own_cents"], kept["hub_cents"]
    return Difference(
        Gap(str(kept["kind"])), str(kept["reference"]), own if isinstance(own, int) else None,
        hub if isinstance(hub, int) else None, str(kept["own_reference"]),
    )  # fmt: skip
