"""Reading parameters.toml: every value known, typed and in its place, or the file is refused."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import fields
from importlib.resources import files
from typing import Any, TypeVar

from regimes.parameters import (
    ConfidenceRule,
    FlagBounds,
    FundingBounds,
    Gate,
    Grades,
    LabelRule,
    OpenInterestRule,
    Parameters,
    Predicate,
    Ramp,
    Reference,
    RevisionRule,
    RobustZ,
    ScenarioRule,
    Scores,
    StateRule,
    SupportRule,
    Windows,
)


class ParameterError(ValueError):
    """The parameter file lacks a value, has one too many or contradicts itself."""


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
        grades=_section(Grades, "grades", document["grades"]),
        states=_section(StateRule, "states", document["states"]),
        support=_section(SupportRule, "support", document["support"]),
        scenarios=_section(ScenarioRule, "scenarios", document["scenarios"]),
        revisions=_section(RevisionRule, "revisions", document["revisions"]),
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
        if combination == "any" and any(each.needed for each in conditions):
            raise ParameterError(f"[predicates.{name}] joins by any, where nothing can be needed")
        known.append(Predicate(name, combination, conditions))
    return tuple(known)


def _condition(name: str, entry: Mapping[str, Any], earlier: set[str]) -> Ramp | Reference:
    shape = set(entry) - {"needed"}
    needed = entry.get("needed", False)
    if not isinstance(needed, bool):
        raise ParameterError(f"[predicates.{name}] needed = {needed!r} is neither true nor false")
    if shape == {"feature", "zero", "one"}:
        ramp = Ramp(str(entry["feature"]), float(entry["zero"]), float(entry["one"]), needed)
        if ramp.zero == ramp.one:
            raise ParameterError(f"[predicates.{name}] the ramp on {ramp.feature} is a cliff at {ramp.one}")
        return ramp
    if shape in ({"predicate"}, {"not"}):
        negated = "not" in entry
        reference = Reference(str(entry["not" if negated else "predicate"]), negated, needed)
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
