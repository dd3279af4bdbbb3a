"""Reading what is published: `latest.json`, and rows of the published database."""

from __future__ import annotations

import json
from typing import Any

import polars as pl

from warehouse.connection import published_database
from warehouse.errors import NotPublished, WarehouseError
from warehouse.location import Warehouse


def latest(warehouse: Warehouse) -> dict[str, Any] | None:
    """The content of `latest.json`, None when nothing is published. Raises WarehouseError when it cannot be read."""
    path = warehouse.published / "latest.json"
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise WarehouseError(f"cannot read {path}: {error}; run: leverage run") from error


def required_latest(warehouse: Warehouse) -> dict[str, Any]:
    """The content of `latest.json`. Raises NotPublished when there is none."""
    found = latest(warehouse)
    if found is None:
        raise NotPublished(f"nothing is published in {warehouse.root} yet; run: leverage run")
    return found


def select(warehouse: Warehouse, query: str, values: list[Any] | None = None) -> pl.DataFrame:
    """The result of one query on the published database. Raises duckdb.Error for wrong SQL."""
    with published_database(warehouse) as connection:
        found = connection.sql(query, params=values or [])
        if found is None:
            raise WarehouseError("the statement has no result; ask with SELECT")
        return found.pl()
