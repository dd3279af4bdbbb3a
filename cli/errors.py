"""Turning an error into one line on standard error and an exit status."""

from __future__ import annotations

import itertools
import os
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import typer

from alerts.errors import AlertError
from ingest.errors import IngestError, printable
from record.errors import RecorderBusy
from warehouse.errors import WarehouseError, WarehouseLocked

FAILED, WRONG_USE, LOCKED, STALE = 1, 2, 3, 4


class WrongUse(Exception):
    """Options that are invalid, or that contradict each other."""


class Stale(Exception):
    """An asset has lost its reading, or the published data is older than --stale-after allows."""


@contextmanager
def errors_as_one_line(verbose: bool) -> Iterator[None]:
    """Print the project's own errors as one line and exit. Any other error is a bug and keeps its traceback."""
    try:
        yield
    except typer.Exit:
        raise
    except Exception as error:
        if not _is_for_a_person(error):
            raise
        if verbose:
            traceback.print_exc(file=sys.stderr)
        if isinstance(error, OSError) and _output_refusal():
            raise typer.Exit(FAILED) from None  # finish_output says it
        _print_error(_line(error))
        raise typer.Exit(_status(error)) from None


def _is_for_a_person(error: Exception) -> bool:
    """Whether the message of the error is meant for a person.

    Imports DuckDB and the rules only where the error may be theirs: they take longer than most commands.
    """
    # OSError: a disk, a permission or a path.
    if isinstance(error, IngestError | WarehouseError | AlertError | WrongUse | Stale | OSError):
        return True
    if _is_of_duckdb(error):  # a mistake in a typed query
        return True
    from orchestration.errors import OWN_ERRORS

    return isinstance(error, OWN_ERRORS)


def _is_of_duckdb(error: Exception) -> bool:
    import duckdb

    return isinstance(error, duckdb.Error)


def begin_process() -> None:
    """Make sure of what every command relies on: a working directory, and the three standard descriptors.

    A descriptor that was closed is taken by the next file that is opened, which then receives what is printed. So
    closed ones are opened on the null device: standard output for reading, so that printing to it still fails.
    """
    for number, name, mode in ((0, "stdin", os.O_RDONLY), (1, "stdout", os.O_RDONLY), (2, "stderr", os.O_WRONLY)):
        if getattr(sys, name) is None:
            null = os.open(os.devnull, mode)
            if null != number:
                os.dup2(null, number)
                os.close(null)
            setattr(sys, name, os.fdopen(number, "w" if number else "r", closefd=False))
    try:
        Path.cwd()
    except OSError as error:
        _print_error(f"cannot use the working directory: {error.strerror}; change to another one, such as: cd ~")
        raise SystemExit(FAILED) from None


def finish_output() -> None:
    """Write what standard output still buffers. Exits with status 1, and one line, when it cannot be written.

    Without the line when its reader has left, as in `leverage sql ... | head`.
    """
    if error := _output_refusal():
        # What is left in the buffer would fail once more when Python ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if not isinstance(error, BrokenPipeError):
            _print_error(f"cannot write to standard output: {error.strerror}")
        raise SystemExit(FAILED)


def _output_refusal() -> OSError | None:
    try:
        sys.stdout.flush()
    except OSError as error:
        return error
    return None


def _print_error(line: str) -> None:
    from cli.console import stderr_console

    stderr_console().print(f"[bold red]error[/bold red] {_escaped(line)}")


def _line(error: Exception) -> str:
    """The error in one line without control characters."""
    return printable(_first_line(error))


def _first_line(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        if error.filename:
            return f"cannot use {error.filename}: {error.strerror}"
        return f"{error.strerror}; check where the output goes, and the disk of the warehouse"
    text = str(error).strip() or type(error).__name__
    if isinstance(error, IngestError | WarehouseError | AlertError | WrongUse | Stale) or not _is_of_duckdb(error):
        return text.splitlines()[0]
    before_the_excerpt = itertools.takewhile(lambda line: not line.startswith("LINE "), text.splitlines())
    return " ".join(" ".join(before_the_excerpt).split())  # with its hint, such as: Did you mean "regimes_daily"?


def _status(error: Exception) -> int:
    if isinstance(error, WarehouseLocked | RecorderBusy):
        return LOCKED
    if isinstance(error, Stale):
        return STALE
    return WRONG_USE if isinstance(error, WrongUse | AlertError) else FAILED


def _escaped(text: str) -> str:
    return text.replace("[", r"\[")
