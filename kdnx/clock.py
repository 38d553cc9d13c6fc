"""The only place that reads the time; everywhere else `now` and `today` come in as values."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

BERLIN = ZoneInfo("Europe/Berlin")


def read_clock() -> datetime:
    """The present instant in UTC."""
    return datetime.now(UTC)


def berlin_day(instant: datetime) -> date:
    """The calendar day in Germany at that instant."""
    return instant.astimezone(BERLIN).date()


def berlin_time(instant: datetime) -> datetime:
    """The wall clock in Germany at that instant."""
    return instant.astimezone(BERLIN)


def end_of_day(day: date) -> datetime:
    """The last second of a German calendar day as an instant in UTC (periods run to 24:00)."""
    return datetime(day.year, day.month, day.day, 23, 59, 59, tzinfo=BERLIN).astimezone(UTC)


def next_at(instant: datetime, hour: int) -> datetime:
    """The next instant (UTC) at which the German wall clock shows that full hour."""
    local = instant.astimezone(BERLIN)
    day = local.date() if local.hour < hour else local.date() + timedelta(days=1)
    return datetime(day.year, day.month, day.day, hour, tzinfo=BERLIN).astimezone(UTC)
