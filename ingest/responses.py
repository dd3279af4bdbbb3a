"""What an answer, or a connection that broke, means: the body of a good one, else a typed error that all venues share.

Pure mapping. Who asks, how often and how long it waits is the session's business (`ingest.http`); what a body code of
one venue means is the venue's own: it passes a `judge`, which raises.
"""

from __future__ import annotations

import html
import json
import math
import re
from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn
from urllib.parse import quote, quote_plus, urlsplit

import requests
import urllib3

from ingest.errors import (
    CHECK_SYMBOL,
    AccessRefused,
    AddressGone,
    ArchiveAbsent,
    Banned,
    FeedUnavailable,
    GeoBlocked,
    NoConnection,
    RefusedByServer,
    RequestRefused,
    Transient,
    UnknownCode,
)

ANSWER_LIMIT = 256 * 2**20  # bytes; the largest real archive (a month of 1-minute bars) has 2 MiB
SHOWN = 80  # bytes of a malformed body that an error repeats
HALF_PAIR = re.compile(rb"\\u[dD][89a-fA-F]")  # where there may be one: whole pairs match too
SHORTEST_KEY = 8  # characters; what is shorter is no real key and could be part of the data

# Statuses that say what is wrong with the request itself. Any other (408, 425, 520 ...) may pass.
FINAL_STATUSES = frozenset({301, 308, 400, 402, 404, 405, 406, 410, 411, 413, 414, 415, 416, 422, 431})
GONE = frozenset({404, 410})
# 400 is also how venues send codes that pass; with the others an unknown code is final.
FINAL_WITH_ANY_CODE = FINAL_STATUSES - {400} | {401, 403}

Judge = Callable[[Any, str, str], None]
"""(body, host, path) -> None, or raises for a body-level error code: FeedUnavailable for one that is known to be
final, UnknownCode for one that is not, Transient for one that is known to pass for the whole venue."""


@dataclass(frozen=True)
class Errors:
    """Where an answer says that something is wrong, and what its codes mean: the judge of most venues.

    `code` and `message` are the fields, in the object `inside` if they are not at the top. `good` is the code of an
    answer without an error. If `always`, every answer has a code, so one without is a failed attempt. `said` is how
    the error reads, with the field `detail` at its end if there is one.
    Codes are compared as text. `passing` codes are about the whole venue and pass. `unknown` codes say that there is no
    such symbol. `final` codes, and those that begin with one of `families`, are about the question in another way;
    `advice` is what to do about them. `others` make an error of their own of (what, host, path). Any other code may
    pass.
    """

    code: str
    message: str
    passing: Container[str] = ()
    final: Container[str] = ()
    unknown: Container[str] = ()
    others: Mapping[str, Callable[[str, str, str], FeedUnavailable | Transient]] = field(default_factory=dict)
    families: tuple[str, ...] = ()
    advice: str = ""
    inside: str = ""
    good: str = ""
    always: bool = False
    said: str = "code {}: {}"
    detail: str = ""

    def __call__(self, body: Any, host: str, path: str) -> None:  # noqa: ANN401 - whatever JSON came
        """Raise for a code that is not the good one."""
        found = body.get(self.inside) if self.inside and isinstance(body, Mapping) else body
        if isinstance(found, Mapping) and (self.inside or self.code in found):
            code = str(found.get(self.code))
            if code != self.good:
                detail = f" {found[self.detail]}" if found.get(self.detail) else ""
                raise self.error(code, self.said.format(code, found.get(self.message, "")) + detail, host, path)
        elif self.always:
            raise UnknownCode(f"expected a {self.code}, got {str(body)[:80]}", host=host, path=path)

    def error(self, code: str, said: str, host: str, path: str) -> FeedUnavailable | Transient:
        """The error to raise for a code, UnknownCode for one that is not listed."""
        if code in self.others:
            return self.others[code](said, host, path)
        if code in self.passing:
            return Transient(said, host=host, path=path)
        if code in self.unknown or code in self.final or code.startswith(self.families):
            advice = CHECK_SYMBOL if code in self.unknown else self.advice
            return RequestRefused(said, host=host, path=path, advice=advice)
        return UnknownCode(said, host=host, path=path)


