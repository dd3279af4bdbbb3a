"""Labels for a freqtrade strategy: columns of its dataframe, each candle with what was known when it closed.

    class Flush(IStrategy):
        labels = LabelProvider("warehouse/data/live")

        def populate_indicators(self, dataframe, metadata):
            return self.labels.merge(dataframe, metadata["pair"], self.timeframe)

        def populate_entry_trend(self, dataframe, metadata):
            dataframe.loc[dataframe["leverage_event"] == "leverage_flush", "enter_long"] = 1
            return dataframe

freqtrade itself is not needed here: it hands over pandas frames. See docs/serving.md.
"""

from __future__ import annotations

import os
import re
from datetime import timedelta
from typing import Any

from leverage.known import LABEL, known_labels
from leverage.moments import bar_ends
from leverage.release import open_release

PREFIX = "leverage_"
UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


class UnknownTimeframe(ValueError):
    """The timeframe is none that freqtrade has."""


class LabelProvider:
    """Merges labels into the dataframes of a strategy, as `merge_informative_pair` does for another pair.

    `backfill_delay` is as in `known_labels`: a backtest over days before the warehouse existed needs it.
    """

    def __init__(self, warehouse: str | os.PathLike[str], backfill_delay: timedelta | None = None) -> None:
        self.warehouse = warehouse
        self.backfill_delay = backfill_delay

    def informative_pairs(self) -> list[tuple[str, str]]:
        """No pair of the exchange: the labels come from the warehouse."""
        return []

    def merge(self, dataframe: Any, pair: str, timeframe: str) -> Any:  # noqa: ANN401 - frames of pandas
        """The dataframe with `leverage_event`, `leverage_regime`, `leverage_day` and so on, from the newest release.

        freqtrade dates a candle by its opening and acts on its close, so a candle gets what was known at `date` plus
        the timeframe. Candles before that, and those of an asset without labels, get None.
        """
        release = open_release(self.warehouse)
        revisions = release.table("regime_revisions", asset_of(pair)).polars()
        ends = bar_ends(dataframe["date"], duration(timeframe))
        known = known_labels(revisions, ends, self.backfill_delay)
        return dataframe.assign(**{f"{PREFIX}{name}": known[name].to_list() for name in LABEL})


def asset_of(pair: str) -> str:
    """The asset of a pair: BTC of BTC/USDT:USDT."""
    return pair.partition("/")[0]


def duration(timeframe: str) -> timedelta:
    """The length of a timeframe such as 5m, 1h or 1d. Raises UnknownTimeframe."""
    found = re.fullmatch(r"([1-9]\d*)([mhdw])", timeframe)
    if not found:
        raise UnknownTimeframe(f"there is no timeframe {timeframe!r}; give one such as 5m, 1h or 1d")
    return timedelta(**{UNITS[found[2]]: int(found[1])})
