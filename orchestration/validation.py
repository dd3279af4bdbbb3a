"""The validation of the labels as an asset with a job of its own, because it takes ten seconds, and its page.

    python -m orchestration.validation PUBLISHED PAGE

validates a published release and writes the page, docs/validation.md in this project.
"""

# No postponed annotations here: Dagster reads the types of context and resources from the functions.
import argparse
from dataclasses import fields
from datetime import datetime
from pathlib import Path
from typing import Any

import dagster as dg
import polars as pl

from orchestration.asset_defaults import OWNERS, POOL, mart_key
from orchestration.descriptions import table_text
from orchestration.mart_metadata import mart_metadata
from orchestration.resources import Pipeline
from regimes import DailyMarts, load_parameters
from regimes.validation import regime_validation
from regimes.validation_page import validation_page
from tables.published.hourly import READINGS_HOURLY
from tables.published.marts import LIQUIDATION_SOURCES_DAILY
from tables.published.regimes import REGIME_REVISIONS, REGIME_VALIDATION
from warehouse.connection import build_database, published_database
from warehouse.location import PUBLISHED_DATABASE
from warehouse.marts import has_mart, read_daily_marts, read_mart, write_table

# What the validation reads beside the daily marts, where it is there.
OTHERS = (REGIME_REVISIONS.name, LIQUIDATION_SOURCES_DAILY.name, READINGS_HOURLY.name)


@dg.asset(
    key=mart_key(REGIME_VALIDATION.name),
    deps=[mart_key(field.name) for field in fields(DailyMarts)],
    group_name="labels",
    description=table_text(REGIME_VALIDATION.name),
    kinds={"polars", "duckdb"},
    owners=OWNERS,
    pool=POOL,
)
def validated(pipeline: Pipeline) -> dg.MaterializeResult[Any]:
    """Write the table regime_validation, which the next release includes."""
    run = pipeline.run_context()
    with build_database(pipeline.resolved_warehouse.build) as connection:
        others = [read_mart(connection, name) if has_mart(connection, name) else None for name in OTHERS]
        measured = regime_validation(read_daily_marts(connection), load_parameters(), run.now, *others)
        write_table(connection, REGIME_VALIDATION, measured)
        page = validation_page(measured, _about(pipeline.market, measured))
        return dg.MaterializeResult(
            metadata={**mart_metadata(connection, REGIME_VALIDATION.name), "page": dg.MetadataValue.md(page)}
        )


def _about(market: str, measured: pl.DataFrame) -> str:
    days = measured.filter((pl.col("section") == "share") & pl.col("measure").str.starts_with("event,"))
    return f"Market `{market}`, {days['observations'].sum()} days with complete data."


def main() -> None:
    """Write the page from a published release."""
    parser = argparse.ArgumentParser(prog="python -m orchestration.validation", description="Write docs/validation.md.")
    parser.add_argument("published", type=Path, help=f"directory of a release, with {PUBLISHED_DATABASE}")
    parser.add_argument("page", type=Path, help="file to write")
    options = parser.parse_args()
    with published_database(options.published / PUBLISHED_DATABASE) as connection:
        marts = DailyMarts(**{f.name: connection.sql(f"SELECT * FROM {f.name}").pl() for f in fields(DailyMarts)})  # noqa: S608
        about = dict(connection.sql("SELECT name, setting FROM about").fetchall())
        present = {name for (name,) in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
        others = [connection.sql(f"SELECT * FROM {name}").pl() if name in present else None for name in OTHERS]  # noqa: S608
    now = datetime.fromisoformat(about["published_at"])
    measured = regime_validation(marts, load_parameters(), now, *others)
    market = "the simulated market" if about["simulated"] == "true" else "recorded market data"
    days = f"Measured on {market} of {about['first_day']} to {about['last_day']}."
    options.page.write_text(validation_page(measured, days), encoding="utf-8")


if __name__ == "__main__":
    main()
