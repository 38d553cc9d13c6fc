"""How German readers see figures and dates; the filters of every template."""

from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from babel.dates import format_date, format_timedelta
from babel.numbers import format_compact_currency, format_decimal

from kdnx.clock import berlin_time

LOCALE = "de_DE"
NBSP = "\u00a0"


def eur(cents: int | None) -> str:
    """1234567 cents → '12.345,67 €'; absent → '–'. Hand-made: Babel costs ten times as much."""
    if cents is None:
        return "–"
    whole, part = divmod(abs(cents), 100)
    sign = "−" if cents < 0 else ""
    return f"{sign}{whole:,}".replace(",", ".") + f",{part:02d}{NBSP}€"


def eur_short(cents: int | None) -> str:
    """2600000000 cents → '26 Mio. €', 54984125 cents → '549.841 €' (whole euros below a million)."""
    if cents is None:
        return "–"
    euros = Decimal(cents) / 100
    if abs(euros) < 1_000_000:
        return num(euros.quantize(Decimal(1), ROUND_HALF_UP), 0) + f"{NBSP}€"
    text = str(format_compact_currency(euros, "EUR", locale=LOCALE, fraction_digits=1))
    return text.replace(f",0{NBSP}", NBSP).replace("-", "−")


def micro_eur(micro: int | None) -> str:
    """Millionths of a euro → '0,0125 €' with two to six places."""
    if micro is None:
        return "–"
    text = str(format_decimal(Decimal(micro) / 1_000_000, format="#,##0.00####", locale=LOCALE))
    return f"{text}{NBSP}€"


def num(value: int | Decimal | None, places: int | None = None) -> str:
    """A number with German separators and a real minus sign."""
    if value is None:
        return "–"
    # most of what a page shows; Babel costs ten times as much
    if isinstance(value, int) and not places:
        return f"{value:,}".replace(",", ".").replace("-", "−")
    pattern = "#,##0.####" if places is None else "#,##0." + "0" * places if places else "#,##0"
    return str(format_decimal(value, locale=LOCALE, format=pattern)).replace("-", "−")


def pct(value: Decimal | float | None, places: int = 1) -> str:
    """0.0833 → '8,3 %'."""
    if value is None:
        return "–"
    return num(Decimal(str(value)) * 100, places) + f"{NBSP}%"


def day(value: date | datetime | None) -> str:
    """30.11.2026 (an instant is shown as the German day)."""
    if value is None:
        return "–"
    shown = berlin_time(value) if isinstance(value, datetime) else value
    return shown.strftime("%d.%m.%Y")


def day_long(value: date | datetime | None) -> str:
    """Montag, 30. November 2026."""
    if value is None:
        return "–"
    shown = berlin_time(value) if isinstance(value, datetime) else value
    return str(format_date(shown, "full", locale=LOCALE))


def instant(value: datetime | None) -> str:
    """30.11.2026, 12:00 Uhr (German time)."""
    return "–" if value is None else berlin_time(value).strftime("%d.%m.%Y, %H:%M") + f"{NBSP}Uhr"


def ago(value: timedelta) -> str:
    """vor 3 Tagen / in 3 Tagen."""
    return str(format_timedelta(value, add_direction=True, locale=LOCALE))


def last_day(value: date | None) -> str:
    """The last day of a half-open period (its end minus one), as people write it."""
    return "–" if value is None else day(value - timedelta(days=1))


FILTERS = {
    "eur": eur, "eur_short": eur_short, "micro_eur": micro_eur, "num": num, "pct": pct,
    "day": day, "day_long": day_long, "instant": instant, "ago": ago, "last_day": last_day,
}  # fmt: skip
