"""From an error to one line on standard error and an exit status."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

import duckdb
import typer

from cli.console import remarks
from orchestration.errors import OWN_ERRORS
from record.recorder import RecorderBusy
from warehouse.errors import WarehouseLocked

FAILED, WRONG_USE, LOCKED, STALE = 1, 2, 3, 4


class WrongUse(Exception):
    """Options that make no sense together."""


class Stale(Exception):
    """What is published is older than somebody said it may be."""


SAID_IN_ONE_LINE = (*OWN_ERRORS, WrongUse, Stale, duckdb.Error)  # the last: a query that somebody typed


@contextmanager
def say(verbose: bool) -> Iterator[None]:
    """Turn the project's own errors into one line; anything else is a mistake here and keeps its traceback."""
    try:
        yield
    except SAID_IN_ONE_LINE as error:
        if verbose:
            traceback.print_exc(file=sys.stderr)
        line = str(error).strip().splitlines()[0]
        remarks().print(f"[bold red]error[/bold red] {_escaped(line)}")
        raise typer.Exit(_status(error)) from None


def _status(error: Exception) -> int:
    if isinstance(error, WarehouseLocked | RecorderBusy):
        return LOCKED
    if isinstance(error, Stale):
        return STALE
    return WRONG_USE if isinstance(error, WrongUse) else FAILED


def _escaped(text: str) -> str:
    return text.replace("[", r"\[")
