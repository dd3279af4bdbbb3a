"""What the Dagster UI tells of a mart: its extent, and its measures over the last year as PNG inside Markdown."""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass
from typing import Any

import altair as alt
import dagster as dg
import duckdb
import polars as pl

from warehouse.connection import identifier
from warehouse.marts import extent

DAYS_SHOWN = 365


@dataclass(frozen=True)
class Panel:
    """Which columns of a mart are drawn, one line each, and the title of the value axis."""

    columns: tuple[str, ...]
    unit: str
    area: bool = False


PANELS = {
    "prices_daily": Panel(("close_usd",), "USD"),
    "liquidations_daily": Panel(("long_usd", "short_usd"), "USD", area=True),
    "open_interest_daily": Panel(("open_interest_usd",), "USD"),
    "funding_daily": Panel(("rate_8h_bp",), "bp per 8 h"),
    "exchange_flows_daily": Panel(("netflow_coin",), "coins", area=True),
    "network_activity_daily": Panel(("active_addresses_count",), "addresses"),
    "leverage_features_daily": Panel(("liquidation_multiple",), "multiple of the median"),
}


def mart_metadata(connection: duckdb.DuckDBPyConnection, name: str) -> dict[str, Any]:
    """Rows, first and last day and the picture of `marts.<name>`, as far as it has them."""
    found = extent(connection, name)
    metadata: dict[str, Any] = {"dagster/row_count": found["rows"]}
    if found.get("first_day"):
        metadata |= {"first day": found["first_day"].isoformat(), "last day": found["last_day"].isoformat()}
    if chart := mart_chart(connection, name):
        metadata["chart"] = dg.MetadataValue.md(chart)
    return metadata


def mart_chart(connection: duckdb.DuckDBPyConnection, name: str) -> str | None:
    """Markdown with the picture, None for a mart without panel or without a single value to draw."""
    panel = PANELS.get(name)
    if panel is None:
        return None
    columns = ", ".join(map(identifier, panel.columns))
    frame = connection.sql(
        f"SELECT asset, day, {columns} FROM marts.{identifier(name)}"  # noqa: S608 - quoted
        f" WHERE day > (SELECT max(day) FROM marts.{identifier(name)}) - {DAYS_SHOWN}"
    ).pl()
    values = frame.unpivot(index=["asset", "day"], variable_name="measure").drop_nulls()
    if values.is_empty():
        return None
    return f"![{name}](data:image/png;base64,{base64.b64encode(_png(values, panel)).decode()})"


def _png(values: pl.DataFrame, panel: Panel) -> bytes:
    chart = alt.Chart(values)
    mark = chart.mark_area(opacity=0.6) if panel.area else chart.mark_line(strokeWidth=1.2)
    series = "asset:N" if values["asset"].n_unique() > 1 else "measure:N"
    drawn = mark.encode(
        x=alt.X("day:T", title=None),
        y=alt.Y(
            "value:Q",
            title=panel.unit,
            axis=alt.Axis(format="~s"),
            stack=None,
            scale=alt.Scale(zero=panel.area),
        ),
        color=alt.Color(series, title=None, legend=alt.Legend(orient="top") if len(panel.columns) > 1 else None),
    ).properties(width=560, height=170)
    out = io.BytesIO()
    drawn.save(out, format="png", scale_factor=1)
    return out.getvalue()
