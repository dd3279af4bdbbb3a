"""Releases that are open for reading: the newest, and those that a request or a cursor still reads."""

from __future__ import annotations

import json
import os
import threading
import weakref
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cached_property
from http import HTTPStatus
from pathlib import Path
from typing import Any

import duckdb

from serving.database import NAME, opened
from serving.errors import Problem, Unavailable
from warehouse.location import LATEST_JSON, PUBLISHED_DATABASE

MEMORY_LIMIT = "512MB"
KEPT_OPEN = 3  # as many as a warehouse keeps on disk
KEPT_ANSWERS = 500
KEPT_BYTES = 100_000  # of one answer
ATTEMPTS = 5  # a release may be removed between reading the link and opening it

# Every column with its type, by table.
Tables = dict[str, dict[str, str]]


class Release:
    """One release. It stays readable while somebody holds it, also when it has been removed from the disk."""

    def __init__(self, folder: Path) -> None:
        """Open the release in `folder`. Raises FileNotFoundError when it is gone, Unavailable when it is damaged."""
        self.folder = folder
        self.name = folder.name
        stack = ExitStack()
        try:
            self.latest: dict[str, Any] = json.loads((folder / LATEST_JSON).read_text(encoding="utf-8"))
            database = (folder / PUBLISHED_DATABASE).resolve(strict=True)
            self._connection = stack.enter_context(opened(database, MEMORY_LIMIT))
        except FileNotFoundError:
            raise
        except (duckdb.Error, OSError, ValueError) as error:
            stack.close()
            if not folder.is_dir():
                raise FileNotFoundError(folder) from error
            first_line = str(error).splitlines()[0]
            raise Unavailable(f"cannot read the release {self.name}: {first_line}; run: leverage run") from error
        weakref.finalize(self, stack.close)
        self._answers: OrderedDict[str, bytes] = OrderedDict()
        self._lock = threading.Lock()

    def answer(self, question: str, made: Callable[[], bytes]) -> bytes:
        """The answer to a question, made once while it is among the last that were asked."""
        with self._lock:
            found = self._answers.get(question)
            if found is not None:
                self._answers.move_to_end(question)
                return found
        answer = made()
        if len(answer) <= KEPT_BYTES:
            with self._lock:
                self._answers[question] = answer
                if len(self._answers) > KEPT_ANSWERS:
                    self._answers.popitem(last=False)
        return answer

    def rows(self, query: str, values: list[Any] | None = None) -> list[dict[str, Any]]:
        """The rows of a query of this package, values bound. Safe to call from several threads."""
        with self._cursor() as cursor:
            cursor.execute(query, values or [])
            names = [name for name, *_ in cursor.description or []]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def arrow(self, query: str, values: list[Any]) -> Any:  # noqa: ANN401 - pyarrow has no types
        """The same as an Arrow table."""
        with self._cursor() as cursor:
            return cursor.sql(query, params=values).to_arrow_table()

    @contextmanager
    def _cursor(self) -> Iterator[duckdb.DuckDBPyConnection]:
        with self._connection.cursor() as cursor:
            cursor.execute(f"USE {NAME}")  # a cursor does not take it over
            yield cursor

    @cached_property
    def tables(self) -> Tables:
        """Every table of the release."""
        found: Tables = {}
        for row in self.rows(
            "SELECT table_name, column_name, data_type FROM duckdb_columns()"
            " WHERE database_name = ? AND NOT internal ORDER BY table_name, column_index",
            [NAME],
        ):
            found.setdefault(row["table_name"], {})[row["column_name"]] = row["data_type"]
        return found

    @cached_property
    def assets(self) -> list[str]:
        """The assets with readings, Bitcoin first."""
        return list(self.latest.get("assets", {}))


@dataclass(frozen=True)
class _ReleaseFolder:
    """A folder of a release, and an identity that changes when another folder replaces it."""

    folder: Path
    identity: tuple[int, int]

    @classmethod
    def of(cls, folder: Path) -> _ReleaseFolder:
        status = (folder / LATEST_JSON).stat()
        return cls(folder, (status.st_ino, status.st_mtime_ns))


class Releases:
    """The releases behind `published`: a link to the newest, or a release that was copied elsewhere."""

    def __init__(self, published: Path) -> None:
        self.published = published
        self._open: dict[_ReleaseFolder, Release] = {}
        self._lock = threading.Lock()

    def newest(self) -> Release:
        """The newest release, for the whole of one answer. Raises Unavailable when nothing is published."""
        for _ in range(ATTEMPTS):
            try:
                return self._opened(_ReleaseFolder.of(Path(os.path.realpath(self.published))))
            except FileNotFoundError:
                continue
        raise Unavailable(f"nothing is published in {self.published.parent} yet; run: leverage run")

    def named(self, name: str) -> Release:
        """The release that a cursor began with. Raises Problem when it is gone."""
        newest = self.newest()
        if newest.name == name:
            return newest
        with self._lock:
            for release in self._open.values():
                if release.name == name:
                    return release
        raise Problem(HTTPStatus.GONE, f"the release {name} of this cursor is gone; begin again without cursor")

    def _opened(self, release_folder: _ReleaseFolder) -> Release:
        with self._lock:
            if release_folder not in self._open:
                self._open[release_folder] = Release(release_folder.folder)
                for old in list(self._open)[:-KEPT_OPEN]:
                    del self._open[old]
            return self._open[release_folder]
