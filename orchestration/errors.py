"""Errors of a run. Each is one line for a person."""

from __future__ import annotations

from ingest.errors import IngestError
from regimes import MartError, ParameterError
from warehouse.errors import WarehouseError


class PipelineError(Exception):
    """A run failed. The message says where, why, and what to do."""


# Errors whose message is meant for a person. Any other error is a bug.
OWN_ERRORS = (PipelineError, WarehouseError, IngestError, MartError, ParameterError)
