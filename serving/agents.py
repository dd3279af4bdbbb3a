"""The MCP server: what agents ask of a release, with the same answers over stdio and over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import wraps
from typing import Annotated, Any, ParamSpec

from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ResourceError, ToolError
from mcp.types import ToolAnnotations
from pydantic import Field

from serving.errors import Problem
from serving.readings import changes_after, head, now_of, reading_of, tables_of
from serving.recipes import recipes
from serving.releases import Release, Releases
from serving.selection import columns_of
from serving.sql import MAX_ROWS, run_query
from serving.values import json_bytes, json_rows

INSTRUCTIONS = (
    "A warehouse that labels every day of a crypto market (leverage flush, capitulation, calm, ...) with its evidence."
    " Begin with list_tables and the resources leverage://labels and leverage://recipes. Units are in column names."
    " Null is not known, never zero. Days are UTC. Where `simulated` is true nothing is real: say so in your answer. A"
    " label describes a day; it is no forecast and no advice."
)
READS = ToolAnnotations(read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False)
Parameters = ParamSpec("Parameters")
Answer = dict[str, Any]


def mcp_server(releases: Releases, version: str) -> MCPServer:
    """The server. Each call answers from the newest release and names it."""
    server = MCPServer("leverage", instructions=INSTRUCTIONS, version=version, log_level="WARNING", subscriptions=False)
    _add_tools(server, releases)
    _add_resources(server, releases)
    return server


def _add_tools(server: MCPServer, releases: Releases) -> None:
    @server.tool(annotations=READS)
    @_in_one_line(ToolError)
    def list_tables() -> Answer:
        """Every table with what it holds, its number of rows and the names of its columns."""
        answer = tables_of(releases.newest())
        short = [{**table, "columns": [column["name"] for column in table["columns"]]} for table in answer["tables"]]
        return {**answer, "tables": short}

    @server.tool(annotations=READS)
    @_in_one_line(ToolError)
    def describe_table(name: Annotated[str, Field(description="Such as regimes_daily.")]) -> Answer:
        """The columns of a table with type, meaning and unit."""
        release = releases.newest()
        columns_of(release, name)
        (table,) = [table for table in tables_of(release)["tables"] if table["name"] == name]
        return {**head(release), **table}

    @server.tool(annotations=READS)
    @_in_one_line(ToolError)
    def query(
        sql: Annotated[str, Field(description="One SELECT in DuckDB's SQL. It reads the tables and nothing else.")],
        limit: Annotated[int, Field(ge=1, le=MAX_ROWS, description="At most so many rows.")] = 100,
    ) -> Answer:
        """The rows of a read-only query: at most 1,000 rows, 1 MB, 10 seconds. `truncated` says that there are more."""
        release = releases.newest()
        return {**head(release), **run_query(release, sql, limit)}

    @server.tool(annotations=READS)
    @_in_one_line(ToolError)
    def reading(
        asset: Annotated[str, Field(description="Such as BTC.")] = "BTC",
        day: Annotated[date | None, Field(description="Day (UTC). Default: the newest with a reading.")] = None,
    ) -> Answer:
        """The label of a day with its sentence, figures and evidence."""
        release = releases.newest()
        return reading_of(release, asset, day or _newest_day(release, asset))

    @server.tool(annotations=READS)
    @_in_one_line(ToolError)
    def changes(
        after: Annotated[
            str | None, Field(description="event_id of the last change that you know. Default: the newest changes.")
        ] = None,
        limit: Annotated[int, Field(ge=1, le=MAX_ROWS)] = 20,
    ) -> Answer:
        """What changed: labels, support, scenarios, lost data, restatements; oldest first."""
        return changes_after(releases.newest(), after, limit)

    @server.tool(annotations=READS)
    @_in_one_line(ToolError)
    def now() -> Answer:
        """The provisional reading of the last 24 hours."""
        return now_of(releases.newest())


def _add_resources(server: MCPServer, releases: Releases) -> None:
    @server.resource("leverage://labels", mime_type="application/json", title="The labels and what they mean")
    @_in_one_line(ResourceError)
    def labels() -> str:
        release = releases.newest()
        rows = release.rows("SELECT * FROM regime_labels ORDER BY label_order")
        return json_bytes({**head(release), "labels": json_rows(rows)}).decode()

    @server.resource("leverage://recipes", mime_type="text/markdown", title="Questions with the SQL that answers them")
    def questions() -> str:
        return "\n\n".join(f"## {recipe.question}\n\n```sql\n{recipe.query}\n```" for recipe in recipes())


def _newest_day(release: Release, asset: str) -> date:
    """The day of the asset's newest reading; any day for an asset that the release does not have."""
    known = release.latest.get("assets", {}).get(asset, {})
    return date.fromisoformat(known.get("day") or release.latest["last_day"])


def _in_one_line(error: type[Exception]) -> Callable[[Callable[Parameters, Any]], Callable[Parameters, Any]]:
    """Problems as the error of the SDK that passes their line on. Any other error is a bug, and the SDK hides it."""

    def decorated(function: Callable[Parameters, Any]) -> Callable[Parameters, Any]:
        @wraps(function)
        def answered(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Any:  # noqa: ANN401 - as the function
            try:
                return function(*args, **kwargs)
            except Problem as problem:
                raise error(problem.detail) from problem

        return answered

    return decorated
