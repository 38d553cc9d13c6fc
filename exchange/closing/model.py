"""States of a period, the checklist of a close, balances of the claim accounts; pure (model.md 2, 3)."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from enum import StrEnum
from hashlib import sha256
from uuid import UUID

from kdnx.errors import Refused
from kdnx.text import _

YEAR = 13  # the row of `period` that stands for the whole year and takes its closing entries


class PeriodState(StrEnum):
    """Of a month or a year; closed never opens again."""

    OPEN = "open"
    CLOSING = "closing"
    CLOSED = "closed"
    LOCKED = "locked"


class PeriodEvent(StrEnum):
    """What people do to it."""

    START_CLOSING = "start"
    RESUME = "resume"
    CLOSE = "close"
    LOCK = "lock"


S, E = PeriodState, PeriodEvent
LABELS = {
    S.OPEN: "offen",
    S.CLOSING: "in Abschluss",
    S.CLOSED: "abgeschlossen",
    S.LOCKED: "gesperrt",
}
BADGES = {S.OPEN: "info", S.CLOSING: "warning", S.CLOSED: "success", S.LOCKED: "success"}
EVENT_LABELS = {
    E.START_CLOSING: "Abschluss beginnen",
    E.RESUME: "Abschluss zurücknehmen",
    E.CLOSE: "abschließen",
    E.LOCK: "sperren",
}
MOVES: Mapping[tuple[PeriodState, PeriodEvent], PeriodState] = {
    (S.OPEN, E.START_CLOSING): S.CLOSING,
    (S.CLOSING, E.RESUME): S.OPEN,
    (S.CLOSING, E.CLOSE): S.CLOSED,
    (S.CLOSED, E.LOCK): S.LOCKED,
}


def advance(state: str, event: PeriodEvent) -> PeriodState:
    """The state after the event; Refused with what would be possible."""
    after = MOVES.get((S(state), event))
    if after is None:
        is_final = state in (S.CLOSED, S.LOCKED)
        raise Refused(
            _("{event} geht nicht: Die Periode ist {state}.").format(
                event=EVENT_LABELS[event], state=LABELS[S(state)]
            ),
            code="wrong_state",
            rule=_("Ein abgeschlossener Zeitraum wird nicht wieder geöffnet.")
            if is_final
            else None,
            remedy=_("Was fehlt, kommt als Berichtigung in den nächsten offenen Zeitraum.")
            if is_final
            else _("Bitte die Seite neu laden."),
        )
    return after


@dataclass(frozen=True)
class Period:
    """A month (1 to 12) or a year (13) of the books; no row in the database means open."""

    year: int
    month: int
    state: str = S.OPEN.value
    closed_by: UUID | None = None
    approved_by: UUID | None = None
    row_version: int = 0
    updated_at: datetime | None = None

    @property
    def through(self) -> int:
        """yyyymm as the gate compares it."""
        return self.year * 100 + self.month

    @property
    def word(self) -> str:
        """As people say it: 2025, or 03/2025."""
        return str(self.year) if self.month == YEAR else f"{self.month:02d}/{self.year}"

    def is_over(self, today: date) -> bool:
        """The whole period lies before this German calendar day."""
        if self.month >= YEAR - 1:
            return today.year > self.year
        return (today.year, today.month) > (self.year, self.month)


class Weight(StrEnum):
    """What an item of the checklist does to the close."""

    DONE = "done"
    NOTED = "noted"
    STOPS = "stops"


WEIGHT_LABELS = {Weight.DONE: "erledigt", Weight.NOTED: "wird vermerkt", Weight.STOPS: "hindert"}
WEIGHT_BADGES = {Weight.DONE: "success", Weight.NOTED: "warning", Weight.STOPS: "danger"}


@dataclass(frozen=True)
class Item:
    """One line of the checklist: finding in words, where to go on, and what is listed by name in the record."""

    key: str
    title: str
    weight: Weight
    finding: str
    href: str = ""
    listed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Totals:
    """The year as it would be frozen now, and what is still open, in cents."""

    reported_cents: int
    current_cents: int
    proposed_cents: int
    proposed: int
    disputed_cents: int
    disputed: int


@dataclass(frozen=True)
class Checklist:
    """All items of a year and its totals."""

    year: int
    points: tuple[Item, ...]
    totals: Totals

    @property
    def hindrances(self) -> list[Item]:
        """What has to be settled first."""
        return [i for i in self.points if i.weight == Weight.STOPS]

    def as_record(self) -> dict[str, object]:
        """The plain values that are kept with the close."""
        return {
            "year": self.year,
            "items": [{**asdict(i), "weight": i.weight.value, "listed": list(i.listed)} for i in self.points],
            "totals": asdict(self.totals),
        }  # fmt: skip


def canonical(record: Mapping[str, object]) -> bytes:
    """The checklist as it is hashed: JSON with sorted keys, no spaces, UTF-8."""
    return json.dumps(record, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def close_evidence(record: Mapping[str, object], closed_at: datetime) -> bytes:
    """SHA-256 of the signed close; every closing entry in the ledger carries it."""
    head = f"kdnx.close.v1|{record['year']}|{closed_at.isoformat()}|".encode()
    return sha256(head + canonical(record)).digest()


def first_lines(names: Sequence[str], most: int = 500) -> tuple[str, ...]:
    """At most so many names, and how many more there are."""
    if len(names) <= most:
        return tuple(names)
    return (*names[:most], _("und {n} weitere").format(n=len(names) - most))
