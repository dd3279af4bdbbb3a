"""The page of a day: every figure with unit and source, nothing guessed, nothing asked of the network."""

from __future__ import annotations

import base64
import hashlib
import re
from datetime import datetime, timedelta

import polars as pl
import pytest

from brief import About, DayTables, day_page
from brief.history import followed, since_yesterday
from brief.rendering import readable_on
from brief.tiles import OTHER_FEEDS
from regimes import load_parameters, regime_labels
from tests.brief.published_frames import DAYS, LAST, frames, tables

ABOUT = About(market="live", simulated=False, published_at="2026-03-11T06:00:00+00:00", licences="vendor: terms")
SIMULATED = About(market="sample", simulated=True, published_at="2026-03-11T06:00:00+00:00", licences="none")


def page(made: DayTables, about: About = ABOUT) -> str:
    return day_page(made, load_parameters(), about, index="index.html")


def text(html: str) -> str:
    """What a reader sees, on one line."""
    html = re.sub(r"<(style|svg|script)\b.*?</\1>", " ", html, flags=re.S)
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


def test_a_page_loads_nothing_and_runs_its_own_script_alone() -> None:
    html = page(tables())
    (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', html)
    scripts = re.findall(r"<script>(.*?)</script>", html, flags=re.S)
    assert len(scripts) == 1
    digest = base64.b64encode(hashlib.sha256(scripts[0].encode()).digest()).decode()
    assert policy.startswith("default-src 'none'")
    assert policy.endswith(f"script-src 'sha256-{digest}'")
    loaded = re.findall(
        r"(?:src|href|url)\s*[=(]\s*[\"']([^\"')\s>]+)", re.sub(r"<script\b.*?</script>", "", html, flags=re.S)
    )
    assert {address.partition("#")[0] for address in loaded} == {"index.html"}


def test_links_lead_to_pages_that_there_are_and_else_to_the_explorer() -> None:
    day_before = LAST - timedelta(days=1)
    made = tables()
    html = day_page(made, load_parameters(), ABOUT, "explorer.html", pages={("BTC", LAST): "BTC.html"})
    assert f'href="explorer.html#asset=BTC&amp;day={day_before}" rel="prev"' in html
    assert 'rel="next"' not in html, "there is no later day"
    with_page = day_page(made, load_parameters(), ABOUT, "explorer.html", pages={("BTC", day_before): "before.html"})
    assert 'href="before.html" rel="prev"' in with_page
    earlier = day_page(DayTables("BTC", day_before, frames()), load_parameters(), ABOUT, "explorer.html")
    assert f'href="explorer.html#asset=BTC&amp;day={LAST}" rel="next"' in earlier


def test_an_asset_without_a_reading_is_one_line_in_the_strip() -> None:
    made = frames()
    lost = {"asset": "SOL", "event": "insufficient_data", "missing_inputs": "open_interest,funding"}
    other = made["regimes_daily"].filter(day=LAST).with_columns(pl.lit(v).alias(k) for k, v in lost.items())
    made["regimes_daily"] = pl.concat([made["regimes_daily"], other])
    said = text(page(DayTables("BTC", LAST, made)))
    assert "SOL has no reading: open interest, funding." in said
    assert said.count("SOL") == 1


def test_the_strip_has_the_largest_assets_first_and_counts_those_that_are_left_out() -> None:
    made = frames()
    beside = [("ADA", 1e9), ("ETH", 2e10)]
    last = made["regimes_daily"].filter(day=LAST)
    others = [last.with_columns(asset=pl.lit(name), open_interest_usd=pl.lit(usd)) for name, usd in beside]
    made["regimes_daily"] = pl.concat([made["regimes_daily"], *others])
    html = day_page(DayTables("BTC", LAST, made), load_parameters(), ABOUT, "explorer.html", left=28)
    assert re.findall(r"<li><a [^>]*>\s*<b>(\w+)</b>", html) == ["BTC", "ETH", "ADA"]
    assert "28 more without a page: leverage brief --asset ASSET" in text(html)
    assert "without a page" not in page(tables())


def test_a_sparkline_is_dashed_where_feeds_change_and_the_page_says_what_is_different() -> None:
    made = frames()
    sets = pl.Series("feed_set", ["one:binance"] * 3 + ["two:binance"] * 2)
    for name in ("regimes_daily", "liquidations_daily"):
        made[name] = made[name].with_columns(sets)
    html = page(DayTables("BTC", LAST, made))
    assert html.count('class="break"') == 1
    assert f"Liquidations, dashed line at {DAYS[3]}: feeds from here on: two:binance." in text(html)
    assert OTHER_FEEDS not in text(html)
    on_the_day = page(DayTables("BTC", DAYS[3], made))
    assert text(on_the_day).count(OTHER_FEEDS) == 1
    assert 'class="break"' not in page(tables())


def test_what_feeds_say_is_text_and_never_markup() -> None:
    assert "&lt;script&gt;" in page(tables())


def test_simulated_figures_are_marked_and_real_ones_are_not() -> None:
    made = tables()
    marked = page(made, SIMULATED)
    assert "<title>Simulated: " in marked
    assert marked.count("Simulated</figcaption>") == 1, "the chart says it, for whoever copies it"
    assert "imulated" not in text(page(made))


def test_what_is_not_known_is_said_and_never_a_zero() -> None:
    said = text(page(tables()))
    assert "funding not known funding_daily" in said, "the feature is null, whatever the mart has"
    none = frames()
    none["leverage_features_daily"] = none["leverage_features_daily"].with_columns(close_usd=pl.lit(None, pl.Float64))
    shown = text(page(DayTables("BTC", LAST, none)))
    assert f"{LAST} leverage flush - - - -" in shown
    assert "Price not known" in shown


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


def test_what_only_supports_is_named_as_such_last_and_would_change_nothing() -> None:
    supports = {
        "predicate": "takers_sold",
        "role": "supports_only",
        "feature": "taker_buy_share_z",
        "value": -0.9,
        "unit": "usual deviations",
        "membership": 0.4,
        "weight": 0.0,
        "baseline": "takers bought 48.8 %",
        "mart": "positioning_daily",
    }
    rows: list[dict[str, object]] = [
        supports,
        {"predicate": "liquidation_spike", "membership": 1.0},
        {"label": "capitulation", "label_rank": 2, "predicate": "abnormal_inflow", "membership": 0.1},
    ]
    without = text(page(tables(evidence=rows[1:])))
    said = text(page(tables(evidence=[*rows, {**supports, "label": "capitulation", "label_rank": 2}])))
    row = " takers sold supports only taker_buy_share_z -0.9 x usual deviation 40 % takers bought 48.8 %"
    row += " positioning_daily"
    assert said.index("liquidation spike core") < said.index(row)
    assert said.replace(row, "") == without


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
    level = {"support_usd": 70_000.0, "support_band_usd": 900.0, "close_usd": 71_000.0, "support_is_frozen": True,
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
    assert "support breaks below 69,100 USD now 71,000 USD, -2.7 % away" in said
    assert "Not broken, leverage was reset today" in said
    assert "Grade B" in said
    assert "State: aftermath of leverage flush, day 3." in said


def test_the_next_thresholds_are_distances_with_the_figure_of_the_day() -> None:
    rows = [
        {"predicate": "liquidation_spike", "membership": 1.0, "value": 5.5},
        {"label": "capitulation", "label_rank": 2, "predicate": "liquidation_spike", "membership": 0.1, "value": 1.2},
    ]
    said = text(page(tables(evidence=rows)))
    assert "liquidation spike holds in full, for capitulation at 2.50 x now 1.20 x, +1.30 x away" in said
    assert "liquidation spike no longer holds at 1.00 x now 5.50 x, -4.50 x away" in said
    assert said.index("+1.30 x") < said.index("-4.50 x"), "the closest comes first"


def test_what_followed_counts_only_days_whose_horizon_has_passed() -> None:
    made = frames()
    closes = pl.Series("close_usd", [100.0, 110.0, 99.0, 108.9, 120.0])
    made["regimes_daily"] = made["regimes_daily"].with_columns(closes, event=pl.lit("mixed"))
    found = followed(DayTables("BTC", LAST, made))
    assert found == [{"after": "one day later", "count": 4, "median": "+10.0 %", "higher": 3}]
    assert followed(DayTables("BTC", LAST - timedelta(days=1), made))[0]["count"] == 3, "the day after is not known yet"


def test_since_yesterday_names_label_support_and_revised_days() -> None:
    made = frames()
    day_before = LAST - timedelta(days=1)
    level = {"asset": "BTC", "support_is_frozen": False, "support_band_usd": 700.0, "close_usd": 70_000.0}
    made["support_daily"] = pl.DataFrame(
        [
            {**level, "day": day_before, "support_usd": 69_000.0, "support_status": "held"},
            {**level, "day": LAST, "support_usd": 69_500.0, "support_status": "tested"},
        ]
    ).with_columns(earlier_count=pl.lit(None, pl.Int64), earlier_held_share=pl.lit(None, pl.Float64))
    revised = {"asset": "BTC", "day": day_before, "restatement_reason": "flows_restated"}
    moments = [datetime(2026, 3, 11, 6), datetime(2026, 3, 10, 6)]
    made["regime_changes"] = pl.DataFrame([{**revised, "available_at": moment} for moment in moments])
    assert since_yesterday(DayTables("BTC", LAST, made)) == [
        ("Label", "mixed → leverage flush"),
        ("Support", "69,000 USD → 69,500 USD; held → tested"),
        ("Revisions", f"{day_before} (flows restated)"),
    ]


def market_on(day: object, sentence: str, assets: int) -> pl.DataFrame:
    rows = [{"day": day, "sentence": sentence, "asset_count": assets}]
    return pl.DataFrame(rows)


def test_the_market_has_a_line_on_the_page_of_its_day() -> None:
    market = market_on(LAST, "41 of 48 assets were flushed.", 48)
    assert "Market: 41 of 48 assets were flushed." in text(
        page(DayTables("BTC", LAST, {**frames(), "market_daily": market}))
    )
    other = market_on(LAST - timedelta(days=1), "41 of 48 assets were flushed.", 48)
    assert "Market:" not in text(page(DayTables("BTC", LAST, {**frames(), "market_daily": other})))
    assert "Market:" not in text(page(tables()))


def test_a_single_asset_is_no_market() -> None:
    market = market_on(LAST, "The only asset read was flushed.", 1)
    assert "Market:" not in text(page(DayTables("BTC", LAST, {**frames(), "market_daily": market})))
