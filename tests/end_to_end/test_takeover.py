"""A warehouse of release 0.2.0 is taken over: nothing is fetched again, its past stays, the next day is added."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import polars as pl
import pytest

from tests.end_to_end import old_landing
from tests.pipelines import leverage, published

pytestmark = [pytest.mark.slow, pytest.mark.proof]

RENAMED = {"coverage": "known_inputs_share", "funding_bp": "funding_8h_bp"}
WHOLE_PULLS = {"coinmetrics_network"}  # each pull is the whole series


@pytest.fixture(scope="module")
def taken_over(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[Path, bytes]]:
    """The old landing after one run of the next day, and what its files held before."""
    warehouse = tmp_path_factory.mktemp("takeover") / "warehouse"
    before = old_landing.lay_out(warehouse)
    ran = leverage("run", "--market", "sample", "--warehouse", warehouse, "--now", "2026-01-29T06:00:00Z")
    assert ran.status == 0, ran.said
    return warehouse, before


@pytest.fixture(scope="module")
def old_revisions() -> pl.DataFrame:
    landed = old_landing.rows_of("regime_revisions").with_columns(available_at=pl.col("ingested_at"))
    return landed.drop("segment", "ingested_at").rename(RENAMED).sort("asset", "day")


def test_what_has_landed_is_untouched_and_not_fetched_again(taken_over):
    warehouse, before = taken_over
    for path, content in before.items():
        assert path.read_bytes() == content
    folders = {path.parent for path in before} - {warehouse / "landing" / name for name in WHOLE_PULLS}
    for folder in folders:
        for path in set(folder.glob("*.parquet")) - set(before):
            window = path.name.split("_")[1] if folder.name != "regime_revisions" else "20260128"
            assert window >= "20260128", f"{folder.name}/{path.name} was fetched again"


def test_every_revision_of_before_is_published_under_the_new_names(taken_over, old_revisions):
    warehouse, _ = taken_over
    found = published(warehouse)["regime_revisions"].sort("asset", "day", "revision")
    before = found.filter(pl.col("day") <= date(2026, 1, 27))
    old = before.filter(pl.col("revision") == 1)
    assert old.select(old_revisions.columns).equals(old_revisions)


def test_a_day_that_the_newer_rules_label_otherwise_gets_one_revision(taken_over):
    warehouse, _ = taken_over
    found = published(warehouse)["regime_revisions"].filter(pl.col("day") <= date(2026, 1, 27))
    later = found.filter(pl.col("revision") > 1)
    assert set(later["revision"]) == {2}
    # The vendor may have corrected the newest of these days since.
    assert set(later.filter(pl.col("day") < date(2026, 1, 27))["restatement_reason"]) == {"rules"}
    assert later["restatement_reason"].str.starts_with("rules").all()
    first = found.filter(pl.col("revision") == 1).join(later, on=["asset", "day"], suffix="_now")
    said = ("event", "regime", "flags", "grade", "resolution")
    assert first.filter(pl.all_horizontal(pl.col(name).eq_missing(pl.col(f"{name}_now")) for name in said)).is_empty()


def test_the_past_reads_as_it_was_published(taken_over, old_revisions):
    warehouse, _ = taken_over
    with duckdb.connect(warehouse / "published" / "leverage.duckdb", read_only=True) as connection:
        then = connection.sql("FROM regimes_as_of(TIMESTAMP '2026-01-28 12:00:00') ORDER BY asset, day").pl()
    assert then.select(old_revisions.columns).equals(old_revisions)


def test_the_next_day_is_added(taken_over):
    warehouse, _ = taken_over
    days = published(warehouse)["regimes_daily"]
    newest = days.filter(pl.col("day") == pl.col("day").max())
    assert newest["day"].unique().to_list() == [date(2026, 1, 28)]
    assert set(newest["asset"]) == {"BTC", "ETH"}
    assert "insufficient" not in newest["data_status"].to_list()