def place(url: str) -> tuple[str, str]:
    """Host and path of an address, as errors name them."""
    parts = urlsplit(url)
    return parts.netloc, parts.path


def body_of(response: requests.Response, host: str, path: str) -> bytes:
    """The whole body. Raises RequestRefused when it is larger than anything a venue has to say."""
    received = bytearray()
    for chunk in response.iter_content(1 << 20):
        received += chunk
        if len(received) > ANSWER_LIMIT:
            raise RequestRefused(f"answer larger than {ANSWER_LIMIT >> 20} MiB", host=host, path=path)
    return bytes(received)


def without_keys(body: bytes, headers: Mapping[str, str] | None) -> bytes:
    """An answer that repeats the key it was asked with must not bring it into errors, logs or landing."""
    for form in key_forms((headers or {}).values()):
        body = body.replace(form.encode(), b"***")
    return body


def key_forms(keys: Iterable[str]) -> list[str]:
    """The ways in which an answer or an error may quote a key, the longest first."""
    forms = set()
    for key in keys:
        if len(key) >= SHORTEST_KEY:
            inside = json.dumps(key)[1:-1]
            forms |= {
                key,
                repr(key)[1:-1],
                inside,
                inside.replace("/", r"\/"),
                json.dumps(key, ensure_ascii=False)[1:-1],
            }
            forms |= {quote(key), quote(key, safe=""), quote_plus(key), html.escape(key)}
    forms |= {json.dumps(form)[1:-1] for form in forms}  # JSON in a text in JSON
    return sorted(forms, key=len, reverse=True)


def parsed(body: bytes) -> Any:  # noqa: ANN401 - whatever JSON came
    """The JSON of a body. Raises ValueError when it is none, or nested deeper than Python can read.

    NaN and Infinity, which are no JSON, are text. A half of a surrogate pair is replaced: no other library takes it.
    """
    try:
        found = json.loads(body, parse_constant=str)
        if HALF_PAIR.search(body):
            found = json.loads(json.dumps(found, ensure_ascii=False).encode("utf-8", "replace"))
    except RecursionError:
        raise ValueError("nested too deeply") from None
    return found


def decoded(body: bytes, host: str, path: str, judge: Judge | None) -> Any:  # noqa: ANN401 - whatever JSON came
    """The JSON of a good answer. Raises Transient when it is none, and what the venue's `judge` raises."""
    try:
        found = parsed(body)
    except ValueError as error:
        shown = body[:SHOWN].decode("utf-8", "replace")
        raise Transient(f"malformed page {shown!r}", host=host, path=path) from error
    if judge:
        judge(found, host, path)
    return found


