"""Days as epoch milliseconds, UTC, the unit of the venues' parameters. No venue's own format is here."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

FIVE_MINUTES_MS = 300_000
HOUR_MS = 3_600_000
DAY_MS = 86_400_000

_EPOCH = date(1970, 1, 1)
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def start_of(day: date) -> int:
    """00:00 UTC of the day, epoch milliseconds."""
    return (day - _EPOCH).days * DAY_MS


def day_of(instant_ms: int) -> date:
    """The UTC day that an instant falls in."""
    return _EPOCH + timedelta(days=instant_ms // DAY_MS)


def http_date(instant_ms: int) -> str:
    """RFC 9110 date; written out because ``strftime`` names days in the machine's language."""
    at = datetime.fromtimestamp(instant_ms // 1000, UTC)
    day = f"{_WEEKDAYS[at.weekday()]}, {at.day:02} {_MONTHS[at.month - 1]} {at.year}"
    return f"{day} {at:%H:%M:%S} GMT"
