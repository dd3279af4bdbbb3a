"""The published days as columns for the explorer: numbers of each asset, and what a pinned day says.

Strings that repeat are numbers into a list. The text is compressed, because six years of three assets are ten megabytes
of JSON: a browser unpacks an asset when it is chosen, and its sentences and evidence when a day is pinned.
"""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Mapping
from datetime import date
from typing import Any

import polars as pl

from brief.breaks import feed_breaks

# Drawn, listed or shown for a pinned day. All are columns of regimes_daily.
NUMBERS = (
    "close_usd",
    "low_usd",
    "high_usd",
    "return_pct",
    "low_vs_previous_close_pct",
    "open_interest_usd",
    "open_interest_change_1d_pct",
    "long_liquidations_usd",
    "short_liquidations_usd",
    "liquidation_multiple",
    "liquidation_percentile",
    "funding_8h_bp",
    "funding_percentile",
    "netflow_coin",
    "netflow_z",
    "active_addresses_count",
    "address_ratio",
    "support_usd",
    "confidence",
    "days_in_regime",
)
NAMES = (
    "event",
    "regime",
    "phase",
    "grade",
    "flags",
    "runner_up",
    "state_in_words",
    "support_status",
    "data_status",
    "missing_inputs",
    "venues",
)
EVIDENCE_NUMBERS = ("label_rank", "value", "membership", "weight")
EVIDENCE_NAMES = ("label", "predicate", "role", "feature", "unit", "baseline", "mart")
REVISION_NAMES = ("event", "regime", "grade", "restatement_reason")
# The panel of the charts that draws a series of feed_status.
PANEL_OF = {
    "klines": "prices",
    "open_interest": "open_interest",
    "liquidations": "liquidations",
    "funding": "funding",
    "network": "exchange_flows",
}
# Groups of market_breadth_daily that are drawn; the others are what most days are, or next to nothing.
BREADTH = ("flushed", "deleveraged", "sold_off", "built_up", "rallied")
DIGITS = 9  # significant digits: more than any feed publishes


def asset_days(frames: Mapping[str, pl.DataFrame], asset: str) -> dict[str, Any]:
    """What is drawn of the asset: `first` and one value for each calendar day from then on, revisions, feed breaks."""
    days = _calendar(frames["regimes_daily"].filter(asset=asset))
    return {
        "first": days["day"][0].isoformat(),
        "count": days.height,
        "numbers": {name: _numbers(days[name]) for name in NUMBERS if name in days.columns},
        "names": {name: _coded(days[name]) for name in NAMES if name in days.columns},
        "final": [bool(value) for value in days["is_final"].fill_null(value=False)],
        "revisions": _revisions(frames.get("regime_revisions"), asset, days["day"][0]),
        "breaks": _breaks(frames, asset, days["day"][0]),
    }


def asset_texts(frames: Mapping[str, pl.DataFrame], asset: str) -> dict[str, Any]:
    """The sentence of each calendar day, and the rows of evidence by day."""
    days = _calendar(frames["regimes_daily"].filter(asset=asset))
    evidence = frames["regime_evidence"].filter(asset=asset).sort("day", "label_rank", "role", "predicate")
    first = days["day"][0]
    return {
        "sentences": days["explanation"].to_list(),
        "evidence": {
            "day": _offsets(evidence["day"], first),
            **{name: _numbers(evidence[name]) for name in EVIDENCE_NUMBERS},
            **{name: _coded(evidence[name]) for name in EVIDENCE_NAMES},
        },
    }


def market_breadth(frames: Mapping[str, pl.DataFrame]) -> dict[str, Any] | None:
    """The share of the assets with a reading in each group of BREADTH by day, None without market_breadth_daily."""
    frame = frames.get("market_breadth_daily")
    if frame is None or frame.is_empty():
        return None
    days = _calendar(frame)
    read = pl.when(pl.col("read_count") > 0).then(pl.col("read_count"))
    shares = days.select("day", *((pl.col(f"{group}_count") / read).alias(group) for group in BREADTH))
    return {
        "first": days["day"][0].isoformat(),
        "numbers": {group: _numbers(shares[group]) for group in BREADTH},
    }


def packed(content: Any) -> str:  # noqa: ANN401 - whatever JSON can hold
    """The content as JSON, compressed, in letters that a page can hold. The same content gives the same text."""
    text = json.dumps(content, separators=(",", ":"), allow_nan=False)
    return base64.b64encode(gzip.compress(text.encode(), compresslevel=3, mtime=0)).decode()


def _calendar(frame: pl.DataFrame) -> pl.DataFrame:
    """One row for each calendar day between the first and the last; a day without a row is null."""
    sorted_days = frame.sort("day")
    first, last = sorted_days["day"][0], sorted_days["day"][-1]
    return pl.DataFrame({"day": pl.date_range(first, last, eager=True)}).join(sorted_days, on="day", how="left")


def _offsets(days: pl.Series, first: date) -> list[int]:
    return (days - first).dt.total_days().to_list()


def _numbers(values: pl.Series) -> list[float | int | None]:
    if not values.dtype.is_float():
        return values.to_list()
    rounded = values.fill_nan(None).round_sig_figs(DIGITS)
    return [int(value) if value is not None and value.is_integer() else value for value in rounded]


def _coded(values: pl.Series) -> dict[str, Any]:
    """`list` has each text once, `at` the place of each value's text in it; null stays null."""
    names = values.drop_nulls().unique().sort().to_list()
    places = {name: place for place, name in enumerate(names)}
    return {"list": names, "at": [None if value is None else places[value] for value in values]}


def _revisions(frame: pl.DataFrame | None, asset: str, first: date) -> dict[str, Any] | None:
    """Every published label of the asset, oldest first, with the second (UTC) from which it was available."""
    if frame is None:
        return None
    rows = frame.filter(asset=asset).sort("day", "revision")
    return {
        "day": _offsets(rows["day"], first),
        "revision": rows["revision"].to_list(),
        "available": rows["available_at"].dt.epoch("s").to_list(),
        "backfill": [bool(value) for value in rows["is_backfill"].fill_null(value=False)],
        "confidence": _numbers(rows["confidence"]),
        **{name: _coded(rows[name]) for name in REVISION_NAMES},
    }


def _breaks(frames: Mapping[str, pl.DataFrame], asset: str, first: date) -> list[dict[str, Any]]:
    """Where a series of a panel is another one from a day on: panel, day as an offset, and what is different."""
    return [
        {"panel": PANEL_OF[found.series], "at": (found.day - first).days, "text": found.text}
        for found in feed_breaks(frames, asset)
        if found.series in PANEL_OF
    ]
