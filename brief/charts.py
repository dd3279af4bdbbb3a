"""The charts: price with the regimes behind it, and one panel for each measure. Page and Dagster UI draw these."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import polars as pl

from brief.figures import quantity
from regimes import regime_spans

if TYPE_CHECKING:
    import altair as alt

# The light theme's colours. style.css turns each into its counterpart on a dark ground.
INK, GRID, MAIN, LONG, SHORT, RULE = "#3c4043", "#dadce0", "#174ea6", "#b3541e", "#1a6a9c", "#9334e6"
WIDTH, HEIGHT = 400, 170
# A billion is B to a reader, G to SI, and a thousandth has no letter.
AMOUNT = "abs(datum.value) < 10 ? format(datum.value, '~g') : replace(format(datum.value, '~s'), 'G', 'B')"


@dataclass(frozen=True)
class Panel:
    """How columns of a mart are drawn. `below` names columns drawn downwards; rules are levels with a name."""

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
        {"long_usd": "longs", "short_usd": "shorts"},
        "USD",
        "bars",
        below=("short_usd",),
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
        {"rate_8h_bp": "rate"},
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
) -> alt.LayerChart:
    """The panel over the days of `frame` (one asset). Price takes `regimes`, coloured by `labels`, and support."""
    import altair as alt  # a quarter of a second: whoever draws nothing does not pay it

    layers: list[Any] = []
    if regimes is not None and labels is not None:
        layers.append(_bands(alt, regimes, labels))
    x = alt.X("day:T", title=None, scale=alt.Scale(type="utc"), axis=alt.Axis(format="%d %b %y", tickCount=5))
    y: dict[str, Any] = {"title": None, "axis": alt.Axis(labelExpr=AMOUNT, tickCount=5)}
    days = frame.with_columns(pl.col("day").dt.strftime("%Y-%m-%d"))
    if panel is PRICE:
        scale = alt.Scale(zero=False)
        reach = alt.Chart(days).mark_rule(color=INK, opacity=0.55, strokeWidth=1.2)
        layers.append(reach.encode(x=x, y=alt.Y("low_usd:Q", scale=scale, **y), y2="high_usd:Q"))
        line = alt.Chart(days).mark_line(color=MAIN, strokeWidth=1.8)
        layers.append(line.encode(x=x, y=alt.Y("close_usd:Q", scale=scale, **y)))
        if support is not None:
            layers.append(_support(alt, support, x, y))
    else:
        layers += _measures(alt, panel, days, x, y)
    return alt.layer(*layers).properties(width=WIDTH, height=HEIGHT).configure(**_look())


def _measures(alt: Any, panel: Panel, days: pl.DataFrame, x: Any, y: dict[str, Any]) -> list[Any]:  # noqa: ANN401 - Altair's
    layers = [
        alt.Chart(pl.DataFrame({"level": [level]}))
        .mark_rule(color=RULE, strokeDash=[3, 3], opacity=0.8)
        .encode(y="level:Q")
        for level in panel.rules.values()
    ]
    colours = [MAIN] if len(panel.columns) == 1 else [LONG, SHORT]
    if panel.below:
        # What is drawn downwards is no negative amount: the axis says how much.
        y = {**y, "axis": alt.Axis(labelExpr=AMOUNT.replace("datum.value", "abs(datum.value)"), tickCount=5)}
    for column, colour in zip(panel.columns, colours, strict=True):
        drawn = days.select("day", (-pl.col(column) if column in panel.below else pl.col(column)).alias("value"))
        base = alt.Chart(drawn)
        mark = (
            base.mark_bar(color=colour, size=2.6)
            if panel.mark == "bars"
            else base.mark_line(color=colour, strokeWidth=1.8)
        )
        zero = panel.mark == "bars"
        layers.append(mark.encode(x=x, y=alt.Y("value:Q", stack=None, scale=alt.Scale(zero=zero), **y)))
    return layers


def _bands(alt: Any, regimes: pl.DataFrame, labels: pl.DataFrame) -> Any:  # noqa: ANN401 - Altair's
    spans = regime_spans(regimes).join(labels.select("label", "colour"), left_on="regime", right_on="label")
    half = pl.duration(hours=12)
    moments = spans.select(
        (pl.col("first_day").cast(pl.Datetime) - half).dt.strftime("%Y-%m-%dT%H:%MZ").alias("from"),
        (pl.col("last_day").cast(pl.Datetime) + half).dt.strftime("%Y-%m-%dT%H:%MZ").alias("to"),
        "colour",
    )
    return (
        alt.Chart(moments)
        .mark_rect(opacity=0.34)
        .encode(x=alt.X("from:T", scale=alt.Scale(type="utc")), x2="to:T", color=alt.Color("colour:N", scale=None))
    )


def _support(alt: Any, support: pl.DataFrame, x: Any, y: dict[str, Any]) -> Any:  # noqa: ANN401 - Altair's
    days = support.with_columns(pl.col("day").dt.strftime("%Y-%m-%d"))
    line = alt.Chart(days).mark_line(color=RULE, strokeDash=[4, 3], strokeWidth=1.4, interpolate="step-after")
    return line.encode(x=x, y=alt.Y("support_usd:Q", scale=alt.Scale(zero=False), **y))


def _look() -> dict[str, Any]:
    text = {"labelColor": INK, "titleColor": INK, "labelFontSize": 12}
    return {
        "aria": False,  # the page names the picture and has its numbers as a table; paths need no names of their own
        "font": "sans-serif",
        "background": "transparent",
        "view": {"stroke": None},
        "axis": {**text, "gridColor": GRID, "domainColor": GRID, "tickColor": GRID, "labelPadding": 4},
        "axisX": {"grid": False, "labelOverlap": True},
    }


def svg(drawn: alt.LayerChart) -> str:
    """The chart as an SVG element without a ground, silent to screen readers: what stands around it says the same."""
    import vl_convert

    drawing = str(vl_convert.vegalite_to_svg(_specification(drawn), allowed_base_urls=[]))
    return drawing.replace("<svg ", '<svg aria-hidden="true" ', 1)


def png(drawn: alt.LayerChart) -> bytes:
    """The chart on white, at its own size."""
    import vl_convert

    return bytes(vl_convert.vegalite_to_png({**_specification(drawn), "background": "white"}, allowed_base_urls=[]))


def _specification(drawn: alt.LayerChart) -> dict[str, Any]:
    return dict(drawn.to_dict(validate=False))


def table_of(panel: Panel, frame: pl.DataFrame) -> tuple[Sequence[str], list[tuple[str, ...]]]:
    """What the chart shows as a table, newest first: headings with units, and rows of text; unknown is a dash."""
    heads = ["day (UTC)", *(f"{name}, {panel.unit}" for name in panel.columns.values())]
    shown = frame.sort("day", descending=True).select("day", *panel.columns)
    decimals = 2 if panel.unit.startswith(("bp", "ratio")) else 0
    rows = [
        (row[0].isoformat(), *("-" if value is None else f"{value:,.{decimals}f}" for value in row[1:]))
        for row in shown.iter_rows()
    ]
    return heads, rows


def alt_text(panel: Panel, asset: str, frame: pl.DataFrame) -> str:
    """The picture in a sentence: what, from when to when, between which values, and the last one."""
    days = frame["day"].sort()
    said = [f"{panel.title}, {asset} by day, {days[0]} to {days[-1]}"]
    for column, name in panel.columns.items():
        known = frame.sort("day")[column].drop_nulls().to_list()
        if known:
            low, high, last = (quantity(value, panel.unit) for value in (min(known), max(known), known[-1]))
            said.append(f"{name} between {low} and {high}, last {last}")
    return "; ".join(said) + "."
