"""Readings of the running day: what the 24 hours up to each full hour would be called as a day.

The warehouse keeps them, append-only. A reading is judged as of the end of its window, however late it is computed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import polars as pl

from regimes.classifier import Classification
from regimes.data_quality import naive_utc
from regimes.marts import DailyMarts
from regimes.parameters import Parameters
from regimes.schema import selected
from regimes.windows import ENDED_AT, day_of, judged_windows
from tables import field
from tables.frames import dtypes
from tables.published.hourly import LEVELS, QUALITY, READING, SAID, WINDOW
from tables.published.regimes import MART_OF

EVIDENCE = ("label", "label_rank", "predicate", "role", "feature", "value", "unit", "membership", "weight", "baseline")
HASH_DIGITS = 16


def no_readings() -> pl.DataFrame:
    """An empty frame with the columns of a reading."""
    return pl.DataFrame(schema=dtypes(field(name) for name in READING))


def hourly_readings(
    days: DailyMarts,
    windows: Mapping[str, pl.DataFrame],
    known: pl.DataFrame,
    parameters: Parameters,
    now: datetime,
) -> pl.DataFrame:
    """The readings of the windows that were never read, or whose rows have changed since; columns of a reading.

    `days` and `windows` are as for `window_labels`; every asset and end must have a row in `prices_daily`, of nulls
    where nothing is known. `known` are the readings so far. Windows that end after `now` (UTC) are not read.
    """
    moment = pl.lit(naive_utc(now), pl.Datetime("us"))
    over = {name: frame.filter(pl.col(ENDED_AT) <= moment) for name, frame in windows.items()}
    unread = input_hashes(over).join(_newest_inputs(known), on=WINDOW, how="left")
    unread = unread.filter(pl.col("input_hash").ne_missing(pl.col("known_hash"))).with_columns(
        (pl.col("revision").fill_null(0) + 1).alias("revision")
    )
    if unread.is_empty():
        return no_readings()
    wanted = {name: frame.join(unread.select(WINDOW), on=WINDOW, how="semi") for name, frame in over.items()}
    judged = judged_windows(days, wanted, parameters, lambda end: timedelta(0))
    parts = [_readings_of(end, found) for end, found in judged]
    made = pl.concat(parts).join(unread.select(*WINDOW, "revision", "input_hash"), on=WINDOW, how="inner")
    return selected(
        made.with_columns(moment.alias("computed_at")).sort("window_ended_at", "asset"), READING, "the hourly readings"
    )


def input_hashes(windows: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Columns asset, window_ended_at, input_hash: a hash of all rows of a window, in the order of their values."""
    rows: dict[tuple[str, datetime], list[str]] = {}
    for name in sorted(windows):
        columns = sorted(set(windows[name].columns) - set(WINDOW))
        for asset, end, *values in windows[name].select(*WINDOW, *columns).iter_rows():
            rows.setdefault((asset, end), []).append(f"{name} {dict(zip(columns, values, strict=True))!r}")
    hashes = [
        (asset, end, hashlib.sha256("\n".join(sorted(said)).encode()).hexdigest()[:HASH_DIGITS])
        for (asset, end), said in sorted(rows.items())
    ]
    return pl.DataFrame(hashes, schema=dtypes(field(name) for name in (*WINDOW, "input_hash")), orient="row")


def _newest_inputs(known: pl.DataFrame) -> pl.DataFrame:
    newest = known.sort(*WINDOW, "revision").group_by(WINDOW, maintain_order=True).last()
    return newest.select(*WINDOW, "revision", pl.col("input_hash").alias("known_hash"))


def _readings_of(end: datetime, found: Classification) -> pl.DataFrame:
    evidence: dict[str, list[dict[str, Any]]] = {}
    for row in found.evidence.filter(pl.col("day") == day_of(end)).to_dicts():
        evidence.setdefault(row["asset"], []).append({name: row[name] for name in EVIDENCE})
    texts = {asset: json.dumps(rows, allow_nan=False) for asset, rows in evidence.items()}
    return found.days.select(
        "asset",
        pl.lit(end, pl.Datetime("us")).alias(ENDED_AT),
        *(name for name in SAID if name != "grade"),
        _capped_grade().alias("grade"),
        *MART_OF,
        *LEVELS,
        *QUALITY,
        pl.col("asset").replace_strict(texts, default=None, return_dtype=pl.String).alias("evidence"),
    )


def _capped_grade() -> pl.Expr:
    """B at most: flows are unknown within the day, and could still contradict the label."""
    return pl.when(pl.col("grade") == "A").then(pl.lit("B")).otherwise(pl.col("grade"))
