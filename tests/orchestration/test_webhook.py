"""A webhook is told once, all of it, in its own form, after retries, and never while it is not configured."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest
from pydantic import SecretStr
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from orchestration.change_sensor import change_sensor
from orchestration.webhook import ATTEMPTS, WebhookFailed, WebhookSettings, post
from warehouse.location import Warehouse

NOWHERE = Warehouse(Path("nowhere"))  # what it holds is what the fixture `published` says
AT = datetime(2026, 2, 2, 5, 30)
CHANGE = {
    "event_id": "BTC/2026-02-01/1", "asset": "BTC", "day": date(2026, 2, 1), "revision": 1,
    "kinds": "regime_change,support_broken", "event": "leverage_flush", "confidence": 0.914,
    "explanation": "Longs were closed.", "regime": "leverage_flush", "previous_regime": "consolidation",
    "resolution": None, "restatement_reason": None, "available_at": AT, "simulated": True,
}  # fmt: skip


def settings(server: HTTPServer, **changes: object) -> WebhookSettings:
    return WebhookSettings(url=SecretStr(server.url_for("/secret-path")), **changes)


def answered(server: HTTPServer, *statuses: int) -> list[Request]:
    """The server answers with these statuses in turn, the last one for ever; what it was asked."""
    asked: list[Request] = []

    def answer(request: Request) -> Response:
        asked.append(request)
        return Response(status=statuses[min(len(asked), len(statuses)) - 1])

    server.expect_request("/secret-path").respond_with_handler(answer)
    return asked


def test_json_carries_every_row_and_a_text(httpserver: HTTPServer) -> None:
    asked = answered(httpserver, 200)
    post(settings(httpserver), [CHANGE])
    body = json.loads(asked[0].data)
    assert body["text"].splitlines() == [
        "SIMULATED MARKET, not real data",
        "BTC 2026-02-01: leverage_flush, confidence 0.91. Longs were closed. State: consolidation -> leverage_flush.",
        "BTC 2026-02-01: support broken",
    ]
    assert body["changes"][0]["event_id"] == "BTC/2026-02-01/1"
    assert body["changes"][0]["day"] == "2026-02-01"


def test_the_text_begins_with_the_market_of_each_day(httpserver: HTTPServer) -> None:
    asked = answered(httpserver, 200)
    market = {"market": "2 of 3 assets were flushed."}
    post(settings(httpserver), [CHANGE | market, CHANGE | market | {"event_id": "ETH/2026-02-01/1", "asset": "ETH"}])
    body = json.loads(asked[0].data)
    lines = body["text"].splitlines()
    assert lines[:2] == ["SIMULATED MARKET, not real data", "Market 2026-02-01: 2 of 3 assets were flushed."]
    assert body["text"].count("Market 2026") == 1
    assert [change["market"] for change in body["changes"]] == ["2 of 3 assets were flushed."] * 2


def test_slack_gets_a_text_alone(httpserver: HTTPServer) -> None:
    asked = answered(httpserver, 200)
    post(settings(httpserver, format="slack"), [CHANGE])
    assert list(json.loads(asked[0].data)) == ["text"]


def test_a_busy_receiver_is_asked_again_with_the_same_key(httpserver: HTTPServer) -> None:
    asked = answered(httpserver, 503, 429, 200)
    post(settings(httpserver), [CHANGE], pause=0.0)
    assert len(asked) == 3
    assert len({request.headers["Idempotency-Key"] for request in asked}) == 1


@pytest.mark.parametrize(("status", "times"), [(500, ATTEMPTS), (404, 1)])
def test_a_refusal_names_the_host_and_not_the_secret(status: int, times: int, httpserver: HTTPServer) -> None:
    asked = answered(httpserver, status)
    with pytest.raises(WebhookFailed) as failed:
        post(settings(httpserver), [CHANGE], pause=0.0)
    assert len(asked) == times
    assert "localhost" in str(failed.value)
    assert "secret-path" not in str(failed.value)


@pytest.fixture
def published(monkeypatch: pytest.MonkeyPatch) -> list[dict]:
    """What the release holds, for the sensor to find: a list to add to."""
    held: list[dict] = []
    monkeypatch.setattr(
        "orchestration.change_sensor.published_changes",
        lambda _, moment: [
            c
            for c in held
            if (moment is None and c["available_at"] == held[-1]["available_at"])
            or (moment is not None and c["available_at"] > moment)
        ],
    )
    monkeypatch.setattr("orchestration.webhook.wait_exponential", lambda multiplier: lambda _: 0.0)
    return held


def tick(cursor: str | None) -> tuple[str | None, str]:
    """The cursor that Dagster keeps and the tick's message. A tick that raises has failed and keeps the old cursor."""
    context = dg.build_sensor_context(cursor=cursor)
    said = change_sensor(NOWHERE)(context)
    assert isinstance(said, dg.SkipReason)
    return context.cursor, str(said.skip_message)


def test_nobody_is_told_until_an_address_is_set(published, monkeypatch) -> None:
    published.append(CHANGE)
    monkeypatch.delenv("LEVERAGE_WEBHOOK_URL", raising=False)
    assert tick(None) == (None, "LEVERAGE_WEBHOOK_URL is not set: nothing is posted")


def test_a_change_is_told_once_and_the_next_after_the_cooldown(published, monkeypatch, httpserver) -> None:
    asked = answered(httpserver, 200)
    monkeypatch.setenv("LEVERAGE_WEBHOOK_URL", httpserver.url_for("/secret-path"))
    published.append(CHANGE)
    cursor, _ = tick(None)
    assert asked == [], "the first tick says from where on"
    cursor, _ = tick(cursor)
    published.append(CHANGE | {"event_id": "BTC/2026-02-01/2", "available_at": AT + timedelta(hours=1)})
    cursor, said = tick(cursor)
    assert said == "the last post was less than 30 minutes ago"
    monkeypatch.setenv("LEVERAGE_WEBHOOK_COOLDOWN_MINUTES", "0")
    cursor, _ = tick(cursor)
    assert tick(cursor)[1] == "nothing has changed"
    told = [[c["event_id"] for c in json.loads(request.data)["changes"]] for request in asked]
    assert told == [["BTC/2026-02-01/1"], ["BTC/2026-02-01/2"]]


def test_a_tick_that_could_not_tell_has_failed_and_the_next_one_tells_it(published, monkeypatch, httpserver) -> None:
    asked = answered(httpserver, *[500] * ATTEMPTS, 200)
    monkeypatch.setenv("LEVERAGE_WEBHOOK_URL", httpserver.url_for("/secret-path"))
    published.append(CHANGE)
    cursor, _ = tick(None)
    with pytest.raises(WebhookFailed, match="the next tick tries again"):
        tick(cursor)
    published.append(CHANGE | {"event_id": "BTC/2026-02-02/1", "available_at": AT + timedelta(hours=24)})
    tick(cursor)
    told = [change["event_id"] for change in json.loads(asked[-1].data)["changes"]]
    assert told == ["BTC/2026-02-01/1", "BTC/2026-02-02/1"], "a release in between takes nothing away"
