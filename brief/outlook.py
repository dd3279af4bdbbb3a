"""What would change the reading: conditions that hold the label only in part, the next label, what is still to come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from brief.figures import quantity, words
from brief.tables import DayTables

WHOLE = 0.995  # a membership that rounds to 100 %


def outlook(tables: DayTables, evidence: Sequence[Mapping[str, Any]]) -> list[str]:
    """Sentences from the day's row and its evidence rows. Conditions, never forecasts."""
    row = tables.of_day("regimes_daily")
    doubts = []
    if not row["is_final"]:
        doubts.append("The day is provisional: inputs may still arrive or change, and the label with them.")
    partly = [e for e in evidence if e["label_rank"] == 1 and (e["membership"] or 0.0) < WHOLE]
    doubts += [_partly(e) for e in sorted(partly, key=lambda e: e["membership"] or 0.0)]
    doubts += _level(tables.of_day("support_daily"))
    others = [e for e in evidence if e["label_rank"] == 2]
    if others:
        lacking = [e for e in others if e["role"] != "supporting" and (e["membership"] or 0.0) < WHOLE]
        named = ", ".join(_lacking(e) for e in lacking) or "nothing in full; it merely scores less"
        doubts.append(f"The next reading is {words(others[0]['label'])}. It lacks: {named}.")
    elif partly == [] and evidence:
        doubts.append("Every condition of the label holds in full, and no other label comes near.")
    return doubts


def _level(support: Mapping[str, Any]) -> list[str]:
    """Where the support stands, what breaks it, and how days like this one went on before."""
    if not support or support["support_usd"] is None or support["support_band_usd"] is None:
        return []
    level, edge = support["support_usd"], support["support_usd"] - support["support_band_usd"]
    kept = "kept from the flush" if support["support_is_frozen"] else "the lowest close of the 20 days before"
    did = f", which the day left {support['support_status']}" if support["support_status"] else ""
    said = [f"Support is {quantity(level, 'USD')}, {kept}{did}. A close below {quantity(edge, 'USD')} breaks it."]
    if support["earlier_count"] and support["earlier_held_share"] is not None:
        said.append(
            f"Of {support['earlier_count']} earlier days with this status, {support['earlier_held_share'] * 100:.0f} %"
            " kept the level for the next three closes. That is a count, no forecast."
        )
    return said


def _partly(row: Mapping[str, Any]) -> str:
    name = words(row["predicate"])
    if row["membership"] is None:
        return f"Not known: {name}. It counts for nothing until its figures are there."
    return f"{name.capitalize()} holds to {row['membership'] * 100:.0f} %: {_value(row)}, against {row['baseline']}."


def _lacking(row: Mapping[str, Any]) -> str:
    if row["membership"] is None:
        return f"{words(row['predicate'])} (not known)"
    return f"{words(row['predicate'])} (holds to {row['membership'] * 100:.0f} % at {_value(row)})"


def _value(row: Mapping[str, Any]) -> str:
    return quantity(row["value"], row["unit"]) if row["value"] is not None else "not known"
