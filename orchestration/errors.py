"""What can go wrong with a run, as errors that read as one line."""

from __future__ import annotations

from ingest.errors import IngestError
from regimes import MartError, ParameterError
from warehouse.errors import WarehouseError


class PipelineError(Exception):
    """A run that failed: what, where, and what to do."""


# Everything that a step says to a person by itself; any other error is a mistake in the code.
OWN_ERRORS = (PipelineError, WarehouseError, IngestError, MartError, ParameterError)
