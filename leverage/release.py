"""One published release, opened by path and read table by table."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from leverage.frame import Frame
from warehouse.errors import NotPublished, WarehouseError
from warehouse.location import LATEST_JSON, PARQUET_FOLDER
from warehouse.settings import warehouse_at

HIDDEN = "is_latest"  # says nothing about an earlier time


class NoSuchTable(WarehouseError):
    """The release has no table of that name."""


class ReleaseGone(WarehouseError):
    """The release was removed, because three newer ones have been published since it was opened."""


@dataclass(frozen=True)
class Release:
    """A release in its folder. `latest` is the content of latest.json."""

    folder: Path
    latest: dict[str, Any]

    @property
    def name(self) -> str:
        """The name that the release keeps."""
        return self.folder.name

    @property
    def simulated(self) -> bool:
        """Whether its market is simulated."""
        return bool(self.latest.get("simulated", False))

    @property
    def tables(self) -> list[str]:
        """The names of its tables."""
        return sorted(path.stem for path in (self.folder / PARQUET_FOLDER).glob("*.parquet"))

    def table(self, name: str, asset: str | None = None) -> Frame:
        """The rows of a table, of one asset or all. Raises NoSuchTable, and ReleaseGone when it was removed."""
        import polars as pl

        path = self.folder / PARQUET_FOLDER / f"{name}.parquet"
        try:
            rows = pl.read_parquet(path, glob=False)
        except FileNotFoundError:
            if not self.folder.is_dir():
                raise ReleaseGone(f"the release {self.name} was removed; open the warehouse again") from None
            raise NoSuchTable(f"there is no table {name}; there are {', '.join(self.tables)}") from None
        return Frame(name, rows if asset is None else rows.filter(pl.col("asset") == asset))

    def readings(self, asset: str | None = None) -> Frame:
        """The label of each day with its state, sentence and headline figures."""
        return self.table("readings", asset)

    def regimes(self, asset: str | None = None) -> Frame:
        """The labels of each day with every feature, as they are thought now."""
        return self.table("regimes_daily", asset)

    def evidence(self, asset: str | None = None) -> Frame:
        """What the label of each day and its runner-up rest on."""
        return self.table("regime_evidence", asset)

    def regimes_as_of(self, moment: datetime | str, asset: str | None = None) -> Frame:
        """For each day the newest revision that was available at `moment`, as `regimes_as_of` in SQL.

        A moment without a time zone is in UTC; a text is in ISO 8601. A day that was published later has no row.
        """
        import polars as pl

        known = self.table("regime_revisions", asset).rows.filter(pl.col("available_at") <= _naive_utc(moment))
        newest = known.sort("asset", "day", "revision").unique(["asset", "day"], keep="last", maintain_order=True)
        return Frame("regime_revisions", newest.drop(HIDDEN))


def open_release(path: str | os.PathLike[str]) -> Release:
    """The newest release of a warehouse; `path` may also be its `published`, or a release that was copied elsewhere.

    The release of a warehouse on object storage, such as s3://bucket/prefix, is fetched first. Raises NotPublished when
    there is none, StorageError when the store cannot be used.
    """
    warehouse = warehouse_at(os.fspath(path))
    if warehouse.address:
        from warehouse.storage.sync import fetch_published

        fetch_published(warehouse)
        if not warehouse.published.exists():
            raise NotPublished(
                f"nothing is published in {warehouse.location}; run: leverage run --warehouse {warehouse.location}"
            )
    given, published = warehouse.root, warehouse.published
    folder = Path(os.path.realpath(published if published.exists() else given))
    try:
        latest = json.loads((folder / LATEST_JSON).read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        raise NotPublished(f"nothing is published in {given}; run: leverage run --warehouse {given}") from None
    return Release(folder, latest)


def _naive_utc(moment: datetime | str) -> datetime:
    parsed = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    return parsed.astimezone(UTC).replace(tzinfo=None) if parsed.tzinfo else parsed
