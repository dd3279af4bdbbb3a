"""The page that lists every day with label, confidence and sentence, and a link if the day has a page."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import polars as pl

from brief.figures import words
from brief.page import About
from brief.rendering import environment, readable_on

SHOWN = ("asset", "day", "event", "confidence", "data_status", "explanation", "state_in_words")


def index_page(
    regimes: pl.DataFrame, labels: pl.DataFrame, pages: Mapping[tuple[str, date], str], about: About, left: int = 0
) -> str:
    """The page, newest day first. `regimes` is regimes_daily; `pages` has the addresses of days with a page. `left` is
    the number of assets that are published without pages."""
    colours = dict(labels.select("label", "colour").iter_rows())
    newest_first = regimes.sort("day", "asset", descending=[True, False])
    days = [
        {
            **row,
            "page": pages.get((row["asset"], row["day"])),
            "colour": colours[row["event"]],
            "on_label": readable_on(colours[row["event"]]),
        }
        for row in newest_first.select(*SHOWN).to_dicts()
    ]
    return environment().get_template("index.html").render(days=days, about=about, words=words, left=left)
