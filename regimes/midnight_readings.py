"""How often the reading at 24:00 was the later label of the day. validation.py publishes the result.

Exchange flows, fund flows and active addresses of a day are not known before it ends. So the reading is compared with
the label of the day without them, with the provisional label that was published soon after it, and with the final one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

import polars as pl

from regimes.classifier import judged
from regimes.features import daily_features
from regimes.labels import Label
from regimes.marts import DailyMarts
from regimes.parameters import Parameters
from regimes.schema import KEY
from regimes.sensitivity import FEEDS, emptied

KNOWN_LATER = ("exchange flows", "fund flows", "active addresses")
NAMED = 20  # the newest differing days are named


@dataclass(frozen=True)
class Agreement:
    """On how many of the days with both the reading at 24:00 is the label, and on which it is not."""

    compared_with: str
    same: int
    days: int
    differing: str | None


def midnight_agreement(
    readings: pl.DataFrame,
    days: pl.DataFrame,
    marts: DailyMarts,
    parameters: Parameters,
    now: datetime,
    revisions: pl.DataFrame | None = None,
) -> Iterator[Agreement]:
    """The agreement with each later label.

    `readings` has the columns of readings_hourly, `days` are the days that `marts` give as of `now` (UTC), `revisions`
    has the columns of regime_revisions. The first reading of each window counts. Days without enough data in either are
    left out, and so is a comparison without days.
    """
    read = readings_at_midnight(readings)
    enough = days.filter(pl.col("data_status") != "insufficient")
    before = labels_before_flows(marts, parameters, now).join(enough, on=KEY, how="semi")
    compared = {"the label before its flows are known": before}
    if revisions is not None:
        first = revisions.sort(*KEY, "revision").group_by(KEY, maintain_order=True).first()
        at_the_time = first.filter(~pl.col("is_backfill") & ~pl.col("is_final"))
        compared["the first label, published as provisional"] = at_the_time.select(*KEY, "event")
    compared["the final label"] = enough.filter("is_final").select(*KEY, "event")
    for name, labels in compared.items():
        both = read.join(_labelled(labels), on=KEY, suffix="_of_day").sort("day", "asset")
        if both.height:
            other = both.filter(pl.col("event") != pl.col("event_of_day"))
            yield Agreement(name, both.height - other.height, both.height, _named(other))


def readings_at_midnight(readings: pl.DataFrame) -> pl.DataFrame:
    """Columns asset, day and event: the first reading of each window that is a calendar day, if it has a label."""
    ended = pl.col("window_ended_at")
    first = readings.filter((ended == ended.dt.truncate("1d")) & (pl.col("revision") == 1))
    return _labelled(first.select("asset", (ended.dt.date() - pl.duration(days=1)).alias("day"), "event"))


def labels_before_flows(marts: DailyMarts, parameters: Parameters, now: datetime) -> pl.DataFrame:
    """Columns asset, day and event: the label of each day without the feeds that are known only later.

    The reserve on exchanges is known up to the day before.
    """
    without = {mart: emptied(mart, getattr(marts, mart)) for feed in KNOWN_LATER for mart in FEEDS[feed]}
    reserve = marts.exchange_flows_daily.sort(KEY).select(*KEY, pl.col("reserve_coin").shift(1).over("asset"))
    flows = without["exchange_flows_daily"].drop("reserve_coin").join(reserve, on=KEY, how="left")
    # Flows that no source offers are unknown, not missing: such a day gets a label.
    flows = flows.with_columns(pl.lit(value=False).alias("is_offered"))
    features = daily_features(replace(marts, **(without | {"exchange_flows_daily": flows})), parameters)
    return judged(features, parameters, now).days.select(*KEY, "event")


def _labelled(labels: pl.DataFrame) -> pl.DataFrame:
    return labels.filter(pl.col("event") != Label.INSUFFICIENT_DATA.value)


def _named(other: pl.DataFrame) -> str | None:
    said = [f"{asset} {day}: read {event}, then {of_day}" for asset, day, event, of_day in other.tail(NAMED).rows()]
    return "; ".join(said) or None
