"""The MCP server, asked with the SDK's own client: tables, readings, changes, SQL and its limits, each transport."""

from __future__ import annotations

import asyncio
import json
import socket
import sys
import threading
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
import uvicorn
from mcp import Client, StdioServerParameters

from serving.agents import mcp_server
from serving.app import application
from serving.recipes import Recipe, recipes
from serving.releases import Releases
from serving.sql import Refused, run_query
from serving.values import json_value
from tests.pipelines import PROJECT, environment
from tests.serving.conftest import Market

Talk = Callable[[Client], Awaitable[Any]]


def talked(server: Any, talk: Talk) -> Any:
    async def session() -> Any:
        async with Client(server) as client:
            return await talk(client)

    return asyncio.run(session())


def called(market: Market, tool: str, **arguments: object) -> dict[str, Any]:
    """What a tool answers."""

    async def talk(client: Client) -> Any:
        return await client.call_tool(tool, arguments)

    result = talked(mcp_server(Releases(market.warehouse.published), "1.2.3"), talk)
    assert not result.is_error, result.content
    return result.structured_content


def refusal(market: Market, tool: str, **arguments: object) -> str:
    """The one line of a tool that refuses."""

    async def talk(client: Client) -> Any:
        return await client.call_tool(tool, arguments)

    result = talked(mcp_server(Releases(market.warehouse.published), "1.2.3"), talk)
    assert result.is_error
    (content,) = result.content
    assert "\n" not in content.text
    return content.text


def test_tables_are_listed_and_described(served_market: Market) -> None:
    tables = {table["name"]: table for table in called(served_market, "list_tables")["tables"]}
    assert tables["readings"]["columns"][:2] == ["asset", "day"]
    described = called(served_market, "describe_table", name="readings")
    assert described["columns"][1] == {"name": "day", "type": "DATE", "comment": None}
    assert "there is no such table" in refusal(served_market, "describe_table", name="nothing")


def test_the_reading_of_a_day_comes_with_its_evidence(served_market: Market) -> None:
    said = called(served_market, "reading", asset="ETH", day="2026-01-14")
    assert (said["reading"]["label"], len(said["evidence"])) == ("leverage_flush", 2)
    assert called(served_market, "reading")["reading"]["day"] == "2026-01-30"
    assert "this release has BTC, ETH" in refusal(served_market, "reading", asset="DOGE")


def test_what_changed_and_the_last_24_hours(served_market: Market) -> None:
    said = called(served_market, "changes", after="BTC/2026-01-30/1")
    assert [change["event_id"] for change in said["changes"]] == ["ETH/2026-01-30/1"]
    assert "run: leverage now" in refusal(served_market, "now")


def test_a_query_is_answered_up_to_its_limit(served_market: Market) -> None:
    said = called(served_market, "query", sql="FROM readings SELECT asset, day ORDER BY day, asset", limit=3)
    assert said["rows"] == [["BTC", "2026-01-01"], ["ETH", "2026-01-01"], ["BTC", "2026-01-02"]]
    assert (said["truncated"], said["simulated"]) == (True, True)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("DELETE FROM readings", "the data is read-only"),
        ("CREATE TABLE memory.mine AS SELECT 1", "the data is read-only"),
        ("ATTACH 'other.duckdb'", "the data is read-only"),
        ("COPY readings TO 'readings.csv'", "the data is read-only"),
        ("SET memory_limit = '64GB'", "the data is read-only"),
        ("INSTALL httpfs", "the data is read-only"),
        ("EXPLAIN ANALYZE DELETE FROM readings", "the data is read-only"),
        ("SELECT 1; DROP TABLE readings", "there are 2 statements"),
        ("SELECT * FROM read_text('/etc/hostname')", "file system operations are disabled"),
        ("FROM 'https://example.com/x.parquet'", "disabled by configuration"),
        ("SELECT getenv('HOME')", "getenv does not exist"),
        ("SELECT length(repeat('x', 3000000000))", "more memory"),
        ("SELECT repeat('x', 2000000)", "larger than 1,000,000 bytes"),
        ("SELECT evnt FROM regimes_daily", 'Candidate bindings: "event"'),
        ("FROM reading", 'Did you mean "readings"?'),
    ],
)
def test_a_query_that_does_more_than_read_the_tables_is_refused(query: str, words: str, served_market: Market) -> None:
    assert words in refusal(served_market, "query", sql=query)


def test_a_query_that_does_not_end_is_stopped(served_market: Market) -> None:
    release = Releases(served_market.warehouse.published).newest()
    with pytest.raises(Refused, match="took more than 2 seconds"):
        run_query(release, "SELECT count(*) FROM range(1000000000000) WHERE range % 7 = 8", 10, timeout=2)


def test_labels_and_recipes_are_resources(served_market: Market) -> None:
    async def talk(client: Client) -> list[str]:
        return [(await client.read_resource(f"leverage://{name}")).contents[0].text for name in ("labels", "recipes")]

    labels, questions = talked(mcp_server(Releases(served_market.warehouse.published), "1"), talk)
    assert json.loads(labels)["labels"] == []
    assert questions.count("```sql") == 10


def test_it_talks_over_standard_input_and_output(served_market: Market) -> None:
    async def talk(client: Client) -> Any:
        return await client.call_tool("query", {"sql": "SELECT count(*) AS days FROM readings"})

    arguments = ["-c", "from cli.main import main; main()", "mcp", "--warehouse", str(served_market.warehouse.root)]
    command = StdioServerParameters(
        command=sys.executable, args=arguments, env={**environment(), "PYTHONPATH": str(PROJECT)}
    )
    assert talked(command, talk).structured_content["rows"] == [[60]]


@pytest.fixture
def address(served_market: Market) -> Iterator[str]:
    listening = socket.create_server(("127.0.0.1", 0))
    app = application(served_market.warehouse.published, "1.2.3")
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="on"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}/mcp"
    server.should_exit = True
    thread.join()


def test_it_talks_over_http(address: str) -> None:
    async def talk(client: Client) -> Any:
        return await client.call_tool("reading", {"asset": "BTC", "day": "2026-01-14"})

    assert talked(address, talk).structured_content["reading"]["label"] == "leverage_flush"


def test_there_are_ten_questions_of_at_most_ten_lines() -> None:
    found = recipes()
    assert len(found) == 10
    assert max(len(recipe.query.splitlines()) for recipe in found) <= 10


def test_without_the_documents_there_are_no_recipes(tmp_path: Path) -> None:
    assert recipes(tmp_path / "querying.md") == []


@pytest.mark.slow
def test_the_ten_questions_get_the_answers_of_the_sql(whole: Path) -> None:
    """Over the warehouse that `make run` builds; the other side is DuckDB, asked without a server."""

    async def talk(client: Client) -> list[tuple[Recipe, Any]]:
        return [(recipe, await client.call_tool("query", {"sql": recipe.query})) for recipe in recipes()]

    answers = talked(mcp_server(Releases(whole / "published"), "1"), talk)
    with duckdb.connect(whole / "published" / "leverage.duckdb", read_only=True) as db:
        for recipe, answer in answers:
            assert not answer.is_error, (recipe.question, answer.content)
            expected = db.execute(recipe.query).fetchall()
            assert expected, recipe.question
            # The last bit of a sum depends on the order in which threads add.
            rows = [[close(json_value(value)) for value in row] for row in expected]
            assert answer.structured_content["rows"] == rows, recipe.question


def close(value: Any) -> Any:
    return pytest.approx(value) if isinstance(value, float) else value
