"""Errors of the recorder. Each is one line for a person."""

from __future__ import annotations

from ingest.errors import IngestError


class RecorderBusy(IngestError):
    """Another recorder is running in this warehouse."""
