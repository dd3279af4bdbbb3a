"""The day of `--day`: a date, or yesterday."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from cli.errors import WrongUse
from ingest.market import Market
from warehouse.run_context import run_time

YESTERDAY = "yesterday"


def asked_day(text: str | None, market: Market) -> date | None:
    """The day that was asked for in UTC, None for none. Yesterday of the simulated market is its last complete day.

    Raises WrongUse for what is neither a date nor yesterday.
    """
    if text is None:
        return None
    if text == YESTERDAY:
        return run_time(market, None).date() - timedelta(days=1)
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC).date()
    except ValueError:
        raise WrongUse(f"--day {text} is no day; write one such as 2026-01-31, or {YESTERDAY}") from None
