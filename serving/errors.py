"""Answers that are not the data: a problem in one line with what to do, and "nothing has changed"."""

from __future__ import annotations

from http import HTTPStatus


class Problem(Exception):
    """A request that cannot be answered. `detail` is one line that says what failed and what to do."""

    def __init__(self, status: HTTPStatus, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail


class NotFound(Problem):
    """There is no such asset, day, table, file or event."""

    def __init__(self, detail: str) -> None:
        super().__init__(HTTPStatus.NOT_FOUND, detail)


class BadRequest(Problem):
    """A condition has the right form, but its value has another type than the column."""

    def __init__(self, detail: str) -> None:
        super().__init__(HTTPStatus.BAD_REQUEST, detail)


class Unavailable(Problem):
    """Nothing is published, or it cannot be read."""

    def __init__(self, detail: str) -> None:
        super().__init__(HTTPStatus.SERVICE_UNAVAILABLE, detail)


class NotModified(Exception):
    """The client has the answer of this release already."""

    def __init__(self, etag: str) -> None:
        super().__init__(etag)
        self.etag = etag
