"""Support and what follows a flush: which level is in force each day, what the day did to it, and what resolved it.

A pass over the days of each asset, in order. base_rates.py counts how often each outcome occurred before.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple

import polars as pl

from regimes.labels import Label
from regimes.memberships import membership_column
from regimes.parameters import Parameters, ScenarioRule, SupportRule


class Status(StrEnum):
    """What a day did to the support in force. The values are stable."""

    HELD = "held"
    TESTED = "tested"
    RECLAIMED = "reclaimed"
    BROKEN = "broken"


class Outcome(StrEnum):
    """How a scenario resolves. The values are stable; the order is the order in which they are checked."""

    CONSOLIDATION_CONFIRMED = "consolidation_confirmed"
    SPOT_CONVICTION = "spot_conviction"
    FLUSH_EXTENDED = "flush_extended"
    FRESH_SHORTS = "fresh_shorts"
    V_REVERSAL = "v_reversal"
    EXPIRED = "expired"


OPENING = (Label.LEVERAGE_FLUSH.value, Label.CAPITULATION.value)
_PREDICATES = ("liquidations_ordinary", "unexplained_selling", "funding_falling")
DAILY = {
    "support_usd": pl.Float64,
    "support_band_usd": pl.Float64,
    "support_is_frozen": pl.Boolean,
    "support_status": pl.String,
    "resistance_usd": pl.Float64,
    "scenario": pl.String,
    "scenario_opened_on": pl.Date,
    "resolution": pl.String,
}


class _Day(NamedTuple):
    """What decides about support and scenarios on a day; the last three are memberships."""

    asset: str
    day: date
    event: str
    low_usd: float | None
    close_usd: float | None
    floor_usd: float | None
    next_floor_usd: float | None
    band_usd: float | None
    resistance_usd: float | None
    comparable_long_share: float | None
    open_interest_change_1d_pct: float | None
    open_interest_change_3d_pct: float | None
    netflow_z: float | None
    unknown_inputs: str | None
    liquidations_ordinary: float | None
    unexplained_selling: float | None
    funding_falling: float | None


@dataclass
class Scenario:
    """A flush or capitulation with the levels that it froze, until it resolves."""

    asset: str
    opened_on: date
    event: str
    support: float
    band: float
    resistance: float
    held: int = 0
    resolution: Outcome | None = None
    resolved_on: date | None = None


@dataclass(frozen=True)
class Track:
    """`days`: the frame with the DAILY columns. `scenarios`: all scenarios, oldest first per asset."""

    days: pl.DataFrame
    scenarios: list[Scenario]


def with_scenarios(frame: pl.DataFrame, parameters: Parameters) -> Track:
    """Follow the support of every asset through its days; `frame` has levels, memberships and events, sorted."""
    judged = (pl.col(membership_column(name)).alias(name) for name in _PREDICATES)
    seen = frame.with_columns(judged).select(_Day._fields)
    scenarios: list[Scenario] = []
    rows = _follow(map(_Day._make, seen.iter_rows()), parameters, scenarios)
    daily = pl.DataFrame(list(rows), schema=DAILY, orient="row")
    frame = frame.rename({"resistance_usd": "opening_resistance_usd"})
    return Track(pl.concat([frame, daily], how="horizontal"), scenarios)


def _follow(rows: Iterator[_Day], parameters: Parameters, scenarios: list[Scenario]) -> Iterator[tuple[Any, ...]]:
    rule = parameters.scenarios
    current: Scenario | None = None
    before: _Day | None = None
    level_before: float | None = None
    for row in rows:
        if before is None or row.asset != before.asset:
            current, before, level_before = None, None, None
        level = current.support if current else row.floor_usd
        band = current.band if current else row.band_usd
        resistance = current.resistance if current else None
        opened = (None, None) if current is None else (current.event, current.opened_on)
        frozen = None if level is None else current is not None
        status = _status(row, before, level, level_before, band, parameters.support)
        resolution = None
        opened_by = row.event if row.event in OPENING else None
        if current is not None:
            resolution = _resolution(current, row, rule)
            current.resolution, current.resolved_on = resolution, row.day if resolution else None
            if resolution is Outcome.FLUSH_EXTENDED:
                # The flush goes on one leg lower. It stays one flush, even if this leg alone would have another label.
                opened_by = opened_by or current.event
            if resolution:
                current = None
        if current is None and opened_by:
            current = _opened(row, opened_by)
            if current is not None:
                scenarios.append(current)
                opened = (current.event, current.opened_on)
        yield level, band, frozen, status, resistance, *opened, resolution
        before, level_before = row, level


def _opened(row: _Day, event: str) -> Scenario | None:
    """The scenario that the day opens; None where one of its levels is unknown."""
    support, band, resistance = row.next_floor_usd, row.band_usd, row.resistance_usd
    if support is None or band is None or resistance is None:
        return None
    return Scenario(row.asset, row.day, event, support, band, resistance)


def _status(
    row: _Day,
    before: _Day | None,
    level: float | None,
    level_before: float | None,
    band: float | None,
    rule: SupportRule,
) -> Status | None:
    low, close = row.low_usd, row.close_usd
    if level is None or band is None or low is None or close is None:
        return None
    close_before = None if before is None else before.close_usd
    # A close below the floor lowers the next floor, and a flush freezes another one. So the first close is compared
    # with the level of its day, the second with both levels.
    lower = level if level_before is None else min(level, level_before)
    first = level_before is not None and close_before is not None and close_before < level_before
    if close < level - band or (first and close < lower):
        return Status.BROKEN
    if low < level * (1.0 - rule.reclaim_pct / 100.0) and close >= level:
        return Status.RECLAIMED
    return Status.TESTED if low < level else Status.HELD


def _resolution(scenario: Scenario, row: _Day, rule: ScenarioRule) -> Outcome | None:
    """The outcome that this day decides for an open scenario, if any; a condition on an unknown value is not met.

    A day without enough data can only let the scenario expire, because the data that it has may be wrong.
    """
    close = row.close_usd
    scenario.held = scenario.held + 1 if close is not None and close >= scenario.support else 0
    expired = Outcome.EXPIRED if (row.day - scenario.opened_on).days >= rule.open_days else None
    if row.event == Label.INSUFFICIENT_DATA.value:
        return expired
    holds = {name: _known(getattr(row, name)) >= rule.membership for name in _PREDICATES}
    three_days, one_day = row.open_interest_change_3d_pct, row.open_interest_change_1d_pct
    stable = three_days is not None and abs(three_days) <= rule.open_interest_within_pct
    if scenario.held >= rule.hold_days and holds["liquidations_ordinary"] and stable:
        return Outcome.CONSOLIDATION_CONFIRMED
    if close is not None and close < scenario.support - scenario.band:
        if holds["unexplained_selling"]:
            return Outcome.SPOT_CONVICTION
        if row.netflow_z is None and row.unknown_inputs is None:
            # The other outcomes imply that nobody sold coins, which is not known yet. Where no source offers flows it
            # never is, and the outcomes are judged from derivatives and price.
            return None
        if _known(row.comparable_long_share) > 0.5 and _known(one_day) < 0.0:
            return Outcome.FLUSH_EXTENDED
        if _known(one_day) > 0.0 and holds["funding_falling"]:
            return Outcome.FRESH_SHORTS
    if close is not None and close > scenario.resistance and _known(row.comparable_long_share) < 0.5:
        return Outcome.V_REVERSAL
    return expired


def _known(value: float | None) -> float:
    """The value, or NaN, for which every comparison is false."""
    return float("nan") if value is None else value
