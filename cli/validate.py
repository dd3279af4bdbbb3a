"""`leverage validate`: the published labels against a list of documented days of the user's own."""

from __future__ import annotations

import io
from pathlib import Path

import polars as pl
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from brief.words import as_words
from cli.console import stdout_console
from cli.errors import WrongUse
from regimes import Label
from regimes.validation import agreement, first_published
from warehouse.reading import open_release
from warehouse.settings import Settings

COLUMNS = ("asset", "day", "label")


def validate(settings: Settings, days: Path) -> None:
    """Print how often the label of the day is the documented one, exactly, with the runner-up and by family.

    `days` is a CSV file with the columns asset, day (YYYY-MM-DD) and label; others are ignored. What was published at
    the time and what was computed later are counted apart. Raises WrongUse for a file that is not such a list.
    """
    documented = read_days(days)
    with open_release(settings.resolved_warehouse()) as release:
        current = release.select("SELECT * FROM regimes_daily")
        published = first_published(release.select("SELECT * FROM regime_revisions"))
    agreed = agreement(current, documented)
    labelled = agreed.filter(pl.col("event") != Label.INSUFFICIENT_DATA.value)
    out = stdout_console()
    if agreed.height:
        out.print(_days(agreed))
    _counts(out, "the labels as they are now", labelled)
    for name, is_backfill in (("published at the time", False), ("computed later (backfill)", True)):
        first = published.filter(
            (pl.col("is_backfill") == is_backfill) & (pl.col("event") != Label.INSUFFICIENT_DATA.value)
        )
        _counts(out, name, agreement(first, documented))
    out.print(
        f"{documented.height} days in {escape(str(days))}: {labelled.height} with a label, "
        f"{agreed.height - labelled.height} without enough data, {documented.height - agreed.height} not published"
    )


def read_days(path: Path) -> pl.DataFrame:
    """The documented days of the file: asset, day, label. Raises WrongUse, naming the line where there is one."""
    try:
        frame = pl.read_csv(io.BytesIO(path.read_bytes()), infer_schema=False).rename(str.strip)
    except OSError as error:
        raise WrongUse(f"--days {path}: {error.strerror}") from None
    except pl.exceptions.PolarsError as error:
        raise WrongUse(f"--days {path} is not a CSV file: {str(error).splitlines()[0]}") from None
    absent = [name for name in COLUMNS if name not in frame.columns]
    if absent:
        raise WrongUse(f"--days {path} lacks {', '.join(absent)}; its first line names asset, day and label")
    typed = frame.select(*(pl.col(name).str.strip_chars() for name in COLUMNS)).with_columns(
        pl.col("day").alias("written"), pl.col("day").str.to_date("%Y-%m-%d", strict=False)
    )
    labels = [label.value for label in Label]
    for line, row in enumerate(typed.iter_rows(named=True), start=2):
        if not row["asset"]:
            raise WrongUse(f"--days {path}, line {line}: no asset")
        if row["day"] is None:
            raise WrongUse(f"--days {path}, line {line}: {row['written'] or 'no day'} is not a day such as 2026-01-31")
        if row["label"] not in labels:
            raise WrongUse(
                f"--days {path}, line {line}: {row['label'] or 'no label'} is not one of {', '.join(labels)}"
            )
    doubled = typed.filter(typed.select("asset", "day").is_duplicated())
    if doubled.height:
        asset, day = doubled.select("asset", "day").row(0)
        raise WrongUse(f"--days {path} has {asset} {day} more than once")
    if not typed.height:
        raise WrongUse(f"--days {path} has no day")
    return typed.select(COLUMNS)


def _days(agreed: pl.DataFrame) -> Table:
    table = Table(box=box.SIMPLE_HEAD, header_style="bold", pad_edge=False)
    for name in ("asset", "day", "documented", "label", "runner-up", "agrees"):
        table.add_column(name)
    for row in agreed.iter_rows(named=True):
        agrees = "exactly" if row["exact"] else "runner-up" if row["with_runner_up"] else "no"
        runner_up = as_words(row["runner_up"]) if row["runner_up"] else "-"
        label = as_words(row["event"])
        table.add_row(escape(row["asset"]), str(row["day"]), as_words(row["label"]), label, runner_up, agrees)
    return table


def _counts(out: Console, name: str, agreed: pl.DataFrame) -> None:
    if not agreed.height:
        out.print(f"{name}: none of the days")
        return
    exact, second, family = (int(agreed[column].sum()) for column in ("exact", "with_runner_up", "by_family"))
    out.print(
        f"{name}: {exact} of {agreed.height} exactly, {second} with the runner-up, {family} by family", highlight=False
    )
