"""Reading parameters.toml: every value is known, has its type and is in its place, or the file is refused.

The file has short forms that Parameters does not: `mirror`, the same rule for the other direction of price, `not` in a
condition, and `"not <predicate>"` as part of a label.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Any, TypeVar, cast

from pydantic import BaseModel, ValidationError

from regimes.mirror import MirrorError, mirrored, mirrored_ramp
from regimes.parameters import (
    RULES_KEPT,
    LabelRule,
    Model,
    Parameters,
    Part,
    PositioningPredicate,
    PositioningRule,
    Predicate,
    Ramp,
    Reference,
)
from tables.published.regimes import SUPPORTING

NOT = "not "
ROLES = ("core", "guards", "yields", "supporting")
LISTS = ("predicates", "labels", "positioning")
# pydantic's messages name Python; these name the file.
MESSAGES = {
    "missing": "is missing",
    "extra_forbidden": "is not a known value",
    "int_type": "is not a whole number",
    "float_type": "is not a number",
    "string_type": "is not a text",
    "bool_type": "is neither true nor false",
    "greater_than": "must be positive",
    "tuple_type": "is not a list",
}

Value = TypeVar("Value", bound=BaseModel)


class ParameterError(ValueError):
    """The parameter file lacks a value, has one too many or contradicts itself."""


class _Rules(Model):
    version: str


def load_parameters(text: str | None = None) -> Parameters:
    """The parameters of `text` (TOML), or those that ship with the rules; the result is immutable.

    Raises ParameterError, one line that begins with the place of the fault, also for a value that is not known.
    """
    if text is None:
        text = files("regimes").joinpath("parameters.toml").read_text(encoding="utf-8")
    return _parsed(text)


@lru_cache(maxsize=RULES_KEPT)  # a run asks for them some hundred times
def _parsed(text: str) -> Parameters:
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ParameterError(f"parameters.toml is no TOML: {error}") from error
    expected = {"rules", *Parameters.model_fields} - {"rules_version"}
    if set(document) != expected:
        raise ParameterError(f"sections differ from the known ones: {sorted(set(document) ^ expected)}")
    predicates = _predicates(_table(document["predicates"], "predicates"))
    names = {predicate.name for predicate in predicates}
    labels = _labels(_table(document["labels"], "labels"), names)
    sections = {
        name: _read(cast("type[Model]", field.annotation), document[name], name)
        for name, field in Parameters.model_fields.items()
        if name in document and name not in LISTS
    }
    rules = {
        "rules_version": _read(_Rules, document["rules"], "rules").version,
        "predicates": predicates,
        "labels": labels,
        "positioning": _positioning(document["positioning"], names, {rule.label for rule in labels}),
    }
    return Parameters.model_validate(rules | sections)


def _read(kind: type[Value], values: object, place: str) -> Value:
    """The values as that kind; ParameterError with the path of the first fault."""
    try:
        return kind.model_validate(values)
    except ValidationError as error:
        fault = error.errors()[0]
        path = ".".join((place, *(str(step) for step in fault["loc"])))
        if fault["type"] in ("missing", "extra_forbidden"):
            raise ParameterError(f"{path} {MESSAGES[fault['type']]}") from None
        if fault["type"] in MESSAGES:
            raise ParameterError(f"{path} = {fault['input']!r} {MESSAGES[fault['type']]}") from None
        raise ParameterError(f"{path}: {fault['msg'].removeprefix('Value error, ')}") from None


def _table(values: object, place: str) -> Mapping[str, Any]:
    if not isinstance(values, Mapping):
        raise ParameterError(f"{place} = {values!r} is not a table")
    return values


def _predicates(tables: Mapping[str, Any]) -> tuple[Predicate, ...]:
    known: list[Predicate] = []
    mirrors: dict[str, str] = {}
    for name, values in tables.items():
        place = f"predicates.{name}"
        table = _table(values, place)
        if len(table) != 1 or not set(table) <= {"any", "all", "mirror"}:
            raise ParameterError(f"{place} needs exactly one of any, all and mirror")
        if "mirror" in table:
            known.append(_mirror(name, table["mirror"], known, mirrors))
            mirrors[str(table["mirror"])] = name
        else:
            ((combination, entries),) = table.items()
            known.append(_predicate(name, combination, entries, {predicate.name for predicate in known}))
    return tuple(known)


def _mirror(name: str, of: object, known: list[Predicate], mirrors: Mapping[str, str]) -> Predicate:
    place = f"predicates.{name}.mirror"
    original = next((predicate for predicate in known if predicate.name == of), None)
    if original is None:
        raise ParameterError(f"{place} refers to {of}, not defined before it")
    try:
        return mirrored(name, original, known, mirrors)
    except MirrorError as error:
        raise ParameterError(f"{place}: {error}") from None


def _predicate(name: str, combination: str, entries: object, earlier: set[str]) -> Predicate:
    place = f"predicates.{name}"
    if not isinstance(entries, list) or not entries:
        raise ParameterError(f"{place}.{combination} is not a list of conditions")
    conditions = tuple(
        _condition(_table(entry, f"{place}.{combination}.{position}"), f"{place}.{combination}.{position}", earlier)
        for position, entry in enumerate(entries)
    )
    if combination == "any" and any(condition.needed for condition in conditions):
        raise ParameterError(f"{place} joins by any, where nothing can be needed")
    return Predicate.model_validate({"name": name, "combination": combination, "conditions": conditions})


def _condition(entry: Mapping[str, Any], place: str, earlier: set[str]) -> Ramp | Reference:
    shapes = {"feature", "predicate", "not"} & set(entry)
    if len(shapes) != 1:
        raise ParameterError(f"{place} needs exactly one of feature, predicate and not")
    if "feature" in entry:
        ramp = _read(Ramp, entry, place)
        if ramp.feature in SUPPORTING:
            raise ParameterError(f"{place}: {ramp.feature} only supports; use it in positioning.predicates")
        return ramp
    negated = "not" in entry
    values = {("predicate" if key == "not" else key): value for key, value in entry.items()}
    reference = _read(Reference, {**values, "negated": negated}, place)
    if reference.predicate not in earlier:
        raise ParameterError(f"{place} refers to {reference.predicate}, not defined before it")
    return reference


def _labels(tables: Mapping[str, Any], predicates: set[str]) -> tuple[LabelRule, ...]:
    rules: list[LabelRule] = []
    for name, values in tables.items():
        place = f"labels.{name}"
        table = _table(values, place)
        if set(table) != set(ROLES) or not table["core"]:
            raise ParameterError(f"{place} needs core, with at least one predicate, guards, yields and supporting")
        parts = {role: _parts(_table(table[role], f"{place}.{role}"), f"{place}.{role}", predicates) for role in ROLES}
        rules.append(LabelRule(label=name, **parts))
    return tuple(rules)


def _parts(table: Mapping[str, Any], place: str, predicates: set[str]) -> tuple[Part, ...]:
    parts = []
    for name, weight in table.items():
        predicate = name.removeprefix(NOT)
        if predicate not in predicates:
            raise ParameterError(f"{place} names the unknown predicate {predicate}")
        parts.append(
            _read(Part, {"predicate": predicate, "weight": weight, "negated": name != predicate}, f"{place}.{name}")
        )
    return tuple(parts)


def _positioning(values: object, scored: set[str], labels: set[str]) -> PositioningRule:
    """The section positioning. Its predicates have names of their own, so that a row of evidence has one meaning."""
    table = dict(_table(values, "positioning"))
    for name in ("predicates", "labels"):
        if name not in table:
            raise ParameterError(f"positioning.{name} is missing")
    predicates: dict[str, PositioningPredicate] = {}
    for name, entry in _table(table["predicates"], "positioning.predicates").items():
        if name.removeprefix("not_") in scored:
            raise ParameterError(f"positioning.predicates.{name} has the name of a predicate of the labels")
        predicates[name] = _positioning_predicate(name, entry, predicates)
    support = []
    for label, named in _table(table["labels"], "positioning.labels").items():
        if label not in labels:
            raise ParameterError(f"positioning.labels.{label} is no label")
        if not isinstance(named, list) or len(set(named)) != len(named):
            raise ParameterError(f"positioning.labels.{label} is not a list of different predicates")
        if unknown := [one for one in named if one not in predicates]:
            raise ParameterError(f"positioning.labels.{label} names the unknown predicate {unknown[0]}")
        support.append({"label": label, "predicates": tuple(named)})
    rule = {**table, "predicates": tuple(predicates.values()), "labels": tuple(support)}
    return _read(PositioningRule, rule, "positioning")


def _positioning_predicate(name: str, entry: object, known: Mapping[str, PositioningPredicate]) -> PositioningPredicate:
    place = f"positioning.predicates.{name}"
    table = _table(entry, place)
    if set(table) == {"mirror"}:
        if (of := table["mirror"]) not in known:
            raise ParameterError(f"{place}.mirror refers to {of}, not defined before it")
        ramps = tuple(mirrored_ramp(ramp) for ramp in known[of].ramps)
        if ramps == known[of].ramps:
            raise ParameterError(f"{place}.mirror: {of} is its own mirror")
        return PositioningPredicate(name=name, ramps=ramps)
    if set(table) != {"all"} or not isinstance(table["all"], list) or not table["all"]:
        raise ParameterError(f"{place} needs exactly one of all, with at least one ramp, and mirror")
    ramps = tuple(_read(Ramp, each, f"{place}.all.{position}") for position, each in enumerate(table["all"]))
    for position, ramp in enumerate(ramps):
        if ramp.feature not in SUPPORTING:
            raise ParameterError(f"{place}.all.{position}: {ramp.feature} is no feature of positioning")
    return PositioningPredicate(name=name, ramps=ramps)
