"""Coin Metrics community's answers in the simulated market: daily metrics, paged, final at 03:00 UTC."""

from __future__ import annotations

from datetime import date, timedelta
from urllib.parse import urlencode

from ingest.sample.answers import Answer, BadParameterError, Question, integer, json_answer
from ingest.sample.daily import Day
from ingest.sample.instants import DAY_MS, HOUR_MS, start_of
from ingest.sample.market import SimulatedMarket
from ingest.sample.story import FINAL_MODELLED_DAY, FIRST_DAY

_PATH = "/v4/timeseries/asset-metrics"
ASSETS: dict[str, str] = {"btc": "BTC", "eth": "ETH"}
_FREE_METRICS = (
    "AdrActCnt",
    "FlowInExNtv",
    "FlowInExUSD",
    "FlowOutExNtv",
    "FlowOutExUSD",
    "PriceUSD",
    "SplyExNtv",
    "SplyExUSD",
)
_FINAL_AFTER_MS = 3 * HOUR_MS
_MOST_ROWS = 10_000


class _ForbiddenError(Exception):
    pass


def asset_metrics(market: SimulatedMarket, question: Question) -> Answer:
    """community-api.coinmetrics.io."""
    if question.path != _PATH:
        return json_answer(404, {"error": {"type": "not_found", "message": "The requested resource was not found."}})
    try:
        return json_answer(200, _page(market, question))
    except BadParameterError as bad:
        message = f"Bad parameter '{bad.name}'. {bad.message}"
        return json_answer(400, {"error": {"type": "bad_parameter", "message": message}})
    except _ForbiddenError as forbidden:
        return json_answer(403, {"error": {"type": "forbidden", "message": str(forbidden)}})


def _page(market: SimulatedMarket, question: Question) -> dict[str, object]:
    """One page and, where there is more, the token and address of the next. Rows ascend by asset and time."""
    rows = _rows(market, question)
    size = integer(question, "page_size")
    size = 100 if size is None else size
    if not 1 <= size <= _MOST_ROWS:
        raise BadParameterError("page_size", f"Value must be between 1 and {_MOST_ROWS}.")
    # The vendor begins at the end by default, so that a client that forgets the parameter notices.
    if question.parameters.get("paging_from") != "start":
        raise BadParameterError("paging_from", "is 'start' in the simulated market")
    served = integer(question, "next_page_token") or 0
    answer: dict[str, object] = {"data": rows[served : served + size]}
    if served + size < len(rows):
        token = str(served + size)
        query = urlencode({**question.parameters, "next_page_token": token}, safe=",")
        answer["next_page_token"] = token
        answer["next_page_url"] = f"https://{question.host}{_PATH}?{query}"
    return answer


def _rows(market: SimulatedMarket, question: Question) -> list[dict[str, str]]:
    if question.parameters.get("frequency", "1d") != "1d":
        raise BadParameterError("frequency", f"Value '{question.parameters['frequency']}' is not supported.")
    codes = sorted({name for name in question.parameters.get("assets", "").split(",") if name})
    unknown = [name for name in codes if name not in ASSETS]
    if unknown or not codes:
        raise BadParameterError("assets", f"Value '{','.join(unknown)}' is not supported.")
    metrics = _metrics(question, codes[0])
    first = _day(question, "start_time", FIRST_DAY)
    last = min(_day(question, "end_time", FINAL_MODELLED_DAY), FINAL_MODELLED_DAY)
    found = []
    for name in codes:
        days = market.asset(ASSETS[name]).days
        day = max(first, FIRST_DAY)
        while day <= last and start_of(day) + DAY_MS + _FINAL_AFTER_MS <= market.now_ms:
            values = _values(days[day])
            stamp = f"{day}T00:00:00.000000000Z"
            found.append({"asset": name, "time": stamp, **{metric: values[metric] for metric in metrics}})
            day += timedelta(days=1)
    return found


def _metrics(question: Question, asset: str) -> list[str]:
    asked = [name for name in question.parameters.get("metrics", "").split(",") if name]
    if not asked:
        raise BadParameterError("metrics", "At least one metric is required.")
    refused = [name for name in asked if name not in _FREE_METRICS]
    if refused:
        raise _ForbiddenError(
            f"Requested metric '{refused[0]}' with frequency '1d' for asset '{asset}' "
            "is not available with supplied credentials."
        )
    return sorted(set(asked))


def _day(question: Question, name: str, default: date) -> date:
    """The day of an ISO 8601 time; the time of day is not read, as rows are stamped 00:00."""
    text = question.parameters.get(name)
    if not text:
        return default
    try:
        return date.fromisoformat(text[:10])
    except ValueError as error:
        raise BadParameterError(name, f"Value '{text}' is not a time in ISO 8601.") from error


def _values(day: Day) -> dict[str, str]:
    price = day.reference_price_usd
    return {
        "AdrActCnt": str(day.active_addresses),
        "FlowInExNtv": f"{day.inflow_coin:.8f}",
        "FlowInExUSD": f"{day.inflow_coin * price:.8f}",
        "FlowOutExNtv": f"{day.outflow_coin:.8f}",
        "FlowOutExUSD": f"{day.outflow_coin * price:.8f}",
        "PriceUSD": f"{price:.8f}",
        "SplyExNtv": f"{day.reserve_coin:.8f}",
        "SplyExUSD": f"{day.reserve_coin * price:.8f}",
    }
