"""`leverage market`: the market of a day for people and for programs, and one line where there is none."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest

from tests.pipelines import leverage


@pytest.mark.slow
def test_it_shows_the_sentence_the_assets_of_each_group_and_the_totals(sample: Path) -> None:
    ran = leverage("market", "--warehouse", sample)
    assert ran.status == 0, ran.said
    with duckdb.connect(sample / "published" / "leverage.duckdb", read_only=True) as db:
        row = db.execute("SELECT day, sentence FROM market_daily ORDER BY day DESC LIMIT 1").fetchone()
    assert row is not None
    shown = " ".join(ran.out.replace("│", " ").split())
    for said in ("SIMULATED", f"Market {row[0]} UTC", row[1], "BTC", "ETH", "longs liquidated", "no forecast"):
        assert said in shown
    assert "\x1b[" not in ran.out


@pytest.mark.slow
def test_a_program_gets_the_row_and_the_assets_of_each_group(sample: Path) -> None:
    ran = leverage("market", "--day", "2026-01-20", "--json", "--warehouse", sample)
    document = json.loads(ran.out)
    assert (document["day"], document["simulated"]) == ("2026-01-20", True)
    assert sorted(asset for assets in document["assets"].values() for asset in assets) == ["BTC", "ETH"]
    for group, assets in document["assets"].items():
        assert document[f"{group}_count"] == len(assets)


@pytest.mark.slow
def test_a_day_that_is_not_published_is_one_line(sample: Path) -> None:
    ran = leverage("market", "--day", "2020-01-01", "--warehouse", sample)
    assert ran.status == 1
    assert "2020-01-01 is not published" in ran.err
    assert len(ran.err.strip().splitlines()) == 1


@pytest.mark.slow
def test_latest_json_has_the_market_of_the_last_day(sample: Path) -> None:
    latest = json.loads((sample / "published" / "latest.json").read_text())
    with duckdb.connect(sample / "published" / "leverage.duckdb", read_only=True) as db:
        row = db.execute(
            "SELECT day::VARCHAR, sentence, read_count FROM market_daily ORDER BY day DESC LIMIT 1"
        ).fetchone()
    assert (latest["breadth"]["day"], latest["breadth"]["sentence"], latest["breadth"]["read_count"]) == row
