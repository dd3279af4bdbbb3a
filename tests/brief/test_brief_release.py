"""Which pages a release gets: a page is drawn when its day is new, has other figures, or gets a neighbour."""

from __future__ import annotations

import json
from datetime import date, timedelta

import polars as pl
import pytest

import brief.release
from brief import HASHES, About, DayTables, Lead, Pages, release_pages
from regimes import load_parameters
from tests.brief.published_frames import LAST, frames

ABOUT = About("live", False, "2026-03-11T06:00:00+00:00", "terms")
TWO_DAYS_BACK = LAST - timedelta(days=2)
TODAY, YESTERDAY, TWO_DAYS_AGO = (f"briefs/BTC-{LAST - timedelta(days=back)}.html" for back in range(3))


@pytest.fixture(autouse=True)
def drawn_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a page says is tested elsewhere; here it is a link."""
    monkeypatch.setattr(brief.release, "day_page", _link)


def _link(tables: DayTables, _: object, __: object, index: str, banner: str | None = None, **___: object) -> str:
    return f'{banner or ""}{tables.day} <a href="{index}">'


def released(tables: dict[str, pl.DataFrame], before: dict[str, str] | None = None, lead: Lead | None = None) -> Pages:
    newest = tables["regimes_daily"]["day"].max()
    assert isinstance(newest, date)
    return release_pages(tables, load_parameters(), ABOUT, lead or Lead("BTC", newest), before or {})


def up_to(day: date) -> dict[str, pl.DataFrame]:
    return {n: f.filter(pl.col("day") <= day) if "day" in f.columns else f for n, f in frames().items()}


def history() -> dict[str, str]:
    """The pages that the release of yesterday lists: one for its own day and one for the day before."""
    before = json.loads(released(up_to(TWO_DAYS_BACK)).written[HASHES])
    return json.loads(released(up_to(LAST - timedelta(days=1)), before).written[HASHES])


def test_a_first_release_has_the_page_of_its_newest_day_and_the_explorer_links_to_it() -> None:
    pages = released(frames())
    assert set(pages.written) == {"brief.html", TODAY, "briefs/BTC.html", "explorer.html", HASHES}
    assert pages.written["brief.html"] == f'{LAST} <a href="explorer.html">'
    assert pages.written[TODAY] == f'{LAST} <a href="../explorer.html">'
    assert f'"BTC {LAST}":"{TODAY}"' in pages.written["explorer.html"]


def test_the_page_of_the_day_before_gets_its_link_to_the_next_day_and_earlier_pages_are_kept() -> None:
    pages = released(frames(), history())
    assert pages.kept == [TWO_DAYS_AGO]
    assert {TODAY, YESTERDAY} <= pages.written.keys()
    explorer = pages.written["explorer.html"]
    assert all(f'"{page}"' in explorer for page in (TODAY, YESTERDAY, TWO_DAYS_AGO))


def test_a_page_is_drawn_anew_when_its_row_has_changed() -> None:
    restated = frames()
    restated["leverage_features_daily"] = restated["leverage_features_daily"].with_columns(
        netflow_coin=pl.when(pl.col("day") == TWO_DAYS_BACK).then(12.0)
    )
    pages = released(restated, history())
    assert pages.kept == []
    assert TWO_DAYS_AGO in pages.written


def test_when_a_row_was_written_changes_no_page() -> None:
    restamped = {**frames(), "regimes_daily": frames()["regimes_daily"].with_columns(computed_at=pl.lit("now"))}
    assert released(restamped, history()).kept == [TWO_DAYS_AGO]


def test_a_day_that_is_no_longer_published_has_no_page() -> None:
    before = json.loads(released(frames()).written[HASHES])
    pages = released(up_to(LAST - timedelta(days=1)), before)
    assert TODAY not in {*pages.written, *pages.kept}


def test_the_page_on_top_is_the_last_reading_under_its_banner() -> None:
    pages = released(frames(), lead=Lead("BTC", LAST - timedelta(days=1), "no reading since yesterday: "))
    assert pages.written["brief.html"].startswith(f"no reading since yesterday: {LAST - timedelta(days=1)}")
    assert pages.written[TODAY] == f'{LAST} <a href="../explorer.html">', "the page of a day has no banner"


def market(usd: dict[str, float | None]) -> dict[str, pl.DataFrame]:
    """The frames of one asset once for each of these, with their open interest in USD."""
    found = {}
    for name, frame in frames().items():
        if "asset" not in frame.columns:
            found[name] = frame
            continue
        copies = [frame.with_columns(asset=pl.lit(asset)) for asset in usd]
        if name == "leverage_features_daily":
            copies = [
                copy.with_columns(open_interest_usd=pl.lit(held, pl.Float64))
                for copy, held in zip(copies, usd.values(), strict=True)
            ]
        found[name] = pl.concat(copies)
    return found


def drawn(pages: Pages) -> set[str]:
    return {name.removeprefix("briefs/").rsplit("-", 3)[0] for name in (*pages.written, *pages.kept) if "-20" in name}


def test_of_a_whole_market_the_largest_assets_have_pages_and_the_leading_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(brief.release, "MOST_ASSETS", 3)
    pages = released(market({"BTC": 1.0, "A-B": 5.0, "C": 9.0, "D": 7.0, "E": None}))
    assert drawn(pages) == {"BTC", "C", "D"}
    explorer = pages.written["explorer.html"]
    assert "2 more assets are published without pages" in explorer
    assert explorer.count('type="application/gzip" id="days-') == 3


def test_an_asset_that_has_pages_keeps_them_when_another_grows_past_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(brief.release, "MOST_ASSETS", 2)
    before = json.loads(released(market({"BTC": 1.0, "A-B": 5.0, "C": 4.0})).written[HASHES])
    assert drawn(released(market({"BTC": 1.0, "A-B": 5.0, "C": 9.0}), before)) == {"BTC", "A-B"}
