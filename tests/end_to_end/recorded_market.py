"""The recorded market beside the repository: its server, runs on it, and figures of a day straight from its files.

The figures are plain Python over the recorded rows: no DuckDB, no dbt, no module of the project.
"""

from __future__ import annotations

import csv
import gzip
import json
import subprocess
import sys
import urllib.parse
import urllib.request
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from tests.pipelines import Ran, copied, leverage
from tests.recordings import RECORDED

KEY = "key-that-nobody-may-read-5f2c"  # any key will do there
NOW = "2026-02-02T04:00:00Z"  # the server's clock unless it is moved
ALL_DAYS = ("--from", "2024-09-01", "--to", "2026-02-01")
DAY = timedelta(days=1)


def run(url: str, warehouse: Path, now: str, *more: str, catalogue: Path) -> Ran:
    """`leverage run` on a relay, with a key for Coinalyze."""
    arguments = ("run", "--market", url, "--now", now, "--warehouse", warehouse, *more)
    return leverage(*arguments, extra={"COINALYZE_API_KEY": KEY, "LEVERAGE_CATALOGUE": str(catalogue)})


def behind(url: str, warehouse: Path, target: Path) -> Path:
    """A copy of a warehouse that takes the server at `url` for its market: the same recording on another port."""
    copied(warehouse, target)
    marker = target / "warehouse.json"
    marker.write_text(json.dumps({**json.loads(marker.read_text()), "market": url}))
    return target


def skipped(ran: Ran) -> dict[str, str]:
    """The feeds that a run said it skipped, each with its reason; every feed in a line of its own."""
    lines = [
        line.removeprefix("skipped ").partition(": ") for line in ran.err.splitlines() if line.startswith("skipped ")
    ]
    assert len({feed for feed, _, _ in lines}) == len(lines), ran.err
    return {feed: why for feed, _, why in lines}


def files_with(directory: Path, text: str) -> list[Path]:
    """The files below a directory whose bytes hold `text`."""
    return [file for file in directory.rglob("*") if file.is_file() and text.encode() in file.read_bytes()]


class RecordedMarket:
    """`serve.py` on a free port of loopback; the same port again after a stop."""

    def __init__(self) -> None:
        self._port = 0
        self.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        command = [sys.executable, RECORDED / "serve.py", "--port", str(self._port)]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        said = self._process.stdout.readline()
        self._port = int(said.split("127.0.0.1:")[1].split()[0])

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(30)
        if self._process.stdout:
            self._process.stdout.close()

    def set(self, **control: str) -> None:
        """Move the clock (`now`) or set `faults`, as serve.py describes it."""
        self._ask(f"set?{urllib.parse.urlencode(control)}")

    def requests(self) -> dict[str, int]:
        """Requests answered so far, by host and path; archives under data.binance.vision/..."""
        return dict(self._ask("stats")["requests"])

    def _ask(self, what: str) -> dict:
        with urllib.request.urlopen(f"{self.url}/_control/{what}", timeout=30) as answer:
            return json.load(answer)


@dataclass(frozen=True)
class Figures:
    """A day of Bitcoin, as the marts name it; the Binance BTCUSDT perpetual where a venue is meant."""

    close_usd: float
    return_pct: float
    low_vs_previous_close_pct: float
    funding_8h_bp: float
    long_usd: float
    short_usd: float
    open_interest_coin: float
    open_interest_change_1d_pct: float
    open_interest_source: str
    netflow_coin: float
    active_addresses_count: float


def figures(day: date) -> Figures:
    """The figures of `day` from the recordings, each by its definition."""
    bar, before = _spot()[day], float(_spot()[day - DAY]["close"])
    rates = [
        float(r["funding_rate"]) for r in _rows("binance_um_BTCUSDT_funding") if _paid_for(r["funding_time"]) == day
    ]
    assert len(rates) == 3, f"{day} has {len(rates)} settlements"
    price = float(_by_second("coinalyze_BTCUSDT_PERP.A_ohlcv")[day]["c"])
    liquidated = _by_second("coinalyze_BTCUSDT_PERP.A_liquidation")[day]
    (coins, source), (coins_before, _) = _open_interest(day), _open_interest(day - DAY)
    network = {date.fromisoformat(r["time"][:10]): r for r in _rows("coinmetrics_btc_2026-03")}[day]
    return Figures(
        close_usd=float(bar["close"]),
        return_pct=100 * (float(bar["close"]) / before - 1),
        low_vs_previous_close_pct=100 * (float(bar["low"]) / before - 1),
        funding_8h_bp=10_000 * sum(rates) / 3,
        long_usd=float(liquidated["l"]) * price,
        short_usd=float(liquidated["s"]) * price,
        open_interest_coin=coins,
        open_interest_change_1d_pct=100 * (coins / coins_before - 1),
        open_interest_source=source,
        netflow_coin=float(network["FlowInExNtv"]) - float(network["FlowOutExNtv"]),
        active_addresses_count=float(network["AdrActCnt"]),
    )


def rates_of(recording: str, day: date) -> list[float]:
    """The funding rates of a recording that pay for a day."""
    stamp = "funding_time" if "funding_time" in _rows(recording)[0] else "time"
    return [float(r["funding_rate"]) for r in _rows(recording) if _paid_for(r[stamp]) == day]


_READ: dict[str, list[dict[str, str]]] = {}


def _rows(name: str) -> list[dict[str, str]]:
    if name not in _READ:
        with gzip.open(RECORDED / "data" / f"{name}.csv.gz", "rt", newline="") as file:
            _READ[name] = list(csv.DictReader(file))
    return _READ[name]


def _spot() -> dict[date, dict[str, str]]:
    return {_day(int(r["open_time"]) / 1000): r for r in _rows("binance_spot_BTCUSDT_1d")}


def _by_second(name: str) -> dict[date, dict[str, str]]:
    return {_day(int(r["t"])): r for r in _rows(name)}


def _day(seconds: float) -> date:
    return datetime.fromtimestamp(seconds, UTC).date()


def _paid_for(milliseconds: str) -> date:
    """A settlement pays for the hours before it, so that of 00:00 belongs to the day before."""
    return _day(int(milliseconds) // 3_600_000 * 3600 - 1)


def _open_interest(day: date) -> tuple[float, str]:
    """Coins at the end of the day: the venue's last snapshot of the last ten minutes, else Coinalyze's close."""
    midnight = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) + 86_400
    stamped = {int(r["t"]) // 1000: float(r["oi"]) for r in _rows("binance_um_BTCUSDT_metrics_5m")}
    at_end = [at for at in range(midnight - 600, midnight + 1) if at in stamped]
    if at_end:
        return stamped[at_end[-1]], "binance_um_open_interest"
    return float(_by_second("coinalyze_BTCUSDT_PERP.A_oi")[day]["c"]), "coinalyze_open_interest"
