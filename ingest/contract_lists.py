"""The venues' newest lists of contracts, and what they say of the assets of a selection."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import polars as pl

from ingest.coverage import Coverage
from ingest.errors import SegmentDamaged
from ingest.feed import Feed, Request
from ingest.feeds import feed_named
from ingest.http import MarketSession
from ingest.landing import Landing
from ingest.perpetuals import Perpetuals
from ingest.pull import pull
from ingest.selection import ListedContract
from ingest.windows import Window


@dataclass(frozen=True)
class Contract:
    """A contract of a list, as its venue writes it."""

    symbol: str
    base: str
    quote: str
    base_per_contract: float | None
    is_trading: bool


TRADING = {"TRADING", "Trading", "live"}  # of Binance, Bybit, OKX; Hyperliquid's are brought to `live`
PERPETUAL = {"PERPETUAL", "LinearPerpetual", "linear"}


def newest_list(landing: Landing, feed: Feed) -> tuple[datetime, tuple[Contract, ...]] | None:
    """When the newest landed list of `feed` was fetched, and its linear perpetuals. None where there is none.

    A damaged segment is passed over: the run that loads it reports it.
    """
    for segment in reversed(landing.segments([feed.name])):
        try:
            rows = landing.read(segment).rows
        except SegmentDamaged:
            continue
        perpetuals = rows.filter(pl.col("contract_type").is_in(PERPETUAL) & pl.col("base_symbol").is_not_null())
        return segment.ingested_at, tuple(
            Contract(
                row["symbol"],
                row["base_symbol"],
                row["quote_symbol"],
                row["base_per_contract"],
                row["listing_status"] in TRADING,
            )
            for row in perpetuals.sort("symbol").to_dicts()
        )
    return None


def current_lists(
    rules: Iterable[Perpetuals], landing: Landing, session: MarketSession, now: datetime
) -> dict[str, tuple[Contract, ...]]:
    """The list of each venue that has one: of the day of `now`, fetched and landed where it is not there yet, else the
    newest that is. A venue whose list was never fetched is left out."""
    found = {}
    for rule in rules:
        if rule.list is None:
            continue
        feed = feed_named(rule.list)
        newest = newest_list(landing, feed)
        if newest is None or newest[0].date() != now.date():
            moment = Window(now, now)
            pull(Request(feed, (), moment, now, session, Coverage()), landing)
            newest = newest_list(landing, feed)
        if newest:
            found[rule.venue] = newest[1]
    return found


def listed_contracts(
    rules: Iterable[Perpetuals],
    lists: Mapping[str, tuple[Contract, ...]],
    assets: Collection[str],
    before: Iterable[ListedContract],
    today: date,
) -> tuple[ListedContract, ...]:
    """The contracts of `assets` in the lists, and those that they no longer have.

    A contract that is not traded any more, or not listed, ended on the last whole day before `today`, unless `before`
    has an earlier end. Where no list was fetched, the contracts stay as they were.
    """
    yesterday = today - timedelta(days=1)
    known = {(one.venue, one.instrument): one for one in before}
    for rule in rules:
        if rule.venue not in lists:
            continue
        listed = set()
        for contract in lists[rule.venue]:
            asset, _ = rule.coin(contract.base)
            if contract.quote != rule.quote or asset not in assets:
                continue
            key = (rule.venue, contract.symbol)
            ended = known[key].last_day if key in known else None
            last_day = None if contract.is_trading else ended or yesterday
            known[key] = ListedContract(
                rule.venue, asset, contract.symbol, contract.base, contract.base_per_contract, last_day
            )
            listed.add(contract.symbol)
        for key, one in known.items():
            if one.venue == rule.venue and one.instrument not in listed and one.last_day is None:
                known[key] = replace(one, last_day=yesterday)
    return tuple(known[key] for key in sorted(known))
