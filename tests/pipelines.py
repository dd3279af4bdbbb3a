"""Runs of `leverage` in processes of their own, what they publish as frames, and warehouses built once a session.

Dagster and dbt take seconds to import, of every run. So a run is forked from a process that has imported them and done
nothing else; `typed` starts the installed command as a person does. What a run should come to is the business of the
tests; nothing here asserts.
"""

from __future__ import annotations

import fcntl
import multiprocessing
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import polars as pl
import pytest

from orchestration.dbt_project import BUILD_DATABASE, DBT_PROJECT, prepared_manifest
from orchestration.internals.dbt_manifest import parsed_project

PROJECT = Path(__file__).resolve().parents[1]
LEVERAGE = Path(sys.executable).with_name("leverage")
Command = Callable[[list[str]], None]
PATIENCE = 300.0  # seconds; a run takes ten to forty, and something else may have the processors
OWN_VARIABLES = ("LEVERAGE_", "DAGSTER_", "DBT_", "COINALYZE_", "COINGLASS_", "NO_COLOR", "FORCE_COLOR", "COLUMNS")

# Sixty days are the shortest baseline: the last days of this range get a real label.
SAMPLE_FIRST = "2025-11-20"
SAMPLE_NOW = "2026-01-28T06:00:00Z"  # the last complete day is 2026-01-27
SAMPLE_NEXT = "2026-01-29T06:00:00Z"  # and here 2026-01-28


