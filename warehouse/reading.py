"""Reading what is published: `latest.json`, and the database of the release that it belongs to."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from warehouse.connection import published_database
from warehouse.errors import NotPublished, WarehouseError
from warehouse.location import Warehouse


@dataclass(frozen=True)
class OpenRelease:
    """One release, which stands while it is open, whatever is published meanwhile."""

    latest: dict[str, Any]
    connection: duckdb.DuckDBPyConnection

    def select(self, query: str, values: list[Any] | None = None) -> pl.DataFrame:
        """The result of a query. Raises duckdb.Error for wrong SQL."""
        found = self.connection.sql(query, params=values or [])
        if found is None:
            raise WarehouseError("the statement has no result; ask with SELECT")
        return found.pl()


@contextmanager
def open_release(warehouse: Warehouse) -> Iterator[OpenRelease]:
    """The newest release, read-only, for as long as the block takes. Raises NotPublished when there is none."""
    directory = warehouse.published.resolve()
    said = _latest(directory)
    if said is None:
        raise NotPublished(f"nothing is published in {warehouse.root} yet; run: leverage run, with the same options")
    with published_database(directory / "leverage.duckdb") as connection:
        yield OpenRelease(said, connection)


def latest(warehouse: Warehouse) -> dict[str, Any] | None:
    """The content of `latest.json`, None when nothing is published. Raises WarehouseError when it cannot be read."""
    return _latest(warehouse.published)


def _latest(directory: Path) -> dict[str, Any] | None:
    path = directory / "latest.json"
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise WarehouseError(f"cannot read {path}: {error}; run: leverage run") from error
