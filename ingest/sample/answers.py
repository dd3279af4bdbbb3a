"""What passes between the transport adapter and the simulated venues: a question and its answer."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Question:
    """One GET as a venue sees it: header names in lower case, the last value of a repeated parameter."""

    host: str
    path: str
    parameters: Mapping[str, str]
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    content_type: str
    body: bytes


class BadParameterError(ValueError):
    """A parameter that the venue refuses; ``args`` are its name and what is wrong."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(name, message)
        self.name = name
        self.message = message


def json_answer(status: int, value: object) -> Answer:
    body = json.dumps(value, separators=(",", ":")).encode()
    return Answer(status, "application/json", body)


def integer(question: Question, name: str) -> int | None:
    """A whole, non-negative number among the parameters, or None where it is absent or empty."""
    text = question.parameters.get(name, "")
    if text == "":
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 20):
        raise BadParameterError(name, "is not a whole number")
    return int(text)
