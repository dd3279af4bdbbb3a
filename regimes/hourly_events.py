"""Events: what the hourly readings announce, once each. Pure: readings in, events out.

The readings of an asset are followed in the order in which they became known. A state begins at one bound and ends at
another, and waits before it begins again, so that a market at a bound announces once. A reading that comes late, or a
later revision of one, changes no state: what follows from the readings so far never changes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import polars as pl

from regimes.data_quality import naive_utc
from regimes.parameters import EpisodeRule, HourlyEventRule
from tables import field
from tables.frames import dtypes
from tables.prices import price_text
from tables.published.hourly import EVENT

FLUSH, SQUEEZE = "flush_begins", "squeeze_begins"
BROKEN, RECLAIMED = "level_broken", "level_reclaimed"
RESET, LOST = "reset_complete", "data_lost"
FIGURES = (
    "event", "confidence", "return_pct", "low_vs_previous_close_pct", "close_usd", "liquidations_usd", "long_share",
    "open_interest_change_1d_pct", "funding_8h_bp", "support_usd", "missing_inputs",
)  # fmt: skip
Row = dict[str, Any]


def new_events(readings: pl.DataFrame, known: pl.DataFrame, rule: HourlyEventRule, now: datetime) -> pl.DataFrame:
    """The events of the readings that are not among the `known` ones, by event_id; columns of an event, oldest first.

    `readings` has the columns of readings_hourly, all that ever landed. `now` (UTC) is when they are computed.
    """
    announced = set(known["event_id"])
    columns = ["asset", "window_ended_at", "data_status", "flags", "explanation", "support_band_usd", *FIGURES]
    ordered = readings.sort("available_at", "window_ended_at").select(*columns)
    made: list[Row] = []
    for part in ordered.partition_by("asset", maintain_order=True):
        made += [event for event in _followed(part, rule) if event["event_id"] not in announced]
    found = [{**event, "computed_at": naive_utc(now)} for event in made]
    return pl.DataFrame(found, schema=dtypes(field(name) for name in EVENT)).sort("happened_at", "event_id")


def _followed(readings: pl.DataFrame, rule: HourlyEventRule) -> Iterator[Row]:
    """The events of one asset, whose readings come in the order in which they became known."""
    lost, levels, reached = Episode(rule.data, is_open=True), Levels(rule), datetime.min
    flush, squeeze, reset = Episode(rule.flush), Episode(rule.squeeze), Episode(rule.reset)
    for row in readings.iter_rows(named=True):
        end = row["window_ended_at"]
        if end <= reached:
            continue  # a late reading, or a later revision of one
        reached = end
        without = row["data_status"] == "insufficient"
        if lost.step(end, begins=without, stays=without):
            yield _event(LOST, row, row["explanation"])
        if without:
            continue  # without enough data nothing begins, ends or is confirmed
        label, clear = row["event"], row["confidence"] >= rule.begin_confidence
        if flush.step(end, begins=clear and label in rule.flush_labels, stays=label in rule.flush_stays):
            yield _event(FLUSH, row, row["explanation"])
        # While a flush is open, longs that are forced to sell are a part of it.
        squeezed = label in rule.squeeze_labels and not (flush.is_open and label in rule.flush_stays)
        if squeeze.step(end, begins=clear and squeezed, stays=label in rule.squeeze_labels):
            yield _event(SQUEEZE, row, row["explanation"])
        is_reset = "reset_complete" in (row["flags"] or "").split(",")
        if reset.step(end, begins=is_reset, stays=is_reset):
            yield _event(RESET, row, f"The reset of leverage in {row['asset']} is complete. {row['explanation']}")
        if (crossed := levels.step(end, row["close_usd"], row["support_usd"], row["support_band_usd"])) is not None:
            kind, level = crossed
            yield _event(kind, row, _crossing(kind, row, level), level_usd=level)


@dataclass
class Episode:
    """A stretch of hours: it begins after `begin_hours` in a row that begin it, ends after `end_hours` in a row that do
    not keep it, and is announced again only `cooldown_hours` after it was last announced."""

    rule: EpisodeRule
    is_open: bool = False
    confirmed: int = 0
    left: int = 0
    announced_at: datetime | None = None

    def step(self, end: datetime, *, begins: bool, stays: bool) -> bool:
        """Take the next reading; True when the episode begins with it and is to be announced."""
        self.confirmed = self.confirmed + 1 if begins else 0
        self.left = 0 if stays else self.left + 1
        if self.is_open:
            self.is_open = self.left < self.rule.end_hours
            return False
        if self.confirmed < self.rule.begin_hours:
            return False
        self.is_open = True
        if self.announced_at is not None and end - self.announced_at < timedelta(hours=self.rule.cooldown_hours):
            return False
        self.announced_at = end
        return True


@dataclass
class Levels:
    """Whether the support is broken: from a close that is below it by its band, to one that is above it by its band.

    A support that moves while it is broken keeps its price here. What is announced follows at most once in
    `level_cooldown_hours`. The first reading announces nothing: the support may have been broken for long.
    """

    rule: HourlyEventRule
    broken: float | None = None
    announced: str | None = None
    announced_at: datetime = datetime.min

    def step(
        self, end: datetime, close: float | None, support: float | None, band: float | None
    ) -> tuple[str, float] | None:
        """Take the next reading, in USD; the kind and the level when a crossing is to be announced."""
        if close is None or band is None:
            return None
        level = self.broken
        if level is None and support is not None and close < support - band:
            level = self.broken = support
        elif level is not None and close > level + band:
            self.broken = None
        kind = RECLAIMED if self.broken is None else BROKEN
        if self.announced is None:
            self.announced = kind
        waited = end - self.announced_at >= timedelta(hours=self.rule.level_cooldown_hours)
        if kind == self.announced or level is None or not waited:
            return None
        self.announced, self.announced_at = kind, end
        return kind, level


def _crossing(kind: str, row: Row, level: float) -> str:
    how = "closed below its support of" if kind == BROKEN else "is back above its broken support of"
    return f"{row['asset']} {how} {price_text(level)} USD: {price_text(row['close_usd'])} USD."


def _event(kind: str, row: Row, sentence: str, **more: float) -> Row:
    end = row["window_ended_at"]
    return {
        "event_id": f"{row['asset']}/{kind}/{end:%Y-%m-%dT%H:%MZ}",
        "asset": row["asset"],
        "kind": kind,
        "happened_at": end,
        "sentence": sentence,
        "figures": json.dumps({name: row[name] for name in FIGURES} | more, allow_nan=False),
    }
