"""The days from which a series of an asset has other feeds or venues, or a feed that means something else."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

import polars as pl

Frames = Mapping[str, pl.DataFrame]


class Break(NamedTuple):
    """`series` is a series of feed_status, such as `liquidations`; `text` says what is different from `day` on."""

    series: str
    day: date
    text: str


def feed_breaks(frames: Frames, asset: str) -> list[Break]:
    """The breaks between the first and the last day of the asset: changes of feeds, of venues, then other breaks.

    Liquidations: the days from which `feed_set` differs. Open interest: those from which the venues differ. All series:
    the breaks of feeds (dim_feed_breaks) of venues that the asset has.
    """
    days = frames["regimes_daily"].filter(asset=asset).sort("day")
    first, last = days["day"][0], days["day"][-1]
    notes = _notes(frames, days)
    found = []
    for before, day, feed_set in _changes(days, "feed_set"):
        reasons = [note for note in notes if note.series == "liquidations" and before < note.day <= day]
        notes = [note for note in notes if note not in reasons]
        text = "; ".join([f"feeds from here on: {feed_set}", *(note.text for note in reasons)])
        found.append(Break("liquidations", day, text))
    interest = frames["open_interest_daily"].filter(asset=asset).sort("day")
    found += [
        Break("open_interest", day, f"venues from here on: {now}") for _, day, now in _changes(interest, "venues")
    ]
    return [each for each in [*found, *notes] if first <= each.day <= last]


def feed_changes(frame: pl.DataFrame) -> list[tuple[date, str]]:
    """The days of `frame` (one asset) from which the feeds, or their throttling, differ from the known day before.

    Amounts before and after such a day are not comparable. Empty for a frame without `feed_set`.
    """
    return [(day, feed_set) for _, day, feed_set in _changes(frame.sort("day"), "feed_set")]


def _changes(days: pl.DataFrame, column: str) -> list[tuple[date, date, str]]:
    """The days whose text differs from the text of the last known day: that earlier day, the day, and its text."""
    if column not in days.columns:
        return []
    known = days.drop_nulls(column).select("day", pl.col(column).alias("now"))
    beside = known.with_columns(pl.all().shift(1).name.suffix("_before")).drop_nulls()
    changed = beside.filter(pl.col("now") != pl.col("now_before"))
    return changed.select("day_before", "day", "now").rows()


def _notes(frames: Frames, days: pl.DataFrame) -> list[Break]:
    """What dim_feed_breaks says of the venues of these days, by the series of the feed."""
    breaks, status = frames.get("dim_feed_breaks"), frames["feed_status"]
    if breaks is None or "series" not in status.columns:
        return []
    series = dict(status.select("feed", "series").iter_rows())
    venues = {venue for text in days["venues"].drop_nulls().unique() for venue in text.split(", ")}
    rows = breaks.sort("first_day", "feed").select("feed", "venue", "first_day", "change").iter_rows()
    return [
        Break(series[feed], day, f"{feed}: {change}")
        for feed, venue, day, change in rows
        if feed in series and venue in venues
    ]
