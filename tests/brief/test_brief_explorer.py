"""The explorer: what it holds is what is published, it loads nothing, and a six years' history stays small."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
from datetime import datetime, timedelta
from importlib.resources import files
from typing import Any

import polars as pl
import pytest

from brief import About
from brief.explorer import SCRIPTS, UPLOT, UPLOT_STYLE, explorer_page
from brief.explorer_data import BREADTH, asset_days, asset_texts, market_breadth, packed
from tests.brief.published_frames import DAYS, LAST, frames

ABOUT = About("live", simulated=False, published_at="2026-03-11T06:00:00+00:00", licences="vendor: terms")
# uPlot 1.6.32 as published on npm, dist/ and LICENSE.
KEPT = {
    UPLOT: "19c8d4c6ad88929a79f4ae49d6f7161566dfd0ba3d15cc495e974f787eb78f1f",
    UPLOT_STYLE: "df630c6a8d6f8eeaff264b50f73ce5b114f646ffd9a0bb74f049b0a00135fa04",
    "uplot/LICENSE": "8f989229699b4fe2f1a0432d0e9edc338a8a911e250e2d1b01ecd770a5f5b1bd",
}


def unpacked(html: str, name: str) -> dict[str, Any]:
    found = re.search(rf'id="{name}">([^<]*)<', html)
    assert found is not None
    content = json.loads(gzip.decompress(base64.b64decode(found[1])))
    assert isinstance(content, dict)
    return content


@pytest.mark.parametrize("name", KEPT)
def test_the_library_is_as_its_authors_published_it(name: str) -> None:
    assert hashlib.sha256(files("brief").joinpath("assets", *name.split("/")).read_bytes()).hexdigest() == KEPT[name]


def test_every_script_of_the_folder_is_part_of_the_page() -> None:
    there = {file.name for file in files("brief").joinpath("assets", "explorer").iterdir()}
    assert there == {f"{name}.js" for name in SCRIPTS}


def test_the_page_loads_nothing_and_runs_only_the_scripts_that_it_came_with() -> None:
    html = explorer_page(frames(), ABOUT, {})
    (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', html)
    scripts = re.findall(r"<script>(.*?)</script>", html, flags=re.S)
    hashes = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in scripts]
    assert policy.startswith("default-src 'none'")
    assert policy.endswith("script-src " + " ".join(f"'sha256-{each}'" for each in hashes))
    assert len(scripts) == 2
    markup = re.sub(r"<(script|style)\b.*?</\1>", "", html, flags=re.S)
    assert re.findall(r'(?:src|href)="([^"]*)"', markup) == ["brief.html"]


def test_the_days_of_the_page_are_the_published_days() -> None:
    made = frames()
    multiples = pl.Series("liquidation_multiple", [1.5, None, 2.123456789123, 1e-12, 5.0])
    made["regimes_daily"] = made["regimes_daily"].with_columns(multiples)
    days = unpacked(explorer_page(made, ABOUT, {}), "days-BTC")
    assert (days["first"], days["count"]) == (DAYS[0].isoformat(), 5)
    assert days["numbers"]["liquidation_multiple"] == [1.5, None, 2.12345679, 1e-12, 5]
    events = days["names"]["event"]
    assert [events["list"][at] for at in events["at"]] == ["mixed"] * 4 + ["leverage_flush"]
    texts = unpacked(explorer_page(made, ABOUT, {}), "texts-BTC")
    assert texts["sentences"][-1] == "Longs were closed."
    assert texts["evidence"]["day"] == [4]
    assert texts["evidence"]["value"] == [5.5]


def test_a_day_without_a_row_keeps_its_place_and_is_not_known() -> None:
    made = frames()
    made["regimes_daily"] = made["regimes_daily"].filter(pl.col("day") != DAYS[2])
    days = asset_days(made, "BTC")
    assert days["count"] == 5
    assert days["names"]["event"]["at"][2] is None
    assert asset_texts(made, "BTC")["sentences"][2] is None


def test_what_configuration_and_vendors_say_is_text_and_never_markup() -> None:
    made = frames(day={"venues": "</script><script>alert(1)</script>"})
    evil = About("<b>relay</b>", simulated=True, published_at="2026-03-11T06:00:00+00:00", licences="<i>terms</i>")
    html = explorer_page(made, evil, {("BTC", LAST): "</script>.html"})
    assert "<b>relay" not in html
    assert "<i>terms" not in html
    assert html.count("</script>") == html.count("<script")


def test_every_revision_keeps_the_moment_from_which_it_was_known() -> None:
    made = frames()
    row = {"asset": "BTC", "day": LAST, "is_backfill": False, "confidence": 0.5, "regime": "mixed", "grade": "B"}
    moments = [datetime(2026, 3, 11, 6), datetime(2026, 3, 12, 6)]
    made["regime_revisions"] = pl.DataFrame(
        [
            {**row, "revision": 1, "event": "mixed", "available_at": moments[0], "restatement_reason": None},
            {
                **row,
                "revision": 2,
                "event": "leverage_flush",
                "available_at": moments[1],
                "restatement_reason": "rules",
            },
        ],
        schema_overrides={"restatement_reason": pl.String},
    )
    revisions = asset_days(made, "BTC")["revisions"]
    assert revisions["day"] == [4, 4]
    assert revisions["revision"] == [1, 2]
    assert revisions["available"][1] - revisions["available"][0] == 86_400
    assert revisions["event"] == {"list": ["leverage_flush", "mixed"], "at": [1, 0]}


def test_a_change_of_feeds_and_a_break_of_a_venue_are_marked_on_their_panel() -> None:
    made = frames()
    sets = pl.Series("feed_set", ["one:binance", "one:binance", None, "two:binance", "two:binance"])
    made["regimes_daily"] = made["regimes_daily"].with_columns(sets, venues=pl.lit("binance, okx"))
    made["feed_status"] = made["feed_status"].with_columns(series=pl.lit("klines"))
    made["dim_feed_breaks"] = pl.DataFrame(
        {
            "feed": ["one", "one"],
            "venue": ["okx", "bybit"],
            "first_day": [DAYS[1], DAYS[2]],
            "change": ["sides", "other"],
        }
    )
    assert asset_days(made, "BTC")["breaks"] == [
        {"panel": "liquidations", "at": 3, "text": "feeds from here on: two:binance"},
        {"panel": "prices", "at": 1, "text": "one: sides"},
    ]


def test_a_change_of_throttling_says_why_and_is_one_break() -> None:
    made = frames()
    sets = pl.Series("feed_set", ["one:binance", None, None, "one:binance@2026-03-08", "one:binance@2026-03-08"])
    made["regimes_daily"] = made["regimes_daily"].with_columns(sets, venues=pl.lit("binance"))
    made["feed_status"] = made["feed_status"].with_columns(series=pl.lit("liquidations"))
    note = {"feed": ["one"], "venue": ["binance"], "first_day": [DAYS[2]], "change": ["fewer orders"]}
    made["dim_feed_breaks"] = pl.DataFrame(note)
    text = "feeds from here on: one:binance@2026-03-08; one: fewer orders"
    assert asset_days(made, "BTC")["breaks"] == [{"panel": "liquidations", "at": 3, "text": text}]


def test_open_interest_is_marked_where_its_venues_change() -> None:
    made = frames()
    venues = pl.Series("venues", ["binance", "binance", None, "binance, okx", "binance, okx"])
    made["open_interest_daily"] = made["open_interest_daily"].with_columns(venues)
    text = "venues from here on: binance, okx"
    assert asset_days(made, "BTC")["breaks"] == [{"panel": "open_interest", "at": 3, "text": text}]


def test_breadth_is_drawn_where_a_release_has_it() -> None:
    made = frames()
    assert 'id="breadth"' not in explorer_page(made, ABOUT, {})
    counts = {f"{group}_count": [0, 1, 2, 0, None] for group in BREADTH}
    made["market_breadth_daily"] = pl.DataFrame({"day": DAYS, "read_count": [2, 2, 2, 0, None], **counts})
    assert market_breadth(made) == {
        "first": DAYS[0].isoformat(),
        "numbers": {group: [0, 0.5, 1, None, None] for group in BREADTH},
    }
    assert 'id="breadth"' in explorer_page(made, ABOUT, {})


def test_the_same_tables_make_the_same_page() -> None:
    assert explorer_page(frames(), ABOUT, {}) == explorer_page(frames(), ABOUT, {})
    assert packed({"a": 1}) == packed({"a": 1})


def test_six_years_of_three_assets_stay_below_six_megabytes() -> None:
    assert len(explorer_page(six_years(), ABOUT, {}).encode()) < 6_000_000


def six_years() -> dict[str, pl.DataFrame]:
    """Three assets, 2,190 days each, with a sentence, ten figures and twelve rows of evidence that differ each day."""
    made, count = frames(), 2190
    days = [LAST - timedelta(days=back) for back in range(count)]
    one = made["regimes_daily"].tail(1)
    columns = [pl.Series("day", days), *(pl.Series(name, _varied(count, 7 + at)) for at, name in enumerate(VARIED))]
    sentence = pl.format(
        "BTC fell {} %, at its low {} %, as {} USD of positions were closed by force, {} times the usual day.",
        "return_pct", "low_vs_previous_close_pct", "long_liquidations_usd", "liquidation_multiple",
    )  # fmt: skip
    asset = pl.concat([one] * count).with_columns(columns).with_columns(explanation=sentence)
    made["regimes_daily"] = pl.concat([asset.with_columns(asset=pl.lit(name)) for name in ("BTC", "ETH", "SOL")])
    evidence = pl.concat([made["regime_evidence"].tail(1)] * (12 * count)).with_columns(
        pl.Series("day", [day for day in days for _ in range(12)]),
        pl.Series("value", _varied(12 * count, 3)),
        pl.Series("membership", _varied(12 * count, 5)),
    )
    evidence = evidence.with_columns(baseline=pl.format("median of the 30 days before: {} million USD", "value"))
    made["regime_evidence"] = pl.concat([evidence.with_columns(asset=pl.lit(name)) for name in ("BTC", "ETH", "SOL")])
    return made


VARIED = (
    "close_usd", "return_pct", "low_vs_previous_close_pct", "open_interest_usd", "long_liquidations_usd",
    "short_liquidations_usd", "liquidation_multiple", "funding_8h_bp", "netflow_coin", "active_addresses_count",
)  # fmt: skip


def _varied(count: int, seed: int) -> list[float]:
    """Numbers that compress as badly as real ones."""
    state, found = seed, []
    for _ in range(count):
        state = (1_103_515_245 * state + 12_345) % 2**31
        found.append(state / 2**31 * 1000)
    return found
