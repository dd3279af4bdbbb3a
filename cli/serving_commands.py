"""The commands that give what is published to browsers, programs and agents.

Each imports its module when it is called, so that `leverage sql` does not wait for what `leverage run` needs.
"""

from __future__ import annotations

from typing import Annotated

import typer

from cli.errors import errors_as_one_line
from cli.options import (
    MarketOption,
    VerboseOption,
    WarehouseOption,
    settings_from_options,
)

serving = typer.Typer()
PANEL = "Serve"


@serving.command(rich_help_panel=PANEL)
def serve(
    context: typer.Context,
    host: Annotated[
        str, typer.Option(help="Address to listen on. Other machines reach this one only if you name another.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; 0 takes a free one.")] = 8787,
    market: MarketOption = None,
    warehouse: WarehouseOption = None,
    verbose: VerboseOption = False,
) -> None:
    """Serve what is published over HTTP, read-only, until stopped: REST, the pages, and MCP for agents.

    With LEVERAGE_SERVE_TOKEN set, every request needs that token.
    """
    with errors_as_one_line(verbose):
        from cli.serve import serve as serve_command

        serve_command(settings_from_options(context, market, warehouse), host, port, verbose)


@serving.command(rich_help_panel=PANEL)
def mcp(
    context: typer.Context,
    market: MarketOption = None,
    warehouse: WarehouseOption = None,
    verbose: VerboseOption = False,
) -> None:
    """Give agents what is published, over standard input and output: the Model Context Protocol (MCP), read-only."""
    with errors_as_one_line(verbose):
        from cli.mcp import mcp as mcp_command

        mcp_command(settings_from_options(context, market, warehouse))
