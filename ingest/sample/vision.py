"""The bulk archives of data.binance.vision in the simulated market: zips and checksums, once published.

Spot klines have no header, and microseconds from 2025 on; futures files have a header and milliseconds.
"""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Literal
from xml.sax.saxutils import escape

from ingest.sample import noise
from ingest.sample.answers import Answer, Question
from ingest.sample.binance import INTERVALS_MS, PERPETUALS, SYMBOLS, kline_fields, settlements, shown_decimals
from ingest.sample.instants import DAY_MS, FIVE_MINUTES_MS, HOUR_MS, start_of
from ingest.sample.market import MarketKind, SimulatedMarket

Kind = Literal["klines", "metrics", "fundingRate"]

_ADDRESS = re.compile(
    r"/data/(?P<market>spot|futures/um)/(?P<cadence>daily|monthly)/(?P<kind>klines|metrics|fundingRate)"
    r"/(?P<symbol>[A-Z0-9]+)/(?:(?P<interval>1h|1d)/)?"
    r"(?P=symbol)-(?P<what>1h|1d|metrics|fundingRate)-(?P<period>\d{4}-\d\d(?:-\d\d)?)\.zip"
)
# Which kinds the venue publishes in which market and cadence.
_PUBLISHED = {
    ("spot", "daily", "klines"),
    ("spot", "monthly", "klines"),
    ("futures/um", "daily", "klines"),
    ("futures/um", "monthly", "klines"),
    ("futures/um", "daily", "metrics"),
    ("futures/um", "monthly", "fundingRate"),
}
_KLINE_HEADER = (
    "open_time,open,high,low,close,volume,close_time,quote_volume,count,taker_buy_volume,taker_buy_quote_volume,ignore"
)
_METRICS_HEADER = (
    "create_time,symbol,sum_open_interest,sum_open_interest_value,count_toptrader_long_short_ratio,"
    "sum_toptrader_long_short_ratio,count_long_short_ratio,sum_taker_long_short_vol_ratio"
)
_FUNDING_HEADER = "calc_time,funding_interval_hours,last_funding_rate"
_KINDS: dict[str, Kind] = {"klines": "klines", "metrics": "metrics", "fundingRate": "fundingRate"}
_MICROSECONDS_FROM_MS = start_of(date(2025, 1, 1))
_PUBLICATION_HOUR_MS = 3 * HOUR_MS


@dataclass(frozen=True, slots=True)
class _Archive:
    market: MarketKind
    kind: Kind
    code: str
    symbol: str
    step_ms: int
    name: str
    start_ms: int
    end_ms: int
    published_ms: int


