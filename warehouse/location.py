"""The directory of a warehouse: its paths, and `warehouse.json` with its market, its days and its chosen assets.

`warehouse.json` holds only what a rebuild from landing cannot find out otherwise.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from ingest.durable import replace_file
from ingest.selection import Chosen, SelectionRefused
from warehouse.damage import set_aside
from warehouse.errors import WarehouseError, WrongMarket
from warehouse.odd_paths import build_folder

RELEASES = "releases"
STORE_STATE = (
    "store.json"  # in the working directory of a warehouse on object storage: its releases may come from others
)
# The files of a release.
LATEST_JSON = "latest.json"
NOW_JSON = "now.json"  # replaced every hour, also in a release that is already published
PARQUET_FOLDER = "parquet"
SCHEMA_FOLDER = "schema"  # the JSON Schemas of the tables
PUBLISHED_DATABASE = "leverage.duckdb"


@dataclass(frozen=True)
class Calendar:
    """The days that a warehouse covers, both included."""

    first_day: date
    last_day: date

    @property
    def day_count(self) -> int:
        return (self.last_day - self.first_day).days + 1

    def until(self, last_day: date | None) -> Calendar:
        """The days up to `last_day`, all of them where it is None or later."""
        return self if last_day is None else Calendar(self.first_day, min(self.last_day, last_day))

    def including(self, other: Calendar) -> Calendar:
        """The days from the earlier first day to the later last day of both."""
        return Calendar(min(self.first_day, other.first_day), max(self.last_day, other.last_day))


@dataclass(frozen=True)
class Warehouse:
    """The directory of one warehouse. With an `address` on object storage, the working directory of one machine."""

    root: Path
    address: str | None = None

    @property
    def location(self) -> str:
        """How users name it: by its address on object storage, else by its directory."""
        return self.address or str(self.root)

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
    def now_database(self) -> Path:
        """The small database of the running day. Raises WarehouseError like `build`.

        Named as the build database, because dbt keeps the name in what it has parsed.
        """
        return self.build.parent / "now" / self.build.name

    @property
    def now_json(self) -> Path:
        """The newest reading of the running day; each release has a copy."""
        return self.root / NOW_JSON

    @property
    def now_lock(self) -> Path:
        return self.root / "now.lock"

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
        return self.root / RELEASES

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
                f"{self.location} holds the market {owner!r}, not {market!r}; "
                f"use --market {owner}, or another --warehouse for {market!r}"
            )

    def claim(self, market: str) -> None:
        """Assign the warehouse to `market`, and write `warehouse.json` again if it is missing or damaged.

        Raises WrongMarket when the warehouse already belongs to another market.
        """
        self.refuse_other(market)
        known, why = self._read(), self._damage()
        if why is None and "market" in known:
            return
        if why:
            set_aside(self.root, self.marker, why, "written anew from the newest release")
        self._write({**known, "market": market})

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

    def chosen(self) -> Chosen | None:
        """The assets that were chosen for this warehouse, None where it has those that the catalogue lists."""
        document = self._read().get("selection")
        return None if document is None else Chosen.read(document)

    def choose(self, chosen: Chosen) -> None:
        """Remember the chosen assets."""
        if chosen != self.chosen():
            self._write({**self._read(), "selection": chosen.document()})

    def refuse_read_only(self) -> None:
        """Raise WarehouseError when a run could not write to the warehouse, with the place and its owner."""
        places = [self.root, self.landing, self.releases, self.build, self.dagster_home, self.lock, self.marker]
        existing = [place for place in places if place.exists()] or [
            next(parent for parent in self.root.parents if parent.exists())
        ]
        for place in existing:
            if not os.access(place, os.W_OK):
                raise WarehouseError(f"cannot write to {place}, {_why_not(place)}; choose another --warehouse")

    def _read(self) -> dict[str, Any]:
        """The content of `warehouse.json`; where it is gone or damaged, what the newest release says instead."""
        why = self._damage()
        if why is None and self.marker.exists():
            return dict(json.loads(self.marker.read_text(encoding="utf-8")))
        released = self._released()
        if why and self.marker.exists() and not released:
            raise WarehouseError(f"cannot read {self.marker}: it {why}; restore it, or start another warehouse")
        return released

    def _damage(self) -> str | None:
        """What is wrong with `warehouse.json`, None when it is whole, or absent as before the first run."""
        try:
            content = json.loads(self.marker.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return "is gone" if self._released() else None
        except OSError as error:
            raise WarehouseError(f"cannot read {self.marker}: {error.strerror}; check its owner") from error
        except ValueError:
            return "is damaged (no JSON)"
        days = ("first_day", "last_day")
        if not isinstance(content, dict) or not isinstance(content.get("market"), str):
            return "is damaged (no market)"
        if set(days) & content.keys() and not all(_is_day(content.get(name)) for name in days):
            return "is damaged (no first or last day)"
        if content.get("selection") is not None and not _is_selection(content["selection"]):
            return "is damaged (no selection of assets)"
        return None

    def _released(self) -> dict[str, Any]:
        """The market, the days and the chosen assets as the newest release says them, {} when it does not."""
        try:
            document = json.loads((self.published / LATEST_JSON).read_text(encoding="utf-8"))
            named = {name: document[name] for name in ("market", "first_day", "last_day")}
        except (OSError, ValueError, TypeError, KeyError):
            return {}
        if not all(isinstance(value, str) for value in named.values()):
            return {}
        selection = document.get("selection")
        return {**named, "selection": selection} if _is_selection(selection) else named

    def _write(self, content: dict[str, Any]) -> None:
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            replace_file(self.marker, json.dumps(content, indent=2).encode(), durable=True)
        except OSError as error:
            raise WarehouseError(
                f"cannot write to {self.root}: {error.strerror}; choose another --warehouse"
            ) from error


def _is_selection(document: Any) -> bool:  # noqa: ANN401 - whatever the file has
    try:
        Chosen.read(document)
    except (KeyError, TypeError, ValueError, AttributeError, SelectionRefused):
        return False
    return True


def _is_day(text: object) -> bool:
    try:
        date.fromisoformat(str(text))
    except ValueError:
        return False
    return True


def _why_not(place: Path) -> str:
    """Why nobody, or not this user, may write there."""
    if os.statvfs(place).f_flag & os.ST_RDONLY:
        return "which is on a read-only file system"
    try:
        return f"which belongs to {place.owner()}"
    except KeyError:
        return f"which belongs to user {place.stat().st_uid}"
