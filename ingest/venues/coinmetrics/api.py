"""Coin Metrics' community interface: the metrics, the errors, and pages, each of which has the address of the next."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from ingest.errors import AccessRefused, Codes
from ingest.feed import Request
from ingest.fetch.questions import Params, Question
from ingest.instrument import Instrument
from ingest.windows import Window

HOST = "community-api.coinmetrics.io"
URL = f"https://{HOST}/v4/timeseries/asset-metrics"
METRICS = {
    "FlowInExNtv": "inflow_coin",
    "FlowOutExNtv": "outflow_coin",
    "FlowInExUSD": "inflow_usd",
    "FlowOutExUSD": "outflow_usd",
    "SplyExNtv": "exchange_supply_coin",
    "SplyExUSD": "exchange_supply_usd",
    "AdrActCnt": "active_addresses",
    "PriceUSD": "price_usd",
}
# Types of errors about the question itself.
FINAL = {"bad_parameter", "bad_parameters", "bad_request", "forbidden", "missing_parameter", "not_found",
         "unsupported_parameter_value"}  # fmt: skip
CODES = Codes(passing=(), final=FINAL)
WANTED: Params = {"metrics": ",".join(METRICS), "frequency": "1d", "paging_from": "start", "page_size": 10_000}


def judge(body: Any, host: str, path: str) -> None:  # noqa: ANN401 - whatever JSON came
    """Raise for `{"error": {"type": ..., "message": ...}}`."""
    if isinstance(body, Mapping) and isinstance(error := body.get("error"), Mapping):
        said, kind = f"{error.get('type')}: {error.get('message')}", str(error.get("type"))
        if kind == "unauthorized":
            raise AccessRefused(said, host=host, path=path)
        raise CODES.error(kind, said, host, path)


def days(request: Request, instrument: Instrument, window: Window) -> list[dict[str, Any]]:
    """The rows of all days of the window. The address of the next page contains the same filters.

    Raises RequestRefused when an answer has another shape, or its next page is an earlier one or on another host, or
    when a page repeats earlier days only: the vendor has been seen to repeat a page without end.
    """
    first, last = f"{window.start:%Y-%m-%d}", f"{window.end - timedelta(days=1):%Y-%m-%d}"
    question = Question(URL, instrument, {"assets": instrument.symbol, "start_time": first, "end_time": last, **WANTED})
    rows: list[dict[str, Any]] = []
    asked, seen = {URL}, set[str]()
    while True:
        body = request.session.get_json(question.url, question.params or None, judge=judge)
        page = question.rows_under("data", body)
        rows += page
        if not body.get("next_page_url"):
            return rows
        days_of_page = {str(row.get("time")) for row in page}
        if days_of_page <= seen:
            raise question.refused("a page that only repeats earlier days")
        seen |= days_of_page
        url = str(body["next_page_url"])
        if url in asked or not url.startswith(f"https://{HOST}/"):
            raise question.refused(f"the next page, {url[:80]}, is no further one of this host")
        asked.add(url)
        question = Question(url, instrument)
