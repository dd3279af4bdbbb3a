"""The charts: what they draw, that gaps stay gaps, and that each colour has its counterpart on a dark ground."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import polars as pl
import pytest

import brief
from brief.charts import PANELS, PRICE, Panel, alt_text, chart, has_values, png, svg
from tests.brief.published_frames import LAST, frames, tables

STYLE = (Path(brief.__file__).parent / "templates" / "style.css").read_text()


@pytest.mark.parametrize("panel", PANELS, ids=lambda p: p.name)
def test_every_colour_of_a_chart_has_a_counterpart_on_a_dark_ground(panel: Panel) -> None:
    drawn = svg(chart(panel, frames()[panel.mart]))
    used = set(re.findall(r'(?:fill|stroke)="(#[0-9a-f]{6})"', drawn))
    assert used
    assert {colour for colour in used if f'="{colour}"]' not in STYLE} == set()


def test_regimes_stand_behind_the_price_in_their_labels_colours() -> None:
    made = tables()
    regimes, labels = made.drawn("regimes_daily"), made.frames["regime_labels"]
    drawn = svg(chart(PRICE, made.drawn("prices_daily"), regimes=regimes, labels=labels))
    colours = dict(made.frames["regime_labels"].select("label", "colour").iter_rows())
    assert colours["leverage_flush"] in drawn
    assert colours["mixed"] in drawn
    assert colours["capitulation"] not in drawn


def test_a_day_without_a_value_is_a_gap_in_the_line() -> None:
    panel = next(p for p in PANELS if p.name == "funding")
    days = frames()["funding_daily"].with_row_index()
    whole = svg(chart(panel, days.drop("index")))
    gap = days.with_columns(funding_8h_bp=pl.when(pl.col("index") == 2).then(None).otherwise("funding_8h_bp"))
    line = r'stroke="#174ea6"[^>]*'
    path = r'<path[^>]*d="([^"]*)"[^>]*' + line
    moves = [found.count("M") for found in re.findall(path, svg(chart(panel, gap.drop("index"))))]
    assert [found.count("M") for found in re.findall(path, whole)] == [1]
    assert moves == [2]


def test_a_panel_without_a_value_is_not_drawn() -> None:
    empty = frames()["funding_daily"].with_columns(funding_8h_bp=pl.lit(None, pl.Float64))
    assert not has_values(next(p for p in PANELS if p.name == "funding"), empty)


def test_the_alternative_text_says_what_the_picture_shows() -> None:
    said = alt_text(next(p for p in PANELS if p.name == "liquidations"), "BTC", frames()["liquidations_daily"])
    assert said.startswith("Liquidations: longs up, shorts down, BTC by day, 2026-03-06 to 2026-03-10; longs between")
    assert said.endswith("shorts between 100.0 million USD and 100.0 million USD, last 100.0 million USD.")


def test_the_same_chart_comes_as_a_picture() -> None:
    assert png(chart(PRICE, frames()["prices_daily"])).startswith(b"\x89PNG")


def test_nothing_after_the_day_is_drawn() -> None:
    assert brief.DayTables("BTC", date(2026, 3, 8), frames()).drawn("prices_daily")["day"].max() < LAST
