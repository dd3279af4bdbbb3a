"""Turning an error into one line on standard error and an exit status."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

import duckdb
import typer

from cli.console import stderr_console
from orchestration.errors import OWN_ERRORS
from record.recorder import RecorderBusy
from warehouse.errors import WarehouseLocked

FAILED, WRONG_USE, LOCKED, STALE = 1, 2, 3, 4


class WrongUse(Exception):
    """Options that are invalid, or that contradict each other."""


class Stale(Exception):
    """The published data is older than --stale-after allows."""


ONE_LINE_ERRORS = (*OWN_ERRORS, WrongUse, Stale, duckdb.Error)  # duckdb.Error: a mistake in a typed query


@contextmanager
def errors_as_one_line(verbose: bool) -> Iterator[None]:
    """Print the project's own errors as one line and exit. Any other error is a bug and keeps its traceback."""
    try:
        yield
    except ONE_LINE_ERRORS as error:
        if verbose:
            traceback.print_exc(file=sys.stderr)
        line = str(error).strip().splitlines()[0]
        stderr_console().print(f"[bold red]error[/bold red] {_escaped(line)}")
        raise typer.Exit(_status(error)) from None


def _status(error: Exception) -> int:
    if isinstance(error, WarehouseLocked | RecorderBusy):
        return LOCKED
    if isinstance(error, Stale):
        return STALE
    return WRONG_USE if isinstance(error, WrongUse) else FAILED


def _escaped(text: str) -> str:
    return text.replace("[", r"\[")
