"""SQL over a release, read-only and limited in rows, time and memory. For agents, whose queries nobody has read."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from http import HTTPStatus
from pathlib import Path
from typing import Any

from serving.errors import Problem
from serving.releases import Release
from serving.sql_process import NO_MEMORY
from warehouse.location import PUBLISHED_DATABASE

TIMEOUT_SECONDS = 10.0
MAX_ROWS = 1_000
MAX_QUERY = 20_000  # characters
MAX_QUERIES = 2  # at a time
PROJECT = Path(__file__).resolve().parents[1]
_turns = threading.BoundedSemaphore(MAX_QUERIES)


class Refused(Problem):
    """A query that is not answered. The message is one line."""

    def __init__(self, detail: str) -> None:
        super().__init__(HTTPStatus.BAD_REQUEST, detail)


def run_query(release: Release, query: str, limit: int, timeout: float = TIMEOUT_SECONDS) -> dict[str, Any]:
    """Columns, rows and whether there were more. It reads the tables of the release and nothing else.

    Raises Refused for what is no query, writes, reads files, or takes more than `timeout` seconds or too much memory.
    """
    if len(query) > MAX_QUERY:
        raise Refused(f"the query has more than {MAX_QUERY:,} characters; shorten it")
    asked = {
        "database": str(release.folder / PUBLISHED_DATABASE),
        "query": query,
        "limit": max(1, min(limit, MAX_ROWS)),
    }
    if not _turns.acquire(timeout=timeout):
        raise Refused("too many queries at a time; ask again in a moment")
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "serving.sql_process"],
            input=json.dumps(asked).encode(),
            capture_output=True,
            env={"PYTHONPATH": str(PROJECT), "PATH": ""},  # a query sees no variable of the server
            timeout=timeout,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise Refused(f"the query took more than {timeout:g} seconds and was stopped; narrow it") from None
    finally:
        _turns.release()
    try:
        answer: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        raise Refused(NO_MEMORY) from None  # the process ended where memory ran out
    if "error" in answer:
        raise Refused(answer["error"])
    return answer
