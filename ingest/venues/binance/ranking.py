"""How much a USDT-margined contract counted in a month: what was traded in it, or its open interest at the end.

Both are asked for one contract at a time and are final once the month is over, so that a ranking can be made again.
REST has open interest for 30 days, archives have older months.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import polars as pl

from ingest.coverage import Coverage
from ingest.errors import RequestRefused
from ingest.feed import Request
from ingest.http import MarketSession
from ingest.instrument import Instrument
from ingest.selection import Measure
from ingest.venues.binance.api import USDT_MARGINED, USDT_STATISTICS
from ingest.venues.binance.feeds import FEEDS
from ingest.venues.binance.open_interest import RETENTION
from ingest.windows import Window, milliseconds

KLINES = USDT_MARGINED.api.url("klines")
OPEN_INTEREST = USDT_STATISTICS.url("openInterestHist")
QUOTE_VOLUME = 7  # place of the cell in a bar
SNAPSHOTS = next(feed for feed in FEEDS if feed.name == "binance_um_open_interest")


def size(session: MarketSession, symbol: str, month: Window, measure: Measure, now: datetime) -> float | None:
    """USD of a contract in a month that is over, None where it was not traded then. Raises FeedUnavailable."""
    last = milliseconds(month.end) - 1
    asked: dict[str, str | int]
    if measure == "traded_value":
        asked = {"interval": "1d", "startTime": milliseconds(month.start), "endTime": last, "limit": 31}
        bars = USDT_MARGINED.api.page(session, KLINES, {"symbol": symbol, **asked}, row=list).rows
        values = [bar[QUOTE_VOLUME] for bar in bars]
    elif month.end - timedelta(minutes=10) < now - RETENTION:
        return _archived_open_interest(session, symbol, month, now)
    else:
        asked = {"period": "5m", "startTime": last + 1 - 600_000, "endTime": last + 1, "limit": 3}
        rows = USDT_STATISTICS.page(session, OPEN_INTEREST, {"symbol": symbol, **asked}).rows
        values = [row["sumOpenInterestValue"] for row in rows[-1:]]
    return sum(map(float, values)) if values else None


def _archived_open_interest(session: MarketSession, symbol: str, month: Window, now: datetime) -> float | None:
    """USD at the last snapshot of the month's last day. Raises FeedUnavailable, also when the archive is damaged."""
    perpetual = Instrument(symbol, symbol, "perpetual")
    request = Request(
        SNAPSHOTS, (perpetual,), Window(month.end - timedelta(days=1), month.end), now, session, Coverage()
    )
    rows = pl.concat([batch.rows for batch in SNAPSHOTS.fetch(request)] or [pl.DataFrame()])
    if rows.is_empty() and request.notes:
        raise RequestRefused("; ".join(request.notes), host=USDT_MARGINED.api.host)
    return None if rows.is_empty() else float(rows.sort("snapshot_at")["open_interest_usd"][-1])
