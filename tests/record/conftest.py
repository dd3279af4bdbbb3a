"""What the tests of the recorder share: a server of venues, streams, and a clock that the test turns."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

import record.recorder
from ingest.catalogue import load_catalogue
from ingest.stream import Stream
from record import connection
from record.clock import Clock
from record.recorder import catalogued_streams
from tests.record.running import Running
from tests.record.turned_clock import TurnedClock
from tests.record.venue_server import VenueServer


@pytest.fixture
def clock() -> TurnedClock:
    return TurnedClock()


@pytest.fixture
def streams() -> tuple[Stream, ...]:
    return catalogued_streams(load_catalogue())


@pytest.fixture
def by_name(streams: tuple[Stream, ...]) -> dict[str, Stream]:
    return {stream.name: stream for stream in streams}


@pytest.fixture
def server() -> Iterator[VenueServer]:
    started = VenueServer()
    yield started
    started.close()


@pytest.fixture
def recording(tmp_path, server, monkeypatch) -> Iterator[Callable[..., Running]]:
    monkeypatch.setattr(connection, "FIRST_PAUSE", 0.05)
    monkeypatch.setattr(record.recorder, "SYNC_EVERY", 0.05)
    started: list[Running] = []

    def start(streams, clock: Clock | None = None, rotate_every: float = 0.5) -> Running:
        started.append(Running(tmp_path, server, streams, clock or Clock(), rotate_every))
        return started[-1]

    yield start
    for one in started:
        if one._thread.is_alive():
            one.stop()
