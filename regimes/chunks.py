"""Features and labels for many assets, a chunk of assets at a time.

No rule looks at two assets, so chunks change nothing. A frame has hundreds of columns while it is judged; in chunks,
they are in memory for a few assets only. Chunks are judged side by side: a part of the work is Python, which keeps one
core busy, and Polars has the other meanwhile.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import fields, replace
from datetime import datetime
from typing import TypeVar

import polars as pl

from regimes.classifier import Classification, classify
from regimes.features import daily_features
from regimes.marts import DailyMarts
from regimes.parameters import Parameters

ASSETS_PER_CHUNK = 25  # at most: two years of them take about 300 MB while they are judged
FEWEST_PER_CHUNK = 5  # a chunk has a fixed cost, about as much as five assets over a year
SIDE_BY_SIDE = 2  # more gains little, because Python runs one thread at a time and each thread holds a chunk in memory

Item = TypeVar("Item")
Result = TypeVar("Result")
Positioned = tuple[DailyMarts, pl.DataFrame | None]  # the marts of a chunk, and positioning_daily


def chunks_of(assets: Sequence[str], size: int | None = None) -> Iterator[Sequence[str]]:
    """The assets in their order, `size` at a time. Without a size, they make SIDE_BY_SIDE chunks or more.

    Such chunks have FEWEST_PER_CHUNK to ASSETS_PER_CHUNK assets; the last one may have fewer.
    """
    if size is None:
        size = min(ASSETS_PER_CHUNK, max(FEWEST_PER_CHUNK, math.ceil(len(assets) / SIDE_BY_SIDE)))
    for first in range(0, len(assets), size):
        yield assets[first : first + size]


def features_of_chunks(chunks: Iterable[Positioned], parameters: Parameters) -> Iterator[pl.DataFrame]:
    """`daily_features` of each chunk, in their order. A chunk is taken when there is room for it."""
    return _side_by_side(lambda chunk: daily_features(chunk[0], parameters, chunk[1]), chunks)


def classify_chunks(chunks: Iterable[pl.DataFrame], parameters: Parameters, now: datetime) -> Iterator[Classification]:
    """`classify` of the features of each chunk, in their order. A chunk is taken when there is room for it."""
    return _side_by_side(lambda features: classify(features, parameters, now), chunks)


def features_in_chunks(
    marts: DailyMarts,
    parameters: Parameters,
    size: int | None = None,
    *,
    positioning: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """`daily_features`, `size` assets at a time."""
    names = [field.name for field in fields(DailyMarts)]
    assets = pl.concat([getattr(marts, name).select("asset") for name in names]).to_series().unique().sort().to_list()
    chunks = (
        (
            replace(marts, **{name: _of(getattr(marts, name), chunk) for name in names}),
            None if positioning is None else _of(positioning, chunk),
        )
        for chunk in chunks_of(assets, size)
    )
    parts = list(features_of_chunks(chunks, parameters))
    return pl.concat(parts) if parts else daily_features(marts, parameters, positioning)


def classify_in_chunks(
    features: pl.DataFrame, parameters: Parameters, now: datetime, size: int | None = None
) -> Classification:
    """`classify`, `size` assets at a time."""
    assets = features["asset"].unique().sort().to_list()
    parts = list(classify_chunks((_of(features, chunk) for chunk in chunks_of(assets, size)), parameters, now))
    if not parts:
        return classify(features, parameters, now)
    tables = (field.name for field in fields(Classification))
    return Classification(**{name: pl.concat([getattr(part, name) for part in parts]) for name in tables})


def _side_by_side(work: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
    """The results in the order of the items. Beside the result that is yielded, SIDE_BY_SIDE are made or wait."""
    pending: deque[Future[Result]] = deque()
    with ThreadPoolExecutor(SIDE_BY_SIDE) as threads:
        for item in items:
            pending.append(threads.submit(work, item))
            if len(pending) > SIDE_BY_SIDE:
                yield pending.popleft().result()
        while pending:
            yield pending.popleft().result()


def _of(frame: pl.DataFrame, assets: Sequence[str]) -> pl.DataFrame:
    return frame.filter(pl.col("asset").is_in(assets))
