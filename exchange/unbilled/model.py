"""Until when a quarter has to be billed; pure."""

from datetime import date, timedelta


def last_due_period(today: date, days: int) -> int:
    """The last month (yyyymm) of the newest quarter that ended more than `days` days before today."""
    edge = today - timedelta(days=days)
    months = (
        edge.year * 12 + (edge.month - 1) // 3 * 3 - 1
    )  # the month before the quarter of the edge
    return months // 12 * 100 + months % 12 + 1


def quarter_word(period: int) -> str:
    """'2026-Q3' for 202608."""
    year, month = divmod(period, 100)
    return f"{year}-Q{(month + 2) // 3}"
