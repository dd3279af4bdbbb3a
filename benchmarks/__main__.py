"""Runs the measurements, prints them, and writes them with the machine's name to docs/benchmarks.md."""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from benchmarks import (
    archives,
    bulk_load,
    classification,
    commands,
    days,
    engines,
    history,
    many_assets,
    pipeline,
    running_day,
    served_readings,
    tape,
)
from regimes.chunks import ASSETS_PER_CHUNK

PAGE = Path(__file__).resolve().parents[1] / "docs" / "benchmarks.md"
PACKAGES = ("duckdb", "polars", "dagster", "dagster-dbt", "dbt-core", "dbt-duckdb")


def main() -> None:
    """Measure, print, write the page; with names of SECTIONS, measure and print these alone. Nothing here is a test."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure, and write docs/benchmarks.md.")
    parser.add_argument(
        "sections", nargs="*", metavar="section", help=f"of {', '.join(SECTIONS)}; without, all of them"
    )
    names = parser.parse_args().sections
    if unknown := sorted(set(names) - set(SECTIONS)):
        parser.error(f"no section {', '.join(unknown)}; there are {', '.join(SECTIONS)}")
    texts = []
    with tempfile.TemporaryDirectory() as folder:
        for name in names or SECTIONS:
            texts.append(SECTIONS[name](Path(folder) / name))
            print(texts[-1], flush=True)
    if not names:
        PAGE.write_text("\n".join([_head(), *texts]))


def _head() -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    return f"""# Benchmarks

Written by `make bench` on {datetime.now(UTC):%Y-%m-%d}: {_processor()}, {os.cpu_count()} cores, {memory:.0f} GiB,
Python {platform.python_version()}, {packages}.
Machines are noisy: read the ratios, each against something run in the same round. Medians of the rounds.
"""


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except FileNotFoundError:
        return platform.processor()
    named = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.machine()


def _bulk(result: bulk_load.Result) -> str:
    rows = bulk_load.FILES * bulk_load.ROWS_IN_FILE
    rounds = "\n".join(
        f"| {i} | {ours:,.0f} | {plain:,.0f} | {ours / plain:.2f} |"
        for i, (ours, plain) in enumerate(zip(result.loaded, result.plain, strict=True), 1)
    )
    return f"""## Bulk load

{rows:,} five-minute rows from {bulk_load.FILES:,} zips on disk to raw table and ledger: checksum, unzip, parse, schema
check, segment, load. Beside it `CREATE TABLE AS SELECT * FROM read_csv` over the same text, already unzipped.

| round | ours, rows/s | read_csv, rows/s | ratio |
| --- | --- | --- | --- |
{rounds}

Median ratio {result.ratio:.2f}; the goal, at least 0.6, is {_met(result.ratio >= 0.6)}.
"""


def _archives(rounds: list[archives.Round]) -> str:
    cores = os.cpu_count() or 1
    rows = "\n".join(
        f"| {i} | {ours.rate:,.0f} | {plain.rate:,.0f} | {ours.rate / plain.rate:.2f} | {ours.megabytes:.0f} |"
        f" {ours.processors / cores:.0%} | {plain.processors / cores:.0%} |"
        for i, (ours, plain) in enumerate(((each.ours, each.plain) for each in rounds), 1)
    )
    found, peak = archives.ratio(rounds), max(each.ours.megabytes for each in rounds)
    return f"""## Archives over HTTP

{archives.FILES * archives.ROWS_IN_FILE:,} made-up rows of {len(archives.SYMBOLS)} symbols and {archives.DAYS} days in
{archives.FILES:,} zips, each with its CHECKSUM, from a server on loopback through the relay and the feed into landing
and raw table. Beside it `CREATE TABLE AS SELECT * FROM read_csv` over the same text, unzipped and on disk.

| round | ours, rows/s | read_csv, rows/s | ratio | our peak memory, MB | ours, of all cores | read_csv, of all cores |
| --- | --- | --- | --- | --- | --- | --- |
{rows}

Median ratio {found:.2f}; the goal, at least 0.6, is {_met(found >= 0.6)}, and less than 1.5 GB of memory is
{_met(peak < 1500)}. Ours are the process and those that download for it, added up; the server runs on the same cores
and is not counted in ours.
"""


def _history(rounds: list[history.Round]) -> str:
    rows = "\n".join(
        f"| {i} | {1000 * each.short:.0f} | {1000 * each.long:.0f} | {each.long / each.short:.2f} |"
        for i, each in enumerate(rounds, 1)
    )
    return f"""## One more day

Archives of one day of the catalogue's symbols, fetched, landed and loaded, where {history.SHORT} days are there already
and where {history.LONG:,} are, each day a segment.

