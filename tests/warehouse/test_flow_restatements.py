"""How many days a new pull of the exchange flows changes, and how many labels."""

from __future__ import annotations

from datetime import date, datetime

import polars as pl

from regimes.schema import dtypes
from tables.published.regimes import REVISION
from warehouse.flow_restatements import write_restatements
from warehouse.marts import write_mart

SCHEMA = dtypes(REVISION)


def revision(number: int, regime: str, **changes: object) -> dict[str, object]:
    day = date(2026, 2, 1)
    return {"asset": "BTC", "day": day, "revision": number, "event": regime, "regime": regime} | changes


def test_a_pull_is_compared_with_the_one_before(connection):
    connection.execute("CREATE SCHEMA IF NOT EXISTS marts")
    revisions = [
        revision(1, "leverage_flush", available_at=datetime(2026, 2, 2)),
        revision(2, "spot_selloff", available_at=datetime(2026, 2, 3), restatement_reason="flows_restated"),
    ]
    write_mart(connection, "regime_revisions", pl.DataFrame(revisions, schema=SCHEMA), "", {})
    connection.execute("DELETE FROM raw.coinmetrics_network")
    connection.execute(
        "CREATE OR REPLACE TABLE ops.instruments AS"
        " SELECT 'coinmetrics_network' AS feed, 'btc' AS symbol, 'BTC' AS asset"
    )
    for pulled, flows in ((2, (5.0, 5.0, 5.0, 5.0)), (3, (5.0, 4.0, -1.0, 5.0))):
        for day, netflow in enumerate(flows, start=1):
            connection.execute(
                "INSERT INTO raw.coinmetrics_network (asset_code, day, inflow_coin, outflow_coin, ingested_at, segment)"
                " VALUES ('btc', ?, ?, 0, ?, 's')",
                [date(2026, 1, day), netflow, datetime(2026, 2, pulled)],
            )
    write_restatements(connection)
    (row,) = connection.execute(
        "SELECT * EXCLUDE (asset, pulled_at, previous_pull_at) FROM marts.restatements"
    ).fetchall()
    assert row == (4, 2, 1, 0.25, 1, 0.25)
