"""All published days in one page that needs no network: calendar, linked charts, filters, a pinned day, and tables.

The charts are drawn by uPlot, which is kept in assets/uplot with its licence. Everything else that runs in the page is
in assets/explorer, one file for each part of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import polars as pl
from markupsafe import Markup

from brief.explorer_data import asset_days, asset_texts, market_breadth, packed
from brief.page import About
from brief.price_chart import script_json
from brief.rendering import asset_text, environment, readable_on, script_hash
from brief.words import as_words

UPLOT, UPLOT_STYLE = "uplot/uPlot.iife.min.js", "uplot/uPlot.min.css"
# In the order in which the browser reads them: each may use what is defined before it.
SCRIPTS = (
    "data",
    "state",
    "elements",
    "colours",
    "calendar",
    "panels",
    "day",
    "days",
    "episodes",
    "study",
    "transitions",
    "compare",
    "revisions",
    "exports",
    "main",
)


def explorer_page(
    frames: Mapping[str, pl.DataFrame], about: About, pages: Mapping[tuple[str, date], str], left: int = 0
) -> str:
    """The page. `frames` are the published tables, `pages` the addresses of the pages of days as seen from it. `left`
    is the number of assets that are published but not in the frames."""
    regimes = frames["regimes_daily"]
    assets = sorted(regimes["asset"].unique(), key=lambda asset: (asset != "BTC", asset))
    library = asset_text(UPLOT)
    own = Markup("\n").join([Markup('"use strict";'), *(asset_text(f"explorer/{name}.js") for name in SCRIPTS)])
    labels = [
        {**label, "words": as_words(label["label"]), "on": readable_on(label["colour"])}
        for label in frames["regime_labels"]
        .sort("label_order")
        .select("label", "colour", "family", "meaning")
        .to_dicts()
    ]
    content = {
        "market": about.market,
        "simulated": about.simulated,
        "assets": assets,
        "labels": labels,
        "pages": {f"{asset} {day}": address for (asset, day), address in pages.items()},
    }
    breadth = market_breadth(frames)
    return (
        environment()
        .get_template("explorer.html")
        .render(
            about=about,
            assets=assets,
            left=left,
            content=script_json(content),
            days={asset: packed(asset_days(frames, asset)) for asset in assets},
            texts={asset: packed(asset_texts(frames, asset)) for asset in assets},
            breadth=packed(breadth) if breadth else None,
            library_style=asset_text(UPLOT_STYLE),
            library=library,
            script=own,
            script_hashes=[script_hash(library), script_hash(own)],
        )
    )
