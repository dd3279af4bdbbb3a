"""The simulated market end to end, as a newcomer meets it, and that everything made from it says so."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import duckdb
import polars as pl
import pytest

from ingest.sample import EPISODES, FIRST_DAY, LAST_DAY, SIMULATED
from ingest.sample.story import Episode
from tests.pipelines import Ran, leverage, published

pytestmark = pytest.mark.slow(minutes=4)

SCRIPTED = [e for e in EPISODES if e.label != "consolidation" and e.last <= LAST_DAY]
CALM = [e for e in EPISODES if e.label == "consolidation" and e.length > 20]
# Where funding and open interest have grown for weeks, a build-up ends as the hotter of the two.
READ_AS = {"leverage_buildup": ("leverage_buildup", "overheated")}


def test_the_main_job_ends_with_the_brief_of_the_last_day(first_run: tuple[Path, Ran]) -> None:
    warehouse, ran = first_run
    assert ran.status == 0, ran.said
    assert "BTC 2026-02-01 UTC" in ran.out
    assert "LEVERAGE FLUSH" in ran.out
    assert "SIMULATED" in ran.out
    assert "simulated market" in ran.err
    assert "\x1b" not in ran.said, "no colours where nobody looks"
    assert "WARNING" not in ran.said, "no library talks over the run"
    days = published(warehouse)["regimes_daily"].filter(asset="BTC")["day"]
    assert (days.len(), days.min(), days.max()) == (400, date(2024, 12, 29), date(2026, 2, 1))


def test_everything_published_says_simulated(first_run: tuple[Path, Ran]) -> None:
    folder = first_run[0] / "published"
    assert json.loads((folder / "latest.json").read_text())["simulated"] is True
    with duckdb.connect(folder / "leverage.duckdb", read_only=True) as connection:
        about = dict(connection.execute("SELECT name, setting FROM about").fetchall())
        comments = dict(connection.execute("SELECT table_name, comment FROM duckdb_tables()").fetchall())
    assert (about["simulated"], about["market"]) == ("true", "sample")
    del comments["about"]
    assert {name: text for name, text in comments.items() if not text.startswith("SIMULATED")} == {}
    files = list((folder / "parquet").glob("*.parquet"))
    assert {file.stem for file in files} == set(comments)
    for file in files:
        assert pl.read_parquet_metadata(file)["simulated"] == "true", file.name
    for page in folder.glob("*.html"):
        assert "simulated" in page.read_text().lower(), page.name


def test_every_column_is_published_with_its_comment(first_run: tuple[Path, Ran]) -> None:
    with duckdb.connect(first_run[0] / "published" / "leverage.duckdb", read_only=True) as connection:
        bare = connection.execute(
            "SELECT table_name, column_name FROM duckdb_columns()"
            " WHERE comment IS NULL AND schema_name = 'main' AND NOT internal"
        ).fetchall()
    assert bare == []


@pytest.fixture(scope="module")
def events(first_run: tuple[Path, Ran]) -> dict[date, str]:
    """What each day of Bitcoin was read as."""
    return dict(published(first_run[0])["regimes_daily"].filter(asset="BTC").select("day", "event").iter_rows())


@pytest.mark.parametrize("episode", SCRIPTED, ids=lambda e: f"{e.label} of {e.last}")
def test_every_scripted_episode_is_read_as_itself_on_its_last_day(episode: Episode, events: dict[date, str]) -> None:
    assert events[episode.last] in READ_AS.get(episode.label, (episode.label,))


@pytest.mark.parametrize("episode", CALM, ids=lambda e: f"until {e.last}")
def test_quiet_weeks_are_mostly_consolidation(episode: Episode, events: dict[date, str]) -> None:
    days = Counter(events[episode.first + timedelta(days=n)] for n in range(episode.length))
    del days["insufficient_data"]  # of the days before the first baseline
    assert days.most_common(1)[0][0] == "consolidation"


def test_the_days_before_the_first_baseline_are_insufficient_data(events: dict[date, str]) -> None:
    insufficient = sorted(day for day, event in events.items() if event == "insufficient_data")
    assert insufficient == [FIRST_DAY + timedelta(days=n) for n in range(61)]


def test_every_simulated_asset_has_its_rows_and_its_labels(first_run: tuple[Path, Ran]) -> None:
    warehouse, _ = first_run
    release = published(warehouse)
    # A restatement takes a second pull, a scenario a flush, a reading of the running day `leverage now`; the simulated
    # market has no implausible row.
    some_days = {"restatements", "scenarios", "implausible_rows", "readings_hourly", "events_hourly"}
    with_assets = [name for name, frame in release.items() if "asset" in frame.columns and name not in some_days]
    for name in with_assets:
        assert set(release[name]["asset"]) == {"BTC", "ETH"}, name
    last = release["regimes_daily"].filter((pl.col("asset") == "ETH") & (pl.col("day") == date(2026, 2, 1)))
    assert last["regime"].item() != "insufficient_data"
    latest = json.loads((warehouse / "published" / "latest.json").read_text())
    assert list(latest["assets"]) == ["BTC", "ETH"]
    assert latest["asset"] == "BTC"
    shown = leverage("brief", "--asset", "ETH", "--warehouse", warehouse)
    assert "ETH 2026-02-01 UTC" in shown.out


def test_what_is_not_simulated_is_not_asked_for_and_not_missed(first_run: tuple[Path, Ran]) -> None:
    warehouse, ran = first_run
    assert "skipped" not in ran.said
    feeds = set(published(warehouse)["feed_status"]["feed"])
    assert feeds == {*SIMULATED, "inbox_fund_flows"}
