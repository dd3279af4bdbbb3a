"""What would change the label: its weak conditions, the support level, the next label, inputs that may still arrive."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from brief.figures import quantity
from brief.tables import DayTables
from brief.words import as_words
from regimes import Parameters
from regimes.evidence import REQUIRED_ROLES
from regimes.parameters import Ramp, Reference
from regimes.positioning_evidence import SUPPORTS_ONLY
from regimes.words.numbers import counted

FULL = 0.995  # a membership that rounds to 100 %
DISTANCES_SHOWN = 4


@dataclass(frozen=True)
class Distance:
    """How far a figure is from the threshold that would change the reading."""

    what: str
    now: str
    threshold: str
    away: str


def distances(tables: DayTables, evidence: Sequence[Mapping[str, Any]], parameters: Parameters) -> list[Distance]:
    """The support level first, then the conditions of the label and of the next label, the closest first.

    A condition counts where one ramp decides it. How close it is, is measured in widths of its ramp.
    """
    support, found = tables.of_day("support_daily"), []
    if support and None not in (support["support_usd"], support["support_band_usd"], support["close_usd"]):
        edge = support["support_usd"] - support["support_band_usd"]
        away = 100 * (edge / support["close_usd"] - 1)
        found.append(
            Distance(
                "support breaks",
                quantity(support["close_usd"], "USD"),
                f"below {quantity(edge, 'USD')}",
                f"{away:+.1f} %",
            )
        )
    near = []
    for row in evidence:
        if row["role"] not in REQUIRED_ROLES or row["value"] is None or (ramp := _ramp(row, parameters)) is None:
            continue
        start, full = ramp
        holds = (row["membership"] or 0.0) >= FULL
        if (row["label_rank"] == 1) != holds:
            continue  # the label's own weak conditions are in the outlook, and so is what the next label has
        # The label loses a condition that falls below its start; the next label gains one that reaches full.
        bound = start if holds else full
        name = as_words(row["predicate"])
        if not holds:
            what = f"{name} holds in full, for {as_words(row['label'])}"
        elif row["predicate"].startswith("not_"):
            what = f"{as_words(row['predicate'].removeprefix('not_'))} holds"
        else:
            what = f"{name} no longer holds"
        away = quantity(bound - row["value"], row["unit"], signed=True)
        threshold = f"at {quantity(bound, row['unit'])}"
        near.append((abs(bound - row["value"]) / abs(full - start), Distance(what, _value(row), threshold, away)))
    near.sort(key=lambda pair: pair[0])
    return found + [distance for _, distance in near[:DISTANCES_SHOWN]]


def outlook(tables: DayTables, evidence: Sequence[Mapping[str, Any]], parameters: Parameters) -> list[str]:
    """Sentences from the day's row and the evidence rows that count in a score. Conditions, never forecasts."""
    row = tables.of_day("regimes_daily")
    sentences = []
    if not row["is_final"]:
        sentences.append(
            f"The day is provisional until {parameters.gate.final_at:%H:%M} UTC of the next day: inputs may still "
            "arrive or change, and the label with them."
        )
    scored = [e for e in evidence if e["role"] != SUPPORTS_ONLY]
    weak = [e for e in scored if e["label_rank"] == 1 and (e["membership"] or 0.0) < FULL]
    sentences += [_weak(e, parameters) for e in sorted(weak, key=lambda e: e["membership"] or 0.0)]
    sentences += _level(tables.of_day("support_daily"), parameters)
    others = [e for e in scored if e["label_rank"] == 2]
    if others:
        lacking = [e for e in others if e["role"] in REQUIRED_ROLES and (e["membership"] or 0.0) < FULL]
        named = ", ".join(_lacking(e, parameters) for e in lacking) or "nothing; the label of the day comes before it"
        sentences.append(f"The next label is {as_words(others[0]['label'])}. It lacks: {named}.")
    elif weak == [] and scored:
        sentences.append("Every condition of the label holds in full, and no other label comes near.")
    return sentences


def _level(support: Mapping[str, Any], parameters: Parameters) -> list[str]:
    """Where the support is, what breaks it, and what followed earlier days with the same status."""
    if not support or support["support_usd"] is None or support["support_band_usd"] is None:
        return []
    level, edge = support["support_usd"], support["support_usd"] - support["support_band_usd"]
    usual = f"the lowest close of the {parameters.support.floor_days} days before"
    origin = "kept from the flush" if support["support_is_frozen"] else usual
    status = f"; status of the day: {support['support_status']}" if support["support_status"] else ""
    sentences = [
        f"Support is {quantity(level, 'USD')}, {origin}{status}. A close below {quantity(edge, 'USD')} breaks it."
    ]
    if support["earlier_count"] and support["earlier_held_share"] is not None:
        closes = counted(parameters.scenarios.hold_days, "close")
        sentences.append(
            f"After {support['earlier_held_share'] * 100:.0f} % of {support['earlier_count']} earlier days with this "
            f"status, the next {closes} kept the level. That is a count, not a forecast."
        )
    return sentences


def _weak(row: Mapping[str, Any], parameters: Parameters) -> str:
    name = as_words(row["predicate"])
    if row["membership"] is None:
        return f"Not known: {name}. It does not count until its figures are there."
    bounds = _bounds(row, parameters)
    return (
        f"{name.capitalize()} holds to {row['membership'] * 100:.0f} %: {_value(row)}{bounds and f', {bounds}'}; "
        f"compared with {row['baseline']}."
    )


def _lacking(row: Mapping[str, Any], parameters: Parameters) -> str:
    if row["membership"] is None:
        return f"{as_words(row['predicate'])} (not known)"
    bounds = _bounds(row, parameters)
    holds = f"holds to {row['membership'] * 100:.0f} % at {_value(row)}{bounds and f', {bounds}'}"
    return f"{as_words(row['predicate'])} ({holds})"


def _value(row: Mapping[str, Any]) -> str:
    return quantity(row["value"], row["unit"]) if row["value"] is not None else "not known"


def _bounds(row: Mapping[str, Any], parameters: Parameters) -> str:
    """From which value the condition holds, partly and in full; nothing where several ramps could have decided."""
    if (ramp := _ramp(row, parameters)) is None:
        return ""
    start, full = ramp
    return f"partly from {quantity(start, row['unit'])}, in full from {quantity(full, row['unit'])}"


def _ramp(row: Mapping[str, Any], parameters: Parameters) -> tuple[float, float] | None:
    """From which value the condition begins to hold and holds in full; None where not exactly one ramp decides."""
    name = row["predicate"]
    by_name = {predicate.name: predicate for predicate in parameters.predicates}
    negated = name not in by_name
    ramps = list(_ramps(name.removeprefix("not_"), row["feature"], parameters, negated=negated))
    if len(ramps) != 1:
        return None
    ((ramp, turned),) = ramps
    return (ramp.one, ramp.zero) if turned else (ramp.zero, ramp.one)


def _ramps(predicate: str, feature: str, parameters: Parameters, *, negated: bool) -> Iterator[tuple[Ramp, bool]]:
    """The ramps on the feature that the predicate rests on, each with whether it counts negated."""
    for condition in next((each.conditions for each in parameters.predicates if each.name == predicate), ()):
        if isinstance(condition, Reference):
            yield from _ramps(condition.predicate, feature, parameters, negated=negated != condition.negated)
        elif condition.feature == feature:
            yield condition, negated
