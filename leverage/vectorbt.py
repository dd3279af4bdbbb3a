"""Labels as the signals that vectorbt takes: a frame of booleans beside a series of prices.

    close = ...  # of hourly bars, indexed by their opening
    signals = signal_frame(leverage.open("warehouse/data/live"), "BTC", close.index, timedelta(hours=1),
                           entries=["leverage_flush"], exits=["overheated"])
    vectorbt.Portfolio.from_signals(close, signals["entries"], signals["exits"])

vectorbt itself is not needed here. See docs/serving.md.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Any

from leverage.frame import import_pandas
from leverage.known import known_labels, label_signals
from leverage.moments import bar_ends
from leverage.release import Release


def signal_frame(
    release: Release,
    asset: str,
    index: Any,  # noqa: ANN401 - an index of pandas
    bar: timedelta,
    *,
    entries: Collection[str],
    exits: Collection[str] = (),
    backfill_delay: timedelta | None = None,
) -> Any:  # noqa: ANN401 - a frame of pandas
    """`entries` and `exits` for bars that open at `index` and last `bar`, in order of time.

    vectorbt fills an order at the close of its bar, so a bar has a signal when a label of a new day became known by its
    end, and no earlier bar has. `backfill_delay` is as in `known_labels`.
    """
    revisions = release.table("regime_revisions", asset).polars()
    found = label_signals(known_labels(revisions, bar_ends(index, bar), backfill_delay), entries, exits)
    columns = {name: found[name].to_list() for name in ("entries", "exits")}
    return import_pandas().DataFrame(columns, index=index, dtype=bool)
