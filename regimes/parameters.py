"""The parameters of the rules as typed values: windows, floors, bounds, predicates and the combinations of labels.

The numbers and their reasons are in parameters.toml; parameter_file.py reads that file.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import time
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

# Size of the caches of parsed rules and of expressions made from them. Making the expressions takes longer than judging
# a day, and hours and chunks of assets are judged by the same rules again and again.
RULES_KEPT = 4


class Model(BaseModel):
    """A value that cannot change, knows all its fields, and takes no text for a number and no true for 1."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


Names = Annotated[tuple[str, ...], Field(strict=False)]  # a tuple, so that Parameters can be the key of a cache


class Windows(Model):
    """Lengths of the baselines, in calendar days unless the name says weeks."""

    baseline_days: int
    baseline_minimum_days: int
    liquidation_days: int
    liquidation_minimum_days: int
    wave_days: int
    range_days: int
    range_minimum_days: int
    percentile_days: int
    percentile_minimum_days: int
    funding_median_days: int
    funding_median_minimum_days: int
    funding_memory_days: int
    funding_memory_minimum_days: int
    funding_cooling_days: int
    funding_cooling_minimum_days: int
    fund_flow_minimum_days: int
    address_weeks: int
    address_minimum_weeks: int
    reserve_memory_days: int


class RobustZ(Model):
    """Clip of the robust z and floors of its denominator, in the unit of each feature."""

    clip: float
    return_floor_pct: float
    open_interest_floor_pct: float
    funding_floor_bp: float
    netflow_floor_coin: float
    netflow_floor_reserve_share: float


class OpenInterestRule(Model):
    """How a change in USD is converted into a change in contracts where contract units are missing."""

    usd_return_pass_through: float


class FundingBounds(Model):
    """Bounds of the funding states, bp per 8 hours."""

    negative_bp: float
    base_from_bp: float
    base_to_bp: float
    hot_bp: float
    overheated_bp: float
    cooling_bp: float


class Gate(Model):
    """When a day has too little data for a label."""

    venue_weight_share: float
    instrument_weight_share: float
    open_interest_move_pct: float
    open_interest_stale_days: int
    stale_days: int
    provisional_minutes: Annotated[int, Field(ge=0, lt=24 * 60)]

    @property
    def final_at(self) -> time:
        """Time of the following day (UTC) at which a day becomes final."""
        hours, minutes = divmod(self.provisional_minutes, 60)
        return time(hours, minutes)


class Scores(Model):
    """How memberships become a score."""

    floor: float
    shock: float
    supporting_share: float
    unknown: float
    alternative_floor: float


class ConfidenceRule(Model):
    """How the score, the lead and the share of known inputs become a confidence."""

    strength_weight: float
    separation_weight: float
    clear_lead: float
    unattributed_at_most: float
    spot_pressure_penalty: float


class Grades(Model):
    """Lower bounds of the confidence of the grades A, B and C; anything lower is D."""

    a: float
    b: float
    c: float


class StateRule(Model):
    """How long an aftermath lasts, and when a lasting state begins and ends."""

    aftermath_days: int
    enter_days: int
    exit_floor: float
    exit_days: int


class SupportRule(Model):
    """Windows of the levels in calendar days, and the widths around them."""

    floor_days: int
    floor_minimum_days: int
    atr_days: int
    atr_minimum_days: int
    band_atr_share: float
    band_pct: float
    reclaim_pct: float
    resistance_days: int


class ScenarioRule(Model):
    """How long a scenario stays open, what resolves it, and over which days its base rates are measured."""

    open_days: Annotated[int, Field(gt=0)]
    hold_days: Annotated[int, Field(gt=0)]
    open_interest_within_pct: float
    membership: float
    forward_days: Annotated[int, Field(gt=0)]


class RevisionRule(Model):
    """How long after its day a computed label becomes a backfill."""

    backfill_after_hours: int


class EpisodeRule(Model):
    """When a stretch of hours begins, ends and may be announced again, in hours; see hourly_events.py."""

    begin_hours: Annotated[int, Field(gt=0)]
    end_hours: Annotated[int, Field(gt=0)]
    cooldown_hours: Annotated[int, Field(ge=0)]


class HourlyEventRule(Model):
    """What an hourly reading announces: bounds, labels, and how often."""

    begin_confidence: float
    flush_labels: Names
    flush_stays: Names
    squeeze_labels: Names
    level_cooldown_hours: Annotated[int, Field(ge=0)]
    flush: EpisodeRule
    squeeze: EpisodeRule
    reset: EpisodeRule
    data: EpisodeRule


class FlagBounds(Model):
    """Membership from which a flag is raised."""

    membership: float


