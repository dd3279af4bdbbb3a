"""blockchain.com's interface: the address of its charts, and the status of an error."""

from __future__ import annotations

from ingest.fetch.interface import Interface
from ingest.responses import Errors

# Each answer has a whole chart. Where there is none, the status is not `ok`.
API = Interface(
    "https://api.blockchain.info/charts",
    Errors("status", "error", final={"not-found"}, good="ok", said="{}: {}"),
    rows="values",
    expected="values",
)
