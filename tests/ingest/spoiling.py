"""Spoilt answers: a good one changed in one way, from a wrong cell to bytes that are no JSON, by a seeded generator."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from random import Random
from typing import Any

import requests

Sent = tuple[int, dict[str, str], bytes]

STATUSES = (200, 201, 202, 204, 301, 400, 401, 403, 404, 408, 410, 418, 422, 425, 429, 451, 500, 502, 503, 520, 599)
RETRY_AFTERS = ("0", "1", "-5", "1e9", "nan", "inf", "soon", "", "9" * 400, "\x1b[31m")
TEXTS = (
    "", " ", "0", "-1", "NaN", "Infinity", "-inf", "1e999", "1e-999", "9" * 30, "9" * 5000, "0x10", "1,5", "١٢٣",
    "2026-02-30", "9999-12-31T23:59:59Z", "0001-01-01", "\x1b[2J\x1b[31mred", "a\r\nb\tc\x00\x07", "\u202egnp.exe",
    "\ud800", "\udfff lone", "\x9b31m", "é" * 50, "x" * 10_000, "'; DROP TABLE raw; --", "{}", "../../etc", "\ufeff",
)  # fmt: skip
CELLS: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 2**31, 2**53 + 1, 2**63, -(2**63) - 1, 10**30, 10**400, 0.1, -0.0, 1e308, 5e-324,
    float("nan"), float("inf"), float("-inf"), [], {}, [[]], [None], {"": None}, [1, [2, [3]]], *TEXTS,
)  # fmt: skip
CODES: tuple[Any, ...] = (
    {"code": -1008, "msg": "\x1b[31moverloaded"}, {"code": -9999, "msg": "?\r\n?"}, {"code": [], "msg": {}},
    {"code": "50001", "msg": "gone", "data": []}, {"retCode": 99999, "retMsg": "\u2028"}, {"retCode": None},
    {"error": {"code": 13503, "message": "unavailable"}}, {"error": {}}, {"error": "\x00"}, {"errors": [{}]},
    {"label": "SERVER_ERROR"}, {"label": None, "message": []}, ["error", 10001, "\x1b"], ["error"], {"status": "x"},
)  # fmt: skip


class Spoiler:
    """Spoils one answer of a pull, or every one from there on, in one way."""

    def __init__(self, seed: str) -> None:
        self._random = Random(seed)
        self._way = self._random.choice(WAYS)
        self._first, self._lasting = self._random.choice((1, 1, 1, 2, 3)), self._random.random() < 0.4
        self.spoilt = 0  # answers
        self.echoes = self._way is _echo
        self.packed = self._way is _bytes and self._random.random() < 0.5  # the bytes of a zip, not of what is in it

    def __call__(self, number: int, request: requests.PreparedRequest, good: Any) -> Sent | None:
        if number and (number < self._first or (number > self._first and not self._lasting)):
            return None
        self.spoilt += 1
        return self._way(Random(self._random.random()), request, good)


def _body(good: Any) -> bytes:
    if isinstance(good, bytes):
        return good
    return good.encode("utf-8", "surrogatepass") if isinstance(good, str) else json.dumps(good).encode()


def _places(value: Any, found: list[tuple[Any, Any]]) -> list[tuple[Any, Any]]:
    """Every place of a decoded body, as (container, key or position)."""
    for key in value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        found.append((value, key))
        _places(value[key], found)
    return found


def _cell(random: Random, request: requests.PreparedRequest, good: Any) -> Sent:
    """A wrong value in some places."""
    if isinstance(good, str):
        lines = [line.split(",") for line in good.splitlines()]
        for _ in range(random.choice((1, 1, 3))):
            line = random.choice(lines)
            line[random.randrange(len(line))] = str(random.choice(CELLS[:20] + TEXTS))
        return 200, {}, _body("\n".join(",".join(line) for line in lines))
    changed = copy.deepcopy(good)
    for _ in range(random.choice((1, 1, 1, 3, 10))):
        places = _places(changed, [])
        if not places:
            return 200, {}, _body(random.choice(CELLS))
        container, key = random.choice(places)
        container[key] = copy.deepcopy(random.choice(CELLS))
    return 200, {}, _body(changed)


def _shape(random: Random, request: requests.PreparedRequest, good: Any) -> Sent:
    """Something that is left out, doubled or wrapped."""
    if isinstance(good, str):
        lines = good.splitlines(keepends=True)
        at = random.randrange(len(lines))
        new = random.choice(
            ([], [lines[at]] * 2, [lines[at].strip() + ",more\n"], [lines[at].partition(",")[2]], ["\n"])
        )
        return 200, {}, _body("".join([*lines[:at], *new, *lines[at + 1 :]]))
    changed = copy.deepcopy(good)
    places = _places(changed, [])
    if not places or random.random() < 0.15:
        wrapped = ([changed], {"data": changed}, {"result": changed}, [changed, changed], str(changed), None, 7)
        return 200, {}, _body(random.choice(wrapped))
    container, key = random.choice(places)
    how = random.randrange(4)
    if how == 0:
        del container[key]
    elif how == 1 and isinstance(container, list):
        container.insert(key, copy.deepcopy(container[key]))
    elif how == 2:
        container[key] = [container[key]]
    else:
        container[key] = {"value": container[key]}
    return 200, {}, _body(changed)


def _deep(random: Random, request: requests.PreparedRequest, good: Any) -> Sent:
    """Deeper than Python reads, alone or in a cell."""
    depth = random.choice((100, 900, 1100, 5000, 100_000))
    left, right = random.choice((("[", "]"), ('{"a":', "}")))
    nested = left * depth + "1" + right * depth
    if isinstance(good, str) or random.random() < 0.5:
        return 200, {}, nested.encode()
    changed = copy.deepcopy(good)
    places = _places(changed, [])
    if places:
        container, key = random.choice(places)
        container[key] = "NESTED"
    return 200, {}, _body(changed).replace(b'"NESTED"', nested.encode())


def _bytes(random: Random, request: requests.PreparedRequest, good: Any) -> Sent:
    """Bytes cut off, changed or put in."""
    body = bytearray(_body(good))
    how = random.randrange(4)
    if how == 0:
        return 200, {}, bytes(body[: random.randrange(len(body) + 1)])
    for _ in range(random.choice((1, 3, 20))):
        at = random.randrange(len(body) + 1)
        body[at : at + (how == 1)] = random.randbytes(random.choice((1, 1, 4)))
    return 200, {}, bytes(body)


def _status(random: Random, request: requests.PreparedRequest, good: Any) -> Sent:
    """An error, with the good body, an error body or a page of something on the way."""
    pages = (b"", b"<html>\x1b[31mbusy</html>", b"\xff\xfe\x00", b"access too frequent", b"cloudfront")
    body = random.choice((_body(good), _body(random.choice(CODES)), random.choice(pages)))
    headers = {"Retry-After": random.choice(RETRY_AFTERS)} if random.random() < 0.3 else {}
    return random.choice(STATUSES), headers, body


def _code(random: Random, request: requests.PreparedRequest, good: Any) -> Sent:
    """An error code with HTTP 200."""
    return 200, {}, _body(random.choice(CODES))


def _echo(random: Random, request: requests.PreparedRequest, good: Any) -> Sent:
    """The headers of the request, which have the key, in an error, a page or the cells of a good answer."""
    headers = dict(request.headers)
    said = random.choice((str(headers), json.dumps(headers), *map(str, headers.values())))
    how = random.randrange(4)
    if how == 0 or isinstance(good, str):
        return random.choice(STATUSES), {}, ("x" * random.randrange(80) + said).encode()
    if how == 1:
        return (
            random.choice(STATUSES),
            {},
            _body({"code": "1", "msg": said, "label": said, "error": said, "retMsg": said}),
        )
    changed = copy.deepcopy(good)
    for container, key in random.sample(places := _places(changed, []), min(3, len(places))):
        container[key] = said
    return 200, {}, _body(changed)


Way = Callable[[Random, requests.PreparedRequest, Any], Sent]
WAYS: tuple[Way, ...] = (_cell, _cell, _cell, _cell, _shape, _shape, _deep, _bytes, _bytes, _status, _code, _echo)
