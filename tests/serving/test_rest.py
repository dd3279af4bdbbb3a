"""The REST interface: readings with evidence, tables in four forms, changes, and what it refuses."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import date

import polars as pl
import pytest
from starlette.testclient import TestClient

from tests.serving.conftest import NOW, Market

FORMS: dict[str, Callable[[bytes], pl.DataFrame]] = {
    "text/csv": lambda body: pl.read_csv(io.BytesIO(body), try_parse_dates=True),
    "application/vnd.apache.parquet": lambda body: pl.read_parquet(io.BytesIO(body)),
    "application/vnd.apache.arrow.stream": lambda body: pl.read_ipc_stream(io.BytesIO(body)),
}


def problem(answer, status: int) -> str:
    """The detail of a problem: one line."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    said = answer.json()
    assert (said["status"], said["type"]) == (status, "about:blank")
    assert "\n" not in said["detail"]
    return said["detail"]


def test_the_reading_of_a_day_comes_with_its_evidence_and_its_release(client: TestClient) -> None:
    answer = client.get("/v1/readings/BTC/2026-01-14")
    said = answer.json()
    assert (said["reading"]["label"], said["reading"]["close_usd"]) == ("leverage_flush", 80_014.0)
    assert [row["predicate"] for row in said["evidence"]] == ["liquidation_spike", "price_shock"]
    assert said["simulated"] is True
    assert answer.headers["x-release"] == said["release"] == "20260131T060000Z-000001"


def test_a_number_that_is_none_is_null(client: TestClient) -> None:
    assert client.get("/v1/readings/BTC/2026-01-01").json()["reading"]["funding_8h_bp"] is None


def test_readings_come_newest_first_and_can_be_limited(client: TestClient) -> None:
    said = client.get("/v1/readings", params={"asset": "ETH", "from": "2026-01-05", "to": "2026-01-20", "limit": 3})
    assert [row["day"] for row in said.json()["readings"]] == ["2026-01-20", "2026-01-19", "2026-01-18"]


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/v1/readings/DOGE/2026-01-14", 404, "this release has BTC, ETH"),
        ("/v1/readings/BTC/2030-01-14", 404, "this release has 2026-01-01 to 2026-01-30"),
        ("/v1/readings/BTC/yesterday", 422, "day: Input should be a valid date"),
        ("/v1/now", 404, "run: leverage now"),
        ("/v1/market", 404, "no table of the whole market"),
        ("/v1/changes?after=BTC/2020-01-01/1", 404, "leave out after="),
        ("/v1/tables/nothing", 404, "/v1/tables lists them"),
        ("/v1/tables/readings?columns=asset,nothing", 404, "readings has no column of that name"),
        ("/v1/tables/readings?columns=asset,asset", 400, "twice"),
        ("/v1/tables/readings?where=nothing:eq:1", 404, "readings has no column of that name"),
        ("/v1/tables/readings?where=close_usd:gt:much", 400, "the value for close_usd must be a double"),
        ("/v1/tables/readings?where=close_usd", 422, "where"),
        ("/v1/tables/readings?limit=10001", 422, "limit"),
        ("/v1/tables/readings?cursor=Zm9v", 404, "begin again without cursor"),
        ("/v1/tables/readings?cursor=WyJub25lIiwgM10", 410, "the release none of this cursor is gone"),
        ("/v1/schema/nothing", 404, ""),
        ("/nothing.html", 404, "no such page"),
    ],
)
def test_what_is_wrong_is_said_in_one_line_with_what_to_do(
    path: str, status: int, words: str, client: TestClient
) -> None:
    assert words in problem(client.get(path), status)


def test_other_methods_are_refused(client: TestClient) -> None:
    answer = client.post("/v1/readings")
    assert "Method Not Allowed" in problem(answer, 405)
    assert answer.headers["allow"] == "GET"


@pytest.mark.parametrize("media_type", FORMS)
def test_a_table_comes_in_the_form_that_the_client_accepts(media_type: str, client: TestClient) -> None:
    answer = client.get(
        "/v1/tables/readings",
        params={"columns": "asset,day,close_usd", "where": ["asset:eq:BTC", "day:ge:2026-01-29"]},
        headers={"accept": f"text/html, {media_type};q=0.9, application/json;q=0.2"},
    )
    assert answer.headers["content-type"].startswith(media_type)
    rows = [("BTC", date(2026, 1, 29), 80_029.0), ("BTC", date(2026, 1, 30), 80_030.0)]
    assert FORMS[media_type](answer.content).rows() == rows


def test_format_goes_before_the_accept_header(client: TestClient) -> None:
    answer = client.get("/v1/tables/readings?format=json&limit=1", headers={"accept": "text/csv"})
    assert answer.json()["table"] == "readings"


def test_a_client_that_accepts_none_of_the_forms_is_told_them(client: TestClient) -> None:
    answer = client.get("/v1/tables/readings", headers={"accept": "text/html"})
    assert "text/csv" in problem(answer, 406)


