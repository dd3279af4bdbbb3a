"""Bybit's v5 interface: one envelope for everything, errors in it under HTTP 200, categories that decide the units.

Linear contracts count in coins, inverse ones in USD; the category is the instrument's margin type.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ingest.errors import Banned, CatalogueBroken, GeoBlocked, RequestRefused, Transient
from ingest.feed import Instrument, Request

HOST = "api.bybit.com"
# 10006 and 10018 too many requests, 10000 and 10016 a backend that timed out or failed: worth another attempt.
PASSING = {10000, 10006, 10016, 10018}
UNKNOWN, BANNED, NOT_HERE = 10001, 10009, 10024


def url(path: str) -> str:
    return f"https://{HOST}/v5/market/{path}"


def category(instrument: Instrument) -> str:
    """`linear` or `inverse`. Raises CatalogueBroken for what is no perpetual."""
    if instrument.margin_type is None:
        raise CatalogueBroken(
            f"Bybit's feeds are of perpetuals, {instrument.symbol} is {instrument.market}",
            advice="give it a margin type, or take it out of the catalogue",
        )
    return instrument.margin_type


def judge(body: Any, host: str, path: str) -> None:  # noqa: ANN401 - whatever JSON came
    """Raise for a `retCode` other than 0. Bybit sends it with HTTP 200."""
    if not isinstance(body, Mapping) or "retCode" not in body:
        raise RequestRefused(f"expected a retCode, got {str(body)[:80]}", host=host, path=path)
    code, said = body["retCode"], f"retCode {body['retCode']}: {body.get('retMsg', '')}"
    if code in PASSING:
        raise Transient(said, host=host, path=path)
    if code == BANNED:
        raise Banned(said, host=host, advice="wait some hours and ask more slowly")
    if code == NOT_HERE:
        raise GeoBlocked(said, host=host, advice="other venues cover for it")
    if code != 0:
        raise RequestRefused(
            said, host=host, path=path, advice="check the symbol in the catalogue" if code == UNKNOWN else ""
        )


def result(
    request: Request, path: str, instrument: Instrument, asked: Mapping[str, str | int], row_type: type
) -> Mapping[str, Any]:
    """The result of one question about `instrument`; its `list` holds rows of `row_type`, newest first.

    Raises RequestRefused when it has another shape or is about another contract: units hang on the category.
    """
    wanted = {"category": category(instrument), "symbol": instrument.symbol}
    body = request.session.get_json(url(path), {**wanted, **asked}, judge=judge)
    found = body.get("result")
    rows = found.get("list") if isinstance(found, Mapping) else None
    if not isinstance(rows, list) or not all(isinstance(row, row_type) for row in rows):
        raise RequestRefused(f"expected a list of rows, got {str(found)[:80]}", host=HOST, path=f"/v5/market/{path}")
    named = [found, *(row for row in rows if isinstance(row, Mapping))]
    for field, expected in wanted.items():
        if other := {str(one[field]) for one in named if field in one} - {expected}:
            raise RequestRefused(
                f"asked for the {field} {expected}, got {', '.join(sorted(other))[:80]}",
                host=HOST,
                path=f"/v5/market/{path}",
            )
    return found
