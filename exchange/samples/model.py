"""How a sample is drawn, what a finding is and what the errors come to; pure."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from hashlib import sha256
from itertools import accumulate
from uuid import UUID

from exchange.ledger.model import EPOCH
from kdnx.errors import Refused
from kdnx.ids import digest
from kdnx.text import _

MOST_ROWS = 1_000_000  # one hash over all rows is kept; more is asked for in parts


class Method(StrEnum):
    """Every row alike, or every cent alike."""

    RANDOM = "random"
    MONEY_UNIT = "money_unit"


METHOD_LABELS = {
    Method.RANDOM: "Zufallsauswahl nach Anzahl",
    Method.MONEY_UNIT: "betragsgewichtet (Monetary Unit Sampling)",
}
METHOD_TEXTS = {
    Method.RANDOM: (
        "Für jede Zeile der Grundgesamtheit wird SHA-256 über „Startwert|Kennung der Zeile“ gerechnet; "
        "gezogen sind die Zeilen mit den kleinsten Werten. Jede Zeile hat die gleiche Chance."
    ),
    Method.MONEY_UNIT: (
        "Die Beträge aller Zeilen werden ohne Vorzeichen in der Reihenfolge der Ketten aneinandergelegt. "
        "Schrittweite ist Summe durch Anzahl (abgerundet), der erste Treffer sind die ersten "
        "7 Bytes von SHA-256 des Startwerts modulo Schrittweite. Jeder Cent hat die gleiche Chance, "
        "große Beträge also eine größere; "
        "eine Zeile kann mehrfach getroffen werden."
    ),
}


class SampleState(StrEnum):
    """Findings are entered while it is open; a closed one never changes."""

    OPEN = "open"
    CLOSED = "closed"


class SampleEvent(StrEnum):
    """What happens to a sample."""

    CLOSE = "close"


LABELS = {SampleState.OPEN: "in Prüfung", SampleState.CLOSED: "abgeschlossen"}
BADGES = {SampleState.OPEN: "info", SampleState.CLOSED: "success"}
MOVES = {(SampleState.OPEN, SampleEvent.CLOSE): SampleState.CLOSED}


class Finding(StrEnum):
    """What was found at an item."""

    OPEN = "open"
    CLEAN = "clean"
    MINOR = "minor"
    MAJOR = "major"


FINDING_LABELS = {
    Finding.OPEN: "noch offen",
    Finding.CLEAN: "ohne Beanstandung",
    Finding.MINOR: "geringfügig",
    Finding.MAJOR: "wesentlich",
}
FINDING_BADGES = {
    Finding.OPEN: "info",
    Finding.CLEAN: "success",
    Finding.MINOR: "warning",
    Finding.MAJOR: "danger",
}


@dataclass(frozen=True)
class Population:
    """What a sample is drawn from: supply rows of a service year, narrowed, up to a place in each chain.

    `heads`: last place by owner id, as text. A place is drawn under the lock of its chain, so what lies
    below can neither be missing now nor come later.
    """

    year: int
    provider_id: UUID | None
    recipient_id: UUID | None
    category_id: UUID | None
    heads: Mapping[str, int]


@dataclass(frozen=True)
class Measure:
    """The population in figures: rows, cents without sign, and one hash over the hashes of all rows."""

    rows: int
    cents: int
    hash: bytes


@dataclass(frozen=True)
class Drawn:
    """A drawn row of the ledger; `hits` is how often a money unit of it was met (1 at random)."""

    owner_id: UUID
    id: UUID
    seq: int
    recipient_id: UUID
    cents: int
    sign: int
    hash: bytes
    hits: int


@dataclass(frozen=True)
class Sample:
    """A drawn sample: definition, measure of the population, state."""

    owner_id: UUID
    id: UUID
    number: str
    title: str
    purpose: str
    method: str
    wanted: int
    seed: str
    service_year: int
    provider_id: UUID | None
    recipient_id: UUID | None
    category_id: UUID | None
    heads: Mapping[str, int]
    population_rows: int
    population_cents: int
    population_hash: bytes
    evidence: bytes
    drawn_person: UUID
    drawn_at: datetime
    state: str
    result: str
    closed_at: datetime | None
    sheet_hash: bytes | None
    row_version: int
    drawn_by: str = ""
    closed_by: str = ""
    items: int = 0
    open_items: int = 0

    @property
    def population(self) -> Population:
        """The population as it was at the drawing."""
        return Population(
            self.service_year, self.provider_id, self.recipient_id, self.category_id, self.heads
        )


@dataclass(frozen=True)
class Item:
    """One drawn row with its finding; `difference_cents` is by how much it was booked too high (plus)."""

    n: int
    transfer_owner_id: UUID
    transfer_id: UUID
    transfer_seq: int
    recipient_id: UUID
    cents: int
    sign: int
    hits: int
    transfer_hash: bytes
    finding: str
    note: str
    difference_cents: int
    found_at: datetime | None
    row_version: int
    found_by: str = ""
    provider_name: str = ""
    recipient_name: str = ""
    service_year: int = 0
    service_month: int = 0
    booking_id: UUID | None = None
    booking_number: str | None = None
    order_id: UUID | None = None


def advance(state: str, event: SampleEvent) -> SampleState:
    """The state after the event; Refused for a sample that is closed."""
    after = MOVES.get((SampleState(state), event))
    if after is None:
        raise Refused(
            _("Diese Stichprobe ist abgeschlossen."),
            rule=_("Ein abgeschlossenes Ergebnisblatt bleibt, wie es ist."),
            remedy=_("Für weitere Prüfungen eine neue Stichprobe ziehen."),
            code="sample_closed",
        )
    return after


def check_drawing(measure: Measure) -> None:
    """Refused where there is nothing to draw from, or too much for one drawing."""
    if measure.rows == 0:
        raise Refused(
            _("In dieser Auswahl gibt es keine bestätigte Leistung."),
            remedy=_("Ein anderes Jahr oder weniger Einschränkungen wählen."),
            code="population_empty",
        )
    if measure.rows > MOST_ROWS:
        raise Refused(
            _("Die Grundgesamtheit hat mehr als 1.000.000 Zeilen."),
            remedy=_("Bitte auf einen Bereitsteller oder eine Kategorie einschränken."),
            code="population_too_large",
        )


def rank_of(seed: str, id_: UUID) -> bytes:
    """The place of a row in a random drawing."""
    return sha256(f"{seed}|{id_}".encode()).digest()


def draw_random(seed: str, ids: Iterable[UUID], wanted: int) -> list[UUID]:
    """The `wanted` rows with the smallest hashes; the same for ever for the same seed and rows."""
    return sorted(ids, key=lambda i: (rank_of(seed, i), str(i)))[:wanted]


@dataclass(frozen=True)
class Steps:
    """The money units that are met: `start`, `start + interval` … , `count` of them."""

    start: int
    interval: int
    count: int


def steps_of(seed: str, total_cents: int, wanted: int) -> Steps:
    """Where a money-unit drawing hits, in cents from 0; never more hits than cents."""
    count = min(wanted, total_cents)
    interval = total_cents // count
    start = int.from_bytes(sha256(seed.encode()).digest()[:7], "big") % interval
    return Steps(start, interval, count)


def draw_money_units(seed: str, cents: Sequence[int], wanted: int) -> dict[int, int]:
    """Place of a row → how often it is hit, over rows of `cents` > 0 in their order."""
    steps = steps_of(seed, sum(cents), wanted)
    edges = list(accumulate(cents))
    hits: dict[int, int] = {}
    for k in range(steps.count):
        place = bisect_right(edges, steps.start + k * steps.interval)
        hits[place] = hits.get(place, 0) + 1
    return hits


def evidence_of(s: Sample, drawn: Sequence[Drawn]) -> bytes:
    """SHA-256 over how the sample was drawn and what came out; printed as its proof."""
    micros = (s.drawn_at - EPOCH) // timedelta(microseconds=1)
    heads = ",".join(f"{owner}:{seq}" for owner, seq in sorted(s.heads.items()))
    return digest(
        "kdnx.sample.v1", s.owner_id, s.id, s.number, s.method, s.wanted, s.seed, s.service_year,
        s.provider_id, s.recipient_id, s.category_id, heads,
        s.population_rows, s.population_cents, s.population_hash.hex(), micros,
        *(f"{d.id}:{d.hits}" for d in drawn),
    )  # fmt: skip


def sheet_of(s: Sample, items: Sequence[Item], result: str) -> bytes:
    """SHA-256 over the findings of a closed sample."""
    lines = (f"{i.n}:{i.transfer_id}:{i.finding}:{i.difference_cents}:{i.note}" for i in items)
    return digest("kdnx.sheet.v1", s.id, s.evidence.hex(), result, *lines)


@dataclass(frozen=True)
class Outcome:
    """The result in figures: `found_cents` in the sample, `projected_cents` over the population."""

    counts: dict[str, int]
    found_cents: int
    projected_cents: int

    @property
    def is_done(self) -> bool:
        """No item is open any more."""
        return self.counts[Finding.OPEN.value] == 0


def outcome_of(s: Sample, items: Sequence[Item]) -> Outcome:
    """Counts by finding and the error: by ratio of rows at random, by taint and interval by money unit.

    Half-up to the cent; 0 without items.
    """
    counts = {f.value: sum(i.finding == f.value for i in items) for f in Finding}
    found = sum(i.sign * i.difference_cents for i in items)
    if s.method == Method.RANDOM.value:
        projected = Decimal(found * s.population_rows) / max(1, len(items))
    else:
        interval = steps_of(s.seed, s.population_cents, s.wanted).interval
        projected = sum(
            (
                Decimal(i.sign * i.difference_cents * interval * i.hits) / i.cents
                # an item larger than the interval is seen whole: its error counts once, as it is
                if i.cents < interval
                else Decimal(i.sign * i.difference_cents)
                for i in items
            ),
            Decimal(0),
        )
    return Outcome(counts, found, int(projected.quantize(Decimal(1), ROUND_HALF_UP)))