def test_pages_of_a_table_give_every_row_once(client: TestClient) -> None:
    seen: list[tuple[str, str]] = []
    params: dict[str, object] = {"limit": 7, "columns": "asset,day", "where": "day:lt:2026-01-11"}
    while True:
        said = client.get("/v1/tables/readings", params=params).json()
        seen += [(row["asset"], row["day"]) for row in said["rows"]]
        if said["next"] is None:
            break
        params["cursor"] = said["next"]
    assert seen == [(asset, f"2026-01-{day:02}") for asset in ("BTC", "ETH") for day in range(1, 11)]


def test_the_next_page_in_another_form_is_a_link(client: TestClient) -> None:
    answer = client.get("/v1/tables/readings?format=csv&limit=2&columns=day")
    following = client.get(answer.links["next"]["url"])
    assert following.text.splitlines()[1:] == ["2026-01-03", "2026-01-04"]


@pytest.mark.parametrize("value", ["x' OR '1'='1", 'BTC"; DROP TABLE readings; --', "BTC' UNION SELECT 1"])
def test_a_value_is_never_read_as_sql(value: str, client: TestClient) -> None:
    answer = client.get("/v1/tables/readings", params={"where": f"asset:eq:{value}"})
    assert (answer.status_code, answer.json()["rows"]) == (200, [])


def test_changes_go_on_after_the_last_event_that_was_seen(client: TestClient) -> None:
    first = client.get("/v1/changes?after=BTC/2026-01-28/1").json()
    later = ["ETH/2026-01-28/1", "BTC/2026-01-29/1", "ETH/2026-01-29/1", "BTC/2026-01-30/1", "ETH/2026-01-30/1"]
    assert [row["event_id"] for row in first["changes"]] == later
    assert first["changes"][0]["available_at"] == "2026-01-29T06:00:00Z"
    again = client.get("/v1/changes", params={"after": first["next"]}).json()
    assert (again["changes"], again["next"]) == ([], "ETH/2026-01-30/1")


def test_without_an_event_changes_are_the_newest(client: TestClient) -> None:
    said = client.get("/v1/changes?limit=2").json()
    assert [row["event_id"] for row in said["changes"]] == ["BTC/2026-01-30/1", "ETH/2026-01-30/1"]


def test_tables_are_listed_with_their_columns(client: TestClient) -> None:
    tables = {table["name"]: table for table in client.get("/v1/tables").json()["tables"]}
    assert tables["readings"]["row_count"] == 60
    assert tables["readings"]["columns"][0]["name"] == "asset"


def test_schemas_are_those_of_the_release(client: TestClient) -> None:
    assert "readings" in client.get("/v1/schema").json()["schemas"]
    assert client.get("/v1/schema/readings").json()["title"] == "readings"


@pytest.mark.parametrize("path", ["/v1/readings", "/v1/tables/readings?format=csv", "/v1/schema/readings", "/"])
def test_an_answer_is_sent_once_per_release(path: str, client: TestClient) -> None:
    etag = client.get(path).headers["etag"]
    again = client.get(path, headers={"if-none-match": f'"other", {etag}'})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", etag)
    assert client.get(path, headers={"if-none-match": '"other"'}).status_code == 200


def test_the_newest_hourly_reading_is_passed_on(market: Market, client_of: Callable[..., TestClient]) -> None:
    folder = market.publish()
    client = client_of(market)
    (folder / "now.json").write_text(json.dumps({"label": "calm"}))
    first = client.get("/v1/now")
    assert first.json()["now"] == {"label": "calm"}
    (folder / "now.json").write_text("{")
    damaged = client.get("/v1/now", headers={"if-none-match": first.headers["etag"]})
    assert "run: leverage now" in problem(damaged, 503)


def test_the_market_is_that_of_its_newest_day_or_of_the_day_asked_for(
    market: Market, client_of: Callable[..., TestClient]
) -> None:
    for name, column in (("market_daily", "'quiet' AS market_label"), ("market_breadth_daily", "2 AS asset_count")):
        days = "FROM generate_series(DATE '2026-01-29', DATE '2026-01-30', INTERVAL 1 DAY) AS days (day)"
        market.connection.execute(f"CREATE TABLE marts.{name} AS SELECT day::DATE AS day, {column} {days}")
    market.publish(NOW, "market_daily", "market_breadth_daily")
    client = client_of(market)
    said = client.get("/v1/market").json()
    assert said["day"] == "2026-01-30"
    assert said["market_daily"] == [{"day": "2026-01-30", "market_label": "quiet"}]
    assert client.get("/v1/market?day=2026-01-29").json()["market_breadth_daily"][0]["asset_count"] == 2
    assert "this release has 2026-01-01 to 2026-01-30" in problem(client.get("/v1/market?day=2026-01-28"), 404)


def test_before_anything_is_published_it_says_so(market: Market, client_of: Callable[..., TestClient]) -> None:
    client = client_of(market)
    for path in ("/healthz", "/v1/readings", "/"):
        assert "nothing is published" in problem(client.get(path), 503)
    market.publish()
    assert client.get("/healthz").json()["last_day"] == "2026-01-30"


def test_a_damaged_release_is_named(market: Market, client_of: Callable[..., TestClient]) -> None:
    database = market.publish() / "leverage.duckdb"
    database.chmod(0o644)
    database.write_bytes(b"no database")
    assert "cannot read the release 20260131T060000Z-000001" in problem(client_of(market).get("/v1/readings"), 503)
