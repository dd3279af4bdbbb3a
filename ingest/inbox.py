"""A user's own files: `<landing>/inbox/<feed>/*.csv`, taken through the schema, quarantine and landing of that feed.

The files stay where they are; what was taken is known by the hash of its content. docs/inbox.md is for their authors.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Collection, Iterator
from datetime import date
from pathlib import Path

import polars as pl

from ingest.coverage import Part
from ingest.errors import FileRefused
from ingest.feed import Batch, Feed, Request
from ingest.schema import GENESIS, column, feed_schema
from ingest.windows import Window

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
        try:
            batch = _file(request, path)
        except (FileRefused, OSError) as error:
            request.notes.append(f"inbox/{request.feed.name}/{path.name} is not taken: {error}")
        else:
            if batch:
                request.notes.append(f"inbox/{request.feed.name}/{path.name}: {batch.rows.height} rows read")
                yield batch


def strays(inbox: Path, feeds: Collection[str]) -> list[str]:
    """What lies in the inbox and belongs to none of `feeds`, sorted."""
    found = inbox.iterdir() if inbox.is_dir() else ()
    return sorted(path.name for path in found if path.name not in feeds and not path.name.startswith("."))


def _file(request: Request, path: Path) -> Batch | None:
    """The rows of a file and what they answer for; None when its content is held. Raises FileRefused."""
    if path.suffix != ".csv":
        raise FileRefused("its name does not end in .csv")
    if request.feed.whole:
        raise FileRefused(f"{request.feed.name} comes in whole pulls, which a file beside them would hide")
    body = path.read_bytes()
    sha256 = hashlib.sha256(body).hexdigest()
    if request.held.has_content(sha256):
        return None
    rows = read(body, request.feed)
    name = f"inbox/{request.feed.name}/{path.name}"
    return Batch(rows, (Part("inbox", "inbox", _span(rows, request), rows.height, name, sha256),))


def read(body: bytes, feed: Feed) -> pl.DataFrame:
    """A CSV as text in the columns of the feed's schema; a column that may be null may be left out.

    Raises FileRefused when it is no CSV, or has another header.
    """
    try:
        rows = pl.read_csv(io.BytesIO(body), infer_schema=False).rename(str.strip)
    except pl.exceptions.PolarsError as error:
        raise FileRefused(f"it is no CSV: {str(error).splitlines()[0]}") from error
    columns = feed.schema.columns
    required = {name for name, column in columns.items() if not column.nullable}
    if lacking := sorted(required - set(rows.columns)):
        raise FileRefused(f"its header lacks {', '.join(lacking)}; the columns are {', '.join(columns)}")
    if unknown := sorted(set(rows.columns) - set(columns)):
        raise FileRefused(f"{feed.name} has no column {', '.join(unknown)}; the columns are {', '.join(columns)}")
    return rows.select(
        (pl.col(name).str.strip_chars() if name in rows.columns else pl.lit(None, pl.String)).alias(name)
        for name in columns
    )


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
        name="inbox_fund_flows",
        venue="inbox",
        kind="fund_flows",
        description="Daily net flow of spot funds, from files of your own.",
        schema=FUND_FLOWS,
        key=("asset", "day", "source"),
        observed="day",
        cadence="daily, as often as you put a file there",
        retention="what you put there",
        licence="that of your source",
        fetch=_nothing,
        hosts=(),
    ),
)
