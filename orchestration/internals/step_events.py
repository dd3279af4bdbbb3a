"""Receiving the events of a run while it executes.

Reason: `execute_in_process` returns them only when the run has ended, and a terminal would show nothing until then.

Private part: `DagsterInstance.add_event_listener`, which is not documented. Checked with Dagster 1.13.27.
"""

from __future__ import annotations

from collections.abc import Callable

import dagster as dg


def on_step_start(instance: dg.DagsterInstance, run_id: str, started: Callable[[str], None]) -> None:
    """Call `started` with the key of each step of the run when it begins, in the thread that executes it."""

    def on_event(entry: dg.EventLogEntry) -> None:
        event = entry.dagster_event
        if event is not None and event.event_type is dg.DagsterEventType.STEP_START and event.step_key:
            started(event.step_key)

    instance.add_event_listener(run_id, on_event)
