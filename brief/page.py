"""One day as a self-contained HTML page: its content, and where each figure comes from.

This module collects the words and numbers; templates/ places them on the page, charts.py draws the charts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import jinja2
import polars as pl
from markupsafe import Markup

from brief.charts import PANELS, PRICE, Panel, alt_text, chart, event_spans, feed_changes, has_values, svg, table_of
from brief.figures import headline, quantity, state_of, words
from brief.outlook import outlook
from brief.tables import DAYS_DRAWN, DayTables
from regimes import Parameters
from regimes.baselines import MAD_TO_SIGMA

ON_THE_PAGE = ("price", "liquidations", "open_interest", "open_interest_coin", "funding", "flows", "addresses")
ROLES = ("core", "guard", "supporting")
# The column of each mart that says which feeds or venues a row comes from.
ORIGINS = {
    "prices_daily": "venues",
    "liquidations_daily": "feed_set",
    "open_interest_daily": "feeds",
    "funding_daily": "venues",
    "exchange_flows_daily": "feed",
    "network_activity_daily": "feed",
}


@dataclass(frozen=True)
class About:
    """The release: its market, when it was published (UTC, ISO), and the licences of the data."""

    market: str
    simulated: bool
    published_at: str
    licences: str


@lru_cache(maxsize=1)
def environment() -> jinja2.Environment:
    """The templates; every value put into them is escaped."""
    return jinja2.Environment(
        loader=jinja2.PackageLoader("brief"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def day_page(tables: DayTables, parameters: Parameters, about: About, index: str, banner: str | None = None) -> str:
    """The page; `index` is the address of the page of all days as seen from it, `banner` a warning at the top.

    Raises KeyError for a day without a row.
    """
    row = tables.of_day("regimes_daily")
    labels = {label["label"]: label for label in tables.frames["regime_labels"].to_dicts()}
    features = tables.of_day("leverage_features_daily")
    evidence = tables.rows("regime_evidence")
    return (
        environment()
        .get_template("day.html")
        .render(
            asset=tables.asset,
            day=tables.day,
            row=row,
            label=labels[row["event"]],
            on_label=readable_on(labels[row["event"]]["colour"]),
            words=words,
            state_of=state_of,
            breakable=breakable,
            figures=headline(features),
            evidence=_judged(evidence),
            outlook=outlook(tables, evidence, parameters),
            scenario=tables.scenario(),
            charts=[_figure(panel, tables) for panel in PANELS if panel.name in ON_THE_PAGE],
            legend=_legend(tables, labels),
            feeds=tables.frames["feed_status"].sort("feed").to_dicts(),
            origins=_origins(tables),
            parameters=parameters,
            mad_to_sigma=MAD_TO_SIGMA,
            days_drawn=DAYS_DRAWN,
            about=about,
            index=index,
            banner=banner,
        )
    )


def breakable(name: str) -> Markup:
    """An identifier that a narrow column may break after its underscores."""
    return Markup("_<wbr>").join(name.split("_"))


def readable_on(colour: str) -> str:
    """Black or white, whichever has more contrast with the colour (#rrggbb), by WCAG's relative luminance."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    # Equal contrast against black and white: (L + 0.05)^2 = 1.05 x 0.05.
    return "#000000" if luminance > (1.05 * 0.05) ** 0.5 - 0.05 else "#ffffff"


def _judged(evidence: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The conditions of the label of the day, core conditions first, each with its value in words."""
    best = [row for row in evidence if row["label_rank"] == 1]
    return [
        {**row, "said": None if row["value"] is None else quantity(row["value"], row["unit"])}
        for row in sorted(best, key=lambda row: (ROLES.index(row["role"]), -row["weight"], row["predicate"]))
    ]


def _figure(panel: Panel, tables: DayTables) -> dict[str, Any]:
    frame = tables.drawn(panel.mart)
    if frame is None or not has_values(panel, frame):
        return {"panel": panel, "svg": None}
    behind: dict[str, pl.DataFrame | None] = {}
    if panel is PRICE:
        behind = {
            "regimes": tables.drawn("regimes_daily"),
            "labels": tables.frames["regime_labels"],
            "support": tables.drawn("support_daily"),
        }
    heads, rows = table_of(panel, frame)
    return {
        "panel": panel,
        "svg": Markup(svg(chart(panel, frame, **behind))),  # noqa: S704 - drawn here, from numbers
        "alt": alt_text(panel, tables.asset, frame),
        "changes": feed_changes(frame) if panel.below else [],
        "heads": heads,
        "rows": rows,
    }


def _legend(tables: DayTables, labels: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The labels in the chart: colour, name, number of days and spans, the most frequent first."""
    days = tables.drawn("regimes_daily")
    if days is None:
        return []
    spans = event_spans(days).to_dicts()
    counted = days.group_by("event").len("days").sort("days", "event", descending=[True, False])
    return [
        {
            "name": words(event),
            "colour": labels[event]["colour"],
            "days": count,
            "spans": [span for span in spans if span["event"] == event],
        }
        for event, count in counted.iter_rows()
    ]


def _origins(tables: DayTables) -> list[tuple[str, str]]:
    found = []
    for mart, column in ORIGINS.items():
        said = tables.of_day(mart).get(column)
        found.append((mart, str(said) if said else "nothing on this day"))
    return found
