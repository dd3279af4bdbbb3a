"""The venues' newest lists of contracts, and what they say of the assets of a selection."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

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
    """A contract of a list, as its venue writes it. `announced_end` is the last day of trading that it has set."""

    symbol: str
    base: str
    quote: str
    base_per_contract: float | None
    is_trading: bool
    announced_end: date | None = None


TRADING = {"TRADING", "Trading", "live"}  # of Binance, Bybit, OKX; Hyperliquid's are brought to `live`
PERPETUAL = {"PERPETUAL", "LinearPerpetual", "linear"}
NO_DELIVERY_MS = 4_000_000_000_000  # in 2096; Binance delivers a contract that has no end in 2100


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
                _last_day_before(row["delivery_ms"]),
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


def _last_day_before(delivery_ms: int | None) -> date | None:
    """The day of the last moment before a delivery, None where none is announced."""
    if delivery_ms is None or delivery_ms >= NO_DELIVERY_MS:
        return None
    return (datetime.fromtimestamp(delivery_ms / 1000, UTC) - timedelta(milliseconds=1)).date()


def listed_contracts(
    rules: Iterable[Perpetuals],
    lists: Mapping[str, tuple[Contract, ...]],
    assets: Collection[str],
    before: Iterable[ListedContract],
    today: date,
) -> tuple[ListedContract, ...]:
    """The contracts of `assets` in the lists, and those that they no longer have.

    A contract ends on the day that its venue has announced, once that day is over. One that is not traded any more, or
    not listed, ended on that day or on the last whole day before `today`, whichever is earlier, unless `before` has an
    earlier end. Where no list was fetched, the other contracts stay as they were.
    """
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
            ended = known[key].last_day if key in known and not contract.is_trading else None
            one = ListedContract(
                rule.venue,
                asset,
                contract.symbol,
                contract.base,
                contract.base_per_contract,
                ended,
                contract.announced_end,
            )
            known[key] = one if contract.is_trading else _ended(one, today)
            listed.add(contract.symbol)
        for key, one in known.items():
            if one.venue == rule.venue and one.instrument not in listed:
                known[key] = _ended(one, today)
    return tuple(_ended(one, today) if _is_over(one, today) else one for _, one in sorted(known.items()))


def _is_over(contract: ListedContract, today: date) -> bool:
    """Whether the day on which its venue ends the contract is over."""
    return contract.announced_end is not None and contract.announced_end < today


def _ended(contract: ListedContract, today: date) -> ListedContract:
    """A contract that has ended: on the announced day if that has come, else on the day before `today`, or earlier."""
    announced = contract.announced_end
    if announced and announced <= today:
        return replace(contract, last_day=min(contract.last_day or announced, announced))
    return replace(contract, last_day=contract.last_day or today - timedelta(days=1))