| round | after {history.SHORT} days, ms | after {history.LONG:,} days, ms | ratio |
| --- | --- | --- | --- |
{rows}

Median ratio {history.ratio(rounds):.2f}; the goal, at most 1.15, is {_met(history.ratio(rounds) <= 1.15)}.
"""


def _pipeline(market: str, runs: dict[str, list[pipeline.Run]]) -> str:
    what = {
        "rebuild": "`leverage run` into an empty warehouse",
        "one day": "`leverage run` that adds one day",
        "nothing new": "`leverage run` that finds nothing new",
        "dbt build": "plain `dbt build` of the same project and data",
        "start-up": "start-up alone: importing Dagster, dbt and the project",
    }
    lines = [
        f"| {about} | {pipeline.median_seconds(runs[name]):.1f} | {max(r.megabytes for r in runs[name]):.0f} |"
        f" {pipeline.ratio(runs[name], runs['dbt build']):.2f} |"
        for name, about in what.items()
    ]
    share = pipeline.ratio(runs["start-up"], runs["one day"])
    rebuild_share = pipeline.ratio(runs["start-up"], runs["rebuild"])
    one_day, nothing = (pipeline.ratio(runs[name], runs["dbt build"]) for name in ("one day", "nothing new"))
    peak = max(run.megabytes for name in ("rebuild", "one day") for run in runs[name])
    table = "\n".join(lines)
    return f"""## The daily run

Market: {market}. Every line is a process of its own.

| process | seconds | peak memory, MB | to `dbt build` |
| --- | --- | --- | --- |
{table}

Start-up is {share:.0%} of a run that adds a day and {rebuild_share:.0%} of a rebuild. The goals: a run that adds
one day at most twice a plain `dbt build` ({_met(one_day <= 2)}), one that finds nothing new less than it
({_met(nothing < 1)}), and less than 1 GB of memory ({_met(peak < 1000)}).
"""


def _hours(rounds: list[running_day.Round], wide: list[running_day.Pair]) -> str:
    lines = "\n".join(
        f"| {i} | {each.alone.seconds:.1f} | {each.alone.megabytes:.0f} | {each.beside.seconds:.1f} |"
        f" {each.beside.megabytes:.0f} | {each.daily.seconds:.1f} |"
        for i, each in enumerate(rounds, 1)
    )
    alone, peak = [each.alone for each in rounds], max(each.alone.megabytes for each in rounds)
    seconds = pipeline.median_seconds(alone)
    of_many = "\n".join(
        f"| {i} | {each.hour.seconds:.1f} | {each.hour.megabytes:.0f} | {each.daily.seconds:.1f} |"
        for i, each in enumerate(wide, 1)
    )
    share = pipeline.ratio([each.hour for each in wide], [each.daily for each in wide])
    return f"""## An hour of the running day

`leverage now` on the simulated market, in a process of its own: alone, and while `leverage run` adds a day.

| round | alone, s | peak memory, MB | beside a daily run, s | peak memory, MB | the daily run, s |
| --- | --- | --- | --- | --- | --- |
{lines}

Median {seconds:.1f} s alone; the goals, under 10 s ({_met(seconds < 10)}) and under 700 MB ({_met(peak < 700)}). The
first hour after a change of the project is not among them: dbt builds the models in it.

The same with {running_day.MANY} assets, all that the simulated market has, each process alone:

| round | `leverage now`, s | peak memory, MB | `leverage run` that adds a day, s |
| --- | --- | --- | --- |
{of_many}

Median ratio {share:.2f}; the goal, at most 0.5, is {_met(share <= 0.5)}.
"""


def _tape(load: tape.Load) -> str:
    rate, share, peak = load.sent / load.seconds, load.processor_seconds / load.seconds, load.megabytes
    return f"""## The recorder

Orders from a local websocket server, one a frame, to a recorder that is held to one processor.

| sent | landed | orders/s | of the processor | peak memory, MB |
| --- | --- | --- | --- | --- |
| {load.sent:,} | {load.landed:,} | {rate:,.0f} | {share:.0%} | {peak:.0f} |

The goals: none lost of 10,000 orders a second for a minute ({_met(load.landed == load.sent)}), under 300 MB
({_met(peak < 300)}).
"""


def _days(reads: list[days.Read], added: list[days.Day]) -> str:
    read = "\n".join(
        f"| {i} | {each.view:.2f} | {each.filtered:.2f} | {each.view / each.filtered:.1f} |"
        for i, each in enumerate(reads, 1)
    )
    built = "\n".join(
        f"| {i} | {each.short:.2f} | {each.long:.2f} | {each.long / each.short:.2f} |"
        for i, each in enumerate(added, 1)
    )
    faster, dearer = days.read_ratio(reads), days.day_ratio(added)
    return f"""## Models of five-minute rows

