"""What every raw table shows in Dagster, fetched or recorded: its columns, and checks of rows, quarantine and age."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import dagster as dg

from ingest.feed import Feed

QUARANTINE_SHARE = 0.01  # of a pull's rows; more says that the venue changed something, not that a row was odd


@dataclass(frozen=True)
class Standing:
    """A raw table as it stands: its rows, those that came last and those of them that were quarantined, the newest day
    and the one that is due (None: none is), and why there may be less."""

    rows: int
    new: int
    quarantined: int
    newest: date | None
    due: date | None
    why: str


def raw_check_specs(key: dg.AssetKey) -> list[dg.AssetCheckSpec]:
    return [
        dg.AssetCheckSpec("has_rows", asset=key, description="The raw table holds at least one row."),
        dg.AssetCheckSpec(
            "few_quarantined",
            asset=key,
            description=f"At most {QUARANTINE_SHARE:.0%} of a pull is quarantined, of a tape at most that of a day.",
        ),
        dg.AssetCheckSpec(
            "up_to_date",
            asset=key,
            description="The newest row is of the last complete day; of a tape, what was listened to reaches into it.",
        ),
    ]


def raw_check_results(feed: Feed, found: Standing) -> Iterator[dg.AssetCheckResult]:
    warn = dg.AssetCheckSeverity.WARN
    yield dg.AssetCheckResult(
        check_name="has_rows",
        passed=found.rows > 0 or found.due is None,
        severity=warn,
        metadata={"rows": found.rows, **({} if found.rows else {"reason": found.why})},
    )
    total = found.new + found.quarantined
    share = found.quarantined / total if total else 0.0
    yield dg.AssetCheckResult(
        check_name="few_quarantined",
        passed=share <= QUARANTINE_SHARE,
        severity=dg.AssetCheckSeverity.ERROR,
        metadata={"share": share, "where to look": f"raw.quarantine, rows of feed {feed.name}"},
    )
    reached = found.due is None or (found.newest is not None and found.newest >= found.due)
    yield dg.AssetCheckResult(
        check_name="up_to_date",
        passed=reached,
        severity=warn,
        metadata={"newest": str(found.newest), "due": str(found.due), **({} if reached else {"reason": found.why})},
    )


def raw_column_schema(feed: Feed) -> dg.TableSchema:
    """The columns of a raw table as Dagster shows them."""
    return dg.TableSchema(
        columns=[
            dg.TableColumn(
                name=name,
                type=str(column.dtype.type),
                description=column.description,
                constraints=dg.TableColumnConstraints(nullable=column.nullable, unique=False),
            )
            for name, column in feed.schema.columns.items()
        ]
    )
