"""The charts of the Dagster UI: what they draw, and that gaps stay gaps."""

from __future__ import annotations

import re
from datetime import date

import polars as pl
import vl_convert

import brief
from brief.charts import PANELS, PRICE, Drawing, chart, has_values, png
from tests.brief.published_frames import LAST, frames, tables


def svg(drawn: Drawing) -> str:
    return str(vl_convert.vegalite_to_svg(drawn, allowed_base_urls=[]))


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


def test_the_same_chart_comes_as_a_picture() -> None:
    assert png(chart(PRICE, frames()["prices_daily"])).startswith(b"\x89PNG")


def test_nothing_after_the_day_is_drawn() -> None:
    assert brief.DayTables("BTC", date(2026, 3, 8), frames()).drawn("prices_daily")["day"].max() < LAST
