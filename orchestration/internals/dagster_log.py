"""Keeping Dagster's own log messages off the terminal.

Reason: a run that finds nothing new builds no model, and Dagster then warns once for each check of a model. No public
setting turns that off.

Private parts: the logger name `dagster._core.execution.plan.active`. Checked with Dagster 1.13.27.
"""

from __future__ import annotations

import logging


def silence_dagster() -> None:
    """Keep Dagster's log messages and warnings about unbuilt checks off the terminal, for the rest of the process."""
    logging.getLogger("dagster").setLevel(logging.CRITICAL)
    logging.getLogger("dagster").propagate = False  # a library of dbt gives the root logger a terminal handler
    logging.getLogger("dagster._core.execution.plan.active").setLevel(logging.ERROR)
