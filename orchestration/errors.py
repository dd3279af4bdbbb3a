"""What can go wrong with a run, as an error that reads as one line."""

from __future__ import annotations


class PipelineError(Exception):
    """A run that failed: what, where, and what to do."""
