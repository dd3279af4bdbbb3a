"""How much a USDT-margined contract counted in a month: what was traded in it, or its open interest at the end.

Both are asked for one contract at a time and are final once the month is over, so that a ranking can be made again;
open interest only for 30 days.
"""

from __future__ import annotations

from typing import Any

from ingest.errors import RequestRefused
from ingest.http import MarketSession
from ingest.selection import Measure
from ingest.venues.binance import api
from ingest.windows import Window, milliseconds

KLINES = f"https://{api.USDT_MARGINED.host}/{api.USDT_MARGINED.root}/klines"
OPEN_INTEREST = f"https://{api.USDT_MARGINED.host}/futures/data/openInterestHist"
QUOTE_VOLUME = 7  # place of the cell in a bar


def size(session: MarketSession, symbol: str, month: Window, measure: Measure) -> float | None:
    """USD of a contract in a month, None where it was not traded then. Raises FeedUnavailable."""
    last = milliseconds(month.end) - 1
    asked: dict[str, str | int]
    if measure == "traded_value":
        asked = {"interval": "1d", "startTime": milliseconds(month.start), "endTime": last, "limit": 31}
        values = [bar[QUOTE_VOLUME] for bar in _rows(session, KLINES, symbol, asked, list)]
    else:
        asked = {"period": "5m", "startTime": last + 1 - 600_000, "endTime": last + 1, "limit": 3}
        rows = _rows(session, OPEN_INTEREST, symbol, asked, dict)
        values = [row["sumOpenInterestValue"] for row in rows[-1:]]
    return sum(map(float, values)) if values else None


def _rows(session: MarketSession, url: str, symbol: str, asked: dict[str, str | int], kind: type) -> list[Any]:
    rows = session.get_json(url, {"symbol": symbol, **asked}, judge=api.judge)
    if not isinstance(rows, list) or not all(isinstance(row, kind) for row in rows):
        raise RequestRefused(f"expected rows of {symbol}, got {str(rows)[:80]}", host=api.USDT_MARGINED.host)
    return rows
