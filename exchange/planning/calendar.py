"""Contract dates as all-day events, and the iCalendar file of them (RFC 5545); pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from itertools import groupby

from exchange.running.model import add_months
from kdnx.text import _

DAY = timedelta(days=1)
OCTETS = 73


class EventKind(StrEnum):
    """What happens on the day."""

    NOTICE = "notice"
    END = "end"
    RENEWAL = "renewal"
    PRICE = "price"
    STEP = "step"
    TAX = "tax"
    RECHECK = "recheck"


EVENT_LABELS = {
    EventKind.NOTICE: "kündbar bis",
    EventKind.END: "läuft aus",
    EventKind.RENEWAL: "Nachfolge regeln bis",
    EventKind.PRICE: "Preisbindung endet",
    EventKind.STEP: "neue Fassung gilt",
    EventKind.TAX: "Umsatzsteuer prüfen",
    EventKind.RECHECK: "Nachweis erneuern",
}
EVENT_BADGES = {
    EventKind.NOTICE: "warning",
    EventKind.END: "danger",
    EventKind.RENEWAL: "warning",
    EventKind.PRICE: "info",
    EventKind.STEP: "info",
    EventKind.TAX: "warning",
}


@dataclass(frozen=True)
class Event:
    """One day to know of; `key` stays the same when the day moves, `changed_at` is when its source last changed."""

    key: str
    kind: EventKind
    day: date
    title: str
    detail: str
    path: str
    changed_at: datetime

    @property
    def summary(self) -> str:
        """One line for a calendar."""
        return f"{EVENT_LABELS[self.kind]}: {self.title}"


def notice_day(last_day: date, notice_months: int) -> date:
    """The last day on which a notice still ends an order on `last_day`, the end of a month."""
    return add_months(last_day, -notice_months)


def year_ends(first: date, last: date) -> list[date]:
    """The ends of the years between two days: to them a contract without term is looked at."""
    return [date(y, 12, 31) for y in range(first.year, last.year + 2)]


def months_of(events: Sequence[Event]) -> list[tuple[date, list[Event]]]:
    """The events by month, earliest first; the month is given as its first day."""
    ordered = sorted(events, key=lambda e: (e.day, e.title, e.key))
    return [(m, list(es)) for m, es in groupby(ordered, key=lambda e: e.day.replace(day=1))]


def write_calendar(events: Iterable[Event], *, name: str, base_url: str) -> bytes:
    """The file: all-day events that block no time, with stable ids and a link; no amounts."""
    lines = [
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//kdnx//Vertragskalender//DE", "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH", f"X-WR-CALNAME:{escape(name)}", "REFRESH-INTERVAL;VALUE=DURATION:PT12H",
    ]  # fmt: skip
    for e in sorted(events, key=lambda e: (e.day, e.key)):
        lines += [
            "BEGIN:VEVENT", f"UID:{e.key}@kdnx", f"DTSTAMP:{_stamp(e.changed_at)}",
            f"LAST-MODIFIED:{_stamp(e.changed_at)}",
            f"DTSTART;VALUE=DATE:{e.day:%Y%m%d}", f"DTEND;VALUE=DATE:{e.day + DAY:%Y%m%d}",
            f"SUMMARY:{escape(e.summary)}", f"DESCRIPTION:{escape(e.detail)}",
            f"CATEGORIES:{escape(EVENT_LABELS[e.kind])}", f"URL:{base_url}{e.path}", "TRANSP:TRANSPARENT", "END:VEVENT",
        ]  # fmt: skip
    return ("".join(fold(line) for line in [*lines, "END:VCALENDAR"])).encode()


def _stamp(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def escape(text: str) -> str:
    """A TEXT value (RFC 5545, 3.3.11)."""
    for found, put in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\r\n", "\\n"), ("\n", "\\n")):
        text = text.replace(found, put)
    return text.replace("\r", "")


def fold(line: str) -> str:
    """A content line in pieces of at most 75 octets, never inside a character (RFC 5545, 3.1)."""
    pieces, piece = [], ""
    for char in line:
        if len((piece + char).encode()) > OCTETS:
            pieces.append(piece)
            piece = ""
        piece += char
    return "\r\n ".join([*pieces, piece]) + "\r\n"


def notice_detail(notice_months: int, last_day: date) -> str:
    """Why the day is what it is."""
    return _(
        "Kündigungsfrist {n} Monate zum Monatsende: "
        "Wer bis zu diesem Tag kündigt, beendet den Vertrag zum {day}."
    ).format(n=notice_months, day=last_day.strftime("%d.%m.%Y"))
