"""`leverage mcp`: what is published for an agent, over standard input and output."""

from __future__ import annotations

from importlib import metadata

from serving.agents import mcp_server
from serving.releases import Releases
from warehouse.settings import Settings
from warehouse.storage.following import following


def mcp(settings: Settings) -> None:
    """Answer until standard input ends. Before a first release each call says that there is none."""
    warehouse = settings.resolved_warehouse()
    with following(warehouse):
        mcp_server(Releases(warehouse.published), metadata.version("leverage-warehouse")).run("stdio")
