"""Kraken Futures' interface: the addresses, the error codes, lists and buckets of rows, and paging from either end.

Errors come with HTTP 200, too: `errors` is a list that is empty when all is well.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from ingest.errors import CHECK_SYMBOL, RequestRefused, Transient, UnknownCode
from ingest.feed import Request
from ingest.fetch.interface import Interface, Page, Question, at, refused
from ingest.fetch.pages import EPOCH, TICK, AskPage, Pages, StampOf, WindowParams, stamps_within
from ingest.fetch.rows import PRICES
from ingest.windows import Window, milliseconds

PASSING = {"apiLimitExceeded", "Server Error", "Unavailable"}  # about the whole venue
# Words of an error about the question itself ("invalidArgument: symbol", "Argument invalid", "contractNotFound").
FINAL = re.compile(r"invalid|no such|not ?found|missing|authentication|bad request", re.IGNORECASE)


def judge(body: Any, host: str, path: str) -> None:  # noqa: ANN401 - whatever JSON came
    """Raise for a non-empty `errors`, a single `error`, or `result` saying "error"."""
    found = body if isinstance(body, Mapping) else {}
    errors = found.get("errors") or found.get("error") or (found.get("result") == "error" and "no reason given")
    if errors:
        listed = errors if isinstance(errors, list) else [errors]
        said = [str(one.get("message", one) if isinstance(one, Mapping) else one) for one in listed]
        if PASSING & set(said):
            raise Transient("; ".join(said), host=host, path=path)
        if not any(map(FINAL.search, said)):
            raise UnknownCode("; ".join(said), host=host, path=path)
        raise RequestRefused("; ".join(said), host=host, path=path, advice=CHECK_SYMBOL)


API = Interface("https://futures.kraken.com", judge)
CANDLES = replace(API, rows="candles", expected="candles", cursor="more_candles")
RATES = replace(API, rows="rates", expected="rates")


def ask_buckets(request: Request, question: Question, *, series: Sequence[str] = ("",)) -> Page:
    """The buckets of analytics as rows of `timestamp`, `open`, `high`, `low` and `close`.

    Where the answer has several `series`, their names come first: `rate close`. A single value is the close.
    Raises RequestRefused when a series does not have one value for each timestamp.
    """
    body = request.session.get_json(question.url, question.params, judge=judge)
    result = at("result", body)
    if not isinstance(result, Mapping) or not isinstance(stamps := result.get("timestamp"), list):
        raise refused(question.url, f"expected buckets, got {str(body)[:80]}")
    if not stamps:
        return Page([])
    data = result.get("data")
    lists: list[Any] = [(data if isinstance(data, Mapping) else {"": data}).get(name) for name in series]
    if not all(isinstance(one, list) and len(one) == len(stamps) for one in lists):
        raise refused(question.url, f"expected a value a bucket, got {str(data)[:80]}")
    rows = [{"timestamp": stamp} for stamp in stamps]
    for name, values in zip(series, lists, strict=True):
        for row, value in zip(rows, values, strict=True):
            bar = value if isinstance(value, list) and len(value) == len(PRICES) else [None, None, None, value]
            row.update(zip((f"{name} {part}".strip() for part in PRICES), bar, strict=True))
    return Page(rows, str(result.get("more") or ""))


@dataclass(frozen=True)
class FromEitherEnd:
    """Pages that begin at the oldest or at the newest row, which is not documented; a cursor says that there are more.

    A page with more to come answers for the time from its first to its last row, each of which describes `step`. What
    is left on either side is asked for. Raises RequestRefused for such a page outside of the window asked for.
    """

    window_params: WindowParams

    def __call__(self, ask: AskPage, window: Window, step: timedelta, stamp_of: StampOf, host: str) -> Pages:
        left = [window]
        while left:
            asked = left.pop()
            rows, more = ask(self.window_params(asked))
            yield rows
            if rows and more:
                start, end = milliseconds(asked.start), milliseconds(asked.end)
                inside = [EPOCH + stamp * TICK for stamp in stamps_within(rows, stamp_of, start, end)]
                if not inside:
                    raise RequestRefused(f"a page outside of the window asked for: {str(rows[-1])[:80]}", host=host)
                left += asked.without([Window(min(inside), max(inside) + step)])