class Archives:
    """data.binance.vision of one simulated market."""

    def __init__(self, market: SimulatedMarket) -> None:
        self._market = market
        # An archive is asked for twice, once for its checksum. 64 of the largest kind are about 5 MB.
        self._zipped = lru_cache(maxsize=64)(self._zip)

    def answer(self, question: Question) -> Answer:
        """The zip, its checksum line, or the store's 404 for what does not exist or is not published yet."""
        archive = _parse(question.path.removesuffix(".CHECKSUM"))
        if archive is None or self._market.now_ms < archive.published_ms:
            return _no_such_key(question.path)
        body = self._zipped(archive)
        if body is None:
            return _no_such_key(question.path)
        if question.path.endswith(".CHECKSUM"):
            line = f"{hashlib.sha256(body).hexdigest()}  {archive.name}.zip\n"
            return Answer(200, "text/plain", line.encode())
        return Answer(200, "application/zip", body)

    def _zip(self, archive: _Archive) -> bytes | None:
        """The archive, or None where the market has no row of that period."""
        rows = {"klines": self._klines, "metrics": self._metrics, "fundingRate": self._funding}[archive.kind]
        header, lines = rows(archive)
        if not lines:
            return None
        text = "\n".join([*header, *lines, ""])
        member = zipfile.ZipInfo(f"{archive.name}.csv", (2020, 1, 1, 0, 0, 0))
        # Deflate gives other bytes with another zlib; stored members are the same on every machine.
        member.create_system, member.compress_type = 3, zipfile.ZIP_STORED
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive_file:
            archive_file.writestr(member, text)
        return buffer.getvalue()

    def _klines(self, archive: _Archive) -> tuple[list[str], list[str]]:
        bars = self._market.bars(archive.code, archive.market, archive.step_ms, archive.start_ms, archive.end_ms - 1)
        decimals = shown_decimals(self._market, archive.code, archive.market)
        rows = [kline_fields(bar, archive.market, archive.step_ms, decimals) for bar in bars]
        if archive.market == "perpetual":
            return [_KLINE_HEADER], [",".join(map(str, row)) for row in rows]
        if archive.start_ms >= _MICROSECONDS_FROM_MS:
            for row in rows:
                row[0], row[6] = f"{row[0]}000", f"{row[6]}999"
        return [], [",".join(map(str, row)) for row in rows]

    def _metrics(self, archive: _Archive) -> tuple[list[str], list[str]]:
        """Labelled at the end of the five minutes: 00:05 to 00:00 of the next day."""
        rows = self._market.open_interest(archive.code, archive.start_ms + FIVE_MINUTES_MS, archive.end_ms)
        if not rows:
            return [], []
        rng = noise.stream(self._market.seed, archive.name)
        today = 0.1 * noise.normal(rng)
        crowd = [today + swing for swing in noise.bridge(rng, len(rows), 0.002)]
        return [_METRICS_HEADER], [
            f"{_label(instant_ms)},{archive.symbol},{coin:.8f}00000000,{usd:.8f}00000000,"
            f"{1.3 + lean:.8f},{1.5 + 1.5 * lean:.8f},{1.2 + 0.8 * lean:.8f},{0.7 + 0.6 * rng.random():.8f}"
            for (instant_ms, coin, usd), lean in zip(rows, crowd[1:], strict=True)
        ]

    def _funding(self, archive: _Archive) -> tuple[list[str], list[str]]:
        rows = settlements(self._market, archive.code, archive.start_ms, archive.end_ms - 1)
        return [_FUNDING_HEADER], [f"{calculated_ms},8,{rate:.8f}" for calculated_ms, rate, _ in rows]


def _parse(address: str) -> _Archive | None:
    """The archive that an address names, or None where the venue publishes nothing of that name."""
    match = _ADDRESS.fullmatch(address)
    if match is None:
        return None
    folder, cadence, kind, symbol = match["market"], match["cadence"], match["kind"], match["symbol"]
    interval, what, period = match["interval"], match["what"], match["period"]
    code = (SYMBOLS if folder == "spot" else PERPETUALS).get(symbol)
    daily = cadence == "daily"
    if (
        code is None
        or (folder, cadence, kind) not in _PUBLISHED
        or (what != interval if kind == "klines" else interval is not None or what != kind)
    ):
        return None
    try:
        first = date.fromisoformat(period if daily else f"{period}-01")
    except ValueError:
        # A 30th of February, or a month where the folder holds days and the other way round.
        return None
    start_ms = start_of(first)
    following = _first_of_next_month(first)
    end_ms = start_ms + DAY_MS if daily else start_of(following)
    # Daily archives come the next day, monthly ones on the first Monday of the next month.
    publication_ms = end_ms if daily else end_ms + (-following.weekday() % 7) * DAY_MS
    return _Archive(
        market="spot" if folder == "spot" else "perpetual",
        kind=_KINDS[kind],
        code=code,
        symbol=symbol,
        step_ms=INTERVALS_MS.get(what, 0),
        name=f"{symbol}-{what}-{period}",
        start_ms=start_ms,
        end_ms=end_ms,
        published_ms=publication_ms + _PUBLICATION_HOUR_MS,
    )


def _first_of_next_month(first: date) -> date:
    return first.replace(year=first.year + first.month // 12, month=first.month % 12 + 1, day=1)


def _label(instant_ms: int) -> str:
    return datetime.fromtimestamp(instant_ms // 1000, UTC).isoformat(" ")[:19]


def _no_such_key(path: str) -> Answer:
    body = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>NoSuchKey</Code>'
        f"<Message>The specified key does not exist.</Message><Key>{escape(path.lstrip('/'))}</Key></Error>"
    )
    return Answer(404, "application/xml", body.encode())
