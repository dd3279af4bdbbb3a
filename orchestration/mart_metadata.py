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
from warehouse.marts import comments_of, has_mart, mart_extent

DAYS_SHOWN = 365
LINES_SHOWN = 100  # of a check that warned; the table implausible_rows has all of them
# Dagster keeps the pictures of every run: those of 32 assets were 40 MB a run.
ASSETS_SHOWN = 8
MONTH = 30  # days of traded value that decide which assets are shown
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


def with_lines(lines: list[str]) -> dict[str, Any]:
    """The first rows that a check is about, one line each; nothing without any."""
    shown = "\n".join(f"* {line}" for line in lines[:LINES_SHOWN])
    return {"rows": dg.MetadataValue.md(shown)} if lines else {}


def newest_readings(connection: duckdb.DuckDBPyConnection) -> dg.MarkdownMetadataValue:
    """The newest label of each asset with its sentence, as a Markdown list; of many assets the most traded."""
    rows = connection.execute(
        "SELECT asset, max_by((day, event, grade, explanation), day) FROM marts.regimes_daily GROUP BY asset"
    ).fetchall()
    newest = dict(rows)
    lines = (
        f"* **{asset}**, {day}: {event}{f', grade {grade}' if grade else ''}. {explanation}"
        for asset in _shown(connection, sorted(newest))
        for day, event, grade, explanation in [newest[asset]]
    )
    return dg.MetadataValue.md("\n".join(lines))


def mart_charts(connection: duckdb.DuckDBPyConnection, name: str) -> str | None:
    """Markdown with one image per asset and panel, None if there is nothing to draw.

    Of more than ASSETS_SHOWN assets only the most traded are drawn.
    """
    has_regimes = name == WITH_REGIMES
    panels = [PRICE] if has_regimes else [panel for panel in PANELS if panel.mart == name]
    if not panels:
        return None
    behind = {"regimes": _last_year(connection, name), "labels": regime_labels()} if has_regimes else {}
    frame = _last_year(connection, panels[0].mart)
    assets = frame["asset"].unique().sort().to_list()
    shown = _shown(connection, assets)
    drawn = [_pictures(panel, frame.filter(pl.col("asset").is_in(shown)), **behind) for panel in panels]
    note = f"Charts of {len(shown)} of {len(assets)} assets" if len(shown) < len(assets) else None
    return "\n\n".join(filter(None, [note, *drawn])) if any(drawn) else None


def _shown(connection: duckdb.DuckDBPyConnection, assets: list[str]) -> list[str]:
    """The assets to draw: all of a few, or the most traded; the first by name until there are prices."""
    if len(assets) > ASSETS_SHOWN and has_mart(connection, PRICE.mart):
        traded = connection.execute(
            f"SELECT asset FROM marts.{PRICE.mart}"  # noqa: S608 - a constant
            f" WHERE day > (SELECT max(day) FROM marts.{PRICE.mart}) - {MONTH}"
            " GROUP BY asset ORDER BY sum(volume_usd) DESC NULLS LAST, asset"
        ).fetchall()
        assets = [asset for (asset,) in traded if asset in assets]
    return assets[:ASSETS_SHOWN]


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
