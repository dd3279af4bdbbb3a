"""Small good answers of every venue, written by hand with invented numbers, and the venues behind a transport.

`AnsweringAdapter` stands where a simulation does: nothing goes over a socket, and everything above it is the product.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import requests
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict

from tests.ingest.scripted_venues import ms

DAYS = [ms(day) for day in ("2026-01-30", "2026-01-31", "2026-02-01")]
HOURS = [DAYS[1] + hour * 3_600_000 for hour in (0, 8, 16)]
BAR = ("80000", "81000", "79000", "80500")
FORCED_DAY = "2024-03-01"  # of the only archives of forced orders


def _binance_klines() -> list[list[Any]]:
    return [[at, *BAR, "12.5", at + 3_599_999, "1000000", 100, "6", "480000", "0"] for at in HOURS]


def _csv(rows: list[list[Any]], header: str = "") -> str:
    return header + "".join(",".join(map(str, row)) + "\n" for row in rows)


def _archive(path: str) -> str:
    if "/metrics/" in path:
        header = "create_time,symbol,sum_open_interest,sum_open_interest_value,a,b,c,d\n"
        moments = [datetime.fromtimestamp(at / 1000, UTC) + timedelta(minutes=5) for at in HOURS]
        return _csv([[f"{at:%Y-%m-%d %H:%M:%S}", "BTCUSDT", 1000.5, 8e7, 1.5, 1.25, 2, 0.75] for at in moments], header)
    if "/fundingRate/" in path:
        return _csv([[at, 8, "0.0001"] for at in HOURS], "calc_time,funding_interval_hours,last_funding_rate\n")
    if "/liquidationSnapshot/" in path:
        order = [ms(FORCED_DAY), "SELL", "LIMIT", "IOC", 5, 60000, 60010, "FILLED", 5, 5]
        return _csv([order], "time,side,order_type,time_in_force,original_quantity,price,a,b,c,d\n")
    return _csv(_binance_klines())


def _bybit(asked: Mapping[str, Any], rows: list[Any]) -> dict[str, Any]:
    about = {"category": asked["category"], "symbol": asked.get("symbol", ""), "list": rows, "nextPageCursor": ""}
    return {"retCode": 0, "retMsg": "OK", "result": about, "time": 1}


def _okx(rows: list[Any]) -> dict[str, Any]:
    return {"code": "0", "msg": "", "data": rows}


def _coinalyze(asked: Mapping[str, Any], **cells: float) -> list[Any]:
    history = [{"t": at // 1000, **cells} for at in DAYS]
    return [{"symbol": symbol, "history": history} for symbol in asked["symbols"].split(",")]


def _kraken(data: Any) -> dict[str, Any]:
    return {"result": {"timestamp": [at // 1000 for at in DAYS], "data": data, "more": False}, "errors": []}


def _gate_stats() -> list[Any]:
    numbers = ("open_interest", "open_interest_usd", "mark_price", "long_liq_size", "short_liq_size", "long_liq_amount",
               "short_liq_amount", "long_liq_usd", "short_liq_usd", "lsr_account", "lsr_taker", "top_lsr_account",
               "top_lsr_size", "long_users", "short_users")  # fmt: skip
    return [{"time": at // 1000, **dict.fromkeys(numbers, "7")} for at in DAYS]


def _deribit_trade(at: int) -> dict[str, Any]:
    return {"trade_seq": 1, "trade_id": str(at), "timestamp": at, "liquidation": "T", "direction": "sell", "amount": 10,
            "price": 80000, "index_price": 80001, "instrument_name": "BTC-PERPETUAL"}  # fmt: skip


STATUS = [None, DAYS[1], None, 80000, 79990, None, 1e7, None, DAYS[2], 1e-5, 82, None, 1e-4, None, None, 80010, None,
          None, 9636.5, None, None, None, 5e-4, 2.5e-3]  # fmt: skip
OI = {"sumOpenInterest": "1000.5", "sumOpenInterestValue": "80000000"}

Answer = Callable[[Mapping[str, Any]], Any]
"""What was asked -> the decoded body."""
ANSWERS: dict[str, Answer] = {
    "binance.com/fapi/v1/exchangeInfo": lambda asked: {
        "symbols": [
            {"symbol": "BTCUSDT", "contractType": "PERPETUAL", "status": "TRADING", "baseAsset": "BTC",
             "quoteAsset": "USDT", "onboardDate": 1569398400000, "deliveryDate": 4133404800000,
             "filters": [{"filterType": "PRICE_FILTER", "tickSize": "0.10"}]},
        ],
    },
    "binance.com/fapi/v1/fundingInfo": lambda asked: [{"symbol": "BTCUSDT", "fundingIntervalHours": 4}],
    "api.bybit.com/v5/market/instruments-info": lambda asked: _bybit(
        asked,
        [
            {"symbol": "BTCUSDT", "contractType": "LinearPerpetual", "status": "Trading", "baseCoin": "BTC",
             "quoteCoin": "USDT", "launchTime": "1584230400000", "deliveryTime": "0", "fundingInterval": 480,
             "priceFilter": {"tickSize": "0.10"}},
        ],
    ),
    "www.okx.com/api/v5/public/instruments": lambda asked: _okx(
        [
            {"instId": "BTC-USDT-SWAP", "ctType": "linear", "ctVal": "0.01", "ctValCcy": "BTC", "state": "live",
             "listTime": "1573557408000", "expTime": "", "tickSz": "0.1"},
        ]
    ),
    "binance.com/fapi/v1/klines": lambda asked: _binance_klines(),
    "binance.com/dapi/v1/klines": lambda asked: _binance_klines(),
    "binance.vision/api/v3/klines": lambda asked: _binance_klines(),
    "binance.com/fapi/v1/fundingRate": lambda asked: [
        {"symbol": "BTCUSDT", "fundingRate": "0.0001", "fundingTime": at, "markPrice": "80000"} for at in HOURS
    ],
    "binance.com/dapi/v1/fundingRate": lambda asked: [
        {"symbol": "BTCUSD_PERP", "fundingRate": "0.0001", "fundingTime": at, "markPrice": "80000"} for at in HOURS
    ],
    "binance.com/futures/data/openInterestHist": lambda asked: [
        {"symbol": "BTCUSDT", "pair": "BTCUSD", "contractType": "PERPETUAL", "timestamp": at, **OI} for at in HOURS
    ],
    "api-pub.bitfinex.com/v2/status/deriv": lambda asked: [STATUS[1:]],
    "api-pub.bitfinex.com/v2/liquidations/hist": lambda asked: [
        [["pos", 171, DAYS[1], None, "tBTCF0:USTF0", -8, 80000, None, 1, 1, None, 80010]]
    ],
    "api.blockchain.info/charts": lambda asked: {"status": "ok", "values": [{"x": at // 1000, "y": 5} for at in DAYS]},
    "api.bybit.com/v5/market/kline": lambda asked: _bybit(asked, [[str(at), *BAR, "12.5", "1000000"] for at in HOURS]),
    "api.bybit.com/v5/market/funding": lambda asked: _bybit(
        asked, [{"symbol": "BTCUSDT", "fundingRate": "0.0001", "fundingRateTimestamp": str(at)} for at in HOURS]
    ),
    "api.bybit.com/v5/market/tickers": lambda asked: _bybit(
        asked,
        [
            {"symbol": symbol, "fundingRate": "0.0001", "nextFundingTime": str(HOURS[-1]), "fundingIntervalHour": "8"}
            for symbol in ("BTCUSDT", "BTCUSD", "ETHUSDT", "ETHUSD", "SOLUSDT", "SOLUSD")
        ],
    ),
    "api.bybit.com/v5/market/open-interest": lambda asked: _bybit(
        asked, [{"openInterest": "1000.5", "timestamp": str(at)} for at in DAYS]
    ),
    "api.coinalyze.net/v1/open-interest-history": lambda asked: _coinalyze(asked, o=5, h=6, l=4, c=5.5),
    "api.coinalyze.net/v1/funding-rate-history": lambda asked: _coinalyze(asked, o=0.01, h=0.02, l=0.0, c=0.01),
    "api.coinalyze.net/v1/liquidation-history": lambda asked: _coinalyze(asked, l=5, s=1.5),
    "api.coinalyze.net/v1/ohlcv-history": lambda asked: _coinalyze(asked, o=5, h=6, l=4, c=5, v=7, bv=3, tx=9, btx=4),
    "api.exchange.coinbase.com/products": lambda asked: [
        [at // 1000, 79000, 81000, 80000, 80500, 12.5] for at in reversed(DAYS)
    ],
    "coinglass.com/api/futures": lambda asked: {
        "code": "0",
        "data": [
            {"time": at, **{f"aggregated_{side}_liquidation_usd": "5" for side in ("long", "short")}} for at in HOURS
        ],
    },
    "coinmetrics.io/v4/timeseries": lambda asked: {
        "data": [
            {"asset": "btc", "time": f"2026-01-{day}T00:00:00.000000000Z", "FlowInExNtv": "5", "FlowOutExNtv": "4",
             "PriceUSD": "80000", "SplyExNtv": "9", "AdrActCnt": "7"} for day in (30, 31)
        ]
    },
    "deribit.com/api/v2/public/get_tradingview_chart_data": lambda asked: {
        "result": {"ticks": DAYS, "open": [5.0] * 3, "high": [6.0] * 3, "low": [4.0] * 3, "close": [5.5] * 3,
                   "volume": [1.0] * 3, "cost": [9.0] * 3, "status": "ok"}
    },
    "deribit.com/api/v2/public/get_funding_rate_history": lambda asked: {
        "result": [
            {"timestamp": at, "interest_1h": 1e-6, "interest_8h": 1e-5, "index_price": 80000.5, "prev_index_price": 8e4}
            for at in HOURS
        ]
    },
    "deribit.com/api/v2/public/get_book_summary_by_instrument": lambda asked: {
        "result": [{"instrument_name": "BTC-PERPETUAL", "open_interest": 9e9, "mark_price": 80000.5,
                    "creation_timestamp": ms("2026-02-02T03:59")}]
    },
    "deribit.com/api/v2/public/get_last_trades": lambda asked: {
        "result": {"trades": [_deribit_trade(at) for at in HOURS], "has_more": False}
    },
    "api.gateio.ws/api/v4/futures/usdt/contract_stats": lambda asked: _gate_stats(),
    "api.gateio.ws/api/v4/futures/usdt/liq_orders": lambda asked: [
        {"time": DAYS[2] // 1000, "contract": "BTC_USDT", "size": 5, "order_size": -5, "order_price": "80000",
         "fill_price": "80010", "left": 0}
    ],
    "api.gateio.ws/api/v4/futures/usdt/funding_rate": lambda asked: [{"r": "0.0001", "t": at // 1000} for at in HOURS],
    "futures.kraken.com/api/charts/v1/trade": lambda asked: {
        "candles": [{"time": at, "open": "5", "high": "6", "low": "4", "close": "5.5", "volume": 7} for at in DAYS],
        "more_candles": False,
    },
    "analytics/PF_XBTUSD/open-interest": lambda asked: _kraken([["5", "6", "4", "5"]] * 3),
    "analytics/PF_XBTUSD/liquidation-volume": lambda asked: _kraken(["5", "0", "1.5"]),
    "analytics/PF_XBTUSD/funding": lambda asked: _kraken(
        {"rate": [["0.41"] * 4] * 3, "relativeRate": [["0.00001"] * 4] * 3}
    ),
    "futures.kraken.com/derivatives": lambda asked: {
        "result": "success",
        "rates": [
            {"timestamp": f"2026-01-31T{hour:02}:00:00.000Z", "fundingRate": 0.4, "relativeFundingRate": 1e-5}
            for hour in range(3)
        ],
    },
    "www.okx.com/api/v5/market/history-candles": lambda asked: _okx(
        [[str(at), *BAR, "12.5", "0.125", "10000", "1"] for at in reversed(HOURS)]
    ),
    "www.okx.com/api/v5/public/funding-rate-history": lambda asked: _okx(
        [{"instId": asked["instId"], "fundingRate": "0.0001", "realizedRate": "0.0001", "fundingTime": str(at)}
         for at in reversed(HOURS)]
    ),
    "www.okx.com/api/v5/rubik": lambda asked: _okx([[str(at), "1000", "10", "800000"] for at in reversed(DAYS)]),
    "www.okx.com/api/v5/public/liquidation-orders": lambda asked: _okx(
        [{"instId": "BTC-USDT-SWAP", "uly": "BTC-USDT", "details": [
            {"side": "sell", "posSide": "long", "sz": "3", "bkPx": "80000", "ts": str(ms("2026-02-02T03:00"))}]}]
    ),
}  # fmt: skip


def _hyperliquid(question: Mapping[str, Any]) -> Any:
    if question["type"] == "fundingHistory":
        return [{"coin": "BTC", "fundingRate": "0.00001", "premium": "0.0005", "time": at + 31} for at in HOURS]
    if question["type"] == "candleSnapshot":
        bar = {"o": "5", "h": "6", "l": "4", "c": "5", "v": "7", "n": 9, "s": "BTC", "i": "1d"}
        return [{"t": at, "T": at + 86_399_999, **bar} for at in DAYS]
    if question["type"] == "meta":
        return {"universe": [{"name": "BTC", "szDecimals": 5, "isDelisted": False}]}
    return [{"universe": [{"name": "BTC", "szDecimals": 5}]}, [{"openInterest": "27353.1", "markPx": "80000"}]]


class NoAnswer(Exception):
    """The feed asks for something that is not written here."""


class AnsweringAdapter(BaseAdapter):
    """Answers the first question to each path as written above, later ones with nothing more, as at a last page.

    `spoil` gets the number of the answer, what was asked and the good answer: a decoded body, or the text of an
    archive. It returns (HTTP status, headers, body, or None to send the good answer).
    """

    def __init__(self, spoil: Callable[[int, requests.PreparedRequest, Any], tuple[int, dict[str, str], bytes] | None]):
        super().__init__()
        self._spoil = spoil
        self._asked: Counter[str] = Counter()
        self.answers = 0
        self.missing: list[str] = []

    def send(self, request: requests.PreparedRequest, **_: Any) -> requests.Response:  # type: ignore[override]
        parts = urlsplit(str(request.url))
        address = parts.netloc + parts.path
        if address.endswith(".CHECKSUM"):
            body = hashlib.sha256(self._zip(request, address.removesuffix(".CHECKSUM"))[2]).hexdigest().encode()
            return _response(request, 200, {}, body)
        if address.endswith(".zip"):
            return _response(request, *self._zip(request, address))
        good = self._good(parts.netloc, parts.path, dict(parse_qsl(parts.query)), request)
        self.answers += 1
        spoilt = self._spoil(self.answers, request, good)
        return _response(request, *(spoilt or (200, {}, json.dumps(good).encode())))

    def close(self) -> None:
        """Nothing is open."""

    def _zip(self, request: requests.PreparedRequest, address: str) -> tuple[int, dict[str, str], bytes]:
        text = _archive(address)
        self.answers += 1
        if getattr(self._spoil, "packed", False):
            return self._spoil(0, request, _packed(text.encode())) or (200, {}, b"")
        status, headers, body = self._spoil(0, request, text) or (200, {}, text.encode())
        return status, headers, _packed(body)

    def _good(self, host: str, path: str, asked: Mapping[str, Any], request: requests.PreparedRequest) -> Any:
        if host == "api.hyperliquid.xyz":
            question = json.loads(request.body or b"{}")
            asked, answer, key = question, _hyperliquid, json.dumps(question)[:40]
        else:
            found = [one for one in ANSWERS if one in host + path]
            if not found:
                self.missing.append(host + path)
                raise NoAnswer(host + path)
            answer, key = ANSWERS[found[-1]], host + path + str(asked.get("interval") or asked.get("bar"))
        self._asked[key] += 1
        good = answer(asked)
        return good if self._asked[key] == 1 else _emptied(good)


def _packed(body: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as into:
        into.writestr("rows.csv", body)
    return packed.getvalue()


def _emptied(good: Any) -> Any:
    """The answer without its rows, which are its longest list wherever that is."""
    if isinstance(good, list):
        return []
    return {name: _emptied(value) if isinstance(value, dict | list) else value for name, value in good.items()}


def _response(
    request: requests.PreparedRequest, status: int, headers: dict[str, str], body: bytes
) -> requests.Response:
    response = requests.Response()
    response.status_code, response.url, response.request = status, str(request.url), request
    response.headers = CaseInsensitiveDict(headers)
    response.raw = io.BytesIO(body)
    return response
