"""The directory of a warehouse: its paths, and `warehouse.json` with its market and its days.

`warehouse.json` holds only what a rebuild from landing cannot find out otherwise.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from ingest.durable import replace_file
from warehouse.duckdb_paths import build_folder
from warehouse.errors import WarehouseError, WrongMarket

# The files of a release.
LATEST_JSON = "latest.json"
PARQUET_FOLDER = "parquet"
PUBLISHED_DATABASE = "leverage.duckdb"


@dataclass(frozen=True)
class Calendar:
    """The days that a warehouse covers, both included."""

    first_day: date
    last_day: date

    @property
    def day_count(self) -> int:
        return (self.last_day - self.first_day).days + 1

    def including(self, other: Calendar) -> Calendar:
        """The days from the earlier first day to the later last day of both."""
        return Calendar(min(self.first_day, other.first_day), max(self.last_day, other.last_day))


@dataclass(frozen=True)
class Warehouse:
    """The directory of one warehouse."""

    root: Path

    @property
    def landing(self) -> Path:
        return self.root / "landing"

    @property
    def tape(self) -> Path:
        """The recorder's own files: write-ahead files, health, lock."""
        return self.root / "tape"

    @property
    def build(self) -> Path:
        """The build database, in another folder where DuckDB would misread the path. Raises WarehouseError."""
        return build_folder(self.root) / "build.duckdb"

    @property
    def dbt(self) -> Path:
        """The log of dbt, and the SQL that it ran."""
        return self.root / "dbt"

    @property
    def published(self) -> Path:
        """A link to the newest release."""
        return self.root / "published"

    @property
    def releases(self) -> Path:
        return self.root / "releases"

    @property
    def lock(self) -> Path:
        return self.root / "pipeline.lock"

    @property
    def dagster_home(self) -> Path:
        return self.root / "dagster"

    @property
    def marker(self) -> Path:
        return self.root / "warehouse.json"

    def market(self) -> str | None:
        """The market that this warehouse belongs to, None before its first run."""
        return self._read().get("market")

    def refuse_other(self, market: str) -> None:
        """Raise WrongMarket when this warehouse belongs to another market."""
        owner = self.market()
        if owner not in (None, market):
            raise WrongMarket(
                f"{self.root} holds the market {owner!r}, not {market!r}; "
                f"use --market {owner}, or another --warehouse for {market!r}"
            )

    def claim(self, market: str) -> None:
        """Give the warehouse to `market` for ever. Raises WrongMarket when it already belongs to another."""
        self.refuse_other(market)
        if self.market() is None:
            self._write({**self._read(), "market": market})

    def calendar(self) -> Calendar | None:
        """The days covered so far, None before the first run."""
        stored = self._read()
        if "first_day" not in stored:
            return None
        return Calendar(date.fromisoformat(stored["first_day"]), date.fromisoformat(stored["last_day"]))

    def extend(self, days: Calendar) -> Calendar:
        """Widen the calendar to include `days` and everything in between; returns the new calendar."""
        known = self.calendar()
        widened = known.including(days) if known else days
        if widened != known:
            stored = {"first_day": widened.first_day.isoformat(), "last_day": widened.last_day.isoformat()}
            self._write({**self._read(), **stored})
        return widened

    def _read(self) -> dict[str, str]:
        try:
            return dict(json.loads(self.marker.read_text()))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, TypeError) as error:
            raise WarehouseError(
                f"cannot read {self.marker}: {error}; restore it or start another warehouse"
            ) from error

    def _write(self, content: dict[str, str]) -> None:
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            replace_file(self.marker, json.dumps(content, indent=2).encode(), durable=True)
        except OSError as error:
            raise WarehouseError(
                f"cannot write to {self.root}: {error.strerror}; choose another --warehouse"
            ) from error