The rows that an hour or a day ends with, of {days.ROWS:,} rows of open interest: filtered after the newest version of
each row is chosen, as through the view, and before.

| round | through the view, s | filtered first, s | ratio |
| --- | --- | --- | --- |
{read}

Median ratio {faster:.1f}; the goal, at least 5, is {_met(faster >= 5)}.

One more day of {days.SYMBOLS} symbols in the tables that are made day by day.

| round | after {days.SHORT} days, s | after {days.LONG} days, s | ratio |
| --- | --- | --- | --- |
{built}

Median ratio {dearer:.2f}; the goal, at most 1.15, is {_met(dearer <= 1.15)}.
"""


def _many_assets(runs: dict[int, list[pipeline.Run]]) -> str:
    lines = "\n".join(
        f"| {assets} | {pipeline.median_seconds(done):.1f} | {max(run.megabytes for run in done):.0f} |"
        for assets, done in runs.items()
    )
    ratio = pipeline.ratio(runs[many_assets.MANY], runs[many_assets.FEW])
    peak = max(run.megabytes for run in runs[many_assets.MANY])
    return f"""## Many assets

`leverage run` that adds a day after two years of them. Each asset has daily bars, open interest, liquidations and
funding of one contract, made up and served on loopback.

| assets | seconds | peak memory, MB |
| --- | --- | --- |
{lines}

Median ratio {ratio:.2f}; the goal, at most 3, is {_met(ratio <= 3)}, and less than 3 GB of memory is
{_met(peak < 3000)}.
"""


def _classification(timed: list[classification.Timed], whole: classification.Written) -> str:
    lines = "\n".join(
        f"| {each.days:,} | {each.seconds:.2f} | {1e6 * each.seconds / each.days:.0f} |" for each in timed
    )
    return f"""## Classification

Features, labels, states, scenarios and evidence of {classification.ASSETS} assets, in memory.

| days in all | seconds | microseconds a day |
| --- | --- | --- |
{lines}

The goals: {classification.ASSETS} assets over {classification.YEARS[-1]} years in less than 2 s
({_met(timed[-1].seconds < 2)}), and a cost of a day that does not grow with the number of days.

{classification.MANY} assets over {classification.DAYS} days, in chunks of {ASSETS_PER_CHUNK}, from the marts to the
published tables in a build database: {whole.seconds:.1f} s, with a peak of {whole.megabytes:.0f} MB. The goals: less
than 60 s ({_met(whole.seconds < 60)}) and less than 2 GB ({_met(whole.megabytes < 2000)}).
"""


def _commands(found: dict[str, list[float]]) -> str:
    lines = "\n".join(
        f"| `{name}` | {statistics.median(seconds):.2f} | {commands.ratio(found, name):.1f} |"
        for name, seconds in found.items()
    )
    slowest = max(statistics.median(found[name]) for name in commands.COMMANDS)
    return f"""## Commands that read a release

Processor time of whole processes, on the simulated market of 400 days.

| process | seconds | to importing DuckDB |
| --- | --- | --- |
{lines}

The goal, less than 0.5 s each, is {_met(slowest < 0.5)}.
"""


def _served(found: served_readings.Served) -> str:
    median, slow = statistics.median(found.waited), statistics.quantiles(found.waited, n=100)[98]
    return f"""## The reading of a day through `leverage serve`

{len(found.waited):,} requests in turn over one connection, each for another day of the simulated market:
median {median:.1f} ms, 99th percentile {slow:.1f} ms; {found.processor:.1f} ms of processor time of the server each.

The goal, a median of less than 10 ms, is {_met(median < 10)}.
"""


def _met(holds: bool) -> str:
    return "met" if holds else "**missed**"


# In the order of the page.
SECTIONS: dict[str, Callable[[Path], str]] = {
    "bulk": lambda folder: _bulk(bulk_load.measure(folder)),
    "archives": lambda folder: _archives(archives.measure(folder)),
    "history": lambda folder: _history(history.measure(folder)),
    "run": lambda folder: _pipeline(*pipeline.measure(folder)),
    "hours": lambda folder: _hours(running_day.measure(folder / "few"), running_day.measure_many(folder / "many")),
    "assets": lambda folder: _many_assets(many_assets.measure(folder)),
    "classification": lambda folder: _classification(classification.measure(), classification.measure_many(folder)),
    "days": lambda folder: _days(days.measure_reads(folder / "reads"), days.measure_days(folder / "days")),
    "engines": lambda folder: engines.section(engines.measure(folder)),
    "tape": lambda folder: _tape(tape.measure(folder)),
    "commands": lambda folder: _commands(commands.measure(folder)),
    "readings": lambda folder: _served(served_readings.measure(folder)),
}


if __name__ == "__main__":
    main()
