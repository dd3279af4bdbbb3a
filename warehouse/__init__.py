"""One warehouse on disk: its paths, its lock, its raw tables and load ledger, and the releases that it publishes.

Never imports Dagster. The models between raw tables and marts are in `dbt_project`.
"""
