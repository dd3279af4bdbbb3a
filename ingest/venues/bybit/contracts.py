"""Bybit's lists of linear and inverse contracts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from urllib.parse import unquote

from ingest.feed import Request
from ingest.venues.bybit import api

URL = api.url("instruments-info")
PAGE = 1000
LONGEST = 20  # pages; a venue that repeats itself is refused


def contracts(request: Request) -> Iterator[Mapping[str, object]]:
    """Yield the contracts as `ingest.listings` names their columns. Raises FeedUnavailable."""
    for category in ("linear", "inverse"):
        cursor = ""
        for _ in range(LONGEST):
            asked: dict[str, str | int] = {
                "category": category,
                "limit": PAGE,
                **({"cursor": cursor} if cursor else {}),
            }
            result, listed = api.listed(request, URL, asked)
            yield from map(_contract, listed)
            cursor = unquote(str(result.get("nextPageCursor") or ""))
            if not cursor:
                break
        else:
            raise api.refused(URL, f"more than {LONGEST} pages of {category} contracts")


def _contract(one: Mapping[str, object]) -> Mapping[str, object]:
    prices = one.get("priceFilter")
    minutes = one.get("fundingInterval")
    return {
        "symbol": one.get("symbol"),
        "base_symbol": one.get("baseCoin"),
        "quote_symbol": one.get("quoteCoin"),
        "contract_type": one.get("contractType"),
        "listing_status": one.get("status"),
        "listed_ms": one.get("launchTime"),
        "delivery_ms": None if one.get("deliveryTime") in ("0", 0) else one.get("deliveryTime"),
        "base_per_contract": 1 if str(one.get("contractType")).startswith("Linear") else None,
        "tick_size": prices.get("tickSize") if isinstance(prices, Mapping) else None,
        "funding_interval_hours": minutes / 60 if isinstance(minutes, int) and minutes else None,
    }
