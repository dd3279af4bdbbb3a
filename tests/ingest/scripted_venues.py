"""Venues that answer from a script instead of a network, and requests of one feed put to them.

The transport itself is tested against real sockets; here it is out of the way.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlsplit

import polars as pl

from ingest.coverage import Coverage, Part
from ingest.errors import ArchiveAbsent, UnknownCode
from ingest.feed import Batch, Request
from ingest.feeds import feed_named
from ingest.http import Traffic
from ingest.instrument import Instrument
from ingest.schema import Conformed, conform
from ingest.windows import Window

VISION = "https://data.binance.vision/data"


def at(text: str) -> datetime:
    """ISO text as a moment in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def ms(text: str) -> int:
    return int(at(text).timestamp()) * 1000


def days(first: str, last: str) -> Window:
    return Window.of_days(date.fromisoformat(first), date.fromisoformat(last))


def zipped(csv: str, name: str = "rows.csv") -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr(name, csv)
    return held.getvalue()


def wire_answer(body: str, status: int = 200, length: int | None = None) -> bytes:
    """An HTTP answer as bytes; `length` what it says of itself when that is not the truth."""
    head = f"HTTP/1.1 {status} Any\r\nContent-Length: {len(body) if length is None else length}\r\nConnection: close"
    return f"{head}\r\n\r\n{body}".encode()


class ScriptedVenues:
    """A MarketSession whose JSON comes from `answer(url, params)`, where a question that is posted
    stands for the params, and whose archives from CSV texts by address.

    An answer that is an exception is raised. `asked` and `downloaded` tell what was wanted of it.
    """

    def __init__(
        self,
        answer: Callable[[str, dict[str, Any]], Any] = lambda url, params: [],
        archives: Mapping[str, str | Exception] | None = None,
    ) -> None:
        self._answer, self.archives = answer, dict(archives or {})
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.headers: list[Mapping[str, str] | None] = []
        self.downloaded: list[str] = []
        self.traffic = Traffic(0, 0, 0)

    def get_json(self, url, params=None, *, headers=None, judge=None) -> Any:
        self.asked.append((url, dict(params or {})))
        self.headers.append(headers)
        # As decoded from what goes over the wire, so that no test passes Python values that JSON has not.
        answer = self._answer(url, dict(params or {}))
        if isinstance(answer, Exception):
            raise answer
        answer = json.loads(json.dumps(answer))
        if judge:
            try:
                judge(answer, urlsplit(url).netloc, urlsplit(url).path)
            except UnknownCode as unknown:  # the session raises the refusal when patience has ended
                raise unknown.refusal from unknown
        return answer

    def post_json(self, url, question, *, judge=None) -> Any:
        return self.get_json(url, question, judge=judge)

    def verified(self, url: str) -> tuple[bytes, str]:
        self.downloaded.append(url)
        archive = self.archives.get(url)
        if archive is None:
            raise ArchiveAbsent("no such archive")
        if isinstance(archive, Exception):
            raise archive
        body = zipped(archive)
        return body, hashlib.sha256(body).hexdigest()

    def download(self, url: str) -> bytes:
        self.downloaded.append(url)
        file = self.archives.get(url, ArchiveAbsent("no such archive"))
        if isinstance(file, Exception):
            raise file
        return file.encode()


def asking(
    feed: str,
    venues: ScriptedVenues,
    window: Window,
    *,
    now: str = "2026-02-02T04:00",
    symbols: tuple[str, ...] = ("BTCUSDT",),
    held: Coverage | None = None,
    keys: dict[str, str] | None = None,
    margin_type: str | None = None,
) -> Request:
    return Request(
        feed=feed_named(feed),
        instruments=tuple(Instrument(symbol, "BTC", "perpetual", margin_type=margin_type) for symbol in symbols),
        window=window,
        now=at(now),
        session=venues,  # type: ignore[arg-type]
        held=held or Coverage(),
        keys=keys or {},
    )


def fetched(request: Request, into: list[Batch] | None = None) -> list[Batch]:
    """All batches of a fetch, held as they come, as a pull does it; `into` has them even if the fetch breaks off.

    What is refused for one symbol is raised at the end.
    """
    batches = [] if into is None else into
    for batch in request.feed.fetch(request):
        request.held.add(batch.parts)
        batches.append(batch)
    for refusal in request.refused.values():
        raise refusal
    return batches


def conformed(request: Request, batches: list[Batch]) -> Conformed:
    """The rows of all batches as they would land, and what would be quarantined."""
    feed = request.feed
    done = [conform(batch.rows, feed.schema, feed.key, request.now) for batch in batches]
    return Conformed(pl.concat([d.rows for d in done]), pl.concat([d.quarantined for d in done]))


def landed(request: Request) -> pl.DataFrame:
    """The rows of a fetch; nothing of it may be quarantined."""
    done = conformed(request, fetched(request))
    assert done.quarantined.is_empty(), done.quarantined
    return done.rows


def parts_of(batches: list[Batch]) -> list[Part]:
    return [part for batch in batches for part in batch.parts]