def refuse(
    response: requests.Response,
    body: bytes,
    host: str,
    path: str,
    judge: Judge | None,
    *,
    archive: bool,
    keyed: bool,
    answered_before: bool,
) -> NoReturn:
    """Raise what an answer other than HTTP 200 means. `keyed`: a key was sent. `answered_before`: the host has answered
    in this run, or there is no relay before it."""
    status = response.status_code
    if archive and status == 404:
        raise ArchiveAbsent("no such archive", host=host, path=path)
    if status == 502 and not answered_before:  # a relay that has nothing to pass the question on to
        raise NoConnection("no connection behind the gateway (HTTP 502)", host=host, path=path)
    if status == 429 or status >= 500:
        raise _passing(response, body, host, path, judge)
    if status == 418:
        raise Banned("the venue banned this address (HTTP 418)", host=host, advice="wait up to 3 days")
    if status == 403 and b"too frequent" in body.lower():  # Bybit's way; CloudFront may carry it
        raise Banned("the venue banned this address (HTTP 403)", host=host, advice="wait 10 minutes, ask more slowly")
    if status == 451:
        raise GeoBlocked("not available from this country (HTTP 451)", host=host, advice="other venues cover for it")
    shown = body[:SHOWN].decode("utf-8", "replace")
    try:
        said = parsed(body)
    except ValueError:
        # No venue answers like that: a firewall before it does, and would answer every other question in the same way.
        if status == 403 and (not keyed or b"cloudfront" in body.lower()):
            raise GeoBlocked(
                "refused by a firewall, or not available from this country (HTTP 403)",
                host=host,
                advice="try another network; other venues cover for it",
            ) from None
        shown = f"not JSON: {shown}" if judge else shown
    else:
        if judge:
            _judged(judge, said, status, host, path)
    if status in (401, 403):
        advice = "check the key and the plan it has" if keyed else "the venue has closed this to the public"
        raise AccessRefused(f"HTTP {status}: {shown}", host=host, path=path, advice=advice)
    if status not in FINAL_STATUSES:
        raise Transient(f"HTTP {status}: {shown}", host=host, path=path, retry_after=_retry_after(response))
    kind = AddressGone if status in GONE else RequestRefused
    raise kind(f"HTTP {status}: {shown}", host=host, path=path)


def _judged(judge: Judge, said: Any, status: int, host: str, path: str) -> None:  # noqa: ANN401 - whatever JSON came
    """Raise what the judge raises. A code that is not known to be final is final all the same where the status is."""
    try:
        judge(said, host, path)
    except Transient as error:
        if status == 404:
            raise AddressGone(error.what, host=host, path=path) from None
        if isinstance(error, UnknownCode) and status in FINAL_WITH_ANY_CODE:
            raise error.refusal from None
        raise


def _passing(response: requests.Response, body: bytes, host: str, path: str, judge: Judge | None) -> Transient:
    """The failed attempt that a 429 or 5xx is. The venue may say in the body how long to wait, if not in the head.

    Only a refusal that is known to be final shortens the patience with a 5xx; a refusal with a 429 is about the rate.
    Raises what the judge raises of a ban, a block or a key.
    """
    status, wait = response.status_code, _retry_after(response)
    what = f"HTTP {status}"
    try:
        if judge:
            judge(parsed(body), host, path)
    except Transient as error:
        what, wait = f"{what}, {error.what}", error.retry_after if wait is None else wait
        if isinstance(error, UnknownCode) and status >= 500:
            return UnknownCode(error.what, host=host, path=path, attempt=what, retry_after=wait)
    except RequestRefused as refusal:
        if status >= 500:
            return RefusedByServer(refusal)
    except ValueError:  # no JSON: a proxy on the way, which has no more to say
        pass
    return Transient(what, host=host, path=path, retry_after=wait)


def broken(error: Exception, host: str, path: str) -> Transient:
    """The failed attempt that an error of requests or urllib3 was."""
    reason = getattr(error.args[0] if error.args else None, "reason", None)
    if isinstance(reason, urllib3.exceptions.NewConnectionError):
        return NoConnection("no connection", host=host, path=path)
    if isinstance(error, requests.exceptions.ConnectTimeout) or isinstance(
        reason, urllib3.exceptions.ConnectTimeoutError
    ):
        return NoConnection("no answer in time", host=host, path=path)
    late = isinstance(error, requests.exceptions.Timeout)
    return Transient("no answer in time" if late else "connection cut", host=host, path=path)


def _retry_after(response: requests.Response) -> float | None:
    """Seconds, as every venue here sends it (Coinalyze with a fraction); None where absent or a date."""
    try:
        seconds = float(response.headers["Retry-After"])
    except (KeyError, ValueError):
        return None
    return max(seconds, 0.0) if math.isfinite(seconds) else None
