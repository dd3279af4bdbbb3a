"""The label that was known at each moment, and signals from it. Nothing here looks ahead."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

import polars as pl

LABEL = ("day", "event", "regime", "phase", "confidence", "grade", "data_status")


def known_labels(
    revisions: pl.DataFrame, moments: Iterable[datetime] | pl.Series, backfill_delay: timedelta | None = None
) -> pl.DataFrame:
    """For each moment (UTC, without a zone) the label of the newest day that was available by then, in the same order.

    `revisions` are those of one asset, of which a label is known from `available_at` on, and later revisions of a day
    replace earlier ones. The columns are `moment`, `known_at` and those of LABEL, null where nothing was known.

    Labels that were computed after the fact (`is_backfill`) became known when they were published, often years after
    their day. With `backfill_delay` they count as known so long after their day began, such as 29.5 hours for 05:30
    of the next day. That is what a warehouse would have said that had run daily with the rules of today.
    """
    asked = pl.Series("moment", moments, dtype=pl.Datetime("us")).to_frame().with_row_index("row")
    known_at = pl.col("available_at")
    if backfill_delay is not None:
        as_if_daily = pl.col("day").cast(pl.Datetime("us")) + backfill_delay
        known_at = pl.when("is_backfill").then(as_if_daily).otherwise(known_at)
    order = pl.struct("day", "revision").rank("dense")
    became_known = (
        revisions.with_columns(known_at=known_at, order=order)
        .sort("known_at", "order")
        .filter(pl.col("order") == pl.col("order").cum_max())  # a revision of an earlier day is no news
        .select("known_at", *LABEL)
    )
    joined = asked.sort("moment").join_asof(became_known, left_on="moment", right_on="known_at", coalesce=False)
    return joined.sort("row").select("moment", "known_at", *LABEL)


def label_signals(known: pl.DataFrame, entries: Collection[str], exits: Collection[str]) -> pl.DataFrame:
    """`entries` and `exits`: true at the first moment at which one of these labels is known for a day.

    `known` comes from `known_labels`, in order of time. A revision gives a second signal only with another label.
    """
    is_new = pl.any_horizontal(pl.col(name).ne_missing(pl.col(name).shift()) for name in ("day", "event"))
    return known.select(
        "moment",
        entries=is_new & pl.col("event").is_in(list(entries)),
        exits=is_new & pl.col("event").is_in(list(exits)),
    ).with_columns(pl.col("entries", "exits").fill_null(value=False))
