"""The labels: a stable enum with family, order, colour and meaning. What makes one is in parameters.toml."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import polars as pl

from regimes.schema import conform


class Label(StrEnum):
    """What a day can be. The values are stable: consumers store them."""

    LEVERAGE_FLUSH = "leverage_flush"
    LONG_SQUEEZE = "long_squeeze"
    DELEVERAGING = "deleveraging"
    CAPITULATION = "capitulation"
    SPOT_SELLOFF = "spot_selloff"
    SHORT_SQUEEZE = "short_squeeze"
    SHORT_BUILDUP = "short_buildup"
    LEVERAGE_BUILDUP = "leverage_buildup"
    OVERHEATED = "overheated"
    LEVERAGED_RALLY = "leveraged_rally"
    SPOT_RALLY = "spot_rally"
    CONSOLIDATION = "consolidation"
    UNATTRIBUTED_SELLOFF = "unattributed_selloff"
    UNATTRIBUTED_RALLY = "unattributed_rally"
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


class Group(StrEnum):
    """What an asset counts as in the market of a day; each has a column `<group>_count` in market_breadth_daily."""

    FLUSHED = "flushed"
    LONG_SQUEEZED = "long_squeezed"
    SHORT_SQUEEZED = "short_squeezed"
    SOLD_OFF = "sold_off"
    RALLIED = "rallied"
    BUILT_UP = "built_up"
    DELEVERAGED = "deleveraged"
    QUIET = "quiet"
    WITHOUT_READING = "without_reading"


class Direction(StrEnum):
    """Which way price moved on the day of a label."""

    DOWN = "down"
    UP = "up"


@dataclass(frozen=True)
class Definition:
    """One entry of the dictionary; `name` is its name in sentences, `group` what counts of it in the market's breadth.

    `direction` is null for a label that no price shock can have. A label that is not `of_shocks_only` also describes
    days without a shock.
    """

    label: Label
    family: Family
    group: Group
    colour: str
    name: str
    meaning: str
    not_to_confuse_with: str | None
    direction: Direction | None = None
    of_shocks_only: bool = True


# Colours: red is spot selling, orange forced closing, green a rise, blue and violet building, grey a calm day.
DEFINITIONS = (
    Definition(
        Label.LEVERAGE_FLUSH,
        Family.MECHANICAL,
        Group.FLUSHED,
        "#e8710a",
        "leverage flush",
        "A sharp fall in which mostly longs were closed by force and open interest fell, without an "
        "unexplained inflow to exchanges: leverage was reset.",
        "A fall caused by spot selling.",
        Direction.DOWN,
    ),
    Definition(
        Label.LONG_SQUEEZE,
        Family.MECHANICAL,
        Group.LONG_SQUEEZED,
        "#a65200",
        "long squeeze",
        "A sharp fall in which mostly longs were closed by force while others opened positions, so that open interest "
        "did not fall.",
        "A leverage flush, after which open interest is lower.",
        Direction.DOWN,
    ),
    Definition(
        Label.DELEVERAGING,
        Family.MECHANICAL,
        Group.DELEVERAGED,
        "#f4b266",
        "deleveraging",
        "Open interest falls for days, on the day itself as well, without a spike of liquidations.",
        "A single shock, or the days after it.",
        Direction.DOWN,
        of_shocks_only=False,
    ),
    Definition(
        Label.CAPITULATION,
        Family.SPOT_DOWN,
        Group.FLUSHED,
        "#7f0f1d",
        "capitulation",
        "An extreme fall by the close, with longs closed by force and an abnormal inflow to exchanges, whatever "
        "happened to open interest.",
        "A leverage flush without selling of coins.",
        Direction.DOWN,
    ),
    Definition(
        Label.SPOT_SELLOFF,
        Family.SPOT_DOWN,
        Group.SOLD_OFF,
        "#c5221f",
        "spot selloff",
        "Price falls with an abnormal inflow to exchanges or an outflow from spot funds, while leverage is kept.",
        "The forced closing of longs.",
        Direction.DOWN,
    ),
    Definition(
        Label.SHORT_SQUEEZE,
        Family.SQUEEZE,
        Group.SHORT_SQUEEZED,
        "#188038",
        "short squeeze",
        "A sharp rise in which mostly shorts were closed by force; open interest may fall or recover.",
        "A spot rally.",
        Direction.UP,
    ),
    Definition(
        Label.SHORT_BUILDUP,
        Family.BUILD,
        Group.BUILT_UP,
        "#8430ce",
        "short build-up",
        "Price is down or flat, open interest is up, and funding is falling and not hot: new shorts.",
        "The closing of longs, or funding that cools down.",
        Direction.DOWN,
        of_shocks_only=False,
    ),
    Definition(
        Label.LEVERAGE_BUILDUP,
        Family.BUILD,
        Group.BUILT_UP,
        "#1a73e8",
        "leverage build-up",
        "Open interest has grown over a week, funding is above its middle, and price is not falling.",
        "Overheated leverage.",
    ),
    Definition(
        Label.OVERHEATED,
        Family.BUILD,
        Group.BUILT_UP,
        "#d01884",
        "overheated leverage",
        "Open interest has grown over a week, and funding or the leverage ratio is extreme for its history.",
        None,
    ),
    Definition(
        Label.LEVERAGED_RALLY,
        Family.BUILD,
        Group.BUILT_UP,
        "#00acc1",
        "leveraged rally",
        "A sharp rise on which open interest and funding rose: it was bought with new leverage.",
        "A short squeeze.",
        Direction.UP,
    ),
    Definition(
        Label.SPOT_RALLY,
        Family.SPOT_UP,
        Group.RALLIED,
        "#81c995",
        "spot rally",
        "Price rises while open interest lags and funding is not hot.",
        "A short squeeze.",
        Direction.UP,
    ),
    Definition(
        Label.CONSOLIDATION,
        Family.QUIET,
        Group.QUIET,
        "#78909c",
        "consolidation",
        "No price shock, a narrow range, stable open interest and ordinary liquidations.",
        "A day without data.",
    ),
    Definition(
        Label.UNATTRIBUTED_SELLOFF,
        Family.NONE,
        Group.SOLD_OFF,
        "#d7a6a1",
        "unattributed selloff",
        "A sharp fall, and the data does not show who sold.",
        "A quiet day.",
        Direction.DOWN,
    ),
    Definition(
        Label.UNATTRIBUTED_RALLY,
        Family.NONE,
        Group.RALLIED,
        "#a9c9b4",
        "unattributed rally",
        "A sharp rise, and the data does not show who bought.",
        "A quiet day.",
        Direction.UP,
    ),
    Definition(
        Label.MIXED,
        Family.NONE,
        Group.QUIET,
        "#bdc1c6",
        "mixed picture",
        "A day without a price shock: the data is complete and no label stands out.",
        "Missing data.",
    ),
    Definition(
        Label.INSUFFICIENT_DATA,
        Family.NONE,
        Group.WITHOUT_READING,
        "#e8eaed",
        "insufficient data",
        "A required input is missing, stale, partial or implausible; missing_inputs says which.",
        "A calm day.",
    ),
)

# The labels that have a score: every label except the one for a day without enough data.
SCORED: tuple[Label, ...] = tuple(
    definition.label for definition in DEFINITIONS if definition.label is not Label.INSUFFICIENT_DATA
)
# The labels of days on which nothing was attributed.
RESIDUAL = (Label.UNATTRIBUTED_SELLOFF, Label.UNATTRIBUTED_RALLY, Label.MIXED)
# Attributions that take only what the established ones leave.
SECOND_CHOICE = (Label.LONG_SQUEEZE, Label.LEVERAGED_RALLY)
DEFINITION_OF = {definition.label: definition for definition in DEFINITIONS}
GROUP_OF = {definition.label: definition.group for definition in DEFINITIONS}
FAMILY_OF = {definition.label: definition.family for definition in DEFINITIONS}


def regime_labels() -> pl.DataFrame:
    """The table regime_labels: one row per label with family, group, order (1 is first), colour and meaning."""
    rows = [
        {
            "label": definition.label.value,
            "family": definition.family.value,
            "market_group": definition.group.value,
            "price_direction": None if definition.direction is None else definition.direction.value,
            "label_order": position,
            "colour": definition.colour,
            "meaning": definition.meaning,
            "not_to_confuse_with": definition.not_to_confuse_with,
        }
        for position, definition in enumerate(DEFINITIONS, start=1)
    ]
    return conform(pl.DataFrame(rows, schema_overrides={"price_direction": pl.String}), "regime_labels")
