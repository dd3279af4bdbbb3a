"""What the Dagster UI shows for a mart: rows, days, and the charts of the brief as PNG inside Markdown."""

from __future__ import annotations

import base64
from typing import Any

import dagster as dg
import duckdb
import polars as pl

from brief.charts import PANELS, PRICE, Panel, chart, has_values, png
from regimes import regime_labels
from tables import Table
from warehouse.connection import identifier
from warehouse.marts import comments_of, mart_extent

DAYS_SHOWN = 365
WITH_REGIMES = "regimes_daily"  # shown as bands behind the price chart


def column_metadata(table: Table) -> dict[str, Any]:
    """The columns of a table that Python writes, each with its comment."""
    comments = comments_of(table)
    columns = [dg.TableColumn(f.name, f.sql_type.lower(), description=comments[f.name]) for f in table.fields]
    return {"dagster/column_schema": dg.TableSchema(columns=columns), "dagster/table_name": f"marts.{table.name}"}


def mart_metadata(connection: duckdb.DuckDBPyConnection, name: str) -> dict[str, Any]:
    """Row count of `marts.<name>`, and its first and last day and charts if it has any."""
    found = mart_extent(connection, name)
    metadata: dict[str, Any] = {"dagster/row_count": found["rows"]}
    if found.get("first_day"):
        metadata |= {"first day": found["first_day"].isoformat(), "last day": found["last_day"].isoformat()}
    if pictures := mart_charts(connection, name):
        metadata["chart"] = dg.MetadataValue.md(pictures)
    return metadata


def mart_charts(connection: duckdb.DuckDBPyConnection, name: str) -> str | None:
    """Markdown with one image per asset and panel, None if there is nothing to draw."""
    if name == WITH_REGIMES:
        behind = {"regimes": _last_year(connection, name), "labels": regime_labels()}
        return _pictures(PRICE, _last_year(connection, PRICE.mart), **behind)
    drawn = [_pictures(p, _last_year(connection, name)) for p in PANELS if p.mart == name]
    return "\n\n".join(filter(None, drawn)) or None


def _last_year(connection: duckdb.DuckDBPyConnection, name: str) -> pl.DataFrame:
    table = f"marts.{identifier(name)}"
    return connection.sql(f"SELECT * FROM {table} WHERE day > (SELECT max(day) FROM {table}) - {DAYS_SHOWN}").pl()  # noqa: S608


def _pictures(panel: Panel, frame: pl.DataFrame, **behind: pl.DataFrame) -> str | None:
    drawn = []
    for asset in frame["asset"].unique().sort():
        days = frame.filter(asset=asset)
        if has_values(panel, days):
            regimes = {n: f.filter(asset=asset) if "asset" in f.columns else f for n, f in behind.items()}
            encoded = base64.b64encode(png(chart(panel, days, **regimes))).decode()
            title = f"{asset}: {panel.title}, {panel.unit}"
            drawn.append(f"{title}\n\n![{title}](data:image/png;base64,{encoded})")
    return "\n\n".join(drawn) or None
