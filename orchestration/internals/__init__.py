"""The only modules that use private parts of Dagster and dbt.

Each says what it uses, why, and the versions that it was checked with. An upgrade of Dagster or dbt starts here.
The measured gains are in ADR 4, ADR 5 and ADR 13.
"""
