"""The labels: a stable enum with family, order, colour and meaning. What makes one is in parameters.toml."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import polars as pl

from regimes.schema import conform


class Label(StrEnum):
    """What a day can be. The values are stable: consumers store them."""

    LEVERAGE_FLUSH = "leverage_flush"
    DELEVERAGING = "deleveraging"
    CAPITULATION = "capitulation"
    SPOT_SELLOFF = "spot_selloff"
    SHORT_SQUEEZE = "short_squeeze"
    SHORT_BUILDUP = "short_buildup"
    LEVERAGE_BUILDUP = "leverage_buildup"
    OVERHEATED = "overheated"
    SPOT_RALLY = "spot_rally"
    CONSOLIDATION = "consolidation"
    MIXED = "mixed"
    INSUFFICIENT_DATA = "insufficient_data"


class Family(StrEnum):
    """Groups of labels that mean much the same to a desk."""

    MECHANICAL = "mechanical"
    SPOT_DOWN = "spot_down"
    SQUEEZE = "squeeze"
    BUILD = "build"
    SPOT_UP = "spot_up"
    QUIET = "quiet"
    NONE = "none"


@dataclass(frozen=True)
class Definition:
    """One entry of the dictionary; `name` is how a sentence calls it."""

    label: Label
    family: Family
    colour: str
    name: str
    meaning: str
    not_to_confuse_with: str | None


# Colours: reds fall on spot, oranges close by force, greens rise, blue and violet build, greys are quiet.
DEFINITIONS = (
    Definition(
        Label.LEVERAGE_FLUSH,
        Family.MECHANICAL,
        "#e8710a",
        "leverage flush",
        "A sharp fall in which mostly longs were closed by force, contracts were closed and funding is back "
        "at base or below, without an unexplained inflow to exchanges: leverage reset.",
        "A fall on spot selling.",
    ),
    Definition(
        Label.DELEVERAGING,
        Family.MECHANICAL,
        "#f4b266",
        "deleveraging",
        "Open interest bleeds for days without a spike of liquidations.",
        "One shock.",
    ),
    Definition(
        Label.CAPITULATION,
        Family.SPOT_DOWN,
        "#7f0f1d",
        "capitulation",
        "An extreme fall in which forced closing and an abnormal inflow to exchanges come together.",
        "A flush alone.",
    ),
    Definition(
        Label.SPOT_SELLOFF,
        Family.SPOT_DOWN,
        "#c5221f",
        "spot selloff",
        "Price falls on an abnormal inflow to exchanges or outflow from spot funds while leverage is not flushed.",
        "The closing of longs.",
    ),
    Definition(
        Label.SHORT_SQUEEZE,
        Family.SQUEEZE,
        "#188038",
        "short squeeze",
        "A sharp rise in which mostly shorts were closed by force; open interest may fall or come back.",
        "A spot rally.",
    ),
    Definition(
        Label.SHORT_BUILDUP,
        Family.BUILD,
        "#8430ce",
        "short build-up",
        "Price is down or flat, open interest up and funding falling: fresh shorts.",
        "The closing of longs.",
    ),
    Definition(
        Label.LEVERAGE_BUILDUP,
        Family.BUILD,
        "#1a73e8",
        "leverage build-up",
        "Open interest has grown over a week, funding is above its middle and price is not falling.",
        "Hot funding.",
    ),
    Definition(
        Label.OVERHEATED,
        Family.BUILD,
        "#d01884",
        "overheated leverage",
        "Leverage has been built with funding or the leverage ratio in the top tenth of its year.",
        None,
    ),
    Definition(
        Label.SPOT_RALLY,
        Family.SPOT_UP,
        "#81c995",
        "spot rally",
        "Price rises while open interest lags and funding is not hot, with coins leaving exchanges.",
        "A squeeze.",
    ),
    Definition(
        Label.CONSOLIDATION,
        Family.QUIET,
        "#78909c",
        "consolidation",
        "A narrow range, stable open interest and ordinary liquidations.",
        "A day without data.",
    ),
    Definition(
        Label.MIXED,
        Family.NONE,
        "#bdc1c6",
        "mixed picture",
        "The data are complete and nothing stands out.",
        "A default for missing data.",
    ),
    Definition(
        Label.INSUFFICIENT_DATA,
        Family.NONE,
        "#e8eaed",
        "insufficient data",
        "A required input is missing, stale, partial or absurd; missing_inputs says which.",
        "Calm.",
    ),
)

# The labels that have a score; the other two are what remains.
SCORED = tuple(
    definition.label for definition in DEFINITIONS if definition.label not in (Label.MIXED, Label.INSUFFICIENT_DATA)
)
FAMILY_OF = {definition.label: definition.family for definition in DEFINITIONS}


def regime_labels() -> pl.DataFrame:
    """The table regime_labels: one row per label with family, order (1 is first), colour and meaning."""
    rows = [
        {
            "label": definition.label.value,
            "family": definition.family.value,
            "label_order": position,
            "colour": definition.colour,
            "meaning": definition.meaning,
            "not_to_confuse_with": definition.not_to_confuse_with,
        }
        for position, definition in enumerate(DEFINITIONS, start=1)
    ]
    return conform(pl.DataFrame(rows), "regime_labels")
