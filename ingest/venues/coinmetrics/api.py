"""Coin Metrics' community interface: the address and the error types, and the files that stand in for it."""

from __future__ import annotations

from ingest.errors import AccessRefused
from ingest.fetch.interface import Interface
from ingest.responses import Errors

# Types of errors about the question itself.
FINAL = {"bad_parameter", "bad_parameters", "bad_request", "forbidden", "missing_parameter", "not_found",
         "unsupported_parameter_value"}  # fmt: skip
API = Interface(
    "https://community-api.coinmetrics.io/v4",
    Errors(
        "type",
        "message",
        final=FINAL,
        others={"unauthorized": lambda said, host, path: AccessRefused(said, host=host, path=path)},
        inside="error",
        said="{}: {}",
    ),
    rows="data",
    expected="data",
    cursor="next_page_url",
)
FILES = Interface("https://raw.githubusercontent.com/coinmetrics/data/master/csv")
