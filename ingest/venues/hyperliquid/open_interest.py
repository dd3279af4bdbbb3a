"""Hyperliquid's open interest at the moment of the run, for all coins in one answer.

The answer is two lists, the coins and their states, and the positions in them match. It has no stamp, so a snapshot
has the time of the run.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC
from typing import Any

import polars as pl

from ingest.coverage import Part
from ingest.errors import CHECK_SYMBOL, RequestRefused
from ingest.feed import Batch, Request
from ingest.fetch.rows import text_frame
from ingest.venues.hyperliquid import api
from ingest.windows import Window


def fetch(request: Request) -> Iterator[Batch]:
    """Yield the open interest of each coin as it is now, whatever window is asked for."""
    contexts = _contexts(request)
    present = pl.lit(request.now.astimezone(UTC).replace(tzinfo=None), pl.Datetime("us"))
    for coin in (instrument.symbol for instrument in request.trading):
        with request.noting_refusal(coin):
            if coin not in contexts:
                raise RequestRefused(f"the venue lists no {coin}", host=api.HOST, advice=CHECK_SYMBOL)
            frame = text_frame([contexts[coin]], ("openInterest", "markPx")).select(
                symbol=pl.lit(coin), snapshot_at=present, open_interest_coin="openInterest", mark_price="markPx"
            )
            yield Batch(frame, (Part(coin, "rest", Window(request.now, request.now), frame.height, api.URL),))


def _contexts(request: Request) -> dict[str, Mapping[str, Any]]:
    """The state of each coin by name. Raises RequestRefused when the answer is not two lists of the same length."""
    body = request.session.post_json(api.URL, {"type": "metaAndAssetCtxs"})
    try:
        meta, contexts = body
        return {str(coin.get("name")): {**context} for coin, context in zip(meta["universe"], contexts, strict=True)}
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        what = f"expected coins and their state, got {str(body)[:80]}"
        raise RequestRefused(what, host=api.HOST, path="/info") from error
