"""The proof as an asset that has a job of its own, and the page that is generated from it: too slow for every morning.

    python -m orchestration.validation PUBLISHED PAGE

measures what a published release holds and writes the page, docs/validation.md in this project.
"""

# No postponed annotations here: Dagster reads the types of context and resources from the functions.
import argparse
from dataclasses import fields
from datetime import datetime
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import polars as pl

from orchestration.charts import mart_metadata
from orchestration.ownership import OWNERS, POOL
from orchestration.resources import Pipeline
from regimes import DailyMarts, load_parameters
from regimes.validation import regime_validation
from regimes.validation_page import validation_page
from warehouse.connection import build_database
from warehouse.marts import read_mart, write_mart


@dg.asset(
    key=dg.AssetKey(["marts", VALIDATION]),
    deps=[dg.AssetKey(["marts", field.name]) for field in fields(DailyMarts)],
    group_name="regimes",
    description=DESCRIPTION,
    kinds={"polars", "duckdb"},
    owners=OWNERS,
    pool=POOL,
)
def validated(pipeline: Pipeline) -> dg.MaterializeResult[Any]:
    """The table regime_validation; the next release carries it."""
    present = pipeline.present()
    with build_database(pipeline.located.build) as connection:
        marts = DailyMarts(**{f.name: read_mart(connection, f.name) for f in fields(DailyMarts)})
        measured = regime_validation(marts, load_parameters(), present.now)
        write_mart(connection, VALIDATION, measured, DESCRIPTION, {c.name: c.comment for c in COLUMNS})
        page = validation_page(measured, _about(pipeline.market, measured))
        return dg.MaterializeResult(
            metadata={**mart_metadata(connection, VALIDATION), "page": dg.MetadataValue.md(page)}
        )


def _about(market: str, measured: pl.DataFrame) -> str:
    days = measured.filter((pl.col("section") == "share") & pl.col("measure").str.starts_with("event,"))
    return f"Market `{market}`, {days['observations'].sum()} days with complete data."


def main() -> None:
    """Write the page from a published release."""
    parser = argparse.ArgumentParser(prog="python -m orchestration.validation", description="Write docs/validation.md.")
    parser.add_argument("published", type=Path, help="directory of a release: it holds leverage.duckdb")
    parser.add_argument("page", type=Path, help="where the page goes")
    asked = parser.parse_args()
    with duckdb.connect(str(asked.published / "leverage.duckdb"), read_only=True) as connection:
        marts = DailyMarts(**{f.name: connection.sql(f"SELECT * FROM {f.name}").pl() for f in fields(DailyMarts)})  # noqa: S608
        about = dict(connection.sql("SELECT name, value FROM about").fetchall())
    measured = regime_validation(marts, load_parameters(), datetime.fromisoformat(about["published_at"]))
    told = "the simulated market" if about["simulated"] == "true" else "recorded market data"
    days = f"Measured on {told} of {about['first_day']} to {about['last_day']}."
    asked.page.write_text(validation_page(measured, days), encoding="utf-8")


if __name__ == "__main__":
    main()
