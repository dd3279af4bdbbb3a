"""The parameters of the rules as typed values: windows, floors, bounds, predicates and label combinations.

The numbers and their reasons stand in parameters.toml; nothing here decides anything.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from importlib.resources import files
from typing import Any, TypeVar


class ParameterError(ValueError):
    """The parameter file lacks a value, has one too many or contradicts itself."""


@dataclass(frozen=True)
class Windows:
    """Lengths of the baselines, in calendar days unless the name says weeks."""

    baseline_days: int
    baseline_minimum_days: int
    liquidation_days: int
    liquidation_minimum_days: int
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
    instrument_ended_days: int
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
class FlagBounds:
    """Membership from which a flag is raised."""

    membership: float


@dataclass(frozen=True)
class Ramp:
    """Membership of one feature: 0 at `zero`, 1 at `one`, straight in between, flat outside."""

    feature: str
    zero: float
    one: float


@dataclass(frozen=True)
class Reference:
    """Membership of another predicate, or one minus it."""

    predicate: str
    negated: bool


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


Section = TypeVar("Section")


def load_parameters(text: str | None = None) -> Parameters:
    """The parameters of `text` (TOML), or those that ship with the rules.

    Raises ParameterError with the place of the fault; a value that is not known is a fault, too.
    """
    if text is None:
        text = files("regimes").joinpath("parameters.toml").read_text(encoding="utf-8")
    document = tomllib.loads(text)
    expected = {"rules", *(field.name for field in fields(Parameters))} - {"rules_version"}
    if set(document) != expected:
        raise ParameterError(f"sections differ from the known ones: {sorted(set(document) ^ expected)}")
    if set(document["rules"]) != {"version"}:
        raise ParameterError("[rules] must have exactly one value, version")
    predicates = _predicates(document["predicates"])
    return Parameters(
        rules_version=str(document["rules"]["version"]),
        windows=_section(Windows, "windows", document["windows"]),
        robust_z=_section(RobustZ, "robust_z", document["robust_z"]),
        open_interest=_section(OpenInterestRule, "open_interest", document["open_interest"]),
        funding=_section(FundingBounds, "funding", document["funding"]),
        gate=_section(Gate, "gate", document["gate"]),
        predicates=predicates,
        labels=_labels(document["labels"], {predicate.name for predicate in predicates}),
        scores=_section(Scores, "scores", document["scores"]),
        confidence=_section(ConfidenceRule, "confidence", document["confidence"]),
        flags=_section(FlagBounds, "flags", document["flags"]),
    )


def _section(kind: type[Section], name: str, table: Mapping[str, Any]) -> Section:
    types = {field.name: field.type for field in fields(kind)}  # type: ignore[arg-type]
    if set(table) != set(types):
        raise ParameterError(f"[{name}] differs from the known values: {sorted(set(table) ^ set(types))}")
    values: dict[str, int | float] = {}
    for key, value in table.items():
        whole = types[key] == "int"
        if isinstance(value, bool) or not isinstance(value, int if whole else (int, float)):
            raise ParameterError(f"[{name}] {key} = {value!r} is not {'a whole number' if whole else 'a number'}")
        values[key] = value if whole else float(value)
    return kind(**values)


def _predicates(tables: Mapping[str, Mapping[str, Any]]) -> tuple[Predicate, ...]:
    known: list[Predicate] = []
    for name, table in tables.items():
        if len(table) != 1 or not set(table) <= {"any", "all"}:
            raise ParameterError(f"[predicates.{name}] needs exactly one of any and all")
        combination, entries = next(iter(table.items()))
        if not entries:
            raise ParameterError(f"[predicates.{name}] has no conditions")
        earlier = {predicate.name for predicate in known}
        conditions = tuple(_condition(name, entry, earlier) for entry in entries)
        known.append(Predicate(name, combination, conditions))
    return tuple(known)


def _condition(name: str, entry: Mapping[str, Any], earlier: set[str]) -> Ramp | Reference:
    if set(entry) == {"feature", "zero", "one"}:
        ramp = Ramp(str(entry["feature"]), float(entry["zero"]), float(entry["one"]))
        if ramp.zero == ramp.one:
            raise ParameterError(f"[predicates.{name}] the ramp on {ramp.feature} is a cliff at {ramp.one}")
        return ramp
    if set(entry) in ({"predicate"}, {"not"}):
        negated = "not" in entry
        reference = Reference(str(entry["not" if negated else "predicate"]), negated)
        if reference.predicate not in earlier:
            raise ParameterError(f"[predicates.{name}] refers to {reference.predicate}, not defined before it")
        return reference
    raise ParameterError(f"[predicates.{name}] has a condition of unknown shape: {sorted(entry)}")


def _labels(tables: Mapping[str, Mapping[str, Any]], predicates: set[str]) -> tuple[LabelRule, ...]:
    rules: list[LabelRule] = []
    for name, table in tables.items():
        if set(table) != {"core", "guards", "supporting"} or not table["core"]:
            raise ParameterError(f"[labels.{name}] needs core, with at least one predicate, guards and supporting")
        roles = {role: _weights(name, table[role], predicates) for role in ("core", "guards", "supporting")}
        rules.append(LabelRule(name, **roles))
    return tuple(rules)


def _weights(label: str, table: Mapping[str, Any], predicates: set[str]) -> tuple[tuple[str, float], ...]:
    for predicate, weight in table.items():
        if predicate not in predicates:
            raise ParameterError(f"[labels.{label}] names the unknown predicate {predicate}")
        if isinstance(weight, bool) or not isinstance(weight, (int, float)) or weight <= 0:
            raise ParameterError(f"[labels.{label}] {predicate} has the weight {weight!r}; it must be positive")
    return tuple((predicate, float(weight)) for predicate, weight in table.items())
