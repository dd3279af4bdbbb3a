"""`leverage mcp`: what is published for an agent, over standard input and output."""

from __future__ import annotations

from importlib import metadata

from serving.agents import mcp_server
from serving.releases import Releases
from warehouse.settings import Settings


def mcp(settings: Settings) -> None:
    """Answer until standard input ends. Before a first release each call says that there is none."""
    releases = Releases(settings.resolved_warehouse().published)
    mcp_server(releases, metadata.version("leverage-warehouse")).run("stdio")
