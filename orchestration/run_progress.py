"""Descriptions of the steps of a run, for the terminal."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

from ingest.feed import Progress

STEP_DESCRIPTIONS = {
    "dbt_models": "building and testing the tables",
    "marts__leverage_features_daily": "computing the figures of each day",
    "regimes": "labelling each day",
    "market": "labelling the market",
    "marts__restatements": "comparing with what was published before",
    "published": "publishing: database, files and pages",
}


class RunProgress(Progress, Protocol):
    """Receives a description of each step as well."""

    def show_step(self, description: str) -> None: ...


def describe_step(step: str, feeds: Collection[str]) -> str:
    """What a step of the daily job does, by its key. `feeds` are the names of the feeds in the catalogue."""
    name = step.rpartition("__")[2]
    return STEP_DESCRIPTIONS.get(step) or (f"fetching {name}" if name in feeds else name.replace("_", " "))
