"""What OKX answers, with invented numbers, and requests of its feeds put to that."""

import json

import polars as pl

from ingest.catalogue import load_catalogue
from ingest.feeds import feed_named
from ingest.instrument import Instrument
from ingest.venues.okx.api import API
from tests.ingest.scripted_venues import ScriptedVenues, asking, days, ms

KLINES, FUNDING, OPEN_INTEREST, LIQUIDATIONS = (
    f"okx_{series}" for series in ("klines", "funding", "open_interest", "liquidations")
)
SYMBOL = "BTC-USDT-SWAP"
DAY, HOUR = 86_400_000, 3_600_000
URL = "https://www.okx.com/api/v5"


def put(feed, venues, first="2026-01-10", last="2026-01-10", **more):
    return asking(feed, venues, days(first, last), **{"symbols": (SYMBOL,), **more})


def read(feed: str, rows: list) -> pl.DataFrame:
    """Published rows as the feed reads them."""
    return feed_named(feed).fetch.fields.frame(rows, Instrument(SYMBOL, "BTC", "perpetual"))


def ok(rows: list) -> dict:
    return {"code": "0", "msg": "", "data": rows}


def answering(*rows) -> ScriptedVenues:
    """These rows at first, and nothing older."""
    told = iter([list(rows)])
    return ScriptedVenues(lambda url, params: ok(next(told, [])))


def bar(stamp: int, confirm: str | None = "1", prices=("80000", "81000", "79000", "80500")) -> list[str]:
    return [str(stamp), *prices, "1200", "12", "966000", *([] if confirm is None else [confirm])]


def settlement(stamp: int, realized="0.0001", predicted="0.0002", symbol=SYMBOL) -> dict[str, str]:
    return {"instType": "SWAP", "instId": symbol, "fundingTime": str(stamp), "realizedRate": realized,
            "fundingRate": predicted, "method": "current_period"}  # fmt: skip


def event(stamp: int, side="sell", position="long", size="50", price="79000.5") -> dict[str, str]:
    return {"ts": str(stamp), "time": str(stamp), "side": side, "posSide": position, "sz": size, "bkPx": price,
            "bkLoss": "0", "ccy": ""}  # fmt: skip


def group(*events: dict, symbol=SYMBOL) -> dict:
    return {"instId": symbol, "instType": "SWAP", "uly": symbol.removesuffix("-SWAP"), "details": list(events)}


def days_before(row):
    """Daily rows as the venue serves them: the newest first, stamped before `after` or `end`."""

    def answer(url, params):
        end = params.get("after") or params["end"]
        newest = (end - 1) // DAY * DAY
        return ok([row(newest - n * DAY) for n in range(params["limit"])])

    return answer


NOW = "2026-02-02T04:00"
NOON = ms("2026-02-01T12:00")


def settlements_before(url, params):
    newest = (params["after"] - 1) // (8 * HOUR) * 8 * HOUR
    return ok([settlement(newest - n * 8 * HOUR) for n in range(params["limit"])])


def held_open(stamp: int, contracts="2800000.5") -> list[str]:
    return [str(stamp), contracts, "28000.005", "2240000400"]


def events_before(events: list[dict]):
    """Events as the venue serves them: the newest hundred stamped before `after`, that millisecond left out."""

    def answer(url, params):
        older = sorted((e for e in events if int(e["ts"]) < params["after"]), key=lambda e: -int(e["ts"]))
        return ok([group(*older[: params["limit"]])] if older else [])

    return answer


def sample(api_samples, name: str) -> list:
    body = json.loads((api_samples / "okx" / name).read_text())
    API.judge(body, API.host, name)
    return body["data"]


def contract(symbol: str) -> float:
    return next(i.contract_size for i in load_catalogue().instruments[LIQUIDATIONS] if i.symbol == symbol)
