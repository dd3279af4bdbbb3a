"""OKX's list of perpetual swaps. `ctVal` is what one contract counts: coins of a linear, USD of an inverse one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ingest.errors import RequestRefused
from ingest.feed import Request
from ingest.venues.okx import api

URL = api.url("public/instruments")


def contracts(request: Request) -> Iterator[Mapping[str, object]]:
    """Yield the contracts as `ingest.listings` names their columns. Raises FeedUnavailable."""
    listed = request.session.get_json(URL, {"instType": "SWAP"}, judge=api.judge).get("data")
    if not isinstance(listed, list) or not all(isinstance(one, Mapping) for one in listed):
        raise RequestRefused(f"expected a list of swaps, got {str(listed)[:80]}", host=api.HOST)
    for one in listed:
        base, _, quote = str(one.get("instId")).removesuffix("-SWAP").partition("-")
        is_linear = one.get("ctType") == "linear"
        yield {
            "symbol": one.get("instId"),
            "base_symbol": base,
            "quote_symbol": quote,
            "contract_type": one.get("ctType"),
            "listing_status": one.get("state"),
            "listed_ms": one.get("listTime"),
            "delivery_ms": one.get("expTime"),
            "base_per_contract": one.get("ctVal") if is_linear and one.get("ctValCcy") == base else None,
            "tick_size": one.get("tickSz"),
            "funding_interval_hours": None,
        }
