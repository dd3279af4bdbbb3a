"""Files of the user's own and feeds asked for again, in one run as it is typed."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import pytest

from tests.pipelines import SAMPLE_NOW, Ran, copied, differing, leverage, published

pytestmark = [pytest.mark.slow, pytest.mark.proof]

FLOWS = "asset,day,netflow_usd,source\nBTC,2026-01-26,-125000000,my sheet\nBTC,2026-01-27,80000000,my sheet\n"
FIGURES = ("fund_netflow_usd", "median_fund_netflow_usd")  # two reports are too few to be held against each other
REFETCHED = ("binance_spot_klines", "binance_um_funding")


@pytest.fixture(scope="module")
def ran(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Ran]:
    """The sample once more, with a good file, a bad one and a folder of no feed, two feeds being asked for again."""
    warehouse = copied(sample, tmp_path_factory.mktemp("own") / "warehouse")
    for name, text in (
        ("inbox_fund_flows/good.csv", FLOWS),
        ("inbox_fund_flows/bad.csv", "day;flow\n"),
        ("coinalyze_liquidation/own.csv", FLOWS),
    ):
        path = warehouse / "landing" / "inbox" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    again = [argument for feed in REFETCHED for argument in ("--refetch", feed)]
    return warehouse, leverage("run", "--warehouse", warehouse, "--now", SAMPLE_NOW, *again)


def told(warehouse: Path, query: str) -> list[tuple]:
    with duckdb.connect(warehouse / "build.duckdb", read_only=True) as connection:
        return connection.execute(query).fetchall()


def test_own_rows_are_in_staging_and_a_bad_file_costs_a_note(ran: tuple[Path, Ran]) -> None:
    warehouse, run = ran
    assert run.status == 0, run.said
    rows = "SELECT asset, day, reported_by, fund_netflow_usd FROM staging.stg_inbox__fund_flows ORDER BY day"
    assert told(warehouse, rows) == [
        ("BTC", date(2026, 1, 26), "my sheet", -125e6), ("BTC", date(2026, 1, 27), "my sheet", 80e6),
    ]  # fmt: skip
    shown = leverage("status", "--warehouse", warehouse)
    assert "inbox/inbox_fund_flows/bad.csv is not taken: its header lacks asset" in shown.out
    assert "inbox coinalyze_liquidation is no feed's folder" in run.err


def test_only_the_feeds_that_were_named_are_asked_for_again_and_nothing_changes(
    ran: tuple[Path, Ran], sample: Path
) -> None:
    warehouse, _ = ran
    asked = dict(told(warehouse, "SELECT feed, arg_max(requests, rowid) FROM ops.pulls GROUP BY feed"))
    assert all(asked[feed] > 0 for feed in REFETCHED), asked
    assert {feed for feed, requests in asked.items() if requests and feed not in REFETCHED} <= {"coinmetrics_network"}
    own = ("feed_status", "fund_flows_daily")  # the file that was taken is what this mart shows
    shown = [f"{mart}.{figure}" for mart in ("leverage_features_daily", "regimes_daily") for figure in FIGURES]
    assert differing(published(warehouse), published(sample), but=own) == shown
