"""A step receives the results of its work one by one, and a generator that is dropped never waits for its thread."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event, Thread

import pytest

from orchestration.worker_thread import results_from_thread

PATIENCE = 10.0


def test_results_come_in_their_order_and_the_thread_ends_with_them() -> None:
    threads: list[Thread] = []
    assert list(results_from_thread(lambda emit: [emit(number) for number in range(3)], threads.append)) == [0, 1, 2]
    assert not threads[0].is_alive()


def test_an_error_of_the_work_is_raised_after_its_results() -> None:
    def work(emit: Callable[[int], None]) -> None:
        emit(1)
        raise OSError("disk full")

    received = results_from_thread(work, lambda thread: None)
    assert next(received) == 1
    with pytest.raises(OSError, match="disk full"):
        next(received)


def test_a_generator_that_is_dropped_in_a_thread_of_its_work_does_not_wait_for_it() -> None:
    """Python ends a generator that nobody holds in whatever thread comes by."""
    threads: list[Thread] = []
    held, all_received, dropped = [], Event(), Event()

    def work(emit: Callable[[int], None]) -> None:
        emit(1)
        assert all_received.wait(PATIENCE)
        part = Thread(target=held.clear, daemon=True)
        part.start()
        part.join(PATIENCE)
        if not part.is_alive():
            dropped.set()
        emit(2)

    received = results_from_thread(work, threads.append)
    assert next(received) == 1
    held.append(received)
    del received
    all_received.set()
    threads[0].join(2 * PATIENCE)
    assert dropped.is_set()
    assert not threads[0].is_alive(), "it ends with its next result"


def test_an_error_that_nobody_waits_for_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    threads: list[Thread] = []
    dropped = Event()

    def work(emit: Callable[[int], None]) -> None:
        emit(1)
        assert dropped.wait(PATIENCE)
        raise OSError("disk full")

    received = results_from_thread(work, threads.append)
    assert next(received) == 1
    received.close()
    dropped.set()
    threads[0].join(PATIENCE)
    assert "disk full" in caplog.text
