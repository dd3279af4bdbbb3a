"""The checks and the column schema that every raw table has in Dagster, whether fetched or recorded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import dagster as dg

from ingest.feed import Feed
from ingest.schema import column_of

MAX_QUARANTINED_SHARE = 0.01  # of a pull's rows; more means that the venue changed something


@dataclass(frozen=True)
class TableState:
    """The state of a raw table. Rows may be missing for `reason`."""

    rows: int
    new_rows: int
    new_quarantined: int
    newest_day: date | None
    due_day: date | None  # None: no day is due
    reason: str


def raw_check_specs(key: dg.AssetKey) -> list[dg.AssetCheckSpec]:
    return [
        dg.AssetCheckSpec("has_rows", asset=key, description="The raw table holds at least one row."),
        dg.AssetCheckSpec(
            "few_quarantined",
            asset=key,
            description=f"At most {MAX_QUARANTINED_SHARE:.0%} of the rows of a pull or a recorded day are quarantined.",
        ),
        dg.AssetCheckSpec(
            "up_to_date",
            asset=key,
            description="The rows, or for a recorded feed the recording, reach into the last complete day.",
        ),
    ]


def raw_check_results(feed: Feed, state: TableState) -> Iterator[dg.AssetCheckResult]:
    warn = dg.AssetCheckSeverity.WARN
    yield dg.AssetCheckResult(
        check_name="has_rows",
        passed=state.rows > 0 or state.due_day is None,
        severity=warn,
        metadata={"rows": state.rows, **({} if state.rows else {"reason": state.reason})},
    )
    total = state.new_rows + state.new_quarantined
    share = state.new_quarantined / total if total else 0.0
    yield dg.AssetCheckResult(
        check_name="few_quarantined",
        passed=share <= MAX_QUARANTINED_SHARE,
        severity=dg.AssetCheckSeverity.ERROR,
        metadata={"share": share, "where to look": f"raw.quarantine, rows of feed {feed.name}"},
    )
    is_current = state.due_day is None or (state.newest_day is not None and state.newest_day >= state.due_day)
    yield dg.AssetCheckResult(
        check_name="up_to_date",
        passed=is_current,
        severity=warn,
        metadata={
            "newest": str(state.newest_day),
            "due": str(state.due_day),
            **({} if is_current else {"reason": state.reason}),
        },
    )


def raw_column_schema(feed: Feed) -> dg.TableSchema:
    """The columns of a raw table, for the Dagster UI."""
    return dg.TableSchema(
        columns=[
            dg.TableColumn(
                name=name,
                type=column_of(column).field.sql_type.lower(),
                description=column.description,
                constraints=dg.TableColumnConstraints(nullable=column.nullable, unique=False),
            )
            for name, column in feed.schema.columns.items()
        ]
    )
