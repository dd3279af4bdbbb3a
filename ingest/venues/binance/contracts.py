"""Binance's list of USDT-margined contracts, with the hours between settlements.

`fundingInfo` has only contracts whose interval was ever changed; the others settle every eight hours.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ingest.errors import FeedUnavailable, RequestRefused
from ingest.feed import Request
from ingest.venues.binance import api

URL = f"https://{api.USDT_MARGINED.host}/{api.USDT_MARGINED.root}/exchangeInfo"
INTERVALS = f"https://{api.USDT_MARGINED.host}/{api.USDT_MARGINED.root}/fundingInfo"
USUAL_HOURS = 8


def contracts(request: Request) -> Iterator[Mapping[str, object]]:
    """Yield the contracts as `ingest.listings` names their columns. Raises FeedUnavailable."""
    body = request.session.get_json(URL, judge=api.judge)
    listed = body.get("symbols") if isinstance(body, Mapping) else None
    if not isinstance(listed, list) or not all(isinstance(one, Mapping) for one in listed):
        raise RequestRefused(f"expected symbols, got {str(body)[:80]}", host=api.USDT_MARGINED.host)
    hours = _changed_intervals(request)
    for one in listed:
        filters = {f.get("filterType"): f for f in one.get("filters") or () if isinstance(f, Mapping)}
        symbol = one.get("symbol")
        yield {
            "symbol": symbol,
            "base_symbol": one.get("baseAsset"),
            "quote_symbol": one.get("quoteAsset"),
            "contract_type": one.get("contractType"),
            "listing_status": one.get("status"),
            "listed_ms": one.get("onboardDate"),
            "delivery_ms": one.get("deliveryDate"),
            "base_per_contract": 1,
            "tick_size": filters.get("PRICE_FILTER", {}).get("tickSize"),
            "funding_interval_hours": None if hours is None else hours.get(str(symbol), USUAL_HOURS),
        }


def _changed_intervals(request: Request) -> dict[str, object] | None:
    """The hours of the contracts whose interval was changed. None, with a note, when they cannot be fetched."""
    try:
        body = request.session.get_json(INTERVALS, judge=api.judge)
    except FeedUnavailable as error:
        request.notes.append(f"without the hours between settlements: {error}")
        return None
    rows = body if isinstance(body, list) else []
    return {str(row.get("symbol")): row.get("fundingIntervalHours") for row in rows if isinstance(row, Mapping)}
