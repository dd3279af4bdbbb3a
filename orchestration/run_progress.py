"""What a run is doing, in words for the terminal."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

from ingest.feed import Progress

DOING = {
    "dbt_models": "building and testing the tables with dbt",
    "marts__leverage_features_daily": "computing the figures of each day",
    "regimes": "labelling each day",
    "market": "labelling the market",
    "marts__restatements": "comparing with what was published before",
    "published": "publishing: database, files and pages",
}


class RunProgress(Progress, Protocol):
    """Receives also what the run is doing."""

    def doing(self, what: str) -> None: ...


def in_words(step: str, feeds: Collection[str]) -> str:
    """What a step of the daily job does, by its key; `feeds` are those of the catalogue."""
    name = step.rpartition("__")[2]
    return DOING.get(step) or (f"fetching {name}" if name in feeds else name.replace("_", " "))
