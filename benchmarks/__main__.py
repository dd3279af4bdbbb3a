"""Runs the measurements, prints them, and writes them with the machine's name to docs/benchmarks.md."""

from __future__ import annotations

import os
import platform
import tempfile
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from benchmarks import bulk_load, classification, pipeline, tape

PAGE = Path(__file__).resolve().parents[1] / "docs" / "benchmarks.md"
PACKAGES = ("duckdb", "polars", "dagster", "dagster-dbt", "dbt-core", "dbt-duckdb")


def main() -> None:
    """Measure, print, write. Takes some minutes; nothing here is a test."""
    with tempfile.TemporaryDirectory() as folder:
        bulk = bulk_load.measure(Path(folder) / "bulk")
        market, runs = pipeline.measure(Path(folder) / "pipeline")
        load = tape.measure(Path(folder) / "tape")
        classified = classification.measure()
    page = "\n".join([_head(), _bulk(bulk), _pipeline(market, runs), _classification(classified), _tape(load)])
    PAGE.write_text(page)
    print(page)


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

Median ratio {result.ratio:.2f}; the goal is at least 0.6.
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
    table = "\n".join(lines)
    return f"""## The daily run

Market: {market}. Every line is a process of its own.

| process | seconds | peak memory, MB | to `dbt build` |
| --- | --- | --- | --- |
{table}

Start-up is {share:.0%} of a run that adds a day and {rebuild_share:.0%} of a rebuild. The goals: a run that adds
one day at most twice a plain `dbt build`, one that finds nothing new less than it, and less than 1 GB of memory.
"""


def _tape(load: tape.Load) -> str:
    rate, share, peak = load.sent / load.seconds, load.processor_seconds / load.seconds, load.megabytes
    return f"""## The recorder

Orders from a local websocket server, one a frame, to a recorder that is held to one processor.

| sent | landed | orders/s | of the processor | peak memory, MB |
| --- | --- | --- | --- | --- |
| {load.sent:,} | {load.landed:,} | {rate:,.0f} | {share:.0%} | {peak:.0f} |

The goal: 10,000 orders a second for a minute, none lost, under 300 MB.
"""


def _classification(timed: list[classification.Timed]) -> str:
    lines = "\n".join(
        f"| {each.days:,} | {each.seconds:.2f} | {1e6 * each.seconds / each.days:.0f} |" for each in timed
    )
    return f"""## Classification

Features, labels, states, scenarios and evidence of {classification.ASSETS} assets, in memory.

| days in all | seconds | microseconds a day |
| --- | --- | --- |
{lines}

The goals: {classification.ASSETS} assets over {classification.YEARS[-1]} years in less than 2 s, and a cost of a day
that does not grow with the number of days.
"""


if __name__ == "__main__":
    main()
