"""The wide recorded market end to end: 32 perpetuals without spot and flows, labelled on each of 699 days.

The figures of ten asset-days are plain Python over the recorded rows. 1000SHIBUSDT counts thousands of SHIB.
"""

from __future__ import annotations

import csv
import gzip
import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import median

import polars as pl
import pytest

from tests.end_to_end.recorded_market import KEY, RecordedMarket
from tests.pipelines import built_once, leverage, published
from tests.recordings import NOT_RECORDED, RECORDED

pytestmark = [pytest.mark.proof, pytest.mark.skipif(not RECORDED.is_dir(), reason=NOT_RECORDED)]

NOW, FIRST, LAST = "2023-12-02T04:00:00Z", date(2022, 1, 2), date(2023, 12, 1)
DAY = timedelta(days=1)
PATIENCE = 900.0  # seconds: 22,368 asset-days and 3,000 requests take one to four minutes
MULTIPLES = {"1000SHIBUSDT": ("SHIB", 1000)}
# The fall of LUNA, that of FTX, a rally and quiet days.
COMPUTED = (
    ("1000SHIBUSDT", "2022-05-11"), ("AVAXUSDT", "2022-05-11"), ("LINKUSDT", "2022-05-12"), ("XRPUSDT", "2022-11-08"),
    ("AAVEUSDT", "2022-11-09"), ("LTCUSDT", "2022-11-10"), ("1000SHIBUSDT", "2022-11-09"), ("XRPUSDT", "2023-07-13"),
    ("BNBUSDT", "2023-03-05"), ("TRBUSDT", "2023-10-15"),
)  # fmt: skip


def rows() -> dict[str, dict[date, dict[str, str]]]:
    """The recorded rows by symbol and day."""
    found: dict[str, dict[date, dict[str, str]]] = {}
    with gzip.open(RECORDED / "data" / "wide_2022_2023.csv.gz", "rt", newline="") as file:
        for row in csv.DictReader(file):
            found.setdefault(row["symbol"], {})[datetime.fromtimestamp(int(row["t"]), UTC).date()] = row
    return found


@pytest.fixture(scope="module")
def recorded() -> dict[str, dict[date, dict[str, str]]]:
    return rows()


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Binance's daily bars and Coinalyze, without rate limits: what the recording has of these contracts."""
    path = tmp_path_factory.mktemp("catalogue") / "wide.toml"
    path.write_text(
        '[[perpetuals]]\nvenue = "binance"\nquote = "USDT"\ninstrument = "{base}USDT"\ncontract_size = 1\n'
        'bases = { SHIB = "1000SHIB" }\n[perpetuals.symbols]\nbinance_um_klines = "{instrument}"\n'
        'coinalyze_open_interest = "{instrument}_PERP.A"\ncoinalyze_liquidations = "{instrument}_PERP.A"\n'
        'coinalyze_funding = "{instrument}_PERP.A"\n[select]\nnames = ["XRP"]\n'
    )
    return path


@pytest.fixture(scope="module")
def release(
    recorded: dict[str, dict[date, dict[str, str]]], catalogue: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, pl.DataFrame]:
    """The tables of one run over everything that is recorded."""

    def build(target: Path) -> None:
        market = RecordedMarket()
        market.set(now=NOW)
        try:
            arguments = ("--market", market.url, "--now", NOW, "--from", FIRST.isoformat(), "--warehouse", target)
            names = ",".join(symbol.removesuffix("USDT") for symbol in recorded)
            extra = {"COINALYZE_API_KEY": KEY, "LEVERAGE_CATALOGUE": str(catalogue)}
            ran = leverage("run", *arguments, "--assets", names, extra=extra, patience=PATIENCE)
        finally:
            market.stop()
        # The funding of a day is read out of the next day's bar too, which is not there for the last day.
        assert ran.status == 4, ran.said
        assert json.loads((target / "warehouse.json").read_text())["selection"]["rule"].count(",") == 31

    return published(built_once(tmp_path_factory, "recorded-wide", build))


def test_every_asset_has_a_label_on_every_day(release, recorded) -> None:
    days = pl.date_range(FIRST, LAST, eager=True)
    labelled = release["regimes_daily"]
    assert (labelled.height, labelled["asset"].n_unique(), len(days)) == (32 * 699, 32, 699)
    assert "SHIB" in labelled["asset"]
    assert labelled.filter(pl.col("event").is_null()).is_empty()
    known = labelled.filter(pl.col("data_status") != "insufficient")
    assert known.group_by("asset").len()["len"].min() > 600
    assert set(known["grade"].drop_nulls()) <= {"B", "C", "D"}, "without flows the grade is at most B"
    assert set(release["prices_daily"]["market"].drop_nulls()) == {"perpetual"}


def test_the_market_has_its_breadth_on_every_day(release, recorded) -> None:
    breadth, labelled = release["market_breadth_daily"].sort("day"), release["regimes_daily"]
    read = labelled.group_by("day").agg(read=(pl.col("data_status") != "insufficient").sum()).sort("day")
    assert breadth["day"].to_list() == read["day"].to_list()
    assert breadth["read_count"].to_list() == read["read"].to_list()
    for row in breadth.iter_rows(named=True):
        today = [days[row["day"]] for days in recorded.values()]
        sides = [
            sum(float(r[side]) * float(r["close"]) for r in today)
            for side in ("long_liquidations", "short_liquidations")
        ]
        assert (row["asset_count"], row["liquidation_asset_count"]) == (32, 32), row["day"]
        assert [row["long_liquidations_usd"], row["short_liquidations_usd"]] == pytest.approx(sides, rel=1e-9), row[
            "day"
        ]
        if row["day"] > FIRST:
            before = [float(days[row["day"] - DAY]["close"]) for days in recorded.values()]
            returns = [100 * (float(r["close"]) / b - 1) for r, b in zip(today, before, strict=True)]
            assert row["median_asset_return_pct"] == pytest.approx(median(returns), rel=1e-9), row["day"]
    (luna,) = breadth.filter(pl.col("day") == date(2022, 5, 11)).to_dicts()
    assert luna["flushed_count"] + luna["long_squeezed_count"] > 16, "longs were closed in most of the market"


@pytest.mark.parametrize(("symbol", "text"), COMPUTED)
def test_figures_computed_without_the_models(release, recorded, symbol: str, text: str) -> None:
    day = date.fromisoformat(text)
    asset, multiple = MULTIPLES.get(symbol, (symbol.removesuffix("USDT"), 1))
    today, before = recorded[symbol][day], recorded[symbol][day - DAY]
    close, previous = float(today["close"]) / multiple, float(before["close"]) / multiple
    coins, coins_before = (float(row["open_interest"]) * multiple for row in (today, before))
    expected = {
        "prices_daily": {"close_usd": close, "return_pct": 100 * (close / previous - 1)},
        "open_interest_daily": {
            "open_interest_usd": coins * close,
            "open_interest_change_1d_pct": 100 * (coins / coins_before - 1),
        },
        "liquidations_daily": {
            "long_liquidations_usd": float(today["long_liquidations"]) * multiple * close,
            "short_liquidations_usd": float(today["short_liquidations"]) * multiple * close,
            "long_liquidations_coin": float(today["long_liquidations"]) * multiple,
        },
    }
    for name, figures in expected.items():
        (row,) = release[name].filter((pl.col("asset") == asset) & (pl.col("day") == day)).to_dicts()
        for column, wanted in figures.items():
            assert row[column] == pytest.approx(wanted, rel=1e-9), f"{name}.{column}"
