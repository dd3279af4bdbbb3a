"""Dagster, thin: assets, checks, partitions, schedules and resources over the packages that do the work."""
