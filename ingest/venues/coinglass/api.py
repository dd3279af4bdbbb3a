"""CoinGlass's interface: the address, the key of a paid plan, and error codes, which come under HTTP 200."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ingest.errors import AccessRefused, Codes
from ingest.feed import Request
from ingest.fetch.questions import Page, Question

HOST = "open-api-v4.coinglass.com"
URL = f"https://{HOST}/api/futures/liquidation/aggregated-history"
ACCESS = {"401", "403"}
CODES = Codes(passing={"429", "500"}, final={"400", "404", "405", "422"})


def judge(body: Any, host: str, path: str) -> None:  # noqa: ANN401 - whatever JSON came
    """Raise for a code other than "0"; a missing key comes with HTTP 200 and code "401"."""
    if not isinstance(body, Mapping) or "code" not in body or str(body["code"]) == "0":
        return
    code, said = str(body["code"]), f"code {body['code']}: {body.get('msg', '')}"
    if code in ACCESS:
        raise AccessRefused(said, host=host, path=path, advice="check the key and whether its plan has hourly values")
    raise CODES.error(code, said, host, path)


def ask(request: Request, question: Question) -> Page:
    """The rows of one answer about the exchanges and the coin that the symbol names, such as Binance,Bybit,OKX/BTC.

    Raises RequestRefused when it has another shape.
    """
    exchanges, _, coin = question.instrument.symbol.rpartition("/")
    asked = {"exchange_list": exchanges, "symbol": coin, **question.params}
    body = request.session.get_json(question.url, asked, headers={"CG-API-KEY": request.key()}, judge=judge)
    return Page(question.rows_under("data", body))
