"""Where the command line writes: results to standard output, progress and messages to standard error."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

PLAIN_WIDTH = 100  # columns when the output is not a terminal
REGIME_STYLES = {
    "mechanical": "bold dark_orange",
    "spot_down": "bold red",
    "squeeze": "bold magenta",
    "build": "bold yellow",
    "spot_up": "bold green",
    "quiet": "bold cyan",
    "none": "bold",
}


def stdout_console() -> Console:
    """Standard output. Rich uses no colours when it is not a terminal or NO_COLOR is set."""
    return Console(highlight=False, width=None if os.isatty(1) else PLAIN_WIDTH)


def stderr_console() -> Console:
    """Standard error, on a descriptor of its own: during a step, Dagster redirects number 2 to its compute logs."""
    return Console(file=os.fdopen(os.dup(2), "w", errors="replace"), highlight=False, soft_wrap=True)


class FeedProgress:
    """One progress line per feed that downloads archives: files, rows, time left. Drawn only on a terminal."""

    def __init__(self, console: Console) -> None:
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("files  {task.fields[rows]:>9,} rows  {task.fields[rate]:>9,.0f} rows/s"),
            TimeRemainingColumn(),
            console=console,
            disable=not console.is_terminal,
        )
        self._tasks: dict[str, TaskID] = {}

    @contextmanager
    def shown(self) -> Iterator[FeedProgress]:
        """Draw the lines during the block."""
        with self._bar:
            yield self

    def begin(self, feed: str, files: int) -> None:
        if feed in self._tasks:
            task = next(t for t in self._bar.tasks if t.id == self._tasks[feed])
            self._bar.update(task.id, total=(task.total or 0) + files)
        else:
            self._tasks[feed] = self._bar.add_task(feed, total=files, rows=0, rate=0.0)

    def advance(self, feed: str, files: int, rows: int) -> None:
        task = next(t for t in self._bar.tasks if t.id == self._tasks[feed])
        total = task.fields["rows"] + rows
        self._bar.update(task.id, advance=files, rows=total, rate=total / (task.elapsed or 1.0))
