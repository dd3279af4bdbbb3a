"""Dagster assets, checks, jobs, schedules and sensors: thin wrappers over the packages that do the work."""
