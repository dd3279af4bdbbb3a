"""The mart `restatements`: how often a new pull of the exchange flows changes the past, and the labels with it."""

from __future__ import annotations

import duckdb

from tables.published.operations import RESTATEMENTS
from warehouse.connection import transaction
from warehouse.marts import create_table

QUERY = """
    WITH pulls AS (
        SELECT i.asset, n.ingested_at AS pulled_at,
            lag(n.ingested_at) OVER (PARTITION BY i.asset ORDER BY n.ingested_at) AS previous_pull_at,
            lead(n.ingested_at) OVER (PARTITION BY i.asset ORDER BY n.ingested_at) AS next_pull_at
        FROM (SELECT DISTINCT asset_code, ingested_at FROM raw.coinmetrics_network) AS n
        JOIN ops.instruments AS i ON i.symbol = n.asset_code AND i.feed = 'coinmetrics_network'
    ),
    flows AS (
        SELECT DISTINCT ON (i.asset, n.day, n.ingested_at)
            i.asset, n.day, n.ingested_at, n.inflow_coin - n.outflow_coin AS netflow
        FROM raw.coinmetrics_network AS n
        JOIN ops.instruments AS i ON i.symbol = n.asset_code AND i.feed = 'coinmetrics_network'
        WHERE n.inflow_coin IS NOT NULL AND n.outflow_coin IS NOT NULL
        ORDER BY i.asset, n.day, n.ingested_at, n.segment DESC, n.inflow_coin
    ),
    compared AS (
        SELECT p.asset, p.pulled_at, p.previous_pull_at, p.next_pull_at, count(*) AS compared_count,
            count(*) FILTER (abs(after.netflow - before.netflow) > 1e-4 * abs(before.netflow)) AS changed,
            count(*) FILTER (sign(after.netflow) <> sign(before.netflow)) AS sign_changed
        FROM pulls AS p
        JOIN flows AS after ON after.asset = p.asset AND after.ingested_at = p.pulled_at
        JOIN flows AS before
            ON before.asset = p.asset AND before.ingested_at = p.previous_pull_at AND before.day = after.day
        GROUP BY ALL
    ),
    turned AS (
        SELECT asset, day, available_at, restatement_reason,
            (event, regime) IS DISTINCT FROM lag((event, regime)) OVER (PARTITION BY asset, day ORDER BY revision)
                AS label_changed
        FROM marts.regime_revisions
    )
    SELECT c.asset, c.pulled_at, c.previous_pull_at, c.compared_count, c.changed, c.sign_changed,
        c.sign_changed / c.compared_count AS sign_changed_share, count(DISTINCT t.day) AS label_changed_count,
        count(DISTINCT t.day) / c.compared_count AS label_changed_share
    FROM compared AS c
    LEFT JOIN turned AS t
        ON t.asset = c.asset AND t.label_changed AND contains(t.restatement_reason, 'flows_restated')
        AND t.available_at >= c.pulled_at AND (c.next_pull_at IS NULL OR t.available_at < c.next_pull_at)
    GROUP BY c.asset, c.pulled_at, c.previous_pull_at, c.compared_count, c.changed, c.sign_changed
    ORDER BY c.asset, c.pulled_at
"""


def write_restatements(connection: duckdb.DuckDBPyConnection) -> None:
    """Replace `marts.restatements`: one row per pull of an asset's flows, except the first.

    Reads `raw.coinmetrics_network`, `ops.instruments` and `marts.regime_revisions`.
    """
    with transaction(connection):
        create_table(connection, RESTATEMENTS)
        connection.execute(f"INSERT INTO marts.{RESTATEMENTS.name} {QUERY}")
