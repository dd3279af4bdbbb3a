"""The liquidation tape: forced orders from the venues' websockets to landing segments, with a ledger of what was heard.

Runs beside the pipeline and never opens DuckDB. Knows `ingest`; knows neither Dagster nor dbt nor `warehouse`.
"""
