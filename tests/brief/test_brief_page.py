"""The page of a day: every figure with unit and source, nothing guessed, nothing asked of the network."""

from __future__ import annotations

import re

import polars as pl
import pytest

from brief import About, DayTables, day_page
from brief.page import readable_on
from regimes import load_parameters, regime_labels
from tests.brief.published_frames import LAST, frames, tables

ABOUT = About(market="live", simulated=False, published_at="2026-03-11T06:00:00+00:00", licences="vendor: terms")
SIMULATED = About(market="sample", simulated=True, published_at="2026-03-11T06:00:00+00:00", licences="none")


def page(made: DayTables, about: About = ABOUT) -> str:
    return day_page(made, load_parameters(), about, index="index.html")


def text(html: str) -> str:
    """What a reader sees, on one line."""
    html = re.sub(r"<(style|svg)\b.*?</\1>", " ", html, flags=re.S)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html.replace("<wbr>", "")))


def test_every_figure_that_the_label_rests_on_stands_there_with_unit_and_source() -> None:
    rows = [
        {"predicate": "liquidation_spike", "feature": "liquidation_multiple", "value": 5.5, "unit": "ratio"},
        {
            "predicate": "open_interest_closed",
            "feature": "open_interest_change_1d_z",
            "value": -5.9,
            "unit": "usual deviations",
            "mart": "open_interest_daily",
        },
    ]
    said = text(page(tables(evidence=rows)))
    assert "liquidation_multiple 5.50 x 100 % median of the 30 days before: 40 million USD liquidations_daily" in said
    assert "open_interest_change_1d_z -5.9 x usual deviation 100 %" in said
    assert "open_interest_daily" in said.split("open_interest_change_1d_z")[1][:120]


def test_a_page_loads_nothing_and_says_so_to_the_browser() -> None:
    html = page(tables())
    assert "default-src 'none'" in html
    loaded = re.findall(r"(?:src|href|url)\s*[=(]\s*[\"']?([^\"')\s>]+)", html)
    assert loaded == ["index.html"]
    assert "<script" not in html


def test_what_feeds_say_is_text_and_never_markup() -> None:
    assert "&lt;script&gt;" in page(tables())


def test_simulated_figures_are_marked_and_real_ones_are_not() -> None:
    made = tables()
    marked = page(made, SIMULATED)
    assert "<title>Simulated: " in marked
    assert marked.count("Simulated</figcaption>") == 7, "each chart says it, for whoever copies one"
    assert "imulated" not in text(page(made))


def test_what_is_not_known_is_said_and_never_a_zero() -> None:
    said = text(page(tables()))
    assert "funding not known funding_daily" in said, "the feature is null, whatever the mart has"
    none = frames()
    none["prices_daily"] = none["prices_daily"].with_columns(close_usd=pl.lit(None, pl.Float64))
    shown = page(DayTables("BTC", LAST, none))
    assert f'<th scope="row">{LAST}</th><td class="number">-</td>' in shown


def test_a_day_without_enough_data_names_what_is_missing_and_shows_no_evidence() -> None:
    day = {"event": "insufficient_data", "regime": "insufficient_data", "confidence": None, "known_inputs_share": 0.5,
           "data_status": "insufficient", "missing_inputs": "long_liquidations,netflow"}  # fmt: skip
    said = text(page(tables(day=day, evidence=[])))
    assert "lacks required inputs: long liquidations, netflow" in said
    assert "Confidence none" in said
    assert "Condition Part" not in said


def test_conditions_that_hold_in_part_and_the_next_label_are_what_would_change_the_reading() -> None:
    rows = [
        {"predicate": "liquidation_spike", "membership": 0.4},
        {"predicate": "price_shock_down", "membership": None, "value": None},
        {"label": "capitulation", "label_rank": 2, "predicate": "abnormal_inflow", "membership": 0.1},
    ]
    said = text(page(tables(day={"is_final": False}, evidence=rows)))
    assert "The day is provisional" in said
    bounds = "partly from 1.00 x, in full from 2.50 x"
    assert f"Liquidation spike holds to 40 %: 5.50 x, {bounds}; compared with median of the 30 days before" in said
    assert "Not known: price shock down" in said
    assert "The next label is capitulation. It lacks: abnormal inflow (holds to 10 % at 5.50 x)." in said


@pytest.mark.parametrize("colour", regime_labels()["colour"].to_list())
def test_a_label_is_readable_on_its_colour(colour: str) -> None:
    def luminance(hexadecimal: str) -> float:
        parts = [int(hexadecimal[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    light, dark = sorted((luminance(colour), luminance(readable_on(colour))), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.5, "WCAG AA for text of any size"


def test_a_page_weighs_little() -> None:
    assert len(page(tables()).encode()) < 300_000


def test_a_level_and_what_can_follow_are_conditions_with_their_counts() -> None:
    made = frames()
    made["regimes_daily"] = made["regimes_daily"].with_columns(scenario_opened_on=pl.lit(LAST), grade=pl.lit("B"))
    level = {"support_usd": 70_000.0, "support_band_usd": 900.0, "support_is_frozen": True,
             "support_status": "reclaimed", "earlier_count": 13, "earlier_held_share": 0.54}  # fmt: skip
    made["support_daily"] = pl.DataFrame([{"asset": "BTC", "day": LAST, **level}])
    outcome = {"outcome": "fresh_shorts", "event": "leverage_flush", "condition": "close below 69,100 USD",
               "earlier_count": 4, "earlier_share": 0.25}  # fmt: skip
    made["scenarios"] = pl.DataFrame([{"asset": "BTC", "opened_on": LAST, **outcome}])
    said = text(page(DayTables("BTC", LAST, made)))
    assert "Support is 70,000 USD, kept from the flush; status of the day: reclaimed." in said
    assert "A close below 69,100 USD breaks it." in said
    assert "After 54 % of 13 earlier days with this status, the next three closes kept the level" in said
    assert "fresh shorts close below 69,100 USD 25 % of 4" in said
    assert "Grade B" in said
    assert "State: aftermath of leverage flush, day 3." in said
