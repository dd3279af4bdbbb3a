"""Who is let in, what leaves a release, and what every answer carries."""

from __future__ import annotations

import base64
from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from tests.serving.conftest import Market
from tests.serving.test_rest import problem

SECRET = "correct horse"


@pytest.mark.parametrize(
    "path",
    [
        "/../warehouse.json",
        "/%2e%2e/%2e%2e/build.duckdb",
        "/briefs/..%2f..%2f..%2fbuild.duckdb",
        "//etc/passwd",
        "/%00",
        "/briefs",
        "/.hidden",
        "/outside",
    ],
)
def test_nothing_outside_a_release_is_sent(path: str, served_market: Market, client: TestClient) -> None:
    folder = served_market.warehouse.published.resolve()
    (folder / ".hidden").touch()
    if not (outside := folder / "outside").is_symlink():
        outside.symlink_to(served_market.warehouse.root / "build.duckdb")
    assert "no such page" in problem(client.get(path), 404)


def test_pages_and_files_of_the_release_are_sent(client: TestClient) -> None:
    assert client.get("/").text == client.get("/brief.html").text == "<!doctype html><title>brief</title>"
    assert client.get("/briefs/index.html").text == "<!doctype html>days"
    assert client.get("/parquet/readings.parquet").content[:4] == b"PAR1"
    assert client.get("/latest.json").json()["last_day"] == "2026-01-30"


def test_every_answer_carries_the_headers_that_protect_a_browser(client: TestClient) -> None:
    for path in ("/", "/v1/readings", "/nothing"):
        headers = client.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "server" not in headers


@pytest.mark.parametrize(
    "headers", [{"host": "evil.example"}, {"host": "localhost.evil.example:8787"}, {"origin": "https://evil.example"}]
)
def test_a_request_by_another_name_is_refused(headers: dict[str, str], client: TestClient) -> None:
    assert "--host" in problem(client.get("/v1/readings", headers=headers), 421)


@pytest.mark.parametrize("host", ["localhost:8787", "127.0.0.1:80", "[::1]:8787", "LOCALHOST"])
def test_the_names_of_this_machine_are_answered(host: str, client: TestClient) -> None:
    assert client.get("/healthz", headers={"host": host}).status_code == 200


def test_with_a_host_of_its_own_any_name_is_answered(
    served_market: Market, client_of: Callable[..., TestClient]
) -> None:
    client = client_of(served_market, hosts=None)
    assert client.get("/v1/readings", headers={"host": "leverage.example"}).status_code == 200


def basic(password: str) -> str:
    return f"Basic {base64.b64encode(f'anybody:{password}'.encode()).decode()}"


@pytest.mark.parametrize(
    "given", [None, SECRET, "Bearer", "Bearer wrong", basic("wrong"), "Basic %%%", f"Digest {SECRET}"]
)
@pytest.mark.parametrize("path", ["/", "/v1/readings", "/v1/openapi.json", "/latest.json"])
def test_without_the_token_nothing_is_read(
    given: str | None, path: str, served_market: Market, client_of: Callable[..., TestClient]
) -> None:
    client = client_of(served_market, token=SECRET)
    answer = client.get(path, headers={"authorization": given} if given else {})
    assert "a token is needed" in problem(answer, 401)
    assert SECRET not in answer.text
    assert "Bearer" in answer.headers["www-authenticate"]


@pytest.mark.parametrize("given", [f"Bearer {SECRET}", f"bearer {SECRET}", basic(SECRET)])
def test_with_the_token_everything_is_read(
    given: str, served_market: Market, client_of: Callable[..., TestClient]
) -> None:
    client = client_of(served_market, token=SECRET)
    assert client.get("/v1/readings", headers={"authorization": given}).status_code == 200
    assert client.get("/healthz").status_code == 200, "a supervisor has no token"
