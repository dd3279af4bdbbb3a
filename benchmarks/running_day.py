"""What an hour of `leverage now` costs after the first, alone and while a daily run adds a day; simulated market."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.pipeline import Run, leverage

ROUNDS = 3
FIRST = datetime(2026, 1, 29, 6, tzinfo=UTC)  # of the run that the warehouse begins with: 400 days
DAY = timedelta(days=1)
MANY = 43  # assets, each that the simulated market has


@dataclass(frozen=True)
class Round:
    """An hour alone, an hour while a day is added, and the run that added it."""

    alone: Run
    beside: Run
    daily: Run


@dataclass(frozen=True)
class Pair:
    """An hour and the run that added a day, one after the other."""

    hour: Run
    daily: Run


def measure(folder: Path) -> list[Round]:
    """The rounds, each a day later."""
    rounds = []
    for morning in _mornings(folder):
        alone = _leverage("now", folder, morning + timedelta(hours=6))
        with ThreadPoolExecutor() as both:
            daily = both.submit(_leverage, "run", folder, morning + DAY)
            beside = both.submit(_leverage, "now", folder, morning + timedelta(hours=7))
            rounds.append(Round(alone, beside.result(), daily.result()))
    return rounds


def measure_many(folder: Path) -> list[Pair]:
    """The rounds with all assets of the market."""
    return [
        Pair(_leverage("now", folder, morning + timedelta(hours=6)), _leverage("run", folder, morning + DAY))
        for morning in _mornings(folder, "--assets", f"top:{MANY}")
    ]


def _mornings(folder: Path, *chosen: str) -> Iterator[datetime]:
    """The mornings of the rounds. Before each the hours until then are read, so that a round reads one hour at a time.

    In the first of them dbt builds the models.
    """
    _leverage("run", folder, FIRST, *chosen)
    for number in range(ROUNDS):
        morning = FIRST + number * DAY
        _leverage("now", folder, morning + timedelta(hours=5))
        yield morning


def _leverage(command: str, folder: Path, now: datetime, *more: str) -> Run:
    return leverage(command, "--market", "sample", "--warehouse", str(folder), "--now", now.isoformat(), *more)
