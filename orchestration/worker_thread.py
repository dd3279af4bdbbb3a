"""Work in a thread of its own beside the events of a step, which receives the results as they come.

When Dagster fails, it drops the generator of a step, and Python may end that in any thread, also in one of the work's
own. So a generator never waits for its thread there. The pipeline does, at the end of the run.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from queue import SimpleQueue
from threading import Event, Thread
from typing import Generic, TypeVar

Result = TypeVar("Result")
Work = Callable[[Callable[[Result], None]], None]
"""Passes its results to its argument, one by one."""


class Abandoned(Exception):
    """Nobody receives the results any more."""


@dataclass(frozen=True)
class _Ended(Generic[Result]):
    error: BaseException | None


def results_from_thread(work: Work[Result], register: Callable[[Thread], None]) -> Iterator[Result]:
    """Yield the results of `work` while it runs; raise what it raises. Once that has ended, so has the thread.

    `register` receives the thread, to wait for it when this generator is dropped. `work` then gets Abandoned with its
    next result, and another error of it is logged.
    """
    received: SimpleQueue[Result | _Ended[Result]] = SimpleQueue()
    abandoned = Event()

    def emit(result: Result) -> None:
        if abandoned.is_set():
            raise Abandoned
        received.put(result)

    def run() -> None:
        error: BaseException | None = None
        try:
            work(emit)
        except Abandoned:
            pass
        except BaseException as raised:  # noqa: BLE001 - handed to the step, which raises it
            error = raised
            if abandoned.is_set():
                logging.getLogger(__name__).warning("after the step had ended: %s", raised)
        received.put(_Ended(error))

    thread = Thread(target=run, name=work.__name__)
    thread.start()
    register(thread)
    try:
        while not isinstance(result := received.get(), _Ended):
            yield result
        thread.join()
        if result.error is not None:
            raise result.error
    finally:
        abandoned.set()
