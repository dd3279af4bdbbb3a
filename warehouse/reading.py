"""Reading what is published: `latest.json`, and the database of the release that it belongs to."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from warehouse.connection import published_database
from warehouse.errors import NotPublished, WarehouseError
from warehouse.location import LATEST_JSON, PUBLISHED_DATABASE, Warehouse

if TYPE_CHECKING:
    import polars as pl  # DuckDB imports it for the queries that want a frame


@dataclass(frozen=True)
class OpenRelease:
    """One release, readable while it is open even if a newer one is published meanwhile."""

    latest: dict[str, Any]
    connection: duckdb.DuckDBPyConnection

    def select(self, query: str, values: list[Any] | None = None) -> pl.DataFrame:
        """The result of a query. Raises duckdb.Error for invalid SQL, WarehouseError when there is no result."""
        return self.relation(query, values).pl()

    def rows(self, query: str, values: list[Any] | None = None) -> list[dict[str, Any]]:
        """The rows of a SELECT by column name, without Polars. Raises duckdb.Error for invalid SQL."""
        found = self.connection.execute(query, values or [])
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    def relation(self, query: str, values: list[Any] | None = None) -> duckdb.DuckDBPyRelation:
        """The query, not run yet. Raises as `select` does."""
        found = self.connection.sql(query, params=values or [])
        if found is None:
            raise WarehouseError("the statement has no result; use SELECT")
        return found


@contextmanager
def open_release(warehouse: Warehouse) -> Iterator[OpenRelease]:
    """The newest release, read-only, during the block. Raises NotPublished when there is none."""
    directory = warehouse.published.resolve()
    document = _read_document(directory)
    if document is None:
        where = warehouse.location
        raise NotPublished(f"nothing is published in {where} yet; run: leverage run, with the same options")
    with published_database(directory / PUBLISHED_DATABASE) as connection:
        yield OpenRelease(document, connection)


def read_latest(warehouse: Warehouse) -> dict[str, Any] | None:
    """The content of `latest.json`, None when nothing is published. Raises WarehouseError when it cannot be read."""
    return _read_document(warehouse.published)


def _read_document(directory: Path) -> dict[str, Any] | None:
    path = directory / LATEST_JSON
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise WarehouseError(f"cannot read {path}: {error}; run: leverage run") from error
    if not isinstance(document, dict) or not document:
        raise WarehouseError(f"{path} is damaged: it says nothing; run: leverage run")
    return document
