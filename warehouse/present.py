"""The present of a run and its days: what is complete, what is asked for, what retention still holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from ingest.market import Market
from ingest.sample import SIMULATION_NOW
from warehouse.location import Calendar


@dataclass(frozen=True)
class Present:
    """The present of one run and the days it speaks about."""

    now: datetime
    calendar: Calendar


def present_of(market: Market, now: str | None) -> datetime:
    """The time asked for, else the simulation's end, else the machine's clock; in UTC.

    Raises ValueError when `now` is no ISO 8601 time. A time without an offset is taken as UTC.
    """
    if now:
        moment = datetime.fromisoformat(now)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    return SIMULATION_NOW if market.simulated else datetime.now(UTC)
