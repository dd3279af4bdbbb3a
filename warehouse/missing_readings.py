"""Assets that had a reading and have none for the last day: since when, and which inputs they lack."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import duckdb

NAMED = 8  # assets in a sentence or on a page; more of them are counted
# The series that each required input belongs to. Other identifiers of missing inputs are shown as they are.
SERIES = {
    "ohlc": "prices",
    "previous_close": "prices",
    "long_liquidations": "liquidations",
    "short_liquidations": "liquidations",
    "open_interest": "open interest",
    "previous_open_interest": "open interest",
    "funding": "funding",
    "netflow": "exchange flows",
}


@dataclass(frozen=True)
class MissingReading:
    """An asset without a reading for the last day, its last day that has one, and the inputs that it lacks."""

    asset: str
    last_reading: date
    missing_inputs: str

    @property
    def since(self) -> date:
        """The first day without a reading."""
        return self.last_reading + timedelta(days=1)

    @property
    def text(self) -> str:
        """One line: `BTC has no reading since 2026-02-27: liquidations missing`."""
        return f"{self.asset} has no reading since {self.since}: {lacking(self.missing_inputs)}"


def missing_readings(connection: duckdb.DuckDBPyConnection, table: str = "regimes_daily") -> list[MissingReading]:
    """The assets of `table` (regimes_daily, of a release or of the marts) whose last day has too little data for a
    label, while an earlier day had enough; Bitcoin first, then by name."""
    found = connection.execute(
        "SELECT asset, max(day) FILTER (data_status IS DISTINCT FROM 'insufficient') AS last_reading,"  # noqa: S608
        f" arg_max_null(missing_inputs, day) FROM {table} GROUP BY asset"
        " HAVING last_reading < max(day) ORDER BY asset <> 'BTC', asset"
    ).fetchall()
    return [MissingReading(asset, day, missing or "") for asset, day, missing in found]


def texts(missing: Sequence[MissingReading]) -> list[str]:
    """The line of each of the first NAMED assets, and one that counts the others."""
    return [*(one.text for one in missing[:NAMED]), *(f"and {line}" for line in _others(missing))]


def banner(missing: Sequence[MissingReading]) -> str | None:
    """What is shown above the last readings, None if nothing is missing."""
    lines = [f"{one.text}. Its last reading is of {one.last_reading}." for one in missing[:NAMED]]
    return " ".join([*lines, *(f"{line}." for line in _others(missing))]) or None


def lacking(missing_inputs: str) -> str:
    """The missing inputs by series: `liquidations and funding missing`; other problems by their name."""
    names = missing_inputs.split(",") if missing_inputs else []
    series = list(dict.fromkeys(SERIES[name] for name in names if name in SERIES))
    if series:
        return f"{_listed(series)} missing"
    return _listed([name.replace("_", " ") for name in names]) or "too little data"


def _others(missing: Sequence[MissingReading]) -> list[str]:
    count = len(missing) - NAMED
    return [f"{count} more {'assets have' if count > 1 else 'asset has'} none"] if count > 0 else []


def _listed(words: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))
