"""The progress of a run on the terminal: what it is doing, and a line per feed that downloads archives."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn


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
