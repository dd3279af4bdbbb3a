"""How far a reading is from another label, in words: what its label hangs on, and what the runner-up lacks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from regimes.evidence import REQUIRED_ROLES
from regimes.labels import DEFINITIONS

NAMES = {definition.label.value: definition.name for definition in DEFINITIONS}


def nearest_change(event: str | None, runner_up: str | None, evidence: Sequence[dict[str, Any]]) -> str | None:
    """One line such as `leverage flush hangs on funding_cooled (0.62); long squeeze lacks open_interest_held (0.10)`.

    The numbers are memberships from 0 to 1. `evidence` are the rows of one reading; None without any.
    """
    parts = []
    if weakest := _weakest(evidence, event):
        parts.append(f"{NAMES[str(event)]} hangs on {weakest}")
    lacking = _weakest(evidence, runner_up)
    if lacking:
        parts.append(f"{NAMES[str(runner_up)]} lacks {lacking}")
    return "; ".join(parts) or None


def _weakest(evidence: Sequence[dict[str, Any]], label: str | None) -> str | None:
    """The predicate of the label with the smallest membership, what was measured for it, and the membership."""
    rows = [row for row in evidence if row["label"] == label and row["role"] in REQUIRED_ROLES]
    known = [row for row in rows if row["membership"] is not None]
    if not known:
        return None
    row = min(known, key=lambda one: one["membership"])
    measured = "" if row["value"] is None else f"{row['feature']} {row['value']:.4g}, "
    return f"{row['predicate']} ({measured}{row['membership']:.2f})"