class MarketRule(Model):
    """Shares of assets to exceed for a label of the market, and how long an asset without figures counts as active."""

    majority_share: float
    readings_share: float
    active_days: Annotated[int, Field(gt=0)]


class Ramp(Model):
    """Membership of one feature: 0 at `zero`, 1 at `one`, linear in between, flat outside.

    A predicate is unknown if one of its `needed` conditions is unknown, whatever the others say.
    """

    feature: str
    zero: float
    one: float
    needed: bool = False

    @model_validator(mode="after")
    def _has_width(self) -> Ramp:
        if self.zero == self.one:
            raise ValueError(f"the ramp on {self.feature} is a cliff at {self.one:g}")
        return self


class Reference(Model):
    """Membership of another predicate, or 1 minus it; `needed` as for a ramp."""

    predicate: str
    negated: bool = False
    needed: bool = False


class Predicate(Model):
    """The largest (`any`) or smallest (`all`) membership of its conditions."""

    name: str
    combination: Literal["any", "all"]
    conditions: tuple[Ramp | Reference, ...]


class Part(Model):
    """A predicate, or its negation, as part of a label, with its weight."""

    predicate: str
    weight: Annotated[float, Field(gt=0)]
    negated: bool = False

    @property
    def name(self) -> str:
        """The name in the evidence: the predicate's, with not_ before it if it is negated."""
        return f"not_{self.predicate}" if self.negated else self.predicate


class LabelRule(Model):
    """The parts of one label: what must be shown, what must not be violated, what leaves the day to another label, and
    what helps."""

    label: str
    core: tuple[Part, ...]
    guards: tuple[Part, ...]
    yields: tuple[Part, ...]
    supporting: tuple[Part, ...]

    @property
    def required(self) -> tuple[Part, ...]:
        """What a day needs to get the label: core, guards and yields."""
        return (*self.core, *self.guards, *self.yields)

    @property
    def alone(self) -> LabelRule:
        """The rule as it is without the label that it yields to."""
        return self.model_copy(update={"yields": ()})


class PositioningPredicate(Model):
    """What positioning shows in support of a label: the smallest membership of its ramps, unknown if one is unknown.

    Neither a Predicate nor a Part of a LabelRule, so that no score can be made from it.
    """

    name: str
    ramps: tuple[Ramp, ...]


class PositioningSupport(Model):
    """The names of the positioning predicates that support one label, in the order of the evidence."""

    label: str
    predicates: tuple[str, ...]


class PositioningRule(Model):
    """Floors of the usual deviations of positioning, its predicates, and which label each of them supports."""

    taker_buy_share_floor: Annotated[float, Field(gt=0)]
    premium_floor_pct: Annotated[float, Field(gt=0)]
    long_share_floor: Annotated[float, Field(gt=0)]
    predicates: tuple[PositioningPredicate, ...]
    labels: tuple[PositioningSupport, ...]


class Parameters(Model):
    """Everything the rules need to know; equal parameters have equal `parameter_hash`."""

    rules_version: str
    windows: Windows
    robust_z: RobustZ
    open_interest: OpenInterestRule
    funding: FundingBounds
    gate: Gate
    predicates: tuple[Predicate, ...]
    labels: tuple[LabelRule, ...]
    scores: Scores
    confidence: ConfidenceRule
    grades: Grades
    states: StateRule
    support: SupportRule
    scenarios: ScenarioRule
    revisions: RevisionRule
    flags: FlagBounds
    hourly_events: HourlyEventRule
    market: MarketRule
    positioning: PositioningRule

    @property
    def parameter_hash(self) -> str:
        """SHA-256 over the values in canonical JSON: comments, spacing and 10 for 10.0 do not change it.

        Without the rules of hourly events, of the market and of positioning, which make no label of an asset.
        """
        rules = self.model_dump(exclude={"hourly_events", "market", "positioning"})
        content = json.dumps(rules, sort_keys=True, separators=(",", ":"), allow_nan=False)
        return hashlib.sha256(content.encode()).hexdigest()

    @property
    def numbers(self) -> dict[str, object]:
        """The sections by name, for sentences that name a number such as `{windows.baseline_days}`."""
        return dict(self)

    def ramps(self) -> Iterator[Ramp]:
        """Every ramp of every predicate."""
        for predicate in self.predicates:
            yield from (condition for condition in predicate.conditions if isinstance(condition, Ramp))

    def ramp(self, predicate: str, feature: str) -> Ramp:
        """The first ramp of the predicate on the feature; KeyError without one."""
        for each in self.predicates:
            for condition in each.conditions if each.name == predicate else ():
                if isinstance(condition, Ramp) and condition.feature == feature:
                    return condition
        raise KeyError(f"{predicate} has no ramp on {feature}")
