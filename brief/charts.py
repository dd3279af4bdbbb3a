"""The charts of the Dagster UI: price with the labels behind it, and one panel for each measure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

import polars as pl

from brief.breaks import feed_changes

INK, GRID, MAIN, LONG, SHORT, RULE = "#3c4043", "#dadce0", "#174ea6", "#b3541e", "#1a6a9c", "#9334e6"
WIDTH, HEIGHT = 400, 170
# A billion is B for a reader but G in SI; small numbers have no letter.
AMOUNT = "abs(datum.value) < 10 ? format(datum.value, '~g') : replace(format(datum.value, '~s'), 'G', 'B')"
DAYS = {
    "field": "day",
    "type": "temporal",
    "title": None,
    "scale": {"type": "utc"},
    "axis": {"format": "%d %b %y", "tickCount": 5},
}
_TEXT = {"labelColor": INK, "titleColor": INK, "labelFontSize": 12}
LOOK = {
    "font": "sans-serif",
    "background": "transparent",
    "view": {"stroke": None},
    "axis": {**_TEXT, "gridColor": GRID, "domainColor": GRID, "tickColor": GRID, "labelPadding": 4},
    "axisX": {"grid": False, "labelOverlap": True},
}

Drawing = dict[str, Any]  # a Vega-Lite specification, or a part of one


@dataclass(frozen=True)
class Panel:
    """How columns of a mart are drawn. Columns in `below` are drawn downwards; `rules` are named levels."""

    name: str
    title: str
    mart: str
    columns: dict[str, str]
    unit: str
    mark: Literal["line", "bars"] = "line"
    below: tuple[str, ...] = ()
    rules: dict[str, float] = field(default_factory=dict)


PRICE = Panel("price", "Price", "prices_daily", {"close_usd": "close", "low_usd": "low", "high_usd": "high"}, "USD")
PANELS = (
    PRICE,
    Panel(
        "liquidations",
        "Liquidations: longs up, shorts down",
        "liquidations_daily",
        {"long_liquidations_usd": "longs", "short_liquidations_usd": "shorts"},
        "USD",
        "bars",
        below=("short_liquidations_usd",),
    ),
    Panel("open_interest", "Open interest in USD", "open_interest_daily", {"open_interest_usd": "USD"}, "USD"),
    Panel(
        "open_interest_coin",
        "Open interest in coins",
        "open_interest_daily",
        {"open_interest_coin": "coins"},
        "coins",
    ),
    Panel(
        "funding",
        "Funding",
        "funding_daily",
        {"funding_8h_bp": "rate"},
        "bp per 8 h",
        rules={"no payment": 0.0, "interest component": 1.0},
    ),
    Panel("flows", "Netflow to exchanges", "exchange_flows_daily", {"netflow_coin": "netflow"}, "coins", "bars"),
    Panel(
        "addresses",
        "Active addresses",
        "network_activity_daily",
        {"active_addresses_count": "addresses"},
        "addresses",
    ),
    Panel(
        "multiple",
        "Liquidations against an ordinary day",
        "leverage_features_daily",
        {"liquidation_multiple": "multiple"},
        "ratio",
        rules={"an ordinary day": 1.0},
    ),
)


def has_values(panel: Panel, frame: pl.DataFrame) -> bool:
    """Whether there is anything to draw."""
    return any(frame[column].count() for column in panel.columns)


def chart(
    panel: Panel,
    frame: pl.DataFrame,
    *,
    regimes: pl.DataFrame | None = None,
    labels: pl.DataFrame | None = None,
    support: pl.DataFrame | None = None,
) -> Drawing:
    """The panel over the days of `frame` (one asset). Price takes `regimes` (regimes_daily), whose events are coloured
    by `labels`, and support."""
    layers: list[Drawing] = []
    if regimes is not None and labels is not None:
        layers.append(_bands(regimes, labels))
    if panel is PRICE:
        days = _inline(frame.select("day", "low_usd", "high_usd", "close_usd"))
        reach = {"type": "rule", "color": INK, "opacity": 0.55, "strokeWidth": 1.2}
        layers.append(_layer(days, reach, x=DAYS, y=_amounts("low_usd", zero=False), y2={"field": "high_usd"}))
        layers.append(_layer(days, _line(MAIN), x=DAYS, y=_amounts("close_usd", zero=False)))
        if support is not None:
            level = _line(RULE, width=1.4, strokeDash=[4, 3], interpolate="step-after")
            known = _inline(support.select("day", "support_usd"))
            layers.append(_layer(known, level, x=DAYS, y=_amounts("support_usd", zero=False)))
    else:
        layers += _measures(panel, frame)
    return {"width": WIDTH, "height": HEIGHT, "layer": layers, "config": LOOK}


def _measures(panel: Panel, frame: pl.DataFrame) -> list[Drawing]:
    dashes = {"type": "rule", "color": RULE, "strokeDash": [3, 3], "opacity": 0.8}
    layers = [
        _layer([{"level": level}], dashes, y={"field": "level", "type": "quantitative"})
        for level in panel.rules.values()
    ]
    colours = [MAIN] if len(panel.columns) == 1 else [LONG, SHORT]
    # Bars that go down are no negative amounts: the axis shows the amount.
    label = AMOUNT.replace("datum.value", "abs(datum.value)") if panel.below else AMOUNT
    bars = panel.mark == "bars"
    for column, colour in zip(panel.columns, colours, strict=True):
        value = -pl.col(column) if column in panel.below else pl.col(column)
        mark = {"type": "bar", "color": colour, "size": 2.6} if bars else _line(colour)
        drawn = _inline(frame.select("day", value.alias("value")))
        layers.append(_layer(drawn, mark, x=DAYS, y={**_amounts("value", zero=bars, label=label), "stack": None}))
    if panel.below and (changed := feed_changes(frame)):
        days = [{"day": day.isoformat()} for day, _ in changed]
        layers.append(_layer(days, {"type": "rule", "color": INK, "strokeDash": [6, 3]}, x=DAYS))
    return layers


def event_spans(days: pl.DataFrame) -> pl.DataFrame:
    """Runs of days of one asset with the same label: event, first_day, last_day."""
    run = (pl.col("event") != pl.col("event").shift(1)).fill_null(value=True).cum_sum()
    spans = days.sort("day").group_by(run.alias("run"), "event", maintain_order=True)
    return spans.agg(pl.col("day").min().alias("first_day"), pl.col("day").max().alias("last_day")).drop("run")


def _bands(regimes: pl.DataFrame, labels: pl.DataFrame) -> Drawing:
    spans = event_spans(regimes).join(labels.select("label", "colour"), left_on="event", right_on="label")
    half = pl.duration(hours=12)
    moments = spans.select(
        (pl.col("first_day").cast(pl.Datetime) - half).dt.strftime("%Y-%m-%dT%H:%MZ").alias("from"),
        (pl.col("last_day").cast(pl.Datetime) + half).dt.strftime("%Y-%m-%dT%H:%MZ").alias("to"),
        "colour",
    )
    return _layer(
        moments.to_dicts(),
        {"type": "rect", "opacity": 0.34},
        x={"field": "from", "type": "temporal", "scale": {"type": "utc"}},
        x2={"field": "to"},
        color={"field": "colour", "type": "nominal", "scale": None},
    )


def _layer(rows: list[dict[str, Any]], mark: Drawing, **encoding: Drawing) -> Drawing:
    return {"data": {"values": rows}, "mark": mark, "encoding": encoding}


def _inline(days: pl.DataFrame) -> list[dict[str, Any]]:
    return days.with_columns(pl.col("day").dt.strftime("%Y-%m-%d")).to_dicts()


def _line(colour: str, width: float = 1.8, **more: Any) -> Drawing:  # noqa: ANN401 - any property of the mark
    return {"type": "line", "color": colour, "strokeWidth": width, **more}


def _amounts(column: str, *, zero: bool, label: str = AMOUNT) -> Drawing:
    axis = {"labelExpr": label, "tickCount": 5}
    return {"field": column, "type": "quantitative", "title": None, "axis": axis, "scale": {"zero": zero}}


def png(drawn: Drawing) -> bytes:
    """The chart on white, at its own size."""
    import vl_convert

    return bytes(vl_convert.vegalite_to_png({**drawn, "background": "white"}, allowed_base_urls=[]))
