"""The DuckDB side: where a warehouse lies, who may write to it, its raw tables and ledger, and what it publishes.

Never imports Dagster; the models between raw tables and marts are dbt's, in `dbt_project`.
"""
