"""The transport adapter that puts the simulated market behind a ``requests`` session.

It only passes requests on: the venue's module makes the answers.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from http import HTTPStatus
from urllib.parse import parse_qsl, urlsplit

from requests import ConnectionError, PreparedRequest, Response
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict
from requests.utils import get_encoding_from_headers
from urllib3 import HTTPHeaderDict, HTTPResponse

from ingest.sample.answers import Answer, Question
from ingest.sample.binance import spot_rest, usd_margined_rest
from ingest.sample.coinalyze import history
from ingest.sample.coinmetrics import asset_metrics
from ingest.sample.instants import http_date
from ingest.sample.market import SimulatedMarket
from ingest.sample.vision import Archives


class SimulatedMarketAdapter(BaseAdapter):
    """Answers ``https://HOST/path`` as the venue at HOST would; mount it on ``https://``.

    Responses are real ``requests`` responses over a ``urllib3`` body, so streaming works as with the network.
    A host that is not simulated raises ``requests.ConnectionError``, as one that cannot be reached does.
    """

    def __init__(self, market: SimulatedMarket) -> None:
        super().__init__()
        self._market = market
        archives = Archives(market)
        self._venues: dict[str, Callable[[Question], Answer]] = {
            "data.binance.vision": archives.answer,
            "data-api.binance.vision": lambda question: spot_rest(market, question),
            "fapi.binance.com": lambda question: usd_margined_rest(market, question),
            "api.coinalyze.net": lambda question: history(market, question),
            "community-api.coinmetrics.io": lambda question: asset_metrics(market, question),
        }

    def send(
        self,
        request: PreparedRequest,
        stream: bool = False,
        timeout: float | tuple[float, float] | tuple[float, None] | None = None,
        verify: bool | str = True,
        cert: bytes | str | tuple[bytes | str, bytes | str] | None = None,
        proxies: Mapping[str, str] | None = None,
    ) -> Response:
        """The venue's answer, at once; timeout, verification and proxies mean nothing without a network."""
        address = urlsplit(request.url or "")
        host = address.hostname or ""
        venue = self._venues.get(host)
        if venue is None:
            raise ConnectionError(f"{host} is not part of the simulated market", request=request)
        if request.method != "GET":
            answer = Answer(405, "text/plain", b"Method Not Allowed")
        else:
            parameters = dict(parse_qsl(address.query, keep_blank_values=True))
            headers = {name.lower(): str(value) for name, value in request.headers.items()}
            answer = venue(Question(host, address.path, parameters, headers))
        return self._response(request, answer)

    def close(self) -> None:
        """Nothing is held open."""

    def _response(self, request: PreparedRequest, answer: Answer) -> Response:
        headers = {
            "Date": http_date(self._market.now_ms),
            "Content-Type": answer.content_type,
            "Content-Length": str(len(answer.body)),
            "X-Simulated-Market": f"seed={self._market.seed}",
        }
        reason = HTTPStatus(answer.status).phrase
        response = Response()
        response.status_code = answer.status
        response.reason = reason
        response.headers = CaseInsensitiveDict(headers)
        response.encoding = get_encoding_from_headers(response.headers)
        response.raw = HTTPResponse(
            body=io.BytesIO(answer.body),
            headers=HTTPHeaderDict(headers),
            status=answer.status,
            reason=reason,
            preload_content=False,
            decode_content=False,
            request_method=request.method,
            request_url=request.url,
        )
        response.url = request.url or ""
        response.request = request
        return response
