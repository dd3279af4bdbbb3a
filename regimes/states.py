"""The state of the market from the events of its days: onset and aftermath of shocks, lasting states, their spans.

A pass over the days of each asset, in order; later days change no earlier state.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import polars as pl

from regimes.labels import DEFINITION_OF, FAMILY_OF, SCORED, Family, Label
from regimes.memberships import membership_column
from regimes.parameters import Parameters, StateRule
from regimes.scenarios import Outcome
from regimes.schema import conform

SHOCKS = frozenset(
    label.value for label, of in FAMILY_OF.items() if of in (Family.MECHANICAL, Family.SPOT_DOWN, Family.SQUEEZE)
)
INSUFFICIENT = Label.INSUFFICIENT_DATA.value
MIXED = Label.MIXED.value
QUIET = Label.CONSOLIDATION.value
UNATTRIBUTED = (Label.UNATTRIBUTED_SELLOFF.value, Label.UNATTRIBUTED_RALLY.value)
POSITION_OF = {label.value: position for position, label in enumerate(SCORED)}
DIRECTION_OF = {label.value: definition.direction for label, definition in DEFINITION_OF.items()}
COLUMNS = {
    "regime": pl.String,
    "phase": pl.String,
    "previous_regime": pl.String,
    "last_valid_regime": pl.String,
    "days_in_regime": pl.Int64,
    "changed": pl.Boolean,
}


class _Day(NamedTuple):
    """What decides about the state on a day; `narrow_range` is a membership."""

    asset: str
    event: str
    shock: str | None
    resolution: str | None
    low_vs_previous_close_pct: float | None
    high_vs_previous_close_pct: float | None
    narrow_range: float | None
    scores: tuple[float, ...]  # of the labels in the order of SCORED


@dataclass
class _State:
    """The state of one asset so far; a new one is empty."""

    regime: str | None = None
    reach: float = 0.0  # how far price went on the onset of the shock, in percent
    since_shock: int | None = None  # days since the last event of the shock, None where no shock is in force
    candidate: str | None = None
    candidate_days: int = 0
    weak_days: int = 0


def with_states(frame: pl.DataFrame, parameters: Parameters) -> pl.DataFrame:
    """The frame (sorted, with event, shock, scores, memberships and resolution) with the columns of COLUMNS.

    `phase` is onset or aftermath of a shock and null in a lasting state. `changed` compares with the day before and is
    null on the first day; `previous_regime` is the regime of the span before the current one.
    """
    scores = frame.select(f"score.{label}" for label in SCORED).iter_rows()
    narrow = pl.col(membership_column("narrow_range")).alias("narrow_range")
    seen = frame.with_columns(narrow).select(name for name in _Day._fields if name != "scores").iter_rows()
    rows = _follow((_Day._make((*day, of_day)) for day, of_day in zip(seen, scores, strict=True)), parameters)
    states = pl.DataFrame(list(rows), schema=COLUMNS, orient="row")
    return pl.concat([frame, states], how="horizontal")


def _follow(rows: Iterator[_Day], parameters: Parameters) -> Iterator[tuple[Any, ...]]:
    asset, state = None, _State()
    yesterday = previous = last_valid = None
    days = 0
    for row in rows:
        if row.asset != asset:
            asset, state = row.asset, _State()
            yesterday = previous = last_valid = None
            days = 0
        if row.event == INSUFFICIENT:
            # No state survives a day without data, because an event of that day could have ended it.
            state, regime, phase = _State(), INSUFFICIENT, None
        else:
            phase = _advance(state, row, parameters.states)
            regime = str(state.regime)
        changed: bool | None = None if yesterday is None else regime != yesterday
        if changed:
            previous = yesterday
        days = days + 1 if changed is False else 1
        last_valid = last_valid if regime == INSUFFICIENT else regime
        yield regime, phase, previous, last_valid, days, changed
        yesterday = regime


def _advance(state: _State, row: _Day, rule: StateRule) -> str | None:
    """Move the state by one day with data; returns its phase."""
    event, shock = row.event, row.shock
    _count_candidate(state, event)
    if event in SHOCKS:
        reach = max(-(row.low_vs_previous_close_pct or 0.0), row.high_vs_previous_close_pct or 0.0)
        # A second wave that does not go further than the first belongs to its aftermath.
        again = state.since_shock is not None and event == state.regime and reach <= state.reach
        state.regime, state.since_shock, state.weak_days = event, 0, 0
        state.reach = state.reach if again else reach
        return "aftermath" if again else "onset"
    ended_in = None
    if state.since_shock is not None:
        state.since_shock += 1
        resolved = row.resolution not in (None, Outcome.FLUSH_EXTENDED, Outcome.EXPIRED)
        lasts = state.since_shock <= rule.aftermath_days and not resolved
        if lasts and shock in (None, DIRECTION_OF[str(state.regime)]):
            return "aftermath"
        # There is no lasting state to return to. A confirmed consolidation is one; any other label has to last first.
        state.regime, state.since_shock, state.weak_days = None, None, 0
        ended_in = row.resolution
    if shock is not None:
        # A price shock ends every lasting state at once, and the aftermath of a move the other way.
        state.regime, state.weak_days = event, 0
        return "onset"
    if ended_in == Outcome.CONSOLIDATION_CONFIRMED and _can_consolidate(row):
        state.regime = QUIET
        return None
    _persist(state, row, rule)
    return None


def _can_consolidate(row: _Day) -> bool:
    """Whether the range of the day leaves room for a consolidation; an unknown one does."""
    narrow = row.narrow_range
    return narrow is None or narrow > 0.0


def _count_candidate(state: _State, event: str) -> None:
    state.candidate_days = state.candidate_days + 1 if event == state.candidate else 1
    state.candidate = event


def _persist(state: _State, row: _Day, rule: StateRule) -> None:
    """Enter the day's label once it has lasted, else keep the state until it has been weak for too long."""
    event = row.event
    if state.candidate_days >= rule.enter_days:
        state.regime, state.weak_days = event, 0
        return
    if state.regime in (None, *UNATTRIBUTED) or (state.regime == QUIET and not _can_consolidate(row)):
        # What nobody is known to have done does not last, and no consolidation lasts over a wide range.
        state.regime, state.weak_days = MIXED, 0
    score = 0.0 if state.regime == MIXED else row.scores[POSITION_OF[str(state.regime)]]
    state.weak_days = 0 if event == state.regime or score >= rule.exit_floor else state.weak_days + 1
    if state.weak_days >= rule.exit_days:
        state.regime, state.weak_days = MIXED, 0


def regime_spans(frame: pl.DataFrame) -> pl.DataFrame:
    """The table regime_spans from a frame of days (asset, day, regime), sorted."""
    number = (pl.col("regime") != pl.col("regime").shift(1)).fill_null(value=True).cum_sum().over("asset")
    return conform(
        frame.select("asset", "day", "regime", number.alias("span"), pl.col("day").max().over("asset").alias("end"))
        .group_by("asset", "span", "regime", "end", maintain_order=True)
        .agg(pl.col("day").min().alias("first_day"), pl.col("day").max().alias("last_day"), pl.len().alias("day_count"))
        .with_columns(pl.col("day_count").cast(pl.Int64), (pl.col("last_day") == pl.col("end")).alias("is_open"))
        .sort("asset", "first_day"),
        "regime_spans",
    )
