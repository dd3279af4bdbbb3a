"""The progress of a run on the terminal: its current step, and a line per feed that downloads archives."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console, Group
from rich.live import Live
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

STARTING = "starting: importing Dagster and dbt"


class TerminalProgress:
    """The current step with its time, and files, rows and time left of each feed that downloads archives.

    Drawn only on a terminal, and removed at the end.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._steps = Progress(SpinnerColumn("line"), TextColumn("{task.description}"), TimeElapsedColumn())
        self._step = self._steps.add_task(STARTING, total=None)
        self._bar = Progress(
            TextColumn("  {task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("files  {task.fields[rows]:>9,} rows  {task.fields[rate]:>9,.0f} rows/s"),
            TimeRemainingColumn(),
        )
        self._tasks: dict[str, TaskID] = {}

    @contextmanager
    def shown(self) -> Iterator[TerminalProgress]:
        """Draw the lines during the block."""
        if not self._console.is_terminal:
            yield self
            return
        with Live(Group(self._steps, self._bar), console=self._console, transient=True):
            yield self

    def show_step(self, description: str) -> None:
        """Show the step that the run is in from now on."""
        self._steps.update(self._step, description=description)

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
