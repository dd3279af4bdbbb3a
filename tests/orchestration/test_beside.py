"""A step receives the results of its work one by one, and a generator that is dropped never waits for its thread."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event, Thread

import pytest

from orchestration.beside import results_of

PATIENCE = 10.0


def test_results_come_in_their_order_and_the_thread_ends_with_them() -> None:
    threads: list[Thread] = []
    assert list(results_of(lambda give: [give(number) for number in range(3)], threads.append)) == [0, 1, 2]
    assert not threads[0].is_alive()


def test_an_error_of_the_work_is_raised_after_its_results() -> None:
    def work(give: Callable[[int], None]) -> None:
        give(1)
        raise OSError("disk full")

    received = results_of(work, lambda thread: None)
    assert next(received) == 1
    with pytest.raises(OSError, match="disk full"):
        next(received)


def test_a_generator_that_is_dropped_in_a_thread_of_its_work_does_not_wait_for_it() -> None:
    """Python ends a generator that nobody holds in whatever thread comes by."""
    threads: list[Thread] = []
    held, all_given, dropped = [], Event(), Event()

    def work(give: Callable[[int], None]) -> None:
        give(1)
        all_given.wait(PATIENCE)
        part = Thread(target=held.clear, daemon=True)
        part.start()
        part.join(PATIENCE)
        if not part.is_alive():
            dropped.set()
        give(2)

    received = results_of(work, threads.append)
    assert next(received) == 1
    held.append(received)
    del received
    all_given.set()
    threads[0].join(2 * PATIENCE)
    assert dropped.is_set()
    assert not threads[0].is_alive(), "it ends with its next result"
