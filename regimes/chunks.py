"""Features and labels for many assets, a chunk of assets at a time.

No rule looks at two assets, so chunks change nothing. A frame has hundreds of columns while it is judged; in chunks,
only the published columns of all assets are in memory at once. Chunks are judged side by side: a part of the work is
Python, which keeps one core busy, and Polars has the other meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, replace
from datetime import datetime
from typing import TypeVar

import polars as pl

from regimes.classifier import Classification, classify
from regimes.features import daily_features
from regimes.marts import DailyMarts
from regimes.parameters import Parameters

ASSETS_PER_CHUNK = 50  # two years of them take about 200 MB while they are judged
SIDE_BY_SIDE = 2  # more gains little, because Python runs one thread at a time and each needs the memory of a chunk

Result = TypeVar("Result")


def features_in_chunks(
    marts: DailyMarts,
    parameters: Parameters,
    size: int = ASSETS_PER_CHUNK,
    *,
    positioning: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """`daily_features`, `size` assets at a time."""
    names = [field.name for field in fields(DailyMarts)]
    assets = pl.concat([getattr(marts, name).select("asset") for name in names]).to_series().unique().sort().to_list()

    def features(chunk: Sequence[str]) -> pl.DataFrame:
        of_chunk = replace(marts, **{name: _of(getattr(marts, name), chunk) for name in names})
        return daily_features(of_chunk, parameters, None if positioning is None else _of(positioning, chunk))

    parts = _side_by_side(features, _chunks(assets, size))
    return pl.concat(parts) if parts else daily_features(marts, parameters, positioning)


def classify_in_chunks(
    features: pl.DataFrame, parameters: Parameters, now: datetime, size: int = ASSETS_PER_CHUNK
) -> Classification:
    """`classify`, `size` assets at a time."""
    assets = features["asset"].unique().sort().to_list()
    parts = _side_by_side(lambda chunk: classify(_of(features, chunk), parameters, now), _chunks(assets, size))
    if not parts:
        return classify(features, parameters, now)
    tables = (field.name for field in fields(Classification))
    return Classification(**{name: pl.concat([getattr(part, name) for part in parts]) for name in tables})


def _side_by_side(work: Callable[[Sequence[str]], Result], chunks: Iterator[Sequence[str]]) -> list[Result]:
    """The results in the order of the chunks."""
    with ThreadPoolExecutor(SIDE_BY_SIDE) as threads:
        return list(threads.map(work, chunks))


def _chunks(assets: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    for first in range(0, len(assets), size):
        yield assets[first : first + size]


def _of(frame: pl.DataFrame, assets: Sequence[str]) -> pl.DataFrame:
    return frame.filter(pl.col("asset").is_in(assets))
