"""Which pages a release gets: drawing is dear, so a page is drawn when its day is new or says something else."""

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
TODAY, YESTERDAY = f"briefs/BTC-{LAST}.html", f"briefs/BTC-{LAST - timedelta(days=1)}.html"


@pytest.fixture(autouse=True)
def drawn_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a page says is tested elsewhere; here it is a link."""
    monkeypatch.setattr(brief.release, "day_page", _link)


def _link(tables: DayTables, *_: object, index: str, banner: str | None = None) -> str:
    return f'{banner or ""}{tables.day} <a href="{index}">'


def released(tables: dict[str, pl.DataFrame], before: dict[str, str] | None = None, lead: Lead | None = None) -> Pages:
    newest = tables["regimes_daily"]["day"].max()
    assert isinstance(newest, date)
    return release_pages(tables, load_parameters(), ABOUT, lead or Lead("BTC", newest), before or {})


def up_to_yesterday() -> dict[str, pl.DataFrame]:
    return {n: f.filter(pl.col("day") < LAST) if "day" in f.columns else f for n, f in frames().items()}


def test_a_first_release_has_the_page_of_its_newest_day_and_lists_every_day() -> None:
    pages = released(frames())
    assert set(pages.written) == {"brief.html", TODAY, "briefs/index.html", HASHES}
    assert pages.written["brief.html"] == f'{LAST} <a href="briefs/index.html">'
    index = pages.written["briefs/index.html"]
    assert index.count('<th scope="row"') == 5
    assert index.count("href=") == 1


def test_the_page_of_the_day_before_is_kept_when_a_day_is_added() -> None:
    before = json.loads(released(up_to_yesterday()).written[HASHES])
    pages = released(frames(), before)
    assert pages.kept == [YESTERDAY]
    assert TODAY in pages.written
    assert pages.written["briefs/index.html"].count("href=") == 2


def test_a_page_is_drawn_anew_when_its_row_has_changed() -> None:
    before = json.loads(released(up_to_yesterday()).written[HASHES])
    restated = frames()
    is_yesterday = pl.col("day") == LAST - timedelta(days=1)
    restated["leverage_features_daily"] = restated["leverage_features_daily"].with_columns(
        netflow_coin=pl.when(is_yesterday).then(12.0)
    )
    pages = released(restated, before)
    assert pages.kept == []
    assert YESTERDAY in pages.written


def test_when_a_row_was_written_changes_no_page() -> None:
    def stamped(at: str, tables: dict[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
        return {**tables, "regimes_daily": tables["regimes_daily"].with_columns(computed_at=pl.lit(at))}

    before = json.loads(released(stamped("then", up_to_yesterday())).written[HASHES])
    assert released(stamped("now", frames()), before).kept == [YESTERDAY]


def test_a_day_that_is_no_longer_published_has_no_page() -> None:
    before = json.loads(released(frames()).written[HASHES])
    pages = released(up_to_yesterday(), before)
    assert TODAY not in {*pages.written, *pages.kept}


def test_the_page_on_top_is_the_last_reading_under_its_banner() -> None:
    pages = released(frames(), lead=Lead("BTC", LAST - timedelta(days=1), "no reading since yesterday: "))
    assert pages.written["brief.html"].startswith(f"no reading since yesterday: {LAST - timedelta(days=1)}")
    assert pages.written[TODAY] == f'{LAST} <a href="index.html">', "the page of a day has no banner"
