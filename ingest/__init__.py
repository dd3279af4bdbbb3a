"""Raw market data from the venues' HTTP interfaces to append-only Parquet segments.

Pure Python: what a venue offers, how it is asked and how its answers are parsed. Knows neither Dagster nor
DuckDB nor dbt; the database side is in `warehouse`, the schedule in `orchestration`.
"""
