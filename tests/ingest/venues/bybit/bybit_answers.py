"""What Bybit answers, with invented numbers, and requests of its feeds put to that."""

import json

from ingest.instrument import Instrument
from tests.ingest.scripted_venues import ScriptedVenues, asking, days

KLINES, FUNDING, OPEN_INTEREST = "bybit_klines", "bybit_funding", "bybit_open_interest"
HOUR = 3_600_000
URL = "https://api.bybit.com/v5/market"


def put(feed, venues, first="2026-01-10", last="2026-01-10", *, symbol="BTCUSDT", margin_type="linear", **more):
    request = asking(feed, venues, days(first, last), **more)
    request.instruments = (Instrument(symbol, "BTC", "perpetual", margin_type=margin_type),)
    return request


def ok(rows: list, **result: object) -> dict:
    return {"retCode": 0, "retMsg": "OK", "result": {**result, "list": rows}, "retExtInfo": {}, "time": 1}


def answering(rows: list, **result: object) -> ScriptedVenues:
    return ScriptedVenues(lambda url, params: ok(rows, **result))


def bar(stamp: int, volume="12.5", turnover="1000000", prices=("80000", "81000", "79000", "80500")) -> list[str]:
    return [str(stamp), *prices, volume, turnover]


def settlement(stamp: int, rate="0.0001", symbol="BTCUSDT") -> dict[str, str]:
    return {"symbol": symbol, "fundingRate": rate, "fundingRateTimestamp": str(stamp)}


def snapshot(stamp: int, both="120000.5", one: str | None = "60000.25") -> dict[str, str]:
    return {"openInterest": both, "timestamp": str(stamp), **({} if one is None else {"singleOpenInterest": one})}


def bars_between(url: str, params: dict) -> dict:
    """Klines as the venue serves them: the newest first, both ends included, never more than the limit."""
    step = {"60": HOUR, "D": 24 * HOUR}[params["interval"]]
    opens = range(-(-params["start"] // step) * step, params["end"] + 1, step)
    return ok([bar(stamp) for stamp in reversed(opens)][: params["limit"]])


def settlements_between(url: str, params: dict) -> dict:
    stamps = range(-(-params["startTime"] // (8 * HOUR)) * 8 * HOUR, params["endTime"] + 1, 8 * HOUR)
    return ok([settlement(stamp) for stamp in reversed(stamps)][: params["limit"]])


def paged(*pages: list, cursors: tuple[str, ...]) -> ScriptedVenues:
    """Pages by cursor, as the venue hands them out: the cursor percent-encoded, the first page without one."""
    told = dict(zip(("", *cursors), pages, strict=True))
    following = dict(zip(told, (*(c.replace("=", "%3D").replace("&", "%26") for c in cursors), ""), strict=True))
    return ScriptedVenues(
        lambda url, params: ok(told[c := params.get("cursor", "")], nextPageCursor=following[c], category="linear")
    )


def sample(api_samples, name: str) -> dict:
    return json.loads((api_samples / "bybit" / name).read_text())
