"""The six measures of the morning page: value, change since the day before, rank among the past, and a sparkline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from brief.breaks import Break, feed_breaks, feed_changes
from brief.drawing import Scale, line
from brief.tables import DayTables
from brief.words import ordinal, short
from regimes import Parameters
from regimes.baselines import percentile


@dataclass(frozen=True)
class Measure:
    """Which column a tile is about, and which series of feed_status it is of. `ranked` is the published percentile;
    without it the rank is computed here."""

    name: str
    series: str
    title: str
    column: str
    unit: str
    change: str = "difference"  # difference, percent, or the published column that has the change in percent
    ranked: str | None = None

    @property
    def shown_unit(self) -> str:
        """The unit behind the value; the title says it already for counts of addresses."""
        return "" if self.unit == "addresses" else self.unit


MEASURES = (
    Measure("price", "klines", "Price", "close_usd", "USD", "return_pct"),
    Measure(
        "open_interest", "open_interest", "Open interest", "open_interest_usd", "USD", "open_interest_change_1d_pct"
    ),
    Measure(
        "liquidations", "liquidations", "Liquidations", "liquidations_usd", "USD", "percent", "liquidation_percentile"
    ),
    Measure("funding", "funding", "Funding", "funding_8h_bp", "bp per 8 h", "difference", "funding_percentile"),
    Measure("netflow", "network", "Netflow to exchanges", "netflow_coin", "coins", "difference"),
    Measure("addresses", "network", "Active addresses", "active_addresses_count", "addresses", "percent"),
)
SIGNED = ("funding_8h_bp", "netflow_coin")
CHANGE_NOTES = {"open_interest_change_1d_pct": " in contracts"}
OTHER_FEEDS = "not comparable with the day before: other feeds"


@dataclass(frozen=True)
class Tile:
    """A measure of the day in words; None where it is not known. `long_pct` is the share of longs in liquidations.

    `marks` has the places in the sparkline where the series is another one from then on, with what is different.
    """

    name: str
    title: str
    value: str | None
    unit: str
    change: str | None
    rank: str | None
    days: int
    spark: str
    last_top: float | None
    long_pct: float | None = None
    marks: tuple[tuple[float, Break], ...] = ()


def tiles(tables: DayTables, parameters: Parameters) -> list[Tile]:
    """The tiles in reading order."""
    frame = tables.up_to_day("leverage_features_daily")
    features, before = tables.of_day("leverage_features_daily"), tables.of_day_before("leverage_features_daily")
    drawn = tables.drawn("leverage_features_daily")
    breaks = feed_breaks(tables.frames, tables.asset)
    made = [_tile(measure, frame, drawn, features, before, parameters, breaks) for measure in MEASURES]
    if tables.day in [day for day, _ in feed_changes(tables.drawn("liquidations_daily"))]:
        made = [replace(tile, change=OTHER_FEEDS) if tile.name == "liquidations" else tile for tile in made]
    return made


def _tile(
    measure: Measure,
    past: pl.DataFrame,
    drawn: pl.DataFrame,
    features: Mapping[str, Any],
    before: Mapping[str, Any],
    parameters: Parameters,
    breaks: Sequence[Break],
) -> Tile:
    value, values = features.get(measure.column), drawn[measure.column].to_list()
    known = [each for each in values if each is not None]
    scale = Scale.of(known, room=0.1) if known else None
    places = {day: place - 0.5 for place, day in enumerate(drawn["day"])}
    share = features.get("long_share") if measure.name == "liquidations" else None
    return Tile(
        name=measure.name,
        title=measure.title,
        value=None if value is None else _said(value, measure),
        unit=measure.shown_unit,
        change=_change(measure, features, before),
        rank=_rank(measure, past, features, parameters),
        days=len(values),
        spark=line(values, scale) if scale else "",
        last_top=scale.top(value) if scale and value is not None else None,
        long_pct=None if share is None else round(100 * share, 1),
        marks=tuple((places[b.day], b) for b in breaks if b.series == measure.series and b.day in places),
    )


def _said(value: float, measure: Measure) -> str:
    if measure.column in SIGNED:
        return f"{value:+,.{2 if measure.unit.startswith('bp') else 0}f}"
    return short(value)


def _change(measure: Measure, features: Mapping[str, Any], before: Mapping[str, Any]) -> str | None:
    """The change since the day before; None where one of the two days is not known."""
    if measure.change not in ("difference", "percent"):
        published = features.get(measure.change)
        note = CHANGE_NOTES.get(measure.change, "")
        return None if published is None else f"{published:+.1f} %{note}"
    now, then = features.get(measure.column), before.get(measure.column)
    if now is None or then is None or (measure.change == "percent" and then == 0):
        return None
    if measure.change == "percent":
        return f"{100 * (now / then - 1):+.0f} %"
    return f"{now - then:+,.{2 if measure.unit.startswith('bp') else 0}f} {measure.unit.split(' ')[0]}"


def _rank(measure: Measure, past: pl.DataFrame, features: Mapping[str, Any], parameters: Parameters) -> str | None:
    windows = parameters.windows
    if measure.ranked:
        rank = features.get(measure.ranked)
    else:
        ranked = percentile(measure.column, windows.percentile_days, windows.percentile_minimum_days, ["asset"])
        rank = past.sort("day").select(ranked.alias("rank"))["rank"].last() if past.height else None
    if rank is None:
        return None
    if rank < 1:
        return "lowest 1 %"
    return "highest 1 %" if rank >= 99 else f"{ordinal(float(rank))} percentile"
