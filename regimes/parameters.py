"""The parameters of the rules as typed values: windows, floors, bounds, predicates and label combinations.

The numbers and their reasons stand in parameters.toml, how they are read in parameter_file.py; nothing here decides
anything.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Windows:
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


@dataclass(frozen=True)
class RobustZ:
    """Clip of the robust z and floors of its denominator, in the unit of each feature."""

    clip: float
    return_floor_pct: float
    open_interest_floor_pct: float
    funding_floor_bp: float
    netflow_floor_coin: float
    netflow_floor_reserve_share: float


@dataclass(frozen=True)
class OpenInterestRule:
    """How a change in USD becomes one of contracts where contract units are missing."""

    usd_return_pass_through: float


@dataclass(frozen=True)
class FundingBounds:
    """Bounds of the funding states, bp per 8 hours."""

    negative_bp: float
    base_from_bp: float
    base_to_bp: float
    hot_bp: float
    overheated_bp: float
    cooling_bp: float


@dataclass(frozen=True)
class Gate:
    """When a day has too little data for a label."""

    venue_weight_share: float
    instrument_weight_share: float
    open_interest_move_pct: float
    open_interest_stale_days: int
    provisional_minutes: int


@dataclass(frozen=True)
class Scores:
    """How memberships become a score."""

    floor: float
    supporting_share: float
    unknown: float
    alternative_floor: float


@dataclass(frozen=True)
class ConfidenceRule:
    """How score, lead and coverage become a confidence."""

    strength_weight: float
    separation_weight: float
    clear_lead: float
    spot_pressure_penalty: float


@dataclass(frozen=True)
class Grades:
    """Lower bounds of the confidence of the grades A, B and C; below is D."""

    a: float
    b: float
    c: float


@dataclass(frozen=True)
class StateRule:
    """How long an aftermath lasts, and when a lasting state is entered and left."""

    aftermath_days: int
    enter_days: int
    exit_floor: float
    exit_days: int


@dataclass(frozen=True)
class SupportRule:
    """Windows of the levels in calendar days, and the widths around them."""

    floor_days: int
    floor_minimum_days: int
    atr_days: int
    atr_minimum_days: int
    band_atr_share: float
    band_pct: float
    reclaim_pct: float
    resistance_days: int


@dataclass(frozen=True)
class ScenarioRule:
    """How long a scenario stays open, what resolves it, and over what its base rates are measured."""

    open_days: int
    hold_days: int
    open_interest_within_pct: float
    membership: float
    forward_days: int


@dataclass(frozen=True)
class RevisionRule:
    """From how long after its day on a computed label is a backfill."""

    backfill_after_hours: int


@dataclass(frozen=True)
class FlagBounds:
    """Membership from which a flag is raised."""

    membership: float


@dataclass(frozen=True)
class Ramp:
    """Membership of one feature: 0 at `zero`, 1 at `one`, straight in between, flat outside.

    A predicate is unknown where one of its conditions that is `needed` is, whatever else is known.
    """

    feature: str
    zero: float
    one: float
    needed: bool = False


@dataclass(frozen=True)
class Reference:
    """Membership of another predicate, or one minus it; `needed` as of a ramp."""

    predicate: str
    negated: bool
    needed: bool = False


@dataclass(frozen=True)
class Predicate:
    """The largest (`any`) or smallest (`all`) membership of its conditions."""

    name: str
    combination: str
    conditions: tuple[Ramp | Reference, ...]


@dataclass(frozen=True)
class LabelRule:
    """The predicates of one label with their weights: what must be shown, must not be violated, and helps."""

    label: str
    core: tuple[tuple[str, float], ...]
    guards: tuple[tuple[str, float], ...]
    supporting: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Parameters:
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

    @property
    def parameter_hash(self) -> str:
        """SHA-256 over the values in canonical JSON: comments, spacing and 10 for 10.0 do not change it."""
        content = json.dumps(asdict(self), sort_keys=True, separators=(",", ":"), allow_nan=False)
        return hashlib.sha256(content.encode()).hexdigest()

    def ramps(self) -> Iterator[Ramp]:
        """Every ramp of every predicate."""
        for predicate in self.predicates:
            yield from (condition for condition in predicate.conditions if isinstance(condition, Ramp))
