"""A user's own files: `<landing>/inbox/<feed>/*.csv`, taken through the schema, quarantine and landing of that feed.

The files stay where they are; what was taken is known by the hash of its content. docs/inbox.md is for their authors.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Collection, Iterator
from datetime import date
from pathlib import Path

import polars as pl

from ingest.coverage import Part
from ingest.errors import FeedBroken, FileRefused
from ingest.feed import Batch, Feed, Request
from ingest.schema import GENESIS, QUARANTINE_COLUMNS, column, feed_schema
from ingest.windows import Window

SHOWN = 5  # unknown symbols that a note names
UNREADABLE = ("\ufffd", "\0")

FUND_FLOWS = feed_schema(
    "inbox_fund_flows",
    "asset",
    "day",
    column("netflow_usd", "fund_netflow_usd"),
    column("source", "reported_by"),
)


def own_files(request: Request, inbox: Path) -> Iterator[Batch]:
    """Yield the files of the request's feed whose content was not taken before, by name; numbers and days are text.

    A file that cannot be used costs a note.
    """
    folder = inbox / request.feed.name
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path.name.startswith("."):
            continue
        name = f"inbox/{request.feed.name}/{path.name}"
        try:
            batch, is_new = _file(request, path)
        except (FileRefused, OSError) as error:
            request.notes.append(f"{name} is not taken: {error}")
            continue
        except Exception as error:  # noqa: BLE001 - a file costs itself and nothing else
            request.notes.append(f"{name} is not taken: {FeedBroken.by(error)}")
            continue
        if is_new:
            broken = f", {batch.broken.height} lines cannot be read" if batch.broken.height else ""
            request.notes.append(f"{name}: {batch.rows.height} rows read{broken}")
        request.notes += [f"{name}: {note}" for note in _unused(request, batch.rows)]
        if is_new:
            yield batch


def strays(inbox: Path, feeds: Collection[str]) -> list[str]:
    """What lies in the inbox and belongs to none of `feeds`, sorted."""
    found = inbox.iterdir() if inbox.is_dir() else ()
    return sorted(path.name for path in found if path.name not in feeds and not path.name.startswith("."))


def _unused(request: Request, rows: pl.DataFrame) -> Iterator[str]:
    """Say which rows nothing can use, because the catalogue has no such symbol or asset for the feed."""
    named = request.feed.series_column
    known = {instrument.symbol for instrument in request.instruments}
    unknown = rows.filter(pl.col(named).is_not_null() & ~pl.col(named).is_in(sorted(known)))[named]
    if known and len(unknown):
        shown = sorted(set(unknown))
        more = f" and {len(shown) - SHOWN} more" if len(shown) > SHOWN else ""
        yield (
            f"{len(unknown)} rows are not used: the catalogue has no {named} {', '.join(shown[:SHOWN])}{more} for this"
            f" feed, it has {', '.join(sorted(known)[:SHOWN])}"
        )


def _file(request: Request, path: Path) -> tuple[Batch, bool]:
    """The rows of a file with what they answer for, and whether its content is new. Raises FileRefused."""
    if path.suffix != ".csv":
        raise FileRefused("its name does not end in .csv")
    if request.feed.whole:
        raise FileRefused(f"{request.feed.name} comes in whole pulls, which a file beside them would hide")
    body = path.read_bytes()
    sha256 = hashlib.sha256(body).hexdigest()
    rows, broken = read(body, request.feed)
    name = f"inbox/{request.feed.name}/{path.name}"
    part = Part("inbox", "inbox", _span(rows, request), rows.height, name, sha256)
    return Batch(rows, (part,), broken), not request.held.has_content(sha256)


def read(body: bytes, feed: Feed) -> tuple[pl.DataFrame, pl.DataFrame]:
    """A CSV as text in the columns of the feed's schema, and its broken lines as quarantined rows.

    A column that may be null may be left out. Empty columns at the end are ignored.
    Raises FileRefused when it is no CSV, or has another header.
    """
    # A byte that is no UTF-8, or a quotation mark that is not closed, costs its line.
    lines = io.StringIO(body.decode("utf-8-sig", "replace"), newline=None)
    try:
        header = _without_blank_end(_cells(lines.readline()))
    except csv.Error as error:
        raise FileRefused(f"it is no CSV: {error}") from error
    _check_header(header, feed)
    rows: list[dict[str, str]] = []
    broken: list[tuple[str, str, str]] = []
    for number, line in enumerate(lines, 2):
        try:
            cells = _cells(line)
            if len(_without_blank_end(cells)) > len(header):
                raise csv.Error(f"{len(cells)} cells, the header has {len(header)}")
        except csv.Error as error:
            broken.append((f"line {number}", str(error), json.dumps({"line": line.rstrip("\n")})))
            continue
        if any(cells):
            rows.append(dict(zip(header, cells, strict=False)))
    found = pl.DataFrame(
        {name: [row.get(name) or None for row in rows] for name in feed.schema.columns},
        schema=dict.fromkeys(feed.schema.columns, pl.String),
    )
    return found, pl.DataFrame(broken, schema=QUARANTINE_COLUMNS, orient="row")


def _cells(line: str) -> list[str]:
    """The cells of one line. Raises csv.Error when it cannot be read."""
    if any(character in line for character in UNREADABLE):
        raise csv.Error("no UTF-8 text")
    return [cell.strip() for cells in csv.reader([line], strict=True) for cell in cells]


def _without_blank_end(cells: list[str]) -> list[str]:
    end = len(cells)
    while end and not cells[end - 1]:
        end -= 1
    return cells[:end]


def _check_header(header: list[str], feed: Feed) -> None:
    """Raise FileRefused unless the header has the columns of the feed that may not be null, and no others."""
    columns = feed.schema.columns
    if not header:
        raise FileRefused("it is no CSV: it is empty")
    if len(set(header)) < len(header):
        raise FileRefused("it is no CSV: its header names a column twice")
    required = {name for name, column in columns.items() if not column.nullable}
    if lacking := sorted(required - set(header)):
        raise FileRefused(f"its header lacks {', '.join(lacking)}; the columns are {', '.join(columns)}")
    if unknown := sorted(set(header) - set(columns)):
        raise FileRefused(f"{feed.name} has no column {', '.join(unknown)}; the columns are {', '.join(columns)}")


def _span(rows: pl.DataFrame, request: Request) -> Window:
    """From the first to the last day of the rows, as far as they can be read: it names the segment, no more."""
    observed = pl.col(request.feed.observed).str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False)
    days = rows.select(day=observed).filter(pl.col("day").is_between(GENESIS.date(), request.now.date()))["day"]
    first, last = days.min(), days.max()
    if isinstance(first, date) and isinstance(last, date):
        return Window.of_days(first, last)
    return Window(request.window.start, request.window.start)


def _nothing(request: Request) -> Iterator[Batch]:
    """The feed has no venue: what there is of it lies in the inbox."""
    del request
    return iter(())


FEEDS: tuple[Feed, ...] = (
    Feed(
        venue="inbox",
        kind="fund_flows",
        description="Daily net flow of spot funds, from files of your own.",
        schema=FUND_FLOWS,
        key=("asset", "day", "source"),
        cadence="daily, as often as you put a file there",
        retention="what you put there",
        licence="that of your source",
        fetch=_nothing,
        hosts=(),
    ),
)
