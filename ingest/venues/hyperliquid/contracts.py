"""Hyperliquid's list of perpetuals. A delisted one stays in it, marked; there are no days."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ingest.errors import RequestRefused
from ingest.feed import Request
from ingest.venues.hyperliquid import api


def contracts(request: Request) -> Iterator[Mapping[str, object]]:
    """Yield the contracts as `ingest.listings` names their columns. Raises FeedUnavailable."""
    body = request.session.post_json(api.URL, {"type": "meta"})
    listed = body.get("universe") if isinstance(body, Mapping) else None
    if not isinstance(listed, list) or not all(isinstance(one, Mapping) for one in listed):
        raise RequestRefused(f"expected a universe, got {str(body)[:80]}", host=api.HOST, path="/info")
    for one in listed:
        yield {
            "symbol": one.get("name"),
            "base_symbol": one.get("name"),
            "quote_symbol": "USDC",
            "contract_type": "linear",
            "listing_status": "delisted" if one.get("isDelisted") else "live",
            "base_per_contract": 1,
            "funding_interval_hours": 1,
        }