@dataclass(frozen=True)
class Ran:
    """How a run ended: exit status, standard output, standard error, wall time in seconds."""

    status: int
    out: str
    err: str
    seconds: float

    @property
    def said(self) -> str:
        return self.out + self.err


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """This process's environment without what would change a run, and with `extra`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(OWN_VARIABLES)}
    return {**kept, **(extra or {})}


_fork = multiprocessing.get_context("forkserver")
_fork.set_forkserver_preload(["cli.main", "orchestration.run", "vl_convert"])  # dbt is among what these import


def typed(*arguments: str | Path) -> Ran:
    """The installed `leverage` with these arguments, to its end."""
    began = time.monotonic()
    done = subprocess.run(
        [LEVERAGE, *arguments],
        env=environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    return Ran(done.returncode, done.stdout, done.stderr, time.monotonic() - began)


def leverage(*arguments: str | Path, extra: Mapping[str, str] | None = None, patience: float = PATIENCE) -> Ran:
    """`leverage` with these arguments, to its end, which may take `patience` seconds."""
    return _ended(_leverage, *arguments, extra=extra, patience=patience)


def dbt(*arguments: str | Path, database: Path | None = None, project: Path = DBT_PROJECT) -> Ran:
    """`dbt` with these arguments, to its end; this project is taken as last parsed, so its database is build.duckdb."""
    extra = {BUILD_DATABASE: str(database)} if database else {}
    where = ("--project-dir", project, "--profiles-dir", project)
    return _ended(_dbt if project == DBT_PROJECT else _dbt_of_another_project, *arguments, *where, extra=extra)


def forked(*arguments: str | Path, out: Path, err: Path, extra: Mapping[str, str] | None = None) -> ForkServerProcess:
    """`leverage` with these arguments, under way; what it says goes to the two files."""
    return _forked(_leverage, *arguments, out=out, err=err, extra=extra)


def _ended(
    command: Command, *arguments: str | Path, extra: Mapping[str, str] | None, patience: float = PATIENCE
) -> Ran:
    with tempfile.TemporaryDirectory() as folder:
        out, err = Path(folder, "out"), Path(folder, "err")
        began = time.monotonic()
        process = _forked(command, *arguments, out=out, err=err, extra=extra)
        process.join(patience)
        if process.exitcode is None:
            process.kill()
            process.join()
            raise TimeoutError(f"{command.__name__} {' '.join(map(str, arguments))} has not ended: {err.read_text()}")
        return Ran(process.exitcode, out.read_text(), err.read_text(), time.monotonic() - began)


def _forked(
    command: Command, *arguments: str | Path, out: Path, err: Path, extra: Mapping[str, str] | None = None
) -> ForkServerProcess:
    process = _fork.Process(target=_process, args=(command, [str(a) for a in arguments], environment(extra), out, err))
    process.start()
    return process


def _process(command: Command, arguments: list[str], variables: dict[str, str], out: Path, err: Path) -> None:
    for number, path, how in ((0, os.devnull, os.O_RDONLY), (1, out, os.O_WRONLY), (2, err, os.O_WRONLY)):
        opened = os.open(path, how | os.O_CREAT)
        os.dup2(opened, number)
        os.close(opened)
    os.environ.clear()
    os.environ.update(variables)
    command(arguments)


def _leverage(arguments: list[str]) -> None:
    from cli.main import main

    sys.argv = ["leverage", *arguments]
    main()


def _dbt(arguments: list[str]) -> None:
    from dbt.cli.main import dbtRunner

    prepared_manifest()
    sys.exit(not dbtRunner(parsed_project()).invoke(arguments).success)


def _dbt_of_another_project(arguments: list[str]) -> None:
    from dbt.cli.main import dbtRunner

    sys.exit(not dbtRunner().invoke(arguments).success)


def started(*arguments: str | Path, log: Path) -> subprocess.Popen[bytes]:
    """The installed `leverage` with these arguments, under way; what it says goes to `log`."""
    with log.open("wb") as said:
        return subprocess.Popen(
            [LEVERAGE, *arguments], env=environment(), stdin=subprocess.DEVNULL, stdout=said, stderr=subprocess.STDOUT
        )


def published(warehouse: Path) -> dict[str, pl.DataFrame]:
    """Every published table by name, from the Parquet files of the newest release."""
    folder = (warehouse / "published").resolve() / "parquet"
    return {file.stem: pl.read_parquet(file, glob=False) for file in sorted(folder.glob("*.parquet"))}


def differing(
    one: Mapping[str, pl.DataFrame], other: Mapping[str, pl.DataFrame], *, but: tuple[str, ...] = ("feed_status",)
) -> list[str]:
    """What differs between two releases, as `table.column`; to the last bit, and in the order of the rows.

    `but` names tables, and columns as `table.column`, that may differ. Which feeds were asked how often is no mart.
    """
    found = [f"{name}: only in one" for name in sorted(set(one) ^ set(other))]
    for name in sorted((set(one) & set(other)) - set(but)):
        left, right = one[name], other[name]
        if left.schema != right.schema or left.height != right.height:
            found.append(f"{name}: {left.height} rows and {right.height}")
            continue
        found += [
            f"{name}.{column}"
            for column in left.columns
            if f"{name}.{column}" not in but and not left[column].equals(right[column], null_equal=True)
        ]
    return found


def up_to(release: Mapping[str, pl.DataFrame], day: str) -> dict[str, pl.DataFrame]:
    """The rows of days until `day`; tables without days whole."""
    last = pl.lit(day).str.to_date()
    return {n: f.filter(pl.col("day") <= last) if "day" in f.columns else f for n, f in release.items()}


def copied(warehouse: Path, target: Path) -> Path:
    """A copy to work on. A warehouse knows no path of its own, so it may be moved and copied."""
    shutil.copytree(warehouse, target, symlinks=True)
    return target


def built_once(factory: pytest.TempPathFactory, name: str, build: Callable[[Path], None]) -> Path:
    """The directory that `build` has filled, made once however many test processes there are."""
    base = factory.getbasetemp()
    shared = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "warehouses"
    shared.mkdir(exist_ok=True)
    target, whole = shared / name, shared / f"{name}.whole"
    with (shared / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not whole.exists():
            shutil.rmtree(target, ignore_errors=True)
            build(target)
            whole.touch()
    return target
